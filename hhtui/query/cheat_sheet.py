"""The query language on a page: what can be written, with examples; made from the tables that the parser reads."""

from typing import NamedTuple

from hhtui.model import BIT_MEANINGS
from hhtui.query import fields
from hhtui.query.candidates import ORDERS, PART_MEANINGS
from hhtui.query.fields import FieldInfo, Kind
from hhtui.query.patterns import PATTERNS


class Row(NamedTuple):
    """Something that can be written, and what it means."""

    written: str
    meaning: str


class Section(NamedTuple):
    """Rows under a title."""

    title: str
    rows: tuple[Row, ...]


TEXTS = (
    Row("bank money", "both words, anywhere in the pair"),
    Row('"the bank"', "the words next to each other"),
    Row("bank*", "words that begin with bank"),
    Row("/b.nk/", "a regular expression; /bank/ is a substring, /…/c minds case"),
    Row("~recieve", "words like it, the most alike first; one word, or quoted words"),
)
OPERATORS = (
    Row("bank OR money", "either; OR AND NOT in capitals are operators"),
    Row("bank -money", "without the second; NOT does the same"),
    Row("(bank OR money) the", "parentheses go first, then AND, then OR"),
    Row("chosen:bank -rejected:bank", "in the chosen response and not in the rejected one"),
    Row("response:(bank OR money)", "a side of several texts"),
)
NUMBERS = (
    Row("length.chosen:<200", "compared: > >= < <= ="),
    Row("turns:2..6", "a range, both ends in; 2.. and ..6 have one end"),
    Row("harm:none", "pairs without the number; harm:* with one"),
    Row("sort:length.chosen-,row", "the order; - is descending"),
)


def cheat_sheet() -> tuple[Section, ...]:
    """Return all of the language: texts, operators, sides, numbers, fields with what may follow them, orders."""
    parts = (Row(f".{part}", PART_MEANINGS[part]) for part in fields.EVERY_PART)
    return (
        Section("Texts", TEXTS),
        Section("Together", OPERATORS),
        Section("Sides", tuple(Row(f"{side}:", meaning) for side, meaning in fields.SIDE_MEANINGS.items())),
        Section("Numbers", NUMBERS),
        Section("Fields", tuple(row for field in fields.FIELDS for row in _rows(field))),
        Section("Behind a number's name", tuple(parts)),
        Section("is:", tuple(Row(name, meaning) for name, meaning in BIT_MEANINGS.items())),
        Section("has:", tuple(Row(name, found.meaning) for name, found in PATTERNS.items())),
        Section("sort:", tuple(Row(name, meaning) for name, meaning in ORDERS.items())),
    )


def _rows(field: FieldInfo) -> tuple[Row, ...]:
    meaning = field.meaning
    listed = field.kind in (Kind.BIT, Kind.PATTERN)
    follows = "" if listed or field.kind is Kind.NUMBER else f" {field.expected[0].upper()}{field.expected[1:]}."
    return (Row(field.example, f"{meaning}{follows}"),)
