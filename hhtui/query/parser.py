"""Text becomes a tree: the grammar of the query language."""

import re

from hhtui.query import fields
from hhtui.query.errors import LONGEST_QUOTED, QueryError, nearest, quoted
from hhtui.query.fields import FieldInfo, Kind, split_name
from hhtui.query.regex import check
from hhtui.query.scanner import Scanner
from hhtui.query.tree import And, Field, Fuzzy, Node, Not, Or, Phrase, Query, Regex, Side, SortKey, Text, Word
from hhtui.query.values import could_be_number, read_value

LONGEST = 10_000
DEEPEST = 20
_SORT_KEY = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_-]*?(?:\.[A-Za-z][A-Za-z0-9_]*)*)(?:\((?P<seed>[0-9]{1,18})\))?(?P<sign>[-+]?)"
    r"(?=,|\s|\)|\Z)"
)


def parse(text: str) -> Query:
    """Return the tree of a query; white space alone is the query of everything.

    Raises QueryError, and nothing else, for a text that is not of the language, with the position and what was
    expected there. Names that could be a scorer's column are left for the plan to know.
    """
    if len(text) > LONGEST:
        raise QueryError(f"The query is longer than {LONGEST:,} characters", LONGEST)
    broken = re.search("[\ud800-\udfff]", text)
    if broken is not None:
        raise QueryError("The query holds half a character (a lone surrogate)", broken.start())
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self.depth = 0
        self.side = ""
        self.sort: list[SortKey] = []

    def query(self) -> Query:
        expression = self._or(top=True)
        if not self.scanner.done():
            raise self._error("A ) closes nothing", 'no ), or quotes around it: ")"')
        return Query(expression, tuple(self.sort))

    def _error(self, message: str, expected: str = "") -> QueryError:
        return QueryError(message, self.scanner.at, expected)

    def _or(self, *, top: bool = False) -> Node | None:
        branches = [self._and(top=top)]
        while self.scanner.operator() == "OR":
            if branches[-1] is None:
                raise self._error("There is nothing before OR", "a word, a field or a quoted phrase")
            self.scanner.take("OR")
            branches.append(self._and(top=top))
            if branches[-1] is None:
                raise self._error("There is nothing after OR", "a word, a field or a quoted phrase")
        found = [branch for branch in branches if branch is not None]
        return Or(tuple(found)) if len(found) > 1 else found[0] if found else None

    def _and(self, *, top: bool) -> Node | None:
        scanner, operands, joined, anything = self.scanner, list[Node](), False, False
        while True:
            scanner.skip_space()
            if scanner.done() or scanner.peek() == ")" or scanner.operator() == "OR":
                break
            if scanner.operator() == "AND":
                if joined or not anything:
                    raise self._error("There is nothing before AND", "a word, a field or a quoted phrase")
                joined = scanner.take("AND")
                continue
            if top and scanner.run()[:5].lower() == "sort:":
                self._sort()
            else:
                operands.append(self._not())
            joined, anything = False, True
        if joined:
            raise self._error("There is nothing after AND", "a word, a field or a quoted phrase")
        return And(tuple(operands)) if len(operands) > 1 else operands[0] if operands else None

    def _not(self) -> Node:
        scanner = self.scanner
        word = scanner.operator() == "NOT"
        if not word and scanner.peek() != "-":
            return self._group() if scanner.peek() == "(" else self._term()
        sign = "NOT" if word else "-"
        scanner.take(sign)
        if word:
            scanner.skip_space()
        if scanner.done() or scanner.peek().isspace() or scanner.peek() == ")" or scanner.operator() in ("AND", "OR"):
            raise self._error(f"There is nothing after {sign}", "what to exclude, or quotes around the sign")
        with_depth = self._deeper()
        operand = self._not()
        self.depth = with_depth
        return Not(operand)

    def _deeper(self) -> int:
        before = self.depth
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error(f"The query is nested more than {DEEPEST} deep")
        return before

    def _group(self) -> Node:
        opened = self.scanner.at
        self.scanner.take("(")
        before = self._deeper()
        expression = self._or()
        self.depth = before
        if expression is None:
            raise self._error("The parentheses are empty", "a word, a field or a quoted phrase")
        if not self.scanner.take(")"):
            raise QueryError("This ( is never closed", opened, "a closing )")
        self.scanner.end_term()
        return expression

    def _term(self) -> Node:
        start = self.scanner.at
        written = "" if self.scanner.peek() in '"/~' else self.scanner.name()
        if not written:
            return self._text()
        name, part = split_name(written)
        if self.side:
            raise self._error(f"{written}: cannot stand inside {self.side}:( )", "words, phrases and /…/ alone")
        self.scanner.at += len(written) + 1
        if name == "sort":
            raise QueryError("sort: stands beside the conditions, not inside parentheses or after -", start)
        if name in fields.SIDES and not part:
            return self._side(name, start)
        field = self._field(name, part, written, start)
        at = self.scanner.at
        value = read_value(self.scanner, field, written)
        return Field(name, part, value, start, self.scanner.text[at : self.scanner.at])

    def _field(self, name: str, part: str, written: str, start: int) -> FieldInfo:
        known = fields.BY_NAME.get(name)
        if known is None and not could_be_number(self.scanner.run()):
            raise unknown_field(written, start, self.scanner.run())
        found = known or fields.scorer_column(name)
        if part and not found.parts:
            raise QueryError(f"{name} has no sides", start + len(name), f"{name}:")
        if part and part not in found.parts:
            hint = nearest(part, found.parts)
            raise QueryError(
                f"{name} has no side {quoted(part)}{hint and f'.{hint}'}", start + len(name) + 1, ", ".join(found.parts)
            )
        return found

    def _side(self, name: str, start: int) -> Side:
        scanner = self.scanner
        self.side = name
        if scanner.peek() == "(":
            expression: Node = self._group()
        elif scanner.done() or scanner.peek().isspace() or scanner.peek() in ")-":
            instead = (
                f"-{name}:{scanner.run()[1:]}" if scanner.peek() == "-" else f'a word, "a phrase" or /…/ after {name}:'
            )
            raise self._error(f"There is no text right after {name}:", instead)
        else:
            expression = self._text()
        self.side = ""
        return Side(name, expression, start)

    def _text(self) -> Text:
        scanner = self.scanner
        start, first = scanner.at, scanner.peek()
        if first == '"':
            found: Text = Phrase(scanner.quoted("phrase"), start)
        elif first == "/":
            pattern, case_sensitive = scanner.regex()
            check(pattern, start + 1)
            found = Regex(pattern, case_sensitive, start)
        elif first == "~":
            found = self._fuzzy(start)
        else:
            found = self._word(start)
        scanner.end_term()
        return found

    def _fuzzy(self, start: int) -> Fuzzy:
        self.scanner.take("~")
        if self.scanner.peek() == '"':
            return Fuzzy(self.scanner.quoted("phrase"), True, start)
        run = self._plain_run()
        if not run:
            raise self._error("There is no word after ~", "one word, or quoted words")
        return Fuzzy(run, False, start)

    def _word(self, start: int) -> Word:
        run = self._plain_run()
        if run in ("AND", "OR", "NOT"):
            raise QueryError(f"{run} is an operator; to search for the word, quote it", start, f'"{run}"')
        prefix = len(run) > 1 and run.endswith("*")
        return Word(run[:-1] if prefix else run, prefix, start)

    def _plain_run(self) -> str:
        run = self.scanner.run()
        if ":" in run:
            raise self._error("A word with a colon must be quoted", f'"{run}"')
        self.scanner.at += len(run)
        return run

    def _sort(self) -> None:
        scanner = self.scanner
        scanner.at += len("sort:")
        more = True
        while more:
            found = _SORT_KEY.match(scanner.text, scanner.at)
            if found is None:
                raise self._error("After sort: stands no column", "a column such as harm- or random(7)")
            (name, part), seed = split_name(found["name"]), found["seed"]
            if (name == "random") != (seed is not None):
                raise self._error("random takes a number, and nothing else does", "random(7)")
            descending = found["sign"] == "-"
            if part and part not in fields.EVERY_PART:
                hint = nearest(part, fields.PARTS)
                raise self._error(
                    f"{name} has no side {quoted(part)}{hint and f'.{hint}'}", ", ".join(fields.EVERY_PART)
                )
            key = SortKey(name, part, descending, int(seed) if seed is not None else None, scanner.at)
            self.sort.append(key)
            scanner.at = found.end()
            more = scanner.take(",")
        scanner.end_term()


def unknown_field(written: str, position: int, value: str, columns: frozenset[str] = frozenset()) -> QueryError:
    """Return the error for a name that is no field: the nearest one, and how to search for the text instead.

    Without a number after the colon it may be a scorer's column all the same, which takes nothing else.
    """
    name, _ = split_name(written)
    numbers = {field.name for field in fields.FIELDS if field.kind is Kind.NUMBER}
    hint = nearest(name, {*fields.names(), *columns}) or nearest(name.partition(".")[0], columns)
    known = ", ".join(sorted(numbers | {one for one in columns if "." not in one})) if columns else ""
    words = "" if could_be_number(value) else " for words"
    if words and not hint and not value.startswith("/") and len(written) < LONGEST_QUOTED:
        hint = f" A score takes a number, such as {written}:>0.5."
    text = f': "{written}:{value}"' if len(written) + len(value) < LONGEST_QUOTED else ""
    return QueryError(
        f"There is no field {quoted(written)}{words}.{hint} To search for the text, quote it{text}",
        position,
        known,
    )
