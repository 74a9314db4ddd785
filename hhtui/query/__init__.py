"""The query language: text, tree, plan."""

from hhtui.query.errors import QueryError
from hhtui.query.highlights import Highlighter, highlighter
from hhtui.query.nodes import Plan
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.query.tree import Query

__all__ = ["Highlighter", "Plan", "Query", "QueryError", "highlighter", "parse", "plan"]
