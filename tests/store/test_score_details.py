"""All that is known of one pair's scores, against numbers made here."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.dialogue import pair_up, prompt_text, response_text
from hhtui.hashing import text_hash
from hhtui.model import RESPONSES, SIDES, Dialogues, Score, Side
from hhtui.score.run import run
from hhtui.store import score_details
from hhtui.store.database import Database
from hhtui.store.score_details import Number, ScorerDetails, group_of, of_pair, texts_of
from hhtui.store.scorers import choose_harm_column
from tests.store.made_pair_scorer import MadePairScorer
from tests.store.made_scorer import MadeScorer, expected
from tests.store.real_rows import fill
from tests.store.scored import new_database
from tests.transcripts import dialogue

TALK = ("Where is the bank?", "Beside the river.", "And the market?")
PAIRS = [
    (dialogue(*TALK, "Behind the old wall."), dialogue(*TALK, "I can not tell.")),
    (
        dialogue("What do deaf people and older Muslims eat?", ""),
        dialogue("What do deaf people and older Muslims eat?", "Bread."),
    ),
    *((dialogue(f"ask {at}", "y" * at), dialogue(f"ask {at}", "no" * (at + 3))) for at in range(1, 40)),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of 41 pairs: one of several turns, one without a chosen reply that names groups, and many plain."""
    with new_database(tmp_path / "a.db", PAIRS) as database:
        yield database


def score(database: Database, *more: str, scorer: MadeScorer | MadePairScorer | None = None) -> None:
    run(database, [scorer or MadeScorer(units=("response", "prompt", "turn"))], lambda progress: None, more=more)  # type: ignore[arg-type]


def only(database: Database, name: str, pair_id: int = 1) -> ScorerDetails:
    """Return what one scorer says of a pair."""
    [found] = [one for one in of_pair(database.reader(), pair_id).scorers if one.name == name]
    return found


def value(number: Number) -> float:
    assert number.score.value is not None
    return number.score.value


def naive_rank(number: float, others: list[float]) -> float:
    return float(math.floor(100 * sum(other <= number for other in others) / len(others)))


def dialogues() -> list[Dialogues]:
    return [pair_up(*both) for both in PAIRS]


def test_every_side_has_its_number_and_its_place_among_the_texts_of_its_kind(database: Database) -> None:
    score(database)
    found = only(database, "made")
    assert [column.name for column in found.columns] == ["made.size", "made.letters"]
    assert found.sides == SIDES
    texts = [texts_of(one) for one in dialogues()]
    kinds: dict[Side, list[str]] = {
        "prompt": [one["prompt"] for one in texts],
        "chosen": (replies := [one[side] for one in texts for side in RESPONSES if one[side]]),
        "rejected": replies,
    }
    for place, column in enumerate(found.columns):
        assert [number.side for number in column.numbers] == list(SIDES)
        for number in column.numbers:
            assert number.side is not None
            numbers = [expected(text)[place] for text in kinds[number.side]]
            assert value(number) == pytest.approx(expected(texts[0][number.side])[place], rel=1e-6)
            assert number.score.percentile == naive_rank(expected(texts[0][number.side])[place], numbers)
            assert number.note == ""


def test_a_title_names_column_scorer_and_version_and_harm_is_marked(database: Database) -> None:
    score(database)
    with database.writing() as connection:
        choose_harm_column(connection, "made.letters")
    found = only(database, "made")
    assert [(column.title, column.is_harm) for column in found.columns] == [
        ("size (made 1.2)", False),
        ("letters (made 1.2)", True),
    ]
    assert (found.version, len(found.fingerprint)) == ("1.2.3", 64)


def test_an_empty_reply_has_no_number_and_a_new_pair_is_not_scored_yet(database: Database) -> None:
    score(database)
    fill(database, [(dialogue("brand", "new one"), dialogue("brand", "new other"))], "more", "test")
    chosen = only(database, "made", 2).columns[0].numbers[1]
    assert (chosen.side, chosen.empty, chosen.score.value, chosen.note) == ("chosen", True, None, "empty")
    late = only(database, "made", len(PAIRS) + 1)
    assert [number.note for number in late.columns[0].numbers] == ["not scored yet"] * 3
    assert late.sides == ()
    assert Number("chosen", Score("made", "size", None, None)).note == "no number"


def test_windows_are_told_where_there_were_several(database: Database) -> None:
    score(database)
    with database.writing() as connection:
        digest = text_hash("Behind the old wall.")
        connection.execute("UPDATE score SET windows = 3 WHERE text_hash = ?", (digest,))
    notes = [number.note for number in only(database, "made").columns[0].numbers]
    assert notes == ["", "read in 3 windows, the greatest kept", ""]


def test_turns_are_told_once_they_are_scored_by_themselves(database: Database) -> None:
    score(database)
    assert only(database, "made").turns == ()
    score(database, "turn")
    found = only(database, "made")
    texts = [*TALK, "Behind the old wall.", "I can not tell."]
    assert [turn.text for turn in found.turns] == texts
    assert [(turn.side, turn.number, turn.role) for turn in found.turns] == [
        ("prompt", 1, "Human"),
        ("prompt", 2, "Assistant"),
        ("prompt", 3, "Human"),
        ("chosen", 4, "Assistant"),
        ("rejected", 4, "Assistant"),
    ]
    for turn in found.turns:
        assert turn.values == pytest.approx(expected(turn.text), rel=1e-6)
    assert only(database, "made", 2).turns == (), "its only turns are its sides"


def test_a_scorer_that_reads_no_turns_tells_none(database: Database) -> None:
    score(database, "turn")
    score(database, scorer=MadeScorer(name="other", units=("response",)))
    assert only(database, "other").turns == ()
    assert only(database, "other").sides == RESPONSES


def test_numbers_of_the_pair_have_no_side_and_a_place_among_pairs(database: Database) -> None:
    score(database, scorer=MadePairScorer())
    found = only(database, "made-pairs", 5)
    above, longer = found.columns
    assert [number.side for number in above.numbers] == list(RESPONSES)
    [number] = longer.numbers
    lengths = [[len(response_text(one.side(side))) or math.nan for side in RESPONSES] for one in dialogues()]
    differences = [chosen - rejected for chosen, rejected in lengths]
    known = [one for one in differences if not math.isnan(one)]
    assert number.side is None
    assert value(number) == pytest.approx(differences[4], rel=1e-5)
    assert number.score.percentile == naive_rank(differences[4], known)
    assert only(database, "made-pairs", 2).columns[1].numbers[0].note == "no number"
    assert found.summary == f"{len(PAIRS)} pairs"


def test_a_scorer_of_which_nothing_was_measured_has_no_summary(database: Database) -> None:
    score(database)
    assert only(database, "made").summary == ""


def test_length_comes_last_and_needs_no_scorer(database: Database) -> None:
    *_, found = of_pair(database.reader(), 1).scorers
    [column] = found.columns
    lengths = [float(len(one.side(side)[-1].text.strip())) for one in dialogues() for side in RESPONSES]
    assert (found.name, column.name, column.is_harm) == ("", "length", False)
    for number, text in zip(column.numbers, ("Behind the old wall.", "I can not tell."), strict=True):
        assert number.score.value == len(text)
        assert number.score.percentile == naive_rank(len(text), lengths)
    *_, other = of_pair(database.reader(), 2).scorers
    assert [number.note for number in other.columns[0].numbers] == ["empty", ""]


def test_pairs_that_are_gone_do_not_count_for_the_place_of_a_length(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("DELETE FROM packed_column WHERE name LIKE 'length%' OR name = 'source'")
        connection.execute("DELETE FROM pair WHERE id BETWEEN 3 AND 30")
    kept = [one for at, one in enumerate(dialogues(), 1) if not 3 <= at <= 30]
    lengths = [float(len(one.side(side)[-1].text.strip())) for one in kept for side in RESPONSES]
    *_, found = of_pair(database.reader(), 1).scorers
    assert found.columns[0].numbers[0].score.percentile == naive_rank(20, lengths)


def test_terms_for_groups_are_named_by_side_once_each(database: Database) -> None:
    found = of_pair(database.reader(), 2)
    assert found.groups == {"prompt": ("deaf", "older", "muslim"), "chosen": (), "rejected": ()}
    assert of_pair(database.reader(), 1).groups["chosen"] == ("old",)


def test_the_texts_are_those_that_are_scored() -> None:
    one = pair_up(*PAIRS[0])
    assert texts_of(one) == {
        "prompt": prompt_text(one.prompt),
        "chosen": response_text(one.chosen),
        "rejected": response_text(one.rejected),
    }


def test_a_pair_that_is_gone_is_a_key_error(database: Database) -> None:
    with pytest.raises(KeyError):
        of_pair(database.reader(), 999)
    with pytest.raises(KeyError):
        group_of(database.reader(), 999)


def test_the_group_is_what_a_scorer_of_pairs_learns_under(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("UPDATE pair SET family = 3 WHERE id IN (3, 7)")
    scorer = MadePairScorer()
    score(database, scorer=scorer)
    groups = [group_of(database.reader(), pair_id) for pair_id in range(1, len(PAIRS) + 1)]
    assert groups == [one.group for one in scorer.fitted[0]]
    assert groups[2] == groups[6] != groups[3]


def test_the_columns_of_the_latest_scorer_of_a_name_are_shown(database: Database) -> None:
    score(database)
    score(database, scorer=MadeScorer(revision="2"))
    assert only(database, "made").version == "2.2.3"


def test_the_numbers_are_those_of_the_database(database: Database) -> None:
    score(database)
    row = (
        database.reader()
        .execute("SELECT numbers FROM score WHERE text_hash = ?", (text_hash("I can not tell."),))
        .fetchone()
    )
    rejected = [column.numbers[2] for column in only(database, "made").columns]
    assert [value(number) for number in rejected] == json.loads(row[0])
    assert score_details.of_pair(database.reader(), 1).key == "made/test/0"
