"""What may stand where something is being written in a query: names of fields and sides, values, orders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hhtui.identity import TERMS
from hhtui.model import BIT_MEANINGS, NO_VALUES, ScoreField, sides_of_bit
from hhtui.query import fields
from hhtui.query.fields import BY_NAME, FieldInfo, Kind, normal_name, split_name
from hhtui.query.patterns import PATTERNS
from hhtui.query.writing import Piece, Writing

ANY, NONE = "*", "none"
PART_MEANINGS = {
    "chosen": "of the chosen response",
    "rejected": "of the rejected response",
    "min": "the smaller of the two sides",
    "prompt": "of the prompt",
    "response": "of either response",
    fields.RATIO: "chosen divided by rejected",
}
ORDERS = {
    "row": "the record number in the source",
    "key": "by key",
    "undecided": "pairs that nobody decided about first",
    "relevance": "the best matches first; of few pairs",
    "random(7)": "drawn at random, the same for the same number",
}


class Candidate(NamedTuple):
    """Something that may stand in place of what was typed, `text`, and its meaning.

    `query` finds the pairs that it would give alone, "" where that is not counted.
    """

    text: str
    meaning: str = ""
    query: str = ""


class Names(NamedTuple):
    """What a database adds to the language: its score columns by name with their meanings, and values of fields."""

    columns: Mapping[str, ScoreField] = NO_VALUES
    meanings: Mapping[str, str] = NO_VALUES
    values: Mapping[str, Sequence[str]] = NO_VALUES
    """By field: label, by, subset, split, and key with a * behind."""


def candidates(at: Writing, names: Names) -> list[Candidate]:
    """Return what may stand at `at` and begins with what was typed, in the order of the tables; words apart.

    The parts of a name come once the name stands there. What is written already is no candidate of its own.
    """
    if at.piece is Piece.TEXT:
        return []
    if at.piece is Piece.VALUE:
        found = _values(at, names)
    else:
        found = _names(at.typed, names) if at.piece is Piece.TERM else _orders(at.typed, names)
    typed = normal_name(at.typed)
    kept = [one for one in found if normal_name(one.text.lstrip('"')).startswith(typed)]
    return [] if [one.text for one in kept] == [at.typed] else kept


def field_of(written: str, names: Names) -> FieldInfo | None:
    """Return the field that `written`, a name before a colon, stands for; None where there is none."""
    name, _ = split_name(written)
    if name in names.columns:
        return fields.scorer_column(name)
    return BY_NAME.get(name)


def _names(typed: str, names: Names) -> Iterator[Candidate]:
    for field in fields.FIELDS:
        yield Candidate(f"{field.name}:", field.meaning)
        yield from _parts(field.name, field.parts, typed, ":")
    for side, meaning in fields.SIDE_MEANINGS.items():
        yield Candidate(f"{side}:", meaning)
    yield Candidate("sort:", fields.SORT_MEANING)
    yield from _columns(typed, names, ":")


def _orders(typed: str, names: Names) -> Iterator[Candidate]:
    for name, meaning in ORDERS.items():
        yield Candidate(name, meaning)
    for field in fields.FIELDS:
        if field.kind is Kind.NUMBER and field.name not in ORDERS:
            yield Candidate(field.name, field.meaning)
            yield from _parts(field.name, field.parts, typed)
    yield from _columns(typed, names)


def _columns(typed: str, names: Names, end: str = "") -> Iterator[Candidate]:
    for name, column in names.columns.items():
        if "." not in name or "." in typed:
            yield Candidate(f"{name}{end}", names.meanings.get(name, ""))
            yield from _parts(name, column.parts, typed, end)


def _parts(name: str, parts: Iterable[str], typed: str, end: str = "") -> Iterator[Candidate]:
    if len(typed) >= len(name):
        yield from (Candidate(f"{name}.{part}{end}", f"{name}, {PART_MEANINGS[part]}") for part in parts)


def _values(at: Writing, names: Names) -> Iterator[Candidate]:
    field = field_of(at.name, names)
    if field is None:
        return
    values = [*_values_of(field, at.typed, names)]
    if not at.taken:
        values += [(ANY, "any value")] * field.present
        values += [(NONE, "no value")] * (field.absent and NONE not in field.choices)
    for value, meaning in values:
        if value not in at.taken:
            yield Candidate(value, meaning, f"{at.name}:{value}")


def _values_of(field: FieldInfo, typed: str, names: Names) -> Iterator[tuple[str, str]]:
    if field.kind is Kind.BIT:
        for name, meaning in BIT_MEANINGS.items():
            yield name, meaning
            yield from ((one.text, one.meaning) for one in _parts(name, sides_of_bit(name), typed))
    elif field.kind is Kind.PATTERN:
        for name in field.choices:
            yield name, PATTERNS[name].meaning
            yield from ((one.text, one.meaning) for one in _parts(name, fields.SIDES, typed))
    elif field.kind is Kind.CHOICE:
        yield from ((choice, "") for choice in field.choices)
    elif field.name == "group":
        yield from ((quoted(term), "") for term in TERMS)
    elif field.name == "dupe":
        yield from (("yes", ""), ("no", ""))
    else:
        yield from ((quoted(value), "") for value in names.values.get(field.name, ()))


def quoted(value: str) -> str:
    """Return a value as a query writes it; one with a quote in it stays as it is, for it cannot be written."""
    plain = value and not any(character.isspace() or character in '(),"' for character in value)
    return value if plain or '"' in value else f'"{value}"'
