"""A patch is read, and everything in it is checked: whoever sent it, it does what it says or is refused."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from hhtui.export.patch import FORMAT, VERSION, Change, Patch, PatchSource
from hhtui.export.rules import Action
from hhtui.jsonstyle import CANDIDATES, JsonStyle
from hhtui.store.errors import StoreError

LONGEST_LINE = 1024 * 1024
"""The most bytes of a line; those that `hhtui clean` writes have a few hundred."""
SHA256 = re.compile("[0-9a-f]{64}")
PAIR_HASH = re.compile("[0-9a-f]{32}")
NAME = re.compile(r".*\S.*", re.DOTALL)
EXPECTED = {SHA256: "SHA-256 in hexadecimal", PAIR_HASH: "hash of a pair", NAME: "text with something in it"}
NEWLINES = ("\n", "\r\n")


def read(path: Path, formats: Collection[str]) -> Patch:
    """Return the patch in the file `path`, of a source in one of `formats`.

    Raises StoreError where it is none that this hhtui can apply; that names the line and what is wrong with it.
    """
    if not path.is_file():
        raise StoreError(f"there is no patch {path}; name the file that hhtui clean wrote beside its output")
    with path.open("rb") as file:
        lines = _lines(path, file)
        header = next(lines, None)
        if header is None or header.fields.get("format") != FORMAT:
            raise StoreError(f"{path} is no patch of hhtui; name the file that hhtui clean wrote beside its output")
        version = header.number("version")
        if version != VERSION:
            raise StoreError(f"{path} is a patch of version {version}, this hhtui reads {VERSION}; upgrade it")
        source, rows = _source(header.within("source"), formats), header.within("source").number("rows")
        result = header.within("result").text("sha256", SHA256)
        changes = list(_changes(lines, rows))
    return Patch(source, changes, _written(header.within("counts"), changes), result)


class _Fields:
    """The fields of an object in a patch, each asked for with its type; `place` says where the object stands."""

    def __init__(self, place: str, fields: Mapping[str, Any]) -> None:
        self.fields = fields
        self._place = place

    def text(self, name: str, like: re.Pattern[str] = NAME) -> str:
        found = self.fields.get(name)
        if not isinstance(found, str) or not like.fullmatch(found):
            raise self.wrong(f"{name} is no {EXPECTED[like]}")
        return found

    def optional(self, name: str) -> str | None:
        return None if self.fields.get(name) is None else self.text(name)

    def number(self, name: str) -> int:
        found = self.fields.get(name)
        if type(found) is not int or found < 0:
            raise self.wrong(f"{name} is no whole number from 0")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.fields.get(name)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(f"{name} is no list of texts")
        if len(set(found)) < len(found):
            raise self.wrong(f"{name} names something twice")
        return tuple(found)

    def within(self, name: str) -> "_Fields":
        found = self.fields.get(name)
        if not isinstance(found, dict):
            raise self.wrong(f"{name} is no object")
        return _Fields(f"{self._place}, {name}", found)

    def wrong(self, what: str) -> StoreError:
        return StoreError(f"{self._place}: {what}; get the patch again, or make it anew with hhtui clean")


def _lines(path: Path, file: BinaryIO) -> Iterator[_Fields]:
    """Yield the objects that the lines of a patch hold."""
    import orjson

    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        found = _Fields(f"{path}, line {number}", {})
        if len(line) > LONGEST_LINE:
            raise found.wrong(f"longer than {LONGEST_LINE:,} bytes")
        if not line.strip():
            continue
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise found.wrong(f"no JSON ({error})") from None
        if not isinstance(fields, dict):
            raise found.wrong("no JSON object")
        yield _Fields(f"{path}, line {number}", fields)


def _source(told: _Fields, formats: Collection[str]) -> PatchSource:
    if told.fields.get("format") not in tuple(formats):
        raise told.wrong(f"format is none that this hhtui knows ({', '.join(formats)})")
    return PatchSource(
        uri=told.text("uri"),
        configuration=told.optional("configuration"),
        data_dir=told.optional("data_dir"),
        subset=told.text("subset"),
        split=told.text("split"),
        revision=told.optional("revision"),
        format=told.text("format"),
        sha256=told.text("sha256", SHA256),
        columns=told.texts("columns"),
        style=None if told.fields.get("json_style") is None else _style(told.within("json_style")),
    )


def _style(told: _Fields) -> JsonStyle:
    """Return one of the styles that hhtui finds in sources."""
    for style in CANDIDATES:
        for newline in NEWLINES:
            if asdict(found := replace(style, newline=newline)) == told.fields:
                return found
    raise told.wrong("no style in which hhtui writes JSON lines")


def _changes(lines: Iterator[_Fields], rows: int) -> Iterator[Change]:
    """Yield the changes, each about another row of the `rows` of the source."""
    seen: set[int] = set()
    for line in lines:
        change = Change(line.text("key"), line.number("row"), line.text("hash", PAIR_HASH), _action(line))
        if change.row >= rows:
            raise line.wrong(f"row {change.row} is beyond the {rows:,} of the source")
        if change.row in seen:
            raise line.wrong(f"row {change.row} is changed twice")
        seen.add(change.row)
        yield change


def _action(line: _Fields) -> Action:
    if line.fields.get("action") not in ("drop", "swap"):
        raise line.wrong("action is neither drop nor swap")
    return cast(Action, line.fields["action"])


def _written(counts: _Fields, changes: list[Change]) -> int:
    """Return how many pairs are left; raises StoreError where the counts do not fit the changes."""
    done: Counter[str] = Counter(change.action for change in changes)
    for name, action in (("dropped", "drop"), ("swapped", "swap")):
        if counts.number(name) != done[action]:
            raise counts.wrong(f"{name} is {counts.number(name):,}, and the lines that follow have {done[action]:,}")
    if counts.number("written") != counts.number("pairs") - done["drop"]:
        raise counts.wrong("written is not what is left of pairs")
    return counts.number("written")
