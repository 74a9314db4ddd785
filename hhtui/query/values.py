"""What stands after a field's colon: numbers, ranges, lists of words."""

import math
import re

from hhtui.model import BIT_MEANINGS, bits_named, sides_of_bit
from hhtui.query.errors import QueryError, nearest, quoted
from hhtui.query.fields import SIDES, FieldInfo, Kind, normal_name
from hhtui.query.scanner import Scanner
from hhtui.query.tree import Comparison, Item, Items, Missing, Present, Range, Value

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_COMPARISON = re.compile(r"(>=|<=|>|<|=)(.*)\Z", re.DOTALL)


def read_value(scanner: Scanner, field: FieldInfo, name: str) -> Value:
    """Read the value of `field`, which the query wrote as `name`; raises QueryError where it is not one."""
    value = _number(scanner, field, name) if field.kind is Kind.NUMBER else _list(scanner, field, name)
    scanner.end_term()
    return value


def could_be_number(run: str) -> bool:
    """Tell whether `run`, the text after a colon, is of the form of a number field's value."""
    return run in ("*", "none") or bool(re.match(r"[<>=]|-?\.?[0-9]|\.\.", run))


def _number(scanner: Scanner, field: FieldInfo, name: str) -> Value:
    start, run = scanner.at, scanner.run()
    if not run:
        raise QueryError(f"There is no value after {name}:", start, field.expected)
    scanner.at += len(run)
    if run == "*":
        return Present()
    if run == "none":
        return Missing()
    compared = _COMPARISON.match(run)
    if compared is not None:
        return Comparison(compared[1], _parse(compared[2], start + compared.start(2), f"{name}:{compared[1]}"))
    if ".." in run:
        return _range(run, start, name)
    if not _NUMBER.match(run):
        raise QueryError(f"{quoted(run)} after {name}: is no number", start, field.expected)
    return Comparison("=", _parse(run, start, f"{name}:"))


def _range(run: str, start: int, name: str) -> Range:
    first, _, last = run.partition("..")
    low = _parse(first, start, f"{name}:") if first else None
    high = _parse(last, start + len(first) + 2, f"{name}:{first}..") if last else None
    if low is None and high is None:
        raise QueryError(f"The range after {name}: has no end", start, "a number before or after ..")
    if low is not None and high is not None and low > high:
        raise QueryError(f"The range after {name}: runs backwards", start, f"{last}..{first}")
    return Range(low, high)


def _parse(text: str, position: int, before: str) -> float:
    if not _NUMBER.match(text):
        found = quoted(text) if text else "nothing"
        raise QueryError(f"After {before} stands {found}", position, "a number such as 0.5 or -2")
    number = float(text)
    if math.isinf(number):
        raise QueryError(f"{quoted(text)} is too large a number", position, "a smaller number")
    return number


def _list(scanner: Scanner, field: FieldInfo, name: str) -> Value:
    items: list[Item] = []
    while not items or scanner.take(","):
        position = scanner.at
        text, quoted = scanner.item()
        if not text:
            place = f"after {name}:" if not items else "after the comma"
            raise QueryError(f"There is no value {place}", position, field.expected)
        items.append(Item(text, quoted, position))
    only = items[0]
    if len(items) == 1 and not only.quoted and only.text == "*" and field.present:
        return Present()
    if len(items) == 1 and not only.quoted and only.text == "none" and field.absent:
        return Missing()
    return Items(tuple(_checked(item, field, name) for item in items))


def _checked(item: Item, field: FieldInfo, name: str) -> Item:
    if field.kind is Kind.BIT:
        _check_bit(item)
        return Item(normal_name(item.text), False, item.position)
    if field.kind is Kind.PATTERN:
        return _checked_pattern(item, field, name)
    if field.kind is Kind.TERM:
        return _checked_term(item, field, name)
    if field.kind is Kind.CHOICE:
        word = item.text.lower()
        if word not in field.choices:
            hint = nearest(word, field.choices)
            raise QueryError(f"{quoted(item.text)} is no value of {name}:{hint}", item.position, field.expected)
        return Item(word, False, item.position)
    return item


def _checked_pattern(item: Item, field: FieldInfo, name: str) -> Item:
    word, dot, side = normal_name(item.text).partition(".")
    if word not in field.choices:
        hint = nearest(word, field.choices)
        raise QueryError(f"{quoted(item.text)} is no value of {name}:{hint}", item.position, field.expected)
    if dot and side not in SIDES:
        sides = ", ".join(SIDES)
        raise QueryError(f"{name}:{word} has no side {quoted(side)}", item.position + len(word) + 1, sides)
    return Item(f"{word}{dot}{side}", False, item.position)


def _checked_term(item: Item, field: FieldInfo, name: str) -> Item:
    term = " ".join(item.text.lower().split())
    for form in (term, term.removesuffix("s")):
        if form in field.choices:
            return Item(form, item.quoted, item.position)
    hint = nearest(term, field.choices)
    raise QueryError(f"{quoted(item.text)} is no value of {name}:{hint}", item.position, field.expected)


def _check_bit(item: Item) -> None:
    bit, dot, side = item.text.partition(".")
    name = normal_name(bit)
    if name not in BIT_MEANINGS:
        hint = nearest(name, BIT_MEANINGS)
        raise QueryError(
            f"There is no structure bit {quoted(bit)}{hint and f'.{hint}'}",
            item.position,
            ", ".join(sorted(BIT_MEANINGS)),
        )
    try:
        bits_named(name, side.lower() if dot else None)
    except KeyError:
        sides = ", ".join(sides_of_bit(name))
        raise QueryError(
            f"{name} has no side {quoted(side)}", item.position + len(bit), f".{sides}" if sides else "no side"
        ) from None
