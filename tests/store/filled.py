"""Databases filled with pairs by plain SQL, for tests of what reads them."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from hhtui.dialogue import pair_up, rebuild
from hhtui.hashing import content_hash
from hhtui.store.database import Database
from hhtui.store.pairs import last_id

Transcripts = tuple[str, str]


def read_transcripts(file: Path, limit: int | None = None) -> list[Transcripts]:
    """Return the chosen and rejected transcripts of a JSONL.gz file, the first `limit` of them."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["chosen"], row["rejected"]) for row in rows[:limit]]


def add_pairs(database: Database, pairs: Iterable[Transcripts]) -> None:
    """Append pairs of transcripts to `database`, as one source."""
    with database.writing(durable=False) as connection:
        first = last_id(connection) + 1
        source = connection.execute(
            "INSERT INTO source (uri, split, subset, format, sha256, columns, loaded_at) "
            "VALUES ('-', 'test', 'made', 'hh-rlhf', ?, '[]', '2024-01-01')",
            (str(first),),
        ).lastrowid
        for number, (chosen, rejected) in enumerate(pairs, first):
            sides = pair_up(chosen, rejected)
            prompt = rebuild(sides.prompt)
            connection.execute(
                "INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, NULL, NULL)",
                (
                    *(number, source, number - 1, content_hash(chosen, rejected)),
                    *(len(sides.prompt), len(sides.chosen), len(sides.rejected)),
                ),
            )
            connection.execute(
                "INSERT INTO body VALUES (?, ?, ?, ?, NULL, NULL)",
                (number, prompt, chosen[len(prompt) :], rejected[len(prompt) :]),
            )


def new_database(path: Path, pairs: Iterable[Transcripts]) -> Database:
    """Return a new database at `path` that holds `pairs`."""
    database = Database.create(path)
    add_pairs(database, pairs)
    return database
