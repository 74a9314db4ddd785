"""Every word that a user types is safe: it finds what has it, or one line says what to type instead."""

import json
from pathlib import Path

import pytest

from hhtui import api
from hhtui.query.errors import QueryError
from hhtui.query.parser import DEEPEST, LONGEST, parse
from hhtui.store.database import Database
from hhtui.store.results import search
from tests.command_line import hhtui, hhtui_json, write_rows
from tests.transcripts import dialogue

LONG = "x" * (LONGEST - 10)
TEXTS = (
    *("a foo-bar here", "foo bar", "we don’t", "we dont", "in C++ now", "in C now", 'a " quote', "2 * 3", "ok 😀!"),
    *("日本語です", LONG, "a\x00b", "NEAR(a b) AND prompt: ^x", "50% of _it_", "café", "", "back\\slash", "-dash"),
)
FOUND = {
    **{"foo-bar": [0, 1], '"foo-bar"': [0, 1], "/foo-bar/": [0], "don't": [2], "don’t": [2], "dont": [3]},
    **{"C++": [4], '"C++"': [4], "c": [4, 5], "*": [7], '"*"': [7], "😀": [8], "日本": [9], "語": [9], LONG: [10]},
    **{"/\\x00/": [11], "a\x00b": [11, 12], '"near a b"': [12], '"prompt: ^x"': [12], '"AND"': [12], "^x": [12]},
    **{"%": [13], "_it_": [13], "cafe": [14], "CAFÉ": [14], "\\": [16], "/\\\\s/": [16], '"-dash"': [17], '"("': [12]},
    **{'/"/': [6], "chosen:/x{9}/": [10], "٪": [], "\u202e": [], "\ufeff": [], "\U000e0001": [], "İ": [], "ﬁ": []},
}
REFUSED = {
    **{'"': 0, '""': 0, '" "': 0, "-": 1, "--": 2, "NOT": 3, "AND": 0, "a OR": 4, "OR a": 0, "a AND OR b": 6, "(": 1},
    **{")": 0, "()": 1, "~": 1, '~"': 1, "/": 0, "//": 0, "/a": 0, "/(/": 2, "/a{2,1}/": 2, "http://x": 0, "12:30": 0},
    **{"chosen:": 7, "chosen:-a": 7, "chosen:()": 8, "a(b)": 1, 'a"b"': 1, "\ud800": 0, "a \udc80": 2, "has:": 4},
    **{
        "is:x": 3,
        "row:x": 4,
        "row:1e999": 4,
        "sort:": 5,
        "-sort:row": 1,
        "(sort:row)": 1,
        f"x{'y' * LONGEST}": LONGEST,
    },
    **{"(" * 30 + "a" + ")" * 30: DEEPEST + 1, "-" * 30 + "a": DEEPEST + 1, "/" + "(" * 200 + "/": 101},
    f"x{'y' * LONGEST}": LONGEST,
}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    rows = [{"chosen": dialogue("", text), "rejected": dialogue("", "same")} for text in TEXTS]
    api.load(folder / "a.db", write_rows(folder / "rows.jsonl", rows))
    return folder / "a.db"


@pytest.mark.parametrize("query", FOUND, ids=lambda query: ascii(query[:12]))
def test_a_word_finds_the_texts_that_have_it(db: Path, query: str) -> None:
    with Database.open(db) as database:
        found = [int(one) - 1 for one in search(database.reader(), parse(query)).ids]
    told = hhtui_json("search", db, "--json", "--", query)
    assert found == [pair["row"] for pair in told["pairs"]] == FOUND[query]
    assert hhtui("search", db, "--count", "--", f"-({query})").stdout == f"{len(TEXTS) - len(found)}\n"


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: ascii(query[:12]))
def test_what_is_no_query_is_refused_in_one_line_with_the_place(db: Path, query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.position == REFUSED[query]
    result = hhtui("search", db, "--", query)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"hhtui: {caught.value.message}")
    assert "Traceback" not in result.stderr


MANY = 2_000
VERY_LONG_QUERIES = {
    "words": " ".join(f"w{at}" for at in range(MANY))[:LONGEST],
    "words that all are there": " ".join(["same"] * (LONGEST // 5)),
    "alternatives": " OR ".join(["foo", *(f"w{at}" for at in range(1_000))]),
    "exclusions": " ".join(f"-w{at}" for at in range(1_500)),
    "substrings": " OR ".join(["C++", *(f"c{at}+" for at in range(800))]),
    "prefixes": " OR ".join(["foo*", *(f"w{at}*" for at in range(900))]),
    "patterns": " OR ".join(f"/[{at}]+y/" for at in range(500)),
    "a phrase": f'"{" ".join(["same"] * (LONGEST // 5 - 1))}"',
    "keys": f"key:{','.join(f'k{at}*' for at in range(1_400))}",
    "groups": f"family:{','.join(str(at) for at in range(1_800))}",
    "people": f"by:{','.join(f'p{at}' for at in range(1_300))} flag:yes",
    "notes": f"note:{','.join(f'n{at}' for at in range(1_300))}",
    "what a text has": f"has:{','.join(['email', 'url.prompt'] * 500)}",
    "numbers": " ".join(f"row:{at}.." for at in range(900)),
    "groups in parentheses": " ".join(f"(same OR {at}+)" for at in range(500)),
}
EVERY = len(TEXTS)
ANSWERS = {
    **{"words that all are there": EVERY, "alternatives": 2, "exclusions": EVERY, "substrings": 1, "prefixes": 2},
    "groups in parentheses": EVERY,
}


@pytest.mark.parametrize("name", VERY_LONG_QUERIES)
def test_a_query_of_very_many_terms_is_answered(db: Path, name: str) -> None:
    result = hhtui("search", db, "--count", "--json", "--", VERY_LONG_QUERIES[name])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["total"] == ANSWERS.get(name, 0)
