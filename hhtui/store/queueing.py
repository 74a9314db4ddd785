"""The queues of a database: which there are, how many pairs wait in each, and how one is begun."""

import sqlite3

from hhtui.query.queues import TITLES, Queue, queues
from hhtui.store import lanes
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
    """Begin to read what a query of one's own finds, ordered by a column, "" for the query's order; raises as above."""
    text = f"{query} sort:{order}".strip() if order else query
    return lanes.start(
        database, annotator, Plan("", query, order, seed=wanted.seed), wanted._replace(lists=[("", text)])
    )


def left_to_read(database: Database, annotator: str) -> Triage:
    """Return what `annotator` began and has not finished; raises StoreError where that is nothing."""
    begun = unfinished(database.reader(), annotator)
    if begun is None:
        raise StoreError(
            f"{annotator} has left nothing unfinished; to read what matters first: hhtui triage {database.path}"
        )
    return begun
