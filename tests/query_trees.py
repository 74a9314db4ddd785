"""Trees of the query language, as hypothesis draws them: each is one that some text parses to."""

from random import Random

from hypothesis import strategies as st

from hhtui.identity import TERMS
from hhtui.model import BIT_MEANINGS, PREFERENCES
from hhtui.query.fields import PARTS, SIDES
from hhtui.query.patterns import PATTERNS
from hhtui.query.tree import (
    And,
    Comparison,
    Field,
    Fuzzy,
    Item,
    Items,
    Missing,
    Node,
    Not,
    Or,
    Phrase,
    Present,
    Query,
    Range,
    Regex,
    Side,
    SortKey,
    Text,
    Value,
    Word,
)

_ANY = st.characters(exclude_categories=["Cs"])


def _text(excluded: str = "", minimum: int = 1) -> st.SearchStrategy[str]:
    return st.text(_ANY, min_size=minimum, max_size=8).map(
        lambda text: "".join(one for one in text if one not in excluded)
    )


def _solid(excluded: str) -> st.SearchStrategy[str]:
    return _text(excluded).map(lambda text: "".join(text.split())).filter(bool)


_runs = _solid('():"').filter(lambda text: text not in ("AND", "OR", "NOT"))
_words = _runs.filter(lambda text: text[0] not in "-/~" and (text == "*" or not text.endswith("*")))
_phrases = _text('"').filter(lambda text: bool(text.strip()))
_patterns = st.lists(
    st.sampled_from(["a", "b c", "/", "\\\\", "\\.", "[x/\\]y]", "(d|e)", ".*", "\\w+", "don't"]),
    min_size=1,
    max_size=5,
).map("".join)

texts: st.SearchStrategy[Text] = st.one_of(
    st.builds(Word, _words, st.just(False)),
    st.builds(Word, _runs.filter(lambda text: text[0] not in "-/~"), st.just(True)),
    st.builds(Phrase, _phrases),
    st.builds(Regex, _patterns, st.booleans()),
    st.builds(Fuzzy, _runs, st.just(False)),
    st.builds(Fuzzy, _phrases, st.just(True)),
)

_finite = st.floats(allow_nan=False, allow_infinity=False)
_numbers: st.SearchStrategy[Value] = st.one_of(
    st.builds(Comparison, st.sampled_from([">", ">=", "<", "<=", "="]), _finite),
    st.tuples(_finite, _finite).map(lambda ends: Range(min(ends), max(ends))),
    st.builds(Range, _finite, st.none()),
    st.builds(Range, st.none(), _finite),
    st.builds(Present),
    st.builds(Missing),
)
_items = st.one_of(
    st.builds(Item, _solid('(),"').filter(lambda text: text not in ("*", "none")), st.just(False)),
    st.builds(Item, _phrases, st.just(True)),
)


def _lists(items: st.SearchStrategy[Item]) -> st.SearchStrategy[Value]:
    return st.lists(items, min_size=1, max_size=3).map(lambda found: Items(tuple(found)))


_FOUND = [Item(f"{name}{side}") for name in PATTERNS for side in ("", *(f".{one}" for one in SIDES))]
_TERMS = [Item(term, " " in term) for term in TERMS]
_YES_NO = [Item("yes"), Item("no")]

fields: st.SearchStrategy[Field] = st.one_of(
    st.builds(Field, st.sampled_from(["harm", "toxicity", "turns", "length"]), st.sampled_from(["", *PARTS]), _numbers),
    st.builds(Field, st.sampled_from(["gap", "row"]), st.just(""), _numbers),
    st.builds(
        Field, st.sampled_from(["flag", "drop"]), st.just(""), _lists(st.sampled_from([Item("yes"), Item("no")]))
    ),
    st.builds(
        Field,
        st.just("preference"),
        st.just(""),
        st.one_of(st.builds(Present), _lists(st.sampled_from([*map(Item, PREFERENCES), Item("none")]))),
    ),
    st.builds(
        Field,
        st.sampled_from(["note", "by", "family", "opening"]),
        st.just(""),
        st.one_of(st.builds(Present), st.builds(Missing), _lists(_items)),
    ),
    st.builds(
        Field,
        st.just("label"),
        st.sampled_from(["", "chosen", "rejected"]),
        st.one_of(st.builds(Present), st.builds(Missing), _lists(_items)),
    ),
    st.builds(
        Field,
        st.just("conflict"),
        st.just(""),
        _lists(st.sampled_from([*map(Item, ("yes", "no", "preference", "drop", "flag", "label"))])),
    ),
    st.builds(Field, st.sampled_from(["key", "subset", "split"]), st.just(""), _lists(_items)),
    st.builds(Field, st.just("is"), st.just(""), _lists(st.sampled_from([*map(Item, BIT_MEANINGS)]))),
    st.builds(Field, st.just("length"), st.just("ratio"), _numbers),
    st.builds(
        Field,
        st.just("has"),
        st.just(""),
        st.one_of(st.builds(Present), st.builds(Missing), _lists(st.sampled_from(_FOUND))),
    ),
    st.builds(
        Field,
        st.just("group"),
        st.sampled_from(["", *SIDES]),
        st.one_of(st.builds(Present), st.builds(Missing), _lists(st.sampled_from(_TERMS))),
    ),
    st.builds(
        Field,
        st.just("dupe"),
        st.sampled_from(["", *SIDES]),
        st.one_of(st.builds(Present), st.builds(Missing), _lists(_items)),
    ),
)


def combined(leaves: st.SearchStrategy[Node], depth: int) -> st.SearchStrategy[Node]:
    """Return trees of AND, OR and NOT, at most `depth` deep, over these leaves."""
    if depth == 0:
        return leaves
    inner = combined(leaves, depth - 1)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(leaves, st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


def sides(found: st.SearchStrategy[Text]) -> st.SearchStrategy[Side]:
    """Return terms that look for these texts on one side."""
    return st.builds(Side, st.sampled_from(["chosen", "rejected", "prompt", "response"]), combined(found, 2))


def spelled(node: Node, drawn: Random) -> str:
    """Return one of the texts that parse to `node`: AND written or not, `-` or NOT, with room between."""
    match node:
        case And(operands):
            inner = [_held(one, drawn, isinstance(one, And | Or)) for one in operands]
            return "".join([inner[0], *(drawn.choice([" ", "  ", " AND ", "\tAND\n"]) + one for one in inner[1:])])
        case Or(operands):
            return "  OR ".join(_held(one, drawn, isinstance(one, Or)) for one in operands)
        case Not(operand):
            return drawn.choice(["-", "NOT ", "NOT  "]) + _held(operand, drawn, isinstance(operand, And | Or))
        case Side(side, expression):
            bare = isinstance(expression, Word | Phrase | Regex | Fuzzy) and drawn.random() < 0.5
            text = spelled(expression, drawn)
            return f"{drawn.choice([side, side.upper()])}:{text if bare else f'( {text} )'}"
    return str(node)


def _held(node: Node, drawn: Random, needed: bool) -> str:
    text = spelled(node, drawn)
    return f"({text})" if needed or drawn.random() < 0.1 else text


nodes = combined(st.one_of(texts, fields, sides(texts)), 3)
sort_keys = st.one_of(
    st.builds(
        SortKey, st.sampled_from(["harm", "severe_toxicity"]), st.sampled_from(["", *PARTS]), st.booleans(), st.none()
    ),
    st.builds(
        SortKey, st.sampled_from(["row", "key", "gap", "undecided", "relevance"]), st.just(""), st.booleans(), st.none()
    ),
    st.builds(SortKey, st.just("random"), st.just(""), st.booleans(), st.integers(0, 10**9)),
)
queries = st.builds(Query, st.one_of(st.none(), nodes), st.lists(sort_keys, max_size=3).map(tuple))
