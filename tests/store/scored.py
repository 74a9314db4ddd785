"""Databases whose pairs have given scores, as a scorer would have left them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy

from hhtui.model import ScoreColumn, Unit
from hhtui.store import scorers, scoring
from hhtui.store.columns import pack
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from tests.store.real_rows import fill

Numbers = Mapping[str, Sequence[float]]


def new_database(path: Path, transcripts: Sequence[tuple[str, str]]) -> Database:
    """Return a database of these transcripts, with its text index and without scores."""
    database = Database.create(path)
    fill(database, transcripts, "made", "test")
    return database


def give(
    database: Database,
    name: str,
    columns: Sequence[ScoreColumn],
    numbers: Numbers,
    *,
    units: tuple[Unit, ...] = ("response",),
    complete: bool = True,
) -> None:
    """Give every pair the `numbers` of a scorer: by the name of a packed column, as `size.chosen`, one for each id."""
    with database.writing() as connection:
        scorer = scorers.register(
            connection,
            name=name,
            version="1.2.3",
            fingerprint=f"{name} {[column.name for column in columns]}",
            columns=columns,
            units=units,
            parameters={},
        )
        for column, values in numbers.items():
            packed = numpy.array(values, dtype="<f4")
            pack(connection, f"{scorers.slug(name)}.{column}", packed, scorer_id=scorer.id)
        for unit in units:
            scoring.finish(connection, scorer, unit, last_id(connection) - (not complete))


def column(name: str, low: float = 0, high: float = 1, *, of_pair: bool = False) -> ScoreColumn:
    """Return a column of this name and range."""
    return ScoreColumn(name, low, high, f"Means {name}.", f"Fails at {name}.", of_pair)


NONE = math.nan
