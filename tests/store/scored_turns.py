"""Turns with given scores, as a scorer that reads turns would have left them."""

import json
from collections.abc import Mapping

from hhtui.hashing import text_hash
from hhtui.model import Unit
from hhtui.store import scorers
from hhtui.store.database import Database
from tests.store.scored import column


def give_turns(
    database: Database,
    numbers: Mapping[str, float | None],
    *,
    name: str = "made",
    columns: tuple[str, ...] = ("toxicity",),
    units: tuple[Unit, ...] = ("response", "prompt", "turn"),
) -> None:
    """Give each text its number in the last of a scorer's columns, and 0 in those before."""
    with database.writing() as connection:
        scorer = scorers.register(
            connection,
            name=name,
            version="1.2.3",
            fingerprint=f"{name} {columns}",
            columns=[column(one) for one in columns],
            units=units,
            parameters={},
        )
        connection.executemany(
            "INSERT OR REPLACE INTO score (text_hash, scorer_id, numbers) VALUES (?, ?, ?)",
            [
                (text_hash(text), scorer.id, json.dumps([*([0.0] * (len(columns) - 1)), number]))
                for text, number in numbers.items()
            ],
        )
