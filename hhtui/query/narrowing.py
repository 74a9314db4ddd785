"""One query on what another one finds."""

from hhtui.query.parser import parse
from hhtui.query.tree import And, Query


def narrowed(query: str, more: str) -> str:
    """Return the query that finds what both find, in the order of `more` where it asks for one, else of `query`.

    Where one of them is the query of everything, it is the other as it was written. Raises QueryError as `parse` does.
    """
    first, second = parse(query), parse(more)
    if first == Query():
        return more
    if second == Query():
        return query
    both = [one.expression for one in (first, second) if one.expression is not None]
    return str(Query(And(tuple(both)) if len(both) > 1 else next(iter(both), None), second.sort or first.sort))
