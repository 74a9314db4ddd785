"""The labels that a response can be given: groups of slugs with their meanings, as a TOML text that anyone can edit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG, LONGEST_MEANING = 40, 200
RESERVED = ("none",)
"""Words that mean something else after `label:` in a query."""

_SHOULD = "a slug is lower case letters, digits and - between them, has a letter, and is at most 40 characters long"


class TaxonomyError(Exception):
    """A text that is no taxonomy, or a slug that a taxonomy lacks; the message is one line that says what is right."""


class Label(NamedTuple):
    """One label: its slug, the group that it belongs to, and in one line what it means."""

    slug: str
    group: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The labels there are, in the order of their groups; no slug stands in two groups.

    `version` is what the text calls itself, followed by `+` and a digest of its labels where they are not the
    default's: two taxonomies of one version have the same labels with the same meanings.
    """

    version: str
    labels: tuple[Label, ...]

    def __contains__(self, slug: object) -> bool:
        return any(label.slug == slug for label in self.labels)

    def check(self, slug: str) -> None:
        """Raise TaxonomyError that names the nearest label where `slug` is none of these."""
        if slug not in self:
            from difflib import get_close_matches

            near = get_close_matches(slug, [label.slug for label in self.labels], n=1, cutoff=0.0)
            raise TaxonomyError(f"there is no label {slug!r}; the nearest is {near[0]}")


def default_text() -> str:
    """Return the TOML of the default taxonomy."""
    return Path(__file__).with_name("taxonomy.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def parse(text: str, where: str = "the taxonomy") -> Taxonomy:
    """Read a taxonomy's TOML; raises TaxonomyError, which calls the text `where`, for anything that is wrong in it."""
    version, labels = _read(text, where)
    default = _read(default_text(), "the default taxonomy")
    return Taxonomy(version if labels == default[1] else f"{version}+{_digest(labels)}", labels)


def _read(text: str, where: str) -> tuple[str, tuple[Label, ...]]:
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(f"{where} is no TOML: {error}") from None
    version = content.pop("version", None)
    if not isinstance(version, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", version):
        raise TaxonomyError(f'{where} needs a version without spaces at its top, such as version = "1"')
    labels = tuple(label for group, members in content.items() for label in _group(group, members, where))
    if not labels:
        raise TaxonomyError(f'{where} has no labels; write a group: [quality], then a line: harmful = "what it means"')
    first: dict[str, str] = {}
    for label in labels:
        if label.slug in first:
            raise TaxonomyError(f"{where}: {label.slug} stands in {first[label.slug]} and in {label.group}; keep one")
        first[label.slug] = label.group
    return version, labels


def _group(group: str, members: Any, where: str) -> list[Label]:
    if not isinstance(members, Mapping):
        raise TaxonomyError(f"{where}: {group!r} stands in no group; write it under one, such as [quality]")
    _check_slug(group, f"{where}: the group")
    for slug, meaning in members.items():
        _check_slug(slug, f"{where}: the label")
        if not isinstance(meaning, str) or not meaning.strip() or not meaning.isprintable():
            raise TaxonomyError(f'{where}: {slug} needs its meaning in one line, as in: {slug} = "what it means"')
        if len(meaning) > LONGEST_MEANING:
            raise TaxonomyError(f"{where}: the meaning of {slug} is longer than {LONGEST_MEANING} characters")
    return [Label(slug, group, meaning.strip()) for slug, meaning in members.items()]


def is_slug(text: str) -> bool:
    """Return whether a label or a group may be called so."""
    is_number = text.replace("-", "").isdecimal()
    return len(text) <= LONGEST_SLUG and SLUG.fullmatch(text) is not None and not is_number and text not in RESERVED


def _check_slug(slug: str, what: str) -> None:
    if not is_slug(slug):
        raise TaxonomyError(f"{what} {slug[:LONGEST_SLUG]!r} is no slug: {_SHOULD}, and is not {', '.join(RESERVED)}")


def _digest(labels: tuple[Label, ...]) -> str:
    lines = "".join(f"{label.group}\t{label.slug}\t{label.meaning}\n" for label in labels)
    return blake2b(lines.encode(), digest_size=4).hexdigest()
