"""Regular expressions keep RE2's meaning."""

import re

import pytest

from hhtui.query.errors import QueryError
from hhtui.query.regex import check, literal
from hhtui.text import fold

TEXT = "Don’t say “no”: a.b_9 \u0660 é\n日本 x{,2} tab\tend $5\n"


@pytest.mark.parametrize(
    "pattern",
    [
        "don't",
        "[\"'t]+",
        '"no"',
        "\\d+",
        "[\\d\\s]+",
        "\\w+",
        "\\W",
        "\\bsay\\b",
        "end|no",
        "(?P<name>a)\\.b",
        "(?i:SAY)",
        "x\\{,2\\}",
        "x{,2}",
        "\\$5",
        "\\x{65e5}\\x{672c}",
        "\\Qa.b\\E",
        "[[]|[]]|[^a-z]",
        "t{1,2}",
        "$",
        "5$",
        "\\z",
        "\\As?",
        "^D",
        "a.b",
        "é.日",
        ".*end",
        "[a&&b~~|]",
    ],
)
def test_python_and_re2_find_the_same(pattern: str) -> None:
    compute = pytest.importorskip("pyarrow.compute", reason="pyarrow brings RE2")
    pyarrow = pytest.importorskip("pyarrow")
    checked = check(pattern)
    assert checked.python is not None
    texts = [TEXT, *TEXT.split(), *TEXT.splitlines(), ""]
    for ignore_case in (False, True):
        found = compute.match_substring_regex(pyarrow.array(texts), checked.re2, ignore_case=ignore_case).to_pylist()
        python = re.compile(checked.python, re.IGNORECASE if ignore_case else 0)
        assert found == [python.search(text) is not None for text in texts]


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?#a)", "(?P=n)", "(a)\\1", "a++", "a**", "*a"),
        *("(", ")", "[a", "[b-a]", "a\\", "\\y", "a{1001}", "a{3,2}", "\\x{110000}", "\\xg", "\\p"),
    ],
)
def test_what_re2_lacks_is_refused(pattern: str) -> None:
    with pytest.raises(QueryError):
        check(pattern, 5)


@pytest.mark.parametrize("pattern", ["\\pL", "[[:alpha:]]", "a(?i)b", "(?m:^a)", "[\\W]"])
def test_what_only_re2_can_say_is_kept_for_it(pattern: str) -> None:
    assert check(pattern).python is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("foo bar", "foo bar"), ("a\\.b\\/c\\\\", "a.b/c\\"), ("a.b", None), ("a\\d", None), ("don’t", "don’t")],
)
def test_a_pattern_without_metacharacters_is_a_literal(pattern: str, text: str | None) -> None:
    assert literal(pattern) == text


def test_every_character_that_folds_to_a_quote_is_known() -> None:
    for quote in ("'", '"'):
        python = check(f"a{quote}b").python
        assert python is not None
        pattern = re.compile(python)
        for code in (*range(0xD800), *range(0xE000, 0x110000)):
            if fold(chr(code)) == quote:
                assert pattern.search(f"a{chr(code)}b")
