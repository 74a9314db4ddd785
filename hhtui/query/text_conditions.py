"""Texts, patterns and terms of a query become questions to the text index and the texts."""

from hhtui.identity import TERMS
from hhtui.model import SIDES, Side
from hhtui.query import nodes, tree
from hhtui.query.merge import all_of, any_of
from hhtui.query.regex import check, literal
from hhtui.query.terms import Indexed, term_of
from hhtui.query.wanted import COLUMNS_OF_SIDE, Columns, forms, looked_for

SPACE = r"[\s\pZ]+"


def text_condition(text: tree.Text, columns: tuple[Side, ...]) -> nodes.Node:
    """Return the condition that `text` stands in any of the columns."""
    match text:
        case tree.Fuzzy(words):
            return nodes.Fuzzy(columns, words)
        case tree.Regex(pattern, case_sensitive, position):
            plain = literal(pattern)
            if plain is not None:
                return nodes.Substring(columns, plain, case_sensitive)
            return nodes.Regex(columns, check(pattern, position + 1).re2, case_sensitive, position)
    term = term_of(text)
    if not isinstance(term, Indexed):
        return nodes.Substring(columns, term.text)
    phrase = '"' + " ".join(term.words) + '"' + (" *" if term.prefix else "")
    if columns == SIDES:
        return nodes.Match(phrase)
    only = columns[0] if len(columns) == 1 else "{" + " ".join(columns) + "}"
    return nodes.Match(f"{only} : {phrase}")


def looked_for_condition(field: tree.Field) -> nodes.Node:
    """Return the condition of a `has:` or `group:`."""
    found = any_of(_terms(field) if field.name == "group" else _patterns(field))
    return nodes.Not(found) if isinstance(field.value, tree.Missing) else found


def _patterns(field: tree.Field) -> list[nodes.Node]:
    """Return one condition for each group of columns: patterns are looked for together, each text is read once."""
    together: dict[Columns, list[str]] = {}
    for columns, text in dict.fromkeys(looked_for(field)):
        assert isinstance(text, tree.Regex)
        together.setdefault(columns, []).append(check(text.pattern).re2)
    return [nodes.Regex(columns, "|".join(some), position=field.position) for columns, some in together.items()]


def _terms(field: tree.Field) -> list[nodes.Node]:
    """Return the condition of each term; of two words the index does not know whether white space alone parts them."""
    columns = COLUMNS_OF_SIDE[field.part]
    terms = [item.text for item in field.value.items] if isinstance(field.value, tree.Items) else TERMS
    conditions = []
    for term in terms:
        condition = any_of([text_condition(tree.Phrase(form), columns) for form in forms(term)])
        if " " in term:
            pattern = rf"(?:^|[^\pL\pN]){term.replace(' ', SPACE)}s?(?:[^\pL\pN]|$)"
            condition = all_of([condition, nodes.Regex(columns, pattern, position=field.position)])
        conditions.append(condition)
    return conditions
