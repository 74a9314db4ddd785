"""The orders that a result can be given: each as `sort:` names it, either way round, and what it brings first."""

from collections.abc import Iterator
from typing import NamedTuple

from hhtui.store import scorers
from hhtui.store.connection import Connection
from hhtui.tui.view import LIKENESS, LIST_ORDER, ROW_ORDER, Listed, is_fuzzy

FIRST_SEED = 1


class Order(NamedTuple):
    """An order by a column: its name after `sort:`, and what it brings first ascending and descending.

    `descends` is whether it is offered descending at first. The order that a result has without a `sort:` has the name
    "" and only one way, `way` in words.
    """

    name: str
    ascending: str
    descending: str = ""
    descends: bool = False
    way: str = ""

    def sort(self, turned: bool) -> str:
        """Return what stands after `sort:`, turned round or as it is offered at first."""
        return f"{self.name}-" if self.descending and self.descends != turned else self.name

    def brings(self, turned: bool) -> str:
        """Return what it brings first, turned round or as it is offered at first."""
        return self.descending if self.descending and self.descends != turned else self.ascending


def orders(connection: Connection, query: str, listed: Listed = None) -> list[Order]:
    """Return the orders for what `query`, which can be read, finds on a list or on every pair; the likely ones first.

    Every number that this database has is among them, of each side that it has.
    """
    from hhtui.query.parser import parse

    asked = parse(query)
    return [
        *_without_sort(is_fuzzy(asked), listed),
        *_of_scores(connection),
        *_of_structure(),
        *_of_reading(connection, query),
    ]


def seed_of(query: str) -> int:
    """Return the number to offer for an order at random: the one after that of `query`, which can be read."""
    from hhtui.query.parser import parse

    return max((key.seed + 1 for key in parse(query).sort if key.seed is not None), default=FIRST_SEED)


def why_not(connection: Connection, query: str, order: str) -> str:
    """Return why `query` cannot be ordered by what stands after `sort:` in `order`, "" where it can."""
    from hhtui.query.errors import QueryError
    from hhtui.query.parser import parse
    from hhtui.query.planner import plan
    from hhtui.query.tree import Query

    try:
        asked, sort = parse(query), parse(f"sort:{order}")
        if sort.expression is not None:
            return f"“{order}” is no order."
        plan(Query(asked.expression, sort.sort), scorers.score_fields(connection), scorers.harm_column(connection))
    except QueryError as error:
        return error.message
    return ""


def _without_sort(fuzzy: bool, listed: Listed) -> Iterator[Order]:
    if fuzzy:
        yield Order("", "the pairs most like the ~words first", way=LIKENESS)
    elif listed is not None:
        yield Order("", "as the list has them", way=LIST_ORDER)
    plain = not fuzzy and listed is None
    yield Order("" if plain else ROW_ORDER, "the order of the source", way=ROW_ORDER)


def _of_scores(connection: Connection) -> Iterator[Order]:
    """Yield the orders by scores, those by the column that `harm:` stands for first."""
    harm, columns = scorers.harm_column(connection), scorers.score_columns(connection)
    fields = scorers.score_fields(connection)
    for qualified in sorted(columns, key=lambda one: one != harm):
        name, title = scorers.shortest_name(connection, qualified), columns[qualified].title
        parts, what = fields[name].parts, f"{title} first{' · harm' if qualified == harm else ''}"
        if "min" not in parts:
            yield Order(name, f"pairs low in {what}", f"pairs high in {what}", True)
        else:
            yield from _sided(name, what)
        if qualified == harm:
            yield Order("gap", f"rejected above chosen in {what}", f"chosen above rejected in {what}", True)
        if "prompt" in parts:
            yield Order(f"{name}.prompt", f"prompts low in {what}", f"prompts high in {what}", True)


def _sided(name: str, what: str) -> Iterator[Order]:
    yield Order(f"{name}.min", f"either response low in {what}", f"both responses high in {what}", True)
    yield Order(name, f"both responses low in {what}", f"either response high in {what}", True)
    for side in ("chosen", "rejected"):
        yield Order(f"{name}.{side}", f"{side} responses low in {what}", f"{side} responses high in {what}", True)


def _of_structure() -> Iterator[Order]:
    yield Order("length.chosen", "the shortest chosen responses first", "the longest chosen responses first", True)
    yield Order(
        "length.rejected", "the shortest rejected responses first", "the longest rejected responses first", True
    )
    yield Order("length.ratio", "chosen short beside rejected first", "chosen long beside rejected first", True)
    yield Order("length", "both responses short first", "either response long first", True)
    yield Order("length.min", "either response short first", "both responses long first", True)
    yield Order("length.prompt", "the shortest prompts first", "the longest prompts first", True)
    yield Order("turns", "both dialogues of few turns first", "either dialogue of many turns first", True)
    yield Order("turns.min", "either dialogue of few turns first", "both dialogues of many turns first", True)
    yield Order("turns.prompt", "prompts of few turns first", "prompts of many turns first", True)
    for side in ("chosen", "rejected"):
        few, many = (f"{side} dialogues of {count} turns first" for count in ("few", "many"))
        yield Order(f"turns.{side}", few, many, True)


def _of_reading(connection: Connection, query: str) -> Iterator[Order]:
    seed, lacking = seed_of(query), "(only for a query with a word: it has none)"
    yield Order("undecided", "what nobody has decided about first", "what somebody has decided about first")
    yield Order(f"random({seed})", "shuffled; type random(NUMBER) for another shuffle, the same for the same number")
    if why_not(connection, query, "relevance"):
        yield Order("relevance", lacking)
    else:
        yield Order("relevance", "the best matches of the query's words first", "the poorest matches first")
    yield Order("key", "by key", "by key, the last first")
    yield Order("row", "by number in the source", "the last in the source first", descends=True)
