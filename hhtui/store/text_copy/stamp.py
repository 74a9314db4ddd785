"""Which database, and which of its pairs, a copy of the texts was made of."""

import hashlib
import json
import re
import sqlite3
from pathlib import Path
from typing import NamedTuple

VERSION = 2
SAMPLED_PAIRS = 64
METADATA = b"hhtui"
PEEKED_BYTES = 8_192
_STAMP = re.compile(rb'\{"upto": [^{}]*\}')


class Stamp(NamedTuple):
    """What both files of a copy carry.

    `upto` is the greatest id of the `pairs` pairs that the copy has, `database` identifies what they hold. `made` is
    another for each time that a copy is made, by which its two files know each other.
    """

    upto: int
    pairs: int
    database: str
    made: str = ""
    version: int = VERSION

    def metadata(self) -> dict[bytes, bytes]:
        """Return the stamp as metadata of an Arrow schema."""
        return {METADATA: json.dumps(self._asdict()).encode()}


def stamp_in(metadata: dict[bytes, bytes] | None) -> Stamp | None:
    """Return the stamp that a schema's metadata holds, None where there is none of this version."""
    try:
        stored = json.loads((metadata or {})[METADATA])
        return Stamp(**stored) if stored["version"] == VERSION else None
    except (KeyError, TypeError, ValueError):
        return None


def peeked(file: Path) -> Stamp | None:
    """Return the stamp of a file, None where there is none; without Arrow, which keeps metadata as they are."""
    try:
        with open(file, "rb") as beginning:
            found = _STAMP.search(beginning.read(PEEKED_BYTES))
    except OSError:
        return None
    return stamp_in({METADATA: found[0]}) if found else None


def stamp_of(connection: sqlite3.Connection, upto: int) -> Stamp:
    """Return the stamp of a copy of the pairs up to this id.

    Databases are told apart by the files that were loaded, and by the content hashes of some pairs.
    """
    pairs: int = connection.execute("SELECT count(*) FROM pair WHERE id <= ?", (upto,)).fetchone()[0]
    sources = connection.execute(
        "SELECT id, sha256 FROM source WHERE id <= (SELECT source_id FROM pair WHERE id = ?) ORDER BY id", (upto,)
    ).fetchall()
    some = json.dumps(sorted({max(1, upto * step // SAMPLED_PAIRS) for step in range(SAMPLED_PAIRS + 1)}))
    hashes = connection.execute(
        "SELECT id, hex(hash) FROM pair WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (some,)
    ).fetchall()
    return Stamp(upto, pairs, hashlib.sha256(json.dumps([sources, hashes]).encode()).hexdigest()[:32])


def texts_file(database: Path) -> Path:
    """Return where the copy of the texts lies, with the numbers of each pair's words."""
    return database.with_name(f"{database.name}.texts")


def words_file(database: Path) -> Path:
    """Return where the words lie to which those numbers belong."""
    return database.with_name(f"{database.name}.words")


def path_of(connection: sqlite3.Connection) -> Path | None:
    """Return where the connection's database lies, None where it is in memory."""
    name = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    return Path(name) if name else None
