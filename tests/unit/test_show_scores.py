"""`hhtui show --scores` and `--words`: the score details without a screen."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hhtui import api
from hhtui.cli import score_details
from hhtui.identity import SOURCE
from hhtui.model import ScoreColumn, Side, Unit
from hhtui.score.run import run
from hhtui.score.scorer import create
from hhtui.store.database import Database
from hhtui.store.score_details import ColumnDetails
from tests.command_line import ROWS, hhtui, hhtui_json, write_rows
from tests.store.made_pair_scorer import MadePairScorer
from tests.store.made_scorer import MadeScorer, expected
from tests.transcripts import dialogue

TURNS: tuple[Unit, ...] = ("turn",)
GROUPS = {"chosen": dialogue("Who?", "Older people."), "rejected": dialogue("Who?", "The stupid ones.")}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of five pairs with scores of texts, turns and pairs."""
    folder = tmp_path_factory.mktemp("scored")
    path = folder / "a.db"
    api.load(path, write_rows(folder / "rows.jsonl", [*ROWS, GROUPS]))
    with Database.open(path) as database:
        run(database, [create("alt-profanity"), MadePairScorer()], lambda progress: None)
        run(database, [MadeScorer(units=("response", "turn"))], lambda progress: None, more=TURNS)
    return path


def test_without_an_option_nothing_is_added(db: Path) -> None:
    assert "score details" not in hhtui("show", db, "rows/all/4").stdout
    assert "score_details" not in hhtui_json("show", db, "rows/all/4", "--json")


def test_scores_are_told_with_what_each_is(db: Path) -> None:
    told = hhtui("show", db, "rows/all/4", "--scores").stdout.splitlines()
    start = told.index("── score details ────")
    assert told[start + 1 : start + 3] == [
        "chosen names identity groups: older",
        f"toxicity models score such texts too high; 50 terms of {SOURCE}",
    ]
    assert "toxicity (alt-profanity 1.9), which harm stands for" in told
    assert any("It catches swearing, not meaning" in line for line in told)
    assert any(line.startswith("  rejected  0.9") and "  p" in line for line in told)
    assert "longer (made-pairs 1.0)" in told
    assert any(line.startswith("  pair      -3  p") for line in told)
    assert "  measured: 5 pairs" in told
    assert "length" in told
    assert not any("words that move" in line for line in told)


def test_turns_are_told_where_they_were_scored(db: Path) -> None:
    told = hhtui("show", db, "rows/all/3", "--scores").stdout.splitlines()
    turns = [line.strip() for line in told if line.startswith("  turn ")]
    size, letters = expected("Sure?")
    assert f"turn 3 of rejected, Human: size {size:.3g}, letters {letters:.3g}: Sure?" in turns
    assert [line.split(":")[0] for line in turns] == [
        "turn 1 of prompt, Human",
        "turn 2 of chosen, Assistant",
        *(f"turn {number} of rejected, {role}" for number, role in ((2, "Assistant"), (3, "Human"), (4, "Assistant"))),
    ]


def test_an_empty_reply_says_so(db: Path) -> None:
    told = hhtui("show", db, "rows/all/1", "--scores").stdout.splitlines()
    assert "  chosen    –  empty" in told


def test_words_come_with_their_weights(db: Path) -> None:
    told = hhtui("show", db, "rows/all/4", "--words").stdout
    [line] = [line for line in told.splitlines() if line.startswith("  words that move toxicity.rejected:")]
    assert line.startswith("  words that move toxicity.rejected: +") and "stupid" in line
    assert "toxicity (alt-profanity 1.9)" in told


def test_json_has_the_same(db: Path) -> None:
    told = hhtui_json("show", db, "rows/all/4", "--words", "--json")["score_details"]
    names = [scorer["name"] for scorer in told["scorers"]]
    assert names == ["alt-profanity", "made-pairs", "made", None]
    toxicity, pairs, made, length = told["scorers"]
    [column] = toxicity["columns"]
    assert (column["name"], column["is_harm"], column["low"], column["high"]) == ("alt_profanity.toxicity", True, 0, 1)
    assert column["numbers"]["chosen"].keys() == {"value", "percentile", "scored", "empty", "windows"}
    assert column["numbers"]["rejected"]["value"] > 0.5 > column["numbers"]["chosen"]["value"]
    assert toxicity["words"]["rejected"][0][0] == "stupid"
    assert toxicity["words"].keys() == {"prompt", "chosen", "rejected"}
    assert [list(one["numbers"]) for one in pairs["columns"]] == [["chosen", "rejected"], ["pair"]]
    assert pairs["summary"] == "5 pairs" and "words" not in pairs
    assert [turn["text"] for turn in made["turns"]] == ["Who?", "Older people.", "The stupid ones."]
    assert length["columns"][0]["numbers"]["chosen"]["value"] == len("Older people.")
    assert told["identity_groups"] == {"prompt": [], "chosen": ["older"], "rejected": []}
    assert told["identity_groups_source"] == SOURCE


def test_turns_in_json_have_their_text_and_numbers(db: Path) -> None:
    told = hhtui_json("show", db, "rows/all/3", "--scores", "--json")["score_details"]
    [made] = [scorer for scorer in told["scorers"] if scorer["name"] == "made"]
    last = made["turns"][-1]
    assert (last["side"], last["number"], last["role"], last["text"], last["windows"]) == (
        *("rejected", 4, "Assistant", "=1+1"),
        1,
    )
    assert last["values"] == pytest.approx(dict(zip(("size", "letters"), expected("=1+1"), strict=True)), rel=1e-6)


def test_why_there_are_no_words_stands_in_their_place(db: Path) -> None:
    with Database.open(db) as database:
        details = api.score_details(database, "rows/all/4")
    why: Mapping[tuple[str, Side], str] = {("made", "chosen"): "it cannot be asked"}
    assert "  words that move size.chosen: it cannot be asked" in list(score_details.to_text(details, why, 80))
    [made] = [one for one in score_details.to_json(details, why)["scorers"] if one["name"] == "made"]
    assert made["words"] == {"chosen": {"error": "it cannot be asked"}}


def test_a_long_turn_is_cut_to_the_width(db: Path) -> None:
    with Database.open(db) as database:
        details = api.score_details(database, "rows/all/3")
        turns = tuple(turn._replace(text="long " * 100) for turn in details.scorers[2].turns)
    scorers = (details.scorers[2]._replace(turns=turns),)
    lines = [line for line in score_details.to_text(details._replace(scorers=scorers), {}, 60) if "  turn " in line]
    assert len(lines) == len(turns) > 0
    assert all(len(line) <= 60 and line.endswith("…") for line in lines)


@pytest.mark.parametrize(
    ("value", "digits"),
    [(None, "–"), (0.00123, "0.00123"), (-0.25, "-0.25"), (168.0, "168"), (999.9, "1000"), (0, "0")],
)
def test_numbers_are_short_and_never_in_powers_of_ten(value: float | None, digits: str) -> None:
    assert score_details._digits(value) == digits


def test_an_unknown_key_is_one_line(db: Path) -> None:
    result = hhtui("show", db, "rows/all/99", "--words")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no pair 'rows/all/99'" in result.stderr


def test_a_column_is_described_whole() -> None:
    column = ScoreColumn("some", 0, 1, "Means this.", "Fails there.")
    details = ColumnDetails("a.some", "some (a 1.0)", column, False, ())
    assert list(score_details._column_text(details)) == ["some (a 1.0)", "  Means this. Fails there."]
