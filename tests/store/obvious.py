"""Queries answered the slow and obvious way: a loop over the pairs, one condition after another.

Words are cut by SQLite itself, of texts and of queries; nothing of how a query is planned is used here.
"""

import math
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from hhtui.dialogue import pair_up, plain_text
from hhtui.identity import terms_in
from hhtui.model import PREFERENCES, bits_named
from hhtui.query.patterns import PATTERNS
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


AROUND_WORDS = ".,;:!?…'\"‘’‚‛“”„‟«»‹›()[]{}¿¡"
"""What a sentence puts around a word."""


@dataclass
class Row:
    """One pair, with all that a query can ask.

    `numbers` has those of columns, and under `random(7)` its place in that order of all pairs. `tokens` are the words
    of each side, as SQLite cut them, each between two spaces; `denied` are the marks and labels
    that somebody said no to; `groups` are those of nearly the same texts, by side, 0 for none.
    """

    id: int
    key: str
    texts: dict[str, str]
    numbers: dict[str, float]
    bits: int
    family: int | None
    opening: int | None
    decisions: list[Decided] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    denied: list[Decided] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)

    def number(self, name: str, part: str) -> float:
        """Return a number under the name of a query; NaN where there is none."""
        name = "toxicity" if name == "harm" else name.removeprefix("made.")
        if name == "gap":
            return float(self.numbers["toxicity.chosen"] - self.numbers["toxicity.rejected"])
        if name == "row" or name.startswith("random("):
            return self.numbers[name]
        if part in ("chosen", "rejected", "prompt"):
            return self.numbers[f"{name}.{part}"]
        both = [self.numbers[f"{name}.chosen"], self.numbers[f"{name}.rejected"]]
        if part == "ratio":
            return both[0] / both[1] if both[1] else math.nan
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
            flags = re.ASCII if case_sensitive else re.ASCII | re.IGNORECASE
            return _searched(_straight(pattern), flags, _straight(row.texts[side]))
        case Word(written, prefix):
            return _has_words([written], prefix, row, side)
        case Phrase(written):
            return _has_words(written.split(), False, row, side)


@cache
def _straight(text: str) -> str:
    """Return `text` with plain quotes."""
    text = re.sub("[\u2018\u2019\u201a\u201b\u2032\u00b4`]", "'", text)
    return re.sub("[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]", '"', text)


def _has_words(words: Sequence[str], prefix: bool, row: Row, side: str) -> bool:
    """Tell whether words stand next to each other; as characters where one of them is no word to SQLite."""
    if all(_is_word(one, prefix) for one in words):
        wanted = " ".join(sqlite_tokens(" ".join(words)))
        return (f" {wanted}" if prefix else f" {wanted} ") in row.tokens[side]
    literally = " ".join(words)
    if len(words) == 1 and not prefix:
        literally = literally.strip(AROUND_WORDS) or literally
    return _folded(literally) in _folded(row.texts[side])


_folded = cache(fold)


@cache
def _is_word(written: str, prefix: bool) -> bool:
    """Tell whether a word begins and ends as SQLite's do, and is of a script that parts words by spaces."""
    bare = written.lstrip(AROUND_WORDS) if prefix else written.strip(AROUND_WORDS)
    return bool(bare and sqlite_tokens(bare[0]) and sqlite_tokens(bare[-1])) and not any(
        unicodedata.east_asian_width(one) in "WF" or unicodedata.category(one) == "So" for one in bare
    )


@cache
def _words() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE text USING fts5(body, tokenize='unicode61 remove_diacritics 2')")
    connection.execute("CREATE VIRTUAL TABLE word USING fts5vocab(text, instance)")
    return connection


@cache
def sqlite_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a short text, as SQLite cuts it."""
    _words().execute("DELETE FROM text")
    _words().execute("INSERT INTO text VALUES (?)", (text,))
    return tuple(term for (term,) in _words().execute('SELECT term FROM word ORDER BY "offset"'))


def _field(field: Field, row: Row, rows: Sequence[Row], people: tuple[str, ...] | None) -> bool:
    name, value = field.name, field.value
    if name == "has":
        return _has(value, row)
    if name == "group":
        return _names(value, [row.texts[side] for side in SIDES_OF[field.part]])
    if name == "dupe":
        return _is_like(value, row, rows, SIDES_OF[field.part])
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


def _has(value: Value, row: Row) -> bool:
    if not isinstance(value, Items):
        return any(_matches(name, row, "") for name in PATTERNS) == isinstance(value, Present)
    return any(_matches(name, row, side) for name, _, side in (item.text.partition(".") for item in value.items))


def _matches(name: str, row: Row, side: str) -> bool:
    return any(_searched(PATTERNS[name].pattern, re.ASCII | re.IGNORECASE, row.texts[one]) for one in SIDES_OF[side])


@cache
def _searched(pattern: str, flags: int, text: str) -> bool:
    return re.search(pattern, text, flags) is not None


def _names(value: Value, texts: Sequence[str]) -> bool:
    named = {f" {term} " for text in texts for term in _terms(text)}
    if not isinstance(value, Items):
        return bool(named) == isinstance(value, Present)
    return any(f" {item.text} " in longer for item in value.items for longer in named)


@cache
def _terms(text: str) -> frozenset[str]:
    return frozenset(one.term for one in terms_in(text))


def _is_like(value: Value, row: Row, rows: Sequence[Row], sides: Sequence[str]) -> bool:
    own = {row.groups[side] for side in sides} - {0}
    if not isinstance(value, Items):
        return bool(own) == isinstance(value, Present)
    for item in value.items:
        if item.text in ("yes", "no"):
            if bool(own) == (item.text == "yes"):
                return True
        elif "/" not in item.text:
            if int(item.text) in own:
                return True
        elif any(item.text == one.key and (one.id == row.id or own & set(one.groups.values())) for one in rows):
            return True
    return False


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
    if key.name == "undecided":
        return sorted(rows, key=lambda row: _judged(row) != key.descending)
    name = key.name if key.seed is None else f"{key.name}({key.seed})"
    numbers = {row.id: row.number(name, key.part) for row in rows}
    known = [row for row in rows if not math.isnan(numbers[row.id])]
    missing = [row for row in rows if math.isnan(numbers[row.id])]
    sign = -1 if key.descending else 1
    return sorted(known, key=lambda row: sign * numbers[row.id]) + missing


def _judged(row: Row) -> bool:
    return any(kind not in ("note", "skip") for _, kind, _ in row.decisions)


def _by_key(row: Row) -> tuple[str, str, int]:
    subset, split, place = row.key.split("/")
    return subset, split, int(place)


def _stable_reverse(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=_by_key, reverse=True)
