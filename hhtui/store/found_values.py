"""What `has:`, `group:`, `conflict:` and `dupe:` find in one pair, as the values of columns."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from hhtui.dialogue import plain_text
from hhtui.identity import TERMS, terms_in
from hhtui.model import SIDES, Side
from hhtui.query.fields import DISPUTABLE
from hhtui.query.patterns import PATTERNS
from hhtui.query.regex import check
from hhtui.store.arrow import text_array
from hhtui.store.records import Record

Groups = Callable[[int, Side], int]
"""Tells the group of a pair's text on a side, 0 where no other text is nearly the same."""


def patterns_in(record: Record) -> list[str]:
    """Return the patterns of `has:` that a pair's texts match, each with its side: `email.prompt`."""
    from pyarrow import compute

    texts = text_array([_text(record, side) for side in SIDES])
    if not any(compute.match_substring_regex(texts, "|".join(_patterns().values()), ignore_case=True).to_pylist()):
        return []
    hits = {
        name: compute.match_substring_regex(texts, pattern, ignore_case=True).to_pylist()
        for name, pattern in _patterns().items()
    }
    return [f"{name}.{side}" for name in hits for side, hit in zip(SIDES, hits[name], strict=True) if hit]


@cache
def _patterns() -> dict[str, str]:
    return {name: check(found.pattern).re2 for name, found in PATTERNS.items()}


def terms_of(record: Record, sides: Sequence[Side]) -> list[str]:
    """Return the identity terms on any of these sides; with `african american` also `african` and `american`."""
    named = {f" {term} " for side in sides for term in _mentioned(_text(record, side))}
    return [term for term in TERMS if any(f" {term} " in longer for longer in named)]


def conflicts(record: Record) -> list[str]:
    """Return the kinds of decision about a pair in which annotators differ now."""
    return [kind for kind in DISPUTABLE if _differ(record, kind)]


def groups_of(record: Record, groups: Groups, sides: Sequence[Side]) -> list[int]:
    """Return the groups of nearly the same texts that a pair's texts on these sides are in."""
    return sorted({number for side in sides if (number := groups(record.pair.id, side))})


def _differ(record: Record, kind: str) -> bool:
    said = [one for one in record.decisions if one.kind == kind]
    if kind == "preference":
        return len({one.value for one in said}) > 1
    return any(
        (one.side, one.label) == (other.side, other.label) and one.annotator != other.annotator
        for one in said
        for other in record.said_no
        if other.kind == kind
    )


@lru_cache(maxsize=len(SIDES))
def _mentioned(text: str) -> frozenset[str]:
    return frozenset(one.term for one in terms_in(text))


def _text(record: Record, side: Side) -> str:
    return plain_text(record.pair.dialogues.side(side))
