"""Queries answered the slow and obvious way: a loop over the pairs, one condition after another."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hhtui.dialogue import pair_up, plain_text
from hhtui.model import PREFERENCES, bits_named
from hhtui.query.regex import literal
from hhtui.query.terms import Indexed, term_of
from hhtui.query.tokens import tokenise
from hhtui.query.tree import (
    And,
    Comparison,
    Field,
    Fuzzy,
    Items,
    Missing,
    Node,
    Not,
    Or,
    Phrase,
    Present,
    Query,
    Range,
    Regex,
    Side,
    SortKey,
    Text,
    Value,
    Word,
)
from hhtui.text import fold

Decided = tuple[str, str, str]
"""An annotator, a kind of decision (of a label with its side: `label.chosen`), its value or slug."""

SIDES_OF = {
    "": ("prompt", "chosen", "rejected"),
    "response": ("chosen", "rejected"),
    "prompt": ("prompt",),
    "chosen": ("chosen",),
    "rejected": ("rejected",),
}


@dataclass
class Row:
    """One pair, with all that a query can ask; `denied` are the marks and labels that somebody said no to."""

    id: int
    key: str
    texts: dict[str, str]
    numbers: dict[str, float]
    bits: int
    family: int | None
    opening: int | None
    decisions: list[Decided] = field(default_factory=list)
    tokens: dict[str, list[str]] = field(default_factory=dict)
    denied: list[Decided] = field(default_factory=list)

    def terms(self, side: str) -> list[str]:
        """Return the tokens of a side."""
        if side not in self.tokens:
            self.tokens[side] = [token.term for token in tokenise(self.texts[side])]
        return self.tokens[side]

    def number(self, name: str, part: str) -> float:
        """Return a number under the name of a query; NaN where there is none."""
        if name == "harm":
            name = "toxicity"
        if name == "gap":
            return float(self.numbers["toxicity.chosen"] - self.numbers["toxicity.rejected"])
        if name == "row":
            return self.numbers["row"]
        if part in ("chosen", "rejected", "prompt"):
            return self.numbers[f"{name}.{part}"]
        both = [self.numbers[f"{name}.chosen"], self.numbers[f"{name}.rejected"]]
        known = [one for one in both if not math.isnan(one)]
        if part == "min":
            return min(both) if len(known) == 2 else math.nan
        return max(known, default=math.nan)


def texts_of(chosen: str, rejected: str) -> dict[str, str]:
    """Return the three texts that a query looks at."""
    sides = pair_up(chosen, rejected)
    return {
        "prompt": plain_text(sides.prompt),
        "chosen": plain_text(sides.chosen),
        "rejected": plain_text(sides.rejected),
    }


def answer(rows: Sequence[Row], query: Query) -> list[int]:
    """Return the ids that `query` finds, in its order."""
    found = [row for row in rows if query.expression is None or holds(query.expression, row, rows)]
    for key in reversed(query.sort):
        found = _sorted(found, key)
    return [row.id for row in found]


def holds(node: Node, row: Row, rows: Sequence[Row], side: str = "", people: tuple[str, ...] | None = None) -> bool:
    """Tell whether one pair meets a condition."""
    match node:
        case And(operands):
            people_here = [one for one in operands if isinstance(one, Field) and one.name == "by"]
            named = [one for one in people_here if isinstance(one.value, Items)]
            others = [one for one in operands if one not in named]
            if named and any(_speaks_of_decisions(one) for one in others):
                value = named[0].value
                assert isinstance(value, Items)
                people = tuple(item.text for item in value.items)
                operands = tuple(others)
            return all(holds(one, row, rows, side, people) for one in operands)
        case Or(operands):
            return any(holds(one, row, rows, side, people) for one in operands)
        case Not(operand):
            return not holds(operand, row, rows, side, people)
        case Side(name, expression):
            return holds(expression, row, rows, name, people)
        case Field():
            return _field(node, row, rows, people)
        case _:
            return _text(node, row, side)


def _speaks_of_decisions(node: Node) -> bool:
    match node:
        case And(operands) | Or(operands):
            return any(_speaks_of_decisions(one) for one in operands)
        case Not(operand):
            return _speaks_of_decisions(operand)
        case Field(name):
            return name in ("flag", "drop", "preference", "label", "note", "conflict")
    return False


def _text(text: Text, row: Row, side: str) -> bool:
    return any(_in_side(text, row, one) for one in SIDES_OF[side])


def _in_side(text: Text, row: Row, side: str) -> bool:
    match text:
        case Fuzzy():
            raise AssertionError("not run")
        case Regex(pattern, case_sensitive):
            body, plain = row.texts[side], literal(pattern)
            if plain is not None and not case_sensitive:
                return fold(plain) in fold(body)
            straight = re.sub("[\u2018\u2019\u201a\u201b\u2032\u00b4`]", "'", body)
            straight = re.sub("[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]", '"', straight)
            return re.search(pattern, straight, 0 if case_sensitive else re.IGNORECASE) is not None
        case Word() | Phrase():
            term = term_of(text)
            if not isinstance(term, Indexed):
                return fold(term.text) in fold(row.texts[side])
            return _next_to_each_other(term, row.terms(side))


def _next_to_each_other(term: Indexed, terms: list[str]) -> bool:
    size = len(term.terms)
    for at in range(len(terms) - size + 1):
        here = terms[at : at + size]
        last = here[-1].startswith(term.terms[-1]) if term.prefix else here[-1] == term.terms[-1]
        if here[:-1] == list(term.terms[:-1]) and last:
            return True
    return False


def _field(field: Field, row: Row, rows: Sequence[Row], people: tuple[str, ...] | None) -> bool:
    name, value = field.name, field.value
    if name in ("family", "opening"):
        return _group(row, rows, name, value)
    if name in ("flag", "drop", "preference", "label", "note", "by"):
        return _decision(name, field.part, value, row, people)
    if name == "conflict" and isinstance(value, Items):
        return any(_conflict(item.text, row, people) for item in value.items)
    if isinstance(value, Items) and name in ("key", "subset", "split"):
        subset, split, _ = row.key.split("/")
        own = {"key": row.key, "subset": subset, "split": split}[name]
        return any(
            own.startswith(item.text[:-1]) if item.text.endswith("*") and not item.quoted else own == item.text
            for item in value.items
        )
    if name == "is":
        if isinstance(value, Items):
            return any(row.bits & _mask(item.text) for item in value.items)
        return (row.bits != 0) == isinstance(value, Present)
    return _number(row.number(name, field.part), value)


def _mask(name: str) -> int:
    bit, dot, side = name.partition(".")
    return int(bits_named(bit, side if dot else None))


def _number(number: float, value: Value) -> bool:
    match value:
        case Present():
            return not math.isnan(number)
        case Missing():
            return math.isnan(number)
        case Range(low, high):
            return (low is None or number >= low) and (high is None or number <= high) and not math.isnan(number)
        case Comparison(operator, bound):
            compare: dict[str, Callable[[float], bool]] = {
                ">": lambda one: one > bound,
                ">=": lambda one: one >= bound,
                "<": lambda one: one < bound,
                "<=": lambda one: one <= bound,
                "=": lambda one: one == bound,
            }
            return compare[operator](number)
    raise AssertionError(value)


def _decision(name: str, part: str, value: Value, row: Row, people: tuple[str, ...] | None) -> bool:
    if name == "by":
        who = {annotator for annotator, _, _ in row.decisions}
        if isinstance(value, Items):
            return any(item.text in who for item in value.items)
        return bool(who) == isinstance(value, Present)
    kinds = [name] if name != "label" else [f"label.{part}"] if part else ["label.chosen", "label.rejected"]
    said = [one for who, kind, one in row.decisions if kind in kinds and (people is None or who in people)]
    if not isinstance(value, Items):
        return bool(said) == isinstance(value, Present)
    wanted = [item.text for item in value.items]
    if name == "note":
        return any(fold(one) in fold(note) for one in wanted for note in said)
    if name == "label":
        return any(one in said for one in wanted)
    if name == "preference":
        return any(one in said for one in wanted if one in PREFERENCES) or ("none" in wanted and not said)
    return ("yes" in wanted and "yes" in said) or ("no" in wanted and "yes" not in said)


def _conflict(word: str, row: Row, people: tuple[str, ...] | None) -> bool:
    if word in ("yes", "no"):
        return any(_conflict(kind, row, people) for kind in ("preference", "drop", "flag", "label")) == (word == "yes")
    said = [one for one in row.decisions if one[1].partition(".")[0] == word and (people is None or one[0] in people)]
    if word == "preference":
        return len({value for _, _, value in said}) > 1
    return any(
        (other, kind, value) in row.denied and other != who
        for who, kind, value in said
        for other in {one for one, _, _ in row.denied if people is None or one in people}
    )


def _group(row: Row, rows: Sequence[Row], name: str, value: Value) -> bool:
    own = getattr(row, name)
    if not isinstance(value, Items):
        return (own is not None) == isinstance(value, Present)
    for item in value.items:
        if "/" not in item.text:
            if own == int(item.text):
                return True
            continue
        for other in rows:
            if other.key == item.text and (other.id == row.id or (own is not None and getattr(other, name) == own)):
                return True
    return False


def _sorted(rows: list[Row], key: SortKey) -> list[Row]:
    if key.name == "key":
        return sorted(rows, key=_by_key, reverse=key.descending) if not key.descending else _stable_reverse(rows)
    numbers = {row.id: row.number(key.name, key.part) for row in rows}
    known = [row for row in rows if not math.isnan(numbers[row.id])]
    missing = [row for row in rows if math.isnan(numbers[row.id])]
    sign = -1 if key.descending else 1
    return sorted(known, key=lambda row: sign * numbers[row.id]) + missing


def _by_key(row: Row) -> tuple[str, str, int]:
    subset, split, place = row.key.split("/")
    return subset, split, int(place)


def _stable_reverse(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=_by_key, reverse=True)
