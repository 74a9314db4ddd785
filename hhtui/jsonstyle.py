"""How a source writes its JSON lines, so that its rows can be written again byte for byte."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product
from json.encoder import encode_basestring_ascii
from typing import Any


@dataclass(frozen=True, slots=True)
class JsonStyle:
    """What JSON leaves open: whether non-ASCII is escaped, the separators, and the end of a line."""

    ascii_only: bool = False
    item_separator: str = ", "
    key_separator: str = ": "
    newline: str = "\n"

    def to_json(self) -> str:
        """Return the style as a JSON object, as `source.json_style` holds it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "JsonStyle":
        """Return the style that `to_json` wrote."""
        return cls(**json.loads(text))


Writer = Callable[[Mapping[str, Any]], bytes]
"""Makes a line, without its end, of a row."""
KEPT = 64
"""How many styles, and how many sets of keys in each, are prepared once."""

CANDIDATES = tuple(
    JsonStyle(ascii_only, *separators)
    for separators, ascii_only in product([(", ", ": "), (",", ":"), (",", ": "), (", ", ":")], [False, True])
)


def writer(style: JsonStyle, columns: Sequence[str]) -> Writer:
    """Return what writes a row as a line in `style`, without its end.

    The keys come in the order of `columns`, those that are not among them after these. Strings are escaped as the
    standard library does. What is returned raises TypeError or UnicodeEncodeError where a text holds a lone
    surrogate, RecursionError where a value is nested too deep.
    """
    import orjson

    quote = _quote_ascii if style.ascii_only else orjson.dumps
    between, after_key = style.item_separator.encode(), style.key_separator.encode()

    @lru_cache(maxsize=KEPT)
    def labels(names: tuple[str, ...]) -> list[tuple[str, bytes]]:
        present, known = set(names), set(columns)
        keys = [key for key in columns if key in present] + [key for key in names if key not in known]
        return [(key, (between if at else b"") + quote(key) + after_key) for at, key in enumerate(keys)]

    def write(row: Mapping[str, Any]) -> bytes:
        written: list[bytes] = []
        for key, label in labels(tuple(row)):
            value = row[key]
            written += (label, quote(value) if type(value) is str else _encode(style, value))
        return b"".join([b"{", *written, b"}"])

    return write


def render(style: JsonStyle, columns: Sequence[str], row: Mapping[str, Any]) -> bytes:
    """Return one row as the `writer` of this style and these columns writes it; raises what that raises."""
    return _writer(style, tuple(columns))(row)


_writer = lru_cache(maxsize=KEPT)(writer)


def detect(lines: Iterable[tuple[bytes, Mapping[str, Any]]], columns: Sequence[str], newline: str) -> JsonStyle:
    """Return the style that writes the most of these rows as they stand in the source.

    `lines` holds each line without its end, and its row.
    """
    lines = list(lines)
    found = max(CANDIDATES, key=lambda style: sum(_writes(style, columns, row, line) for line, row in lines))
    return JsonStyle(found.ascii_only, found.item_separator, found.key_separator, newline)


def _writes(style: JsonStyle, columns: Sequence[str], row: Mapping[str, Any], line: bytes) -> bool:
    try:
        return render(style, columns, row) == line
    except (TypeError, UnicodeEncodeError, RecursionError):
        return False


def _quote_ascii(text: str) -> bytes:
    return encode_basestring_ascii(text).encode()


def _encode(style: JsonStyle, value: Any) -> bytes:
    encoded: str = _encoder(style)(value)
    return encoded.encode()


@lru_cache(maxsize=16)
def _encoder(style: JsonStyle) -> Callable[[Any], str]:
    return json.JSONEncoder(
        ensure_ascii=style.ascii_only, separators=(style.item_separator, style.key_separator)
    ).encode
