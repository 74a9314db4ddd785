"""Rows of a file find their pairs: by content hash, key, row or text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hhtui.audit.errors import AuditError
from hhtui.audit.labels import shown
from hhtui.audit.problems import Problem, Reason
from hhtui.audit.statements import Match, Said
from hhtui.store.connection import Connection
from hhtui.store.lookup import keyed, pair_ids
from hhtui.store.sources import all_sources
from hhtui.store.texts import Place, places_of


class Found(NamedTuple):
    """The pair that a row names, and the side where a text stands on one alone, else ""."""

    pair_id: int
    side: str = ""


def choose(asked: Match | None, fields: Iterable[str]) -> tuple[Match, ...]:
    """Return what names the pairs: what was asked for, else hash and key, else the row, else a text."""
    there = set(fields) | ({"hash", "key"} if "hhtui" in fields else set())
    if "response" in there:
        there.add("text")
    if asked is not None:
        if asked not in there:
            raise AuditError(f"the file has no field {asked}; say which one it is: --column FIELD={asked}")
        return (asked,)
    both: tuple[Match, ...] = tuple(name for name in ("hash", "key") if name in there)
    if both or "row" in there:
        return both or ("row",)
    if "text" in there:
        return ("text",)
    raise AuditError(
        "no field of the file names a pair: hash, key, row or text; say which one does: --column FIELD=key"
    )


def match(
    connection: Connection, rows: Sequence[Said], by: Sequence[Match], subset: str | None, split: str | None
) -> dict[int, Found | Problem]:
    """Return, by line, the pair of each row, or why it has none."""
    if by == ("text",):
        return _by_text(connection, rows)
    if by == ("row",):
        return _by_row(connection, rows, subset, split)
    return _by_name(connection, rows, by)


def _by_name(connection: Connection, rows: Sequence[Said], by: Sequence[Match]) -> dict[int, Found | Problem]:
    hashes = [row.names.get("hash", "").lower() for row in rows] if "hash" in by else [""] * len(rows)
    names = [row.names.get("key", "") for row in rows] if "key" in by else [""] * len(rows)
    with_hash = pair_ids(connection, "hash", [one for one in hashes if one])
    with_key = keyed(connection, [one for one in names if one])
    return {
        row.line: _named(row.line, digest, key, with_hash, with_key)
        for row, digest, key in zip(rows, hashes, names, strict=True)
    }


def _named(
    line: int, digest: str, key: str, with_hash: Mapping[str, int], with_key: Mapping[str, tuple[int, str]]
) -> Found | Problem:
    """Find a pair by its hash, of several that with the key; a key alone finds it where no hash is given."""
    pair_id, its_hash = with_key.get(key, (0, ""))
    if not digest:
        if not key:
            return Problem(line, Reason.UNNAMED)
        return Found(pair_id) if pair_id else Problem(line, Reason.UNKNOWN_KEY, shown(key))
    if digest in with_hash:
        return Found(pair_id if its_hash == digest else with_hash[digest])
    return (
        Problem(line, Reason.HASH_DIFFERS, shown(key))
        if pair_id
        else Problem(line, *((Reason.UNKNOWN_KEY, shown(key)) if key else (Reason.UNKNOWN_HASH, shown(digest))))
    )


def _by_row(
    connection: Connection, rows: Sequence[Said], subset: str | None, split: str | None
) -> dict[int, Found | Problem]:
    numbers = {row.line: row.names.get("row", "") for row in rows}
    alone = {
        (source.subset, source.split)
        for source in all_sources(connection).values()
        if not source.replaced and subset in (None, source.subset) and split in (None, source.split)
    }
    known = alone.copy().pop() if len(alone) == 1 else ("", "")
    places = {
        row.line: (subset or row.names.get("subset") or known[0], split or row.names.get("split") or known[1])
        for row in rows
    }
    if not all(one and other for one, other in places.values()):
        there = ", ".join(sorted(f"{shown(one)}/{shown(other)}" for one, other in alone)) or "none"
        raise AuditError(f"rows are counted in each source; name one with --subset and --split: {there}")
    keys = {line: f"{'/'.join(places[line])}/{number}" for line, number in numbers.items()}
    found = keyed(connection, list(keys.values()))
    return {
        line: Found(found[key][0])
        if key in found
        else Problem(line, Reason.UNKNOWN_ROW if numbers[line] else Reason.UNNAMED, shown(numbers[line]))
        for line, key in keys.items()
    }


def _by_text(connection: Connection, rows: Sequence[Said]) -> dict[int, Found | Problem]:
    texts = {row.line: row.names.get("text", row.names.get("response", "")) for row in rows}
    places = places_of(connection, texts.values())
    return {line: _placed(line, text, places.get(text, [])) for line, text in texts.items()}


def _placed(line: int, text: str, places: Sequence[Place]) -> Found | Problem:
    if not text:
        return Problem(line, Reason.UNNAMED)
    if not places:
        return Problem(line, Reason.UNKNOWN_TEXT)
    if len({place.pair_id for place in places}) > 1:
        return Problem(line, Reason.AMBIGUOUS_TEXT, f"{len(places):,} places")
    return Found(places[0].pair_id, places[0].side if len(places) == 1 else "")
