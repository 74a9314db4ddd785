"""Decisions and labels come in from a file: read, matched with pairs, saved, and what did not match reported."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hhtui.audit.errors import AuditError
from hhtui.audit.import_report import Import, Saved
from hhtui.audit.labels import shown
from hhtui.audit.matching import Found, choose, match
from hhtui.audit.problems import Problem, Reason
from hhtui.audit.rows import fields, read
from hhtui.audit.statements import DECIDED, LISTS, Match, Said, Statement, say
from hhtui.audit.statements import MEANINGS as FIELD_MEANINGS
from hhtui.store import imports, taxonomies
from hhtui.store.database import Database
from hhtui.store.imports import About
from hhtui.taxonomy import Taxonomy


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
        statements = [one for one in row.statements if not self._kinds or one.given.kind in self._kinds]
        self.problems.extend(row.problems)
        if not statements:
            self.silent += not row.problems
        elif isinstance(found, Problem):
            self.problems.append(found)
        else:
            for statement in statements:
                self._add(statement, found)

    def given(self) -> dict[str, list[About]]:
        """Return what is to be saved, by annotator; what contradicts itself is left out."""
        found: dict[str, list[About]] = {}
        for place, one in self._first.items():
            if place not in self._contradicted:
                about = About(place.pair_id, one.given._replace(side=place.side))
                found.setdefault(place.annotator, []).append(about)
        return found

    def _add(self, one: Statement, found: Found) -> None:
        _, _, kind, _, label = place = self._place(one, found)
        if kind == "label" and label not in self._labels:
            self.problems.append(Problem(one.line, Reason.UNKNOWN_LABEL, shown(label)))
            return
        if kind == "label" and not place.side:
            self.problems.append(Problem(one.line, Reason.LABEL_WITHOUT_SIDE, shown(label)))
            return
        first = self._first.setdefault(place, one)
        if first.given.value != one.given.value:
            if place not in self._contradicted:
                self.problems.append(Problem(first.line, Reason.CONTRADICTED, f"by line {one.line}"))
            self._contradicted[place] = one.line
            self.problems.append(Problem(one.line, Reason.CONTRADICTED, f"by line {first.line}"))
        elif first is not one:
            self.repeated += 1

    def _place(self, one: Statement, found: Found) -> _Place:
        kind, _, said_side, label, _ = one.given
        side = said_side or found.side if kind == "label" else ""
        return _Place(one.annotator if one.annotator.strip() else self._annotator, found.pair_id, kind, side, label)


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


def _saved(database: Database, annotator: str, given: Sequence[About], file: imports.File, dry_run: bool) -> Saved:
    if dry_run:
        step, new = None, tuple(imports.new_among(database.reader(), annotator, given, file))
    else:
        step, new = imports.save(database, annotator, given, file)
    return Saved(
        annotator,
        step.uuid if step else "",
        Counter(one.given.kind for one in new),
        len({one.pair_id for one in new}),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, names))
