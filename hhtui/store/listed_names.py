"""The names of pairs in a list from elsewhere: keys or hashes, in lines, CSV or JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from hhtui.store.errors import StoreError

HASH = re.compile("[0-9a-fA-F]{32}")
QUOTED_FORMULA = re.compile(r"'\W*[-=+@＝＋－＠]")
_INK = re.compile(r"\S")
LONGEST_CELL = 2**31 - 1
FORMS = "one key or hash a line, or CSV or JSON lines with a column key or hash, as hhtui export writes them"


class Named(NamedTuple):
    """What a list says of one pair: its hash, hexadecimal in lower case, and its key, "" for what it does not say."""

    hash: str
    key: str

    def __str__(self) -> str:
        return self.key or self.hash


def named_in(content: bytes, source: str) -> list[Named]:
    """Return the names in a list: a line each, CSV with a heading, JSON lines, or what `hhtui search --json` prints.

    `source` says where it comes from, for the StoreError that is raised where it cannot be read or names nothing.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError(f"{source} is not UTF-8 text, from byte {error.start} on; it should be {FORMS}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith(("{", "[")):
        names: Iterable[Named] = _of_json(text, source)
    else:
        comma = "\t" if "\t" in first else ","
        with _long_cells():
            heading = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=comma), [])]
        is_table = bool({"key", "hash"} & set(heading))
        names = _of_csv(heading, rest, comma, source) if is_table else _of_lines(text)
    found = [name for name in names if any(name)]
    if not found:
        raise StoreError(f"{source} names no pair; it should be {FORMS}")
    return found


def as_table(names: Iterable[Named]) -> str:
    """Return names as a list of its own, which reads back as these names."""
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\n").writerows([Named._fields, *names])
    return table.getvalue()


def _of_lines(text: str) -> list[Named]:
    return [_of_word(word) for line in text.split("\n") if (word := line.strip())]


def _of_word(word: str) -> Named:
    return Named(word.lower(), "") if HASH.fullmatch(word) else Named("", word)


def _of_csv(heading: Sequence[str], rest: str, comma: str, source: str) -> list[Named]:
    places = [heading.index(name) if name in heading else None for name in ("hash", "key")]
    rows = csv.reader(io.StringIO(rest, newline=""), delimiter=comma, strict=True)
    found: list[Named] = []
    with _long_cells():
        try:
            for row in rows:
                digest, key = (row[at].strip() if at is not None and at < len(row) else "" for at in places)
                found.append(Named(digest.lower(), _unquoted(key)))
        except csv.Error as error:
            raise StoreError(
                f"{source}: row {len(found) + 1:,} below the heading is no CSV ({error}), as where a quote is not "
                f"closed; it should be {FORMS}"
            ) from None
    return found


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _unquoted(key: str) -> str:
    """Return a key without the apostrophe with which exports keep spreadsheets from running it."""
    return key[1:] if QUOTED_FORMULA.match(key) else key


def _of_json(text: str, source: str) -> Iterator[Named]:
    for number, value in _values(text, source):
        for one in _records(value):
            name = _of_record(one)
            if name is None:
                raise StoreError(f"{source} line {number:,} has neither a key nor a hash; it should be {FORMS}")
            yield name


def _values(text: str, source: str) -> Iterator[tuple[int, Any]]:
    """Yield each JSON value of a text, one a line or over several, with the number from 1 of the line it begins in."""
    decoder, line, before = json.JSONDecoder(), 1, 0
    while found := _INK.search(text, before):
        line += text.count("\n", before, found.start())
        before = found.start()
        try:
            value, after = decoder.raw_decode(text, before)
        except json.JSONDecodeError as error:
            raise StoreError(f"{source} line {error.lineno:,} is no JSON ({error.msg}); it should be {FORMS}") from None
        except (ValueError, RecursionError) as error:
            why = "it is nested too deeply" if isinstance(error, RecursionError) else error
            raise StoreError(f"{source} line {line:,} cannot be read as JSON ({why}); it should be {FORMS}") from None
        yield line, value
        line += text.count("\n", before, after)
        before = after


def _records(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return value["pairs"] if isinstance(value, dict) and isinstance(value.get("pairs"), list) else [value]


def _of_record(value: Any) -> Named | None:
    """Return what names a pair in a JSON value: a text, an object, or what `--with-decisions` adds to one."""
    if isinstance(value, str):
        return _of_word(_text(value))
    if not isinstance(value, dict):
        return None
    told = value["hhtui"] if isinstance(value.get("hhtui"), dict) else value
    name = Named(_text(told.get("hash")).lower(), _text(told.get("key")))
    return name if any(name) else None


def _text(value: Any) -> str:
    """Return a text without white space around it and without lone surrogates, "" for what is none."""
    return value.strip().encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
