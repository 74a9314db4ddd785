"""What a database tells: counts, its log, how far people agree, and what a methods section says."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.audit.agreement import Agreement
    from hhtui.audit.methods import Methods
    from hhtui.store.log import Logged, Wanted
    from hhtui.store.statistics import Statistics


def statistics(database: Database) -> "Statistics":
    """Count structure, sources, decisions, lengths and scores over the whole database."""
    from hhtui.store.statistics import gather

    return gather(database.reader())


def log(database: Database, wanted: "Wanted | None" = None) -> "Iterator[Logged]":
    """Yield the events of the log that are wanted, oldest first: who decided what, when, under which conditions.

    Raises StoreError where a pair is asked for that is not here.
    """
    from hhtui.store.log import Wanted, read

    return read(database.reader(), wanted or Wanted())


def agreement(
    database: Database,
    what: str = "preference",
    *,
    annotators: Sequence[str] = (),
    resamples: int = 2000,
    seed: int = 7,
) -> "Agreement":
    """Measure how far annotators agree on what several of them read blind; see `hhtui.audit.agreement.agree`."""
    from hhtui.audit.agreement import agree

    return agree(database.reader(), what, annotators=annotators, resamples=resamples, seed=seed)


def methods(database: Database, *, by: str | None = None, column: str | None = None, at: float = 0.5) -> "Methods":
    """Return what a methods section has to say of the database: of the annotator `by`, or of everybody.

    `column` and the threshold `at` are those of the table prompt harm × reply harm × direction; without a column it is
    the one that harm stands for. `hhtui.audit.methods_text.markdown` makes the report of it. Raises StoreError where
    there is no such column, or `by` decided nothing.
    """
    from hhtui.audit.methods import gather

    return gather(database.reader(), database.path.name, annotator=by or "", column=column, at=at)
