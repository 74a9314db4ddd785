"""The query language on a page: what can be written, with examples; made from the tables that the parser reads."""

from typing import NamedTuple

from hhtui.model import BIT_MEANINGS
from hhtui.query import fields
from hhtui.query.candidates import ORDERS, PART_MEANINGS, Names, quoted
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


def cheat_sheet(names: Names) -> tuple[Section, ...]:
    """Return all of the language: texts, operators, sides, numbers, fields, what may follow them, orders, scores.

    `names` are those of a database, from which examples are taken; without its own a field has a general one.
    """
    scores = (Row(f"{name}:>0.5", names.meanings.get(name, "")) for name in names.columns if "." not in name)
    sections = (
        Section("Texts", TEXTS),
        Section("Together", OPERATORS),
        Section("Sides", tuple(Row(f"{side}:money", meaning) for side, meaning in fields.SIDE_MEANINGS.items())),
        Section("Numbers", NUMBERS),
        Section("Fields", tuple(_row(field, names) for field in fields.FIELDS)),
        Section("Scores of this database", tuple(scores)),
        Section("Behind a number's name", tuple(Row(f".{part}", PART_MEANINGS[part]) for part in fields.EVERY_PART)),
        Section("Behind is:", tuple(Row(name, meaning) for name, meaning in BIT_MEANINGS.items())),
        Section("Behind has:", tuple(Row(name, found.meaning) for name, found in PATTERNS.items())),
        Section("Behind sort:", tuple(Row(name, meaning) for name, meaning in ORDERS.items())),
    )
    return tuple(section for section in sections if section.rows)


def _row(field: FieldInfo, names: Names) -> Row:
    own = names.values.get(field.name, ())
    follows = ": " + field.expected if field.kind is Kind.CHOICE else ""
    meaning = f"{field.meaning.removesuffix('.')}{follows}." if follows else field.meaning
    return Row(f"{field.name}:{quoted(own[0])}" if own else field.example, meaning)
