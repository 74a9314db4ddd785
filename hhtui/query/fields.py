"""The fields of the query language in one table, from which the parser, the help and the documentation read."""

from dataclasses import dataclass
from enum import Enum

from hhtui.identity import TERMS
from hhtui.model import BIT_MEANINGS, PREFERENCES, RESPONSES
from hhtui.query.patterns import PATTERNS

SIDES = ("chosen", "rejected", "prompt", "response")
PARTS = ("chosen", "rejected", "min", "prompt")
RATIO = "ratio"
EVERY_PART = (*PARTS, "response", RATIO)
"""What may stand after a name and a dot, whatever the field."""


class Kind(Enum):
    """What may stand after a field's colon."""

    NUMBER = "number"
    CHOICE = "choice"
    WORDS = "words"
    BIT = "bit"
    PATTERN = "pattern"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field: its name, what may follow, and its meaning in one sentence.

    `parts` are what may stand after the name and a dot; `choices` are the values of a choice;
    `present` and `absent` say whether `*` and `none` may follow. `example` is a query of this field.
    """

    name: str
    kind: Kind
    meaning: str
    example: str
    parts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    present: bool = False
    absent: bool = False

    @property
    def expected(self) -> str:
        """What may follow the colon, for messages."""
        if self.kind is Kind.NUMBER:
            return "a comparison (>0.5), a range (0.4..0.6), a number, * or none"
        if self.kind is Kind.TERM:
            return f"one of {len(self.choices)} terms such as {self.choices[-4]}, * or none"
        example = self.example.partition(":")[2]
        choices = list(self.choices) or (["a number", "a pair's key"] if example == "*" else [example])
        choices += ["*"] * self.present + ["none"] * (self.absent and "none" not in self.choices)
        return ", ".join(choices[:-1]) + " or " + choices[-1] if len(choices) > 1 else choices[0]


def _number(name: str, meaning: str, example: str, sided: bool = False) -> FieldInfo:
    return FieldInfo(name, Kind.NUMBER, meaning, example, PARTS if sided else (), present=True, absent=True)


def _words(name: str, meaning: str, example: str, present: bool = True, absent: bool = True) -> FieldInfo:
    return FieldInfo(name, Kind.WORDS, meaning, example, present=present, absent=absent)


_YES_NO = ("yes", "no")

DISPUTABLE = ("preference", "drop", "flag", "label")
"""The kinds of decision in which annotators may differ."""

FIELDS: tuple[FieldInfo, ...] = (
    _number("harm", "The larger of the two sides' scores in the chosen score column.", "harm.min:>0.5", sided=True),
    _number("gap", "The score of the chosen side less that of the rejected side.", "gap:>0.2"),
    _number("turns", "How many turns a dialogue has; the larger of the two sides.", "turns:>=6", sided=True),
    FieldInfo(
        "length",
        Kind.NUMBER,
        "Characters of a response; the larger of the two sides, or ratio, chosen divided by rejected.",
        "length.chosen:<20",
        (*PARTS, RATIO),
        present=True,
        absent=True,
    ),
    _number("row", "The record number in the source, counted from 0.", "row:100..200"),
    FieldInfo("flag", Kind.CHOICE, "Whether anyone flagged the pair.", "flag:yes", choices=_YES_NO),
    FieldInfo("drop", Kind.CHOICE, "Whether anyone marked the pair to leave the data.", "drop:yes", choices=_YES_NO),
    FieldInfo(
        "preference",
        Kind.CHOICE,
        "Which response someone judged better; none where nobody did.",
        "preference:rejected",
        choices=(*PREFERENCES, "none"),
        present=True,
    ),
    FieldInfo(
        "label",
        Kind.WORDS,
        "A label on either response, by its slug; none where nobody gave one.",
        "label.rejected:harmful",
        RESPONSES,
        present=True,
        absent=True,
    ),
    _words("note", "A note on the pair, or words in it.", 'note:"wrong label"'),
    FieldInfo(
        "conflict",
        Kind.CHOICE,
        "Whether annotators differ: in the preference, or one has a mark or label that another said no to.",
        "conflict:preference",
        choices=(*_YES_NO, *DISPUTABLE),
    ),
    _words("by", "Whose decisions count; alone, the pairs this person decided on.", "by:NAME flag:yes"),
    _words("key", "The pair's key, or its beginning before a *.", "key:harmless-base/test/*", False, False),
    _words("subset", "The subset that the pair was loaded from.", "subset:harmless-base", False, False),
    _words("split", "The split that the pair was loaded from.", "split:test", False, False),
    _words("family", "Pairs whose dialogues continue one another, by the family's number or a pair's key.", "family:*"),
    _words("opening", "Pairs that share the first human turn, by a number or a pair's key.", "opening:*"),
    FieldInfo(
        "dupe",
        Kind.WORDS,
        "Pairs with a text that another pair has nearly the same of: yes, no, the group's number or a pair's key.",
        "dupe:yes",
        SIDES,
        present=True,
        absent=True,
    ),
    FieldInfo(
        "has",
        Kind.PATTERN,
        "What looks like an address, a number or a link in a text, on a side where one is named.",
        "has:email.prompt",
        choices=tuple(PATTERNS),
        present=True,
        absent=True,
    ),
    FieldInfo(
        "group",
        Kind.TERM,
        "Words that name groups of people: one of Dixon's 50 terms, alone or with an s.",
        "group.prompt:muslim",
        SIDES,
        choices=TERMS,
        present=True,
        absent=True,
    ),
    FieldInfo(
        "is",
        Kind.BIT,
        "What is odd about the pair's structure, on a side where one is named.",
        "is:empty.chosen",
        choices=tuple(BIT_MEANINGS),
        present=True,
        absent=True,
    ),
)

BY_NAME = {field.name: field for field in FIELDS}

SIDE_MEANINGS = {
    "chosen": "Text of the chosen response alone.",
    "rejected": "Text of the rejected response alone.",
    "prompt": "Text of the turns that both dialogues share.",
    "response": "Text of either response.",
}

SORT_MEANING = (
    "The order: number columns, row, key, undecided, relevance or random(7), "
    "each with - for descending, separated by commas."
)
NAMED_ORDERS = ("key", "undecided", "relevance")
"""What a result can be sorted by that is no number."""

UNSIDED_ORDERS = ("row", "gap", *NAMED_ORDERS)
ORDERS = (*(field.name for field in FIELDS if field.kind is Kind.NUMBER), *NAMED_ORDERS)
"""What a result can be sorted by, scorer columns and random apart."""


def names() -> tuple[str, ...]:
    """Return every name that may stand before a colon, scorer columns apart."""
    return (*BY_NAME, *SIDES, "sort")


def split_name(written: str) -> tuple[str, str]:
    """Return a name before a colon as it is compared, and the part that it asks for, "" where it asks for none.

    `toxicity.chosen` is the part `chosen` of `toxicity`; `alt_profanity.toxicity` names one scorer's column.
    """
    base, _, last = written.rpartition(".")
    name = normal_name(base)
    if base and (last.lower() in EVERY_PART or name in BY_NAME):
        return name, last.lower()
    return normal_name(written), ""


def scorer_column(name: str) -> FieldInfo:
    """Return the description of a scorer's column as a field."""
    return _number(name, f"The score {name}; the larger of the two sides.", f"{name}:>0.5", sided=True)


def normal_name(name: str) -> str:
    """Return a field, column or bit name as it is compared: lower case, `-` as `_`."""
    return name.lower().replace("-", "_")
