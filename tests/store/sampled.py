"""Databases to draw samples from, and answers as the screen writes them into the log."""

from collections.abc import Sequence
from typing import Any

from hhtui.audit.samples import Sample
from hhtui.model import Context
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from tests.transcripts import dialogue


def transcripts(count: int, word: str) -> list[tuple[str, str]]:
    """Return different pairs."""
    return [(dialogue("Well?", f"{word} {at}."), dialogue("Well?", f"No {word} {at}.")) for at in range(count)]


def finish_sources(database: Database) -> None:
    """Mark all sources as read to their end, as drawing needs."""
    with database.writing() as connection:
        connection.execute("UPDATE source SET complete = 1")


def context_of(sample: Sample, draw: int, **more: Any) -> Context:
    """Return what the screen writes down with a decision about a pair of a sample."""
    told = Context(
        interface="screen", lane="estimate", frame=sample.frame.id, draw=draw, what=str(sample.question), blind=True
    )
    return told | more  # type: ignore[return-value]


def answer(
    database: Database, sample: Sample, values: Sequence[str], *, by: str = "anna", kind: str = "", **more: Any
) -> None:
    """Decide about the first open pairs of a sample, one value each; "skip" skips."""
    person = Annotator.begin(database, by)
    for (place, pair_id), value in zip(sample.open, values, strict=False):
        conditions = Conditions(context=context_of(sample, place, **more))
        if value == "skip":
            person.decide([pair_id], "skip", "yes", conditions=conditions)
        else:
            person.decide([pair_id], kind or sample.question.kind, value, conditions=conditions)  # type: ignore[arg-type]
