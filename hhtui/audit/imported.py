"""Decisions and labels come in from a file: read, matched with pairs, saved, and what did not match reported."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.audit.errors import AuditError
from hhtui.audit.labels import shown
from hhtui.audit.matching import Found, choose, match
from hhtui.audit.problems import MEANINGS, Problem, Reason
from hhtui.audit.rows import fields, read
from hhtui.audit.statements import DECIDED, LISTS, Match, Said, Statement, say
from hhtui.audit.statements import MEANINGS as FIELD_MEANINGS
from hhtui.store import imports, taxonomies
from hhtui.store.database import Database
from hhtui.store.imports import Given
from hhtui.taxonomy import Taxonomy


class Saved(NamedTuple):
    """What was saved for one annotator: the step ("" where nothing was stored), decisions by kind, how many pairs."""

    annotator: str
    step: str
    decisions: Mapping[str, int]
    pairs: int


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file of decisions.

    `by` is what named the pairs. Of its `rows`, `silent` ones decide nothing. Of the decisions in the others, `saved`
    tells of the new ones, `already` counts those that stood here or came from this file before, `repeated` those that
    the file says twice, and `problems` are what was not taken. With `dry_run` nothing was stored.
    """

    path: Path
    sha256: str
    by: tuple[Match, ...]
    rows: int
    silent: int
    saved: tuple[Saved, ...]
    already: int
    repeated: int
    problems: tuple[Problem, ...]
    unread_fields: tuple[str, ...]
    dry_run: bool

    @property
    def new(self) -> int:
        """How many decisions are new."""
        return sum(sum(one.decisions.values()) for one in self.saved)

    @property
    def matched(self) -> int:
        """How many decisions are about pairs here, new or not."""
        return self.new + self.already

    def reasons(self) -> dict[Reason, list[Problem]]:
        """Return what was not taken by its reason, the most frequent first."""
        found: dict[Reason, list[Problem]] = {}
        for problem in self.problems:
            found.setdefault(problem.reason, []).append(problem)
        return dict(sorted(found.items(), key=lambda one: -len(one[1])))

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "file": str(self.path),
            "sha256": self.sha256,
            "match": list(self.by),
            "rows": self.rows,
            "silent": self.silent,
            "matched": self.matched,
            "new": self.new,
            "already": self.already,
            "repeated": self.repeated,
            "saved": [{**one._asdict(), "decisions": dict(one.decisions)} for one in self.saved],
            "unmatched": len(self.problems),
            "reasons": {
                reason.value: {
                    "count": len(problems),
                    "meaning": MEANINGS[reason],
                    "lines": [{"line": one.line, "detail": one.detail} for one in problems],
                }
                for reason, problems in self.reasons().items()
            },
            "unread_fields": list(self.unread_fields),
            "dry_run": self.dry_run,
        }


def import_file(
    database: Database,
    path: Path,
    annotator: str,
    *,
    by: Match | None = None,
    kinds: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    subset: str | None = None,
    split: str | None = None,
    dry_run: bool = False,
) -> Import:
    """Save what the file at `path` decides, each annotator's as one step; rows without one are `annotator`'s.

    `columns` gives fields by what they mean, where their names do not say it; `kinds` are the only ones to take.
    What cannot be matched is reported and left out. Raises AuditError where the file cannot be read, or lacks what
    names pairs or decides.
    """
    rows = read(path)
    there = fields(rows)
    meanings = _meanings(path, there, columns or {})
    names = choose(by, meanings)
    said = [say(row, meanings) for row in rows]
    found = match(database.reader(), said, names, subset, split)
    labels = taxonomies.current(database.reader())
    places = _Places(annotator, labels, kinds)
    for row in said:
        places.add(row, found[row.line])
    file = imports.File(path.name, _sha256(path), labels.version)
    given = places.given()
    saved = [_saved(database, name, decisions, file, dry_run) for name, decisions in given.items()]
    return Import(
        *(path, file.sha256, names, len(rows), places.silent),
        saved=tuple(one for one in saved if one.pairs),
        already=sum(map(len, given.values())) - sum(sum(one.decisions.values()) for one in saved),
        repeated=places.repeated,
        problems=tuple(sorted(places.problems)),
        unread_fields=tuple(field for field in there if field not in meanings.values()),
        dry_run=dry_run,
    )


class _Place(NamedTuple):
    """What a decision is about."""

    annotator: str
    pair_id: int
    kind: str
    side: str
    label: str


class _Places:
    """Decisions by what they are about, and what could not be taken."""

    def __init__(self, annotator: str, labels: Taxonomy, kinds: Sequence[str]) -> None:
        self.silent = self.repeated = 0
        self.problems: list[Problem] = []
        self._annotator, self._labels, self._kinds = annotator, labels, kinds
        self._first: dict[_Place, Statement] = {}
        self._contradicted: dict[_Place, int] = {}

    def add(self, row: Said, found: Found | Problem) -> None:
        """Take the decisions of one row."""
        statements = [one for one in row.statements if not self._kinds or one.kind in self._kinds]
        self.problems.extend(row.problems)
        if not statements:
            self.silent += not row.problems
        elif isinstance(found, Problem):
            self.problems.append(found)
        else:
            for statement in statements:
                self._add(statement, found)

    def given(self) -> dict[str, list[Given]]:
        """Return what is to be saved, by annotator; what contradicts itself is left out."""
        found: dict[str, list[Given]] = {}
        for place, one in self._first.items():
            if place not in self._contradicted:
                found.setdefault(place.annotator, []).append(
                    Given(place.pair_id, one.kind, one.value, place.side, place.label, one.made_at)
                )
        return found

    def _add(self, one: Statement, found: Found) -> None:
        side = one.side or found.side if one.kind == "label" else ""
        if one.kind == "label" and one.label not in self._labels:
            self.problems.append(Problem(one.line, Reason.UNKNOWN_LABEL, shown(one.label)))
            return
        if one.kind == "label" and not side:
            self.problems.append(Problem(one.line, Reason.LABEL_WITHOUT_SIDE, shown(one.label)))
            return
        place = _Place(
            one.annotator if one.annotator.strip() else self._annotator, found.pair_id, one.kind, side, one.label
        )
        first = self._first.setdefault(place, one)
        if first.value != one.value:
            if place not in self._contradicted:
                self.problems.append(Problem(first.line, Reason.CONTRADICTED, f"by line {one.line}"))
            self._contradicted[place] = one.line
            self.problems.append(Problem(one.line, Reason.CONTRADICTED, f"by line {first.line}"))
        elif first is not one:
            self.repeated += 1


def _meanings(path: Path, there: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return which field has which meaning: as asked for, else by its name."""
    for meaning, field in columns.items():
        if field not in there:
            raise AuditError(f"{path} has no field {shown(field)!r}; it has {_listed(there)}")
        if meaning not in FIELD_MEANINGS:
            raise AuditError(
                f"{shown(meaning)!r} is nothing that a field can mean; it is one of {_listed(FIELD_MEANINGS)}"
            )
    found = {name: name for name in FIELD_MEANINGS if name in there and name not in columns.values()} | dict(columns)
    if not {*DECIDED, *LISTS} & set(found):
        raise AuditError(
            f"{path} decides nothing: it has no field flag, drop, preference, note or label; it has {_listed(there)}; "
            "say which one does: --column FIELD=preference"
        )
    return found


def _saved(database: Database, annotator: str, given: Sequence[Given], file: imports.File, dry_run: bool) -> Saved:
    new = list(imports.new_among(database.reader(), annotator, given, file))
    step = None if dry_run else imports.save(database, annotator, new, file)
    return Saved(
        annotator,
        step.uuid if step else "",
        Counter(one.kind for one in new),
        len({one.pair_id for one in new}),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, names))
