"""The queues of a database: which there are, how many pairs wait in each, and how one is begun."""

import sqlite3

from hhtui.query.queues import TITLES, Queue, queues
from hhtui.store import lanes, results
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.lanes import Wanted
from hhtui.store.scorers import harm_column, score_fields
from hhtui.store.triage import Plan, Triage, unfinished


def queues_here(connection: sqlite3.Connection, seed: int = 7) -> tuple[Queue, ...]:
    """Return the queues that this database can or could offer; `seed` draws the one by chance."""
    return queues(score_fields(connection), harm_column(connection), seed)


def waiting(connection: sqlite3.Connection, annotator: str, queue: Queue) -> int:
    """Return how many pairs of `queue` wait for `annotator`: what nobody has decided or is about to read.

    Raises QueryError or sqlite3.Error where that cannot be found out.
    """
    return lanes.waiting(connection, annotator, queue.lists)


def begin_queue(database: Database, annotator: str, queue: Queue, wanted: Wanted) -> Triage:
    """Begin to read `queue` in the way of `wanted`; raises StoreError where nothing waits, or a score is missing."""
    if queue.missing is not None:
        raise StoreError(queue.needs(str(database.path)))
    query = queue.lists[0].query if len(queue.lists) == 1 else ""
    plan = Plan(queue.name, query, seed=wanted.seed)
    return lanes.start(database, annotator, plan, wanted._replace(lists=queue.lists))


def begin_named(database: Database, annotator: str, name: str, wanted: Wanted) -> Triage:
    """Begin to read the queue of this name; raises StoreError as `begin_queue` does, and where there is none."""
    for queue in queues_here(database.reader(), wanted.seed):
        if queue.name == name:
            return begin_queue(database, annotator, queue, wanted)
    raise StoreError(f"there is no queue {name!r}; there are {', '.join(TITLES)}")


def begin_query(database: Database, annotator: str, query: str, order: str, wanted: Wanted) -> Triage:
    """Begin to read what a query of one's own finds, ordered by a column, "" for the query's order; raises as above.

    StoreError, too, where it finds more pairs than are ordered by relevance, and that is asked for.
    """
    text = f"{query} sort:{order}".strip() if order else query
    _refuse_without_relevance(database.reader(), text)
    return lanes.start(
        database, annotator, Plan("", query, order, seed=wanted.seed), wanted._replace(lists=[("", text)])
    )


def _refuse_without_relevance(connection: sqlite3.Connection, text: str) -> None:
    from hhtui.query.parser import parse
    from hhtui.store import ranking

    query = parse(text)
    if all(key.name != "relevance" for key in query.sort):
        return
    found = results.search(connection, query)
    if found.ranking is None and len(found.ids):
        raise StoreError(
            f"{len(found.ids):,} pairs are too many to be read by relevance, which is for up to "
            f"{ranking.MOST_RELEVANT:,}; narrow the query, or name another order"
        )


def left_to_read(database: Database, annotator: str) -> Triage:
    """Return what `annotator` began and has not finished; raises StoreError where that is nothing."""
    begun = unfinished(database.reader(), annotator)
    if begun is None:
        raise StoreError(
            f"{annotator} has left nothing unfinished; to read what matters first: hhtui triage {database.path}"
        )
    return begun
