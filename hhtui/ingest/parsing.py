"""A line of a source becomes a JSON object, or a reason why it does not."""

import json
from typing import Any

from hhtui.ingest.errors import Unreadable
from hhtui.ingest.formats import kind_of

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse_object(line: bytes) -> dict[str, Any]:
    """Return the JSON object that `line` holds; raises Unreadable with the reason."""
    return check_object(parse(line))


def parse(document: bytes) -> Any:
    """Return the JSON value of `document`; raises Unreadable with the reason.

    What orjson refuses is asked of the standard parser, which also takes NaN, numbers of any size and escaped lone
    surrogates.
    """
    import orjson

    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return _parse_leniently(document)


def check_object(value: Any) -> dict[str, Any]:
    """Return `value` where it is a JSON object whose texts can be stored; raises Unreadable."""
    if type(value) is not dict:
        raise Unreadable(f"not an object but {kind_of(value)}")
    return value


def extra_json(extra: dict[str, Any]) -> str:
    """Return a source's other columns as a JSON object; raises Unreadable where a text cannot be stored."""
    import orjson

    try:
        return orjson.dumps(extra, default=str).decode()
    except (TypeError, orjson.JSONEncodeError):
        return _dumps_leniently(extra)


def _parse_leniently(document: bytes) -> Any:
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"bad UTF-8 at byte {error.start}") from None
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except RecursionError:
        raise Unreadable("not JSON: nested too deep") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None


def _dumps_leniently(extra: dict[str, Any]) -> str:
    try:
        text = json.dumps(extra, ensure_ascii=False, default=str, separators=(",", ":"))
        text.encode()
        return text
    except UnicodeEncodeError:
        raise Unreadable("a lone surrogate, which no UTF-8 text can hold") from None
    except RecursionError:
        raise Unreadable("nested too deep") from None
