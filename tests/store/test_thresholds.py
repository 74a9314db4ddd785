"""Thresholds: their counts are those of their queries, their shares those of a plain loop."""

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.dialogue import pair_up, plain_text, response_text
from hhtui.identity import names_group
from hhtui.model import RESPONSES, SIDES
from hhtui.query.parser import parse
from hhtui.score.scorer import Scorer, create
from hhtui.store import index, scorers, thresholds
from hhtui.store.columns import Columns
from hhtui.store.connection import Connection, kept_by
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.identity import naming_groups
from hhtui.store.results import search
from tests.store.filled import add_pairs, read_transcripts
from tests.store.scored import NONE, column, give, new_database
from tests.transcripts import dialogue

PAIRS_WITH_A_TERM = 412


@pytest.fixture(scope="module")
def transcripts(real_file: Path) -> list[tuple[str, str]]:
    return read_transcripts(real_file)


@pytest.fixture(scope="module")
def real(transcripts: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The real pairs, with numbers drawn at random: of both sides, some equal and some missing, and of pairs."""
    drawn = random.Random(7)
    size = len(transcripts)

    def some(low: float, high: float) -> list[float]:
        return [drawn.uniform(low, high) if drawn.random() > 0.05 else NONE for _ in range(size)]

    hundredths = [[drawn.randrange(101) / 100 for _ in range(size)] for _ in RESPONSES]
    with new_database(tmp_path_factory.mktemp("real") / "real.db", transcripts) as database:
        give(
            database,
            "made",
            [column("harm_like"), column("even"), column("open", -math.inf, math.inf)],
            {
                **{f"harm_like.{side}": some(0, 1) for side in RESPONSES},
                **{f"even.{side}": values for side, values in zip(RESPONSES, hundredths, strict=True)},
                **{f"open.{side}": some(-3, 9) for side in RESPONSES},
            },
        )
        pairs = {"apart": some(-1, 1), "own.chosen": some(0, 1), "own.rejected": some(0, 1)}
        give(database, "pair-made", [column("apart", -1, 1, of_pair=True), column("own", 0, 1)], pairs, units=("pair",))
        yield database


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    """Four pairs, of which the first two name a group in a reply and the third in its prompt alone."""
    texts = [
        (dialogue("One?", "An old man."), dialogue("One?", "No.")),
        (dialogue("Two?", "Yes."), dialogue("Two?", "Middle Eastern food.")),
        (dialogue("Is she blind?", "Yes."), dialogue("Is she blind?", "No, middle-aged.")),
        (dialogue("Four?", ""), dialogue("Four?", "Yes.")),
    ]
    with new_database(tmp_path / "small.db", texts) as database:
        yield database


COLUMNS = ("made.harm_like", "made.even", "made.open", "pair_made.apart", "pair_made.own")


def numbers_of(database: Database, name: str) -> list[list[float]]:
    """Return the numbers of both sides, in the order of the pairs."""
    return [kept_by(database.reader(), Columns).get(database.reader(), f"{name}.{side}").tolist() for side in RESPONSES]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_rule_counts_the_pairs_that_its_query_finds(real: Database, name: str) -> None:
    connection = real.reader()
    numbers = thresholds.of_column(connection, name)

    for number in [*map(numbers.number_at, range(0, 101, 4)), numbers.low - 1, 0.1, 1 / 3, -0.25, 1e-7]:
        for taken in numbers.at(number):
            assert len(search(connection, parse(taken.query)).ids) == taken.pairs, taken.query


def test_a_number_equal_to_the_threshold_in_single_precision_is_not_above(real: Database) -> None:
    numbers = thresholds.of_column(real.reader(), "made.even")
    sides = list(zip(*numbers_of(real, "made.even"), strict=True))

    for hundredth in range(101):
        pairs = [(round(100 * chosen) > hundredth, round(100 * rejected) > hundredth) for chosen, rejected in sides]
        either, both, alone = (taken.pairs for taken in numbers.at(hundredth / 100))
        assert (either, both, alone) == (sum(map(any, pairs)), sum(map(all, pairs)), pairs.count((True, False)))


def test_shares_are_those_of_a_plain_loop(real: Database, transcripts: list[tuple[str, str]]) -> None:
    numbers = thresholds.of_column(real.reader(), "made.harm_like")
    rows = []
    for texts, *values in zip(transcripts, *numbers_of(real, "made.harm_like"), strict=True):
        _, chosen, rejected = pair_up(*texts)
        named = names_group(plain_text(chosen)) or names_group(plain_text(rejected))
        if not all(map(math.isnan, values)):
            rows.append((named, any(value > 0.7 for value in values)))
    either = numbers.at(0.7)[0]

    assert (numbers.scored, numbers.naming) == (len(rows), sum(named for named, _ in rows))
    assert numbers.naming + numbers.others == numbers.scored
    assert either.share == sum(taken for _, taken in rows) / len(rows)
    for share, naming in ((either.of_naming, True), (either.of_others, False)):
        some = [taken for named, taken in rows if named is naming]
        assert share == pytest.approx(sum(some) / len(some), abs=1e-12)


def test_toxicity_takes_a_larger_share_of_replies_that_name_a_group(
    transcripts: list[tuple[str, str]], tmp_path: Path
) -> None:
    scorer = create("alt-profanity")
    assert isinstance(scorer, Scorer)
    scorer.load()
    texts = [[response_text(pair_up(*one).side(side)) for one in transcripts] for side in RESPONSES]
    scores = [scorer.score([text or "-" for text in some]).numbers[:, 0].tolist() for some in texts]
    sides = {
        f"toxicity.{side}": [score if text else NONE for text, score in zip(*both, strict=True)]
        for side, *both in zip(RESPONSES, texts, scores, strict=True)
    }
    with new_database(tmp_path / "toxic.db", transcripts) as database:
        give(database, "alt-profanity", scorer.columns, sides)
        numbers = thresholds.of_column(database.reader(), "toxicity")
        either, *_ = numbers.at(0.5)

    assert (numbers.pairs, numbers.scored, numbers.naming, numbers.missing) == (2312, 2312, 222, 4)
    assert either.of_naming is not None and either.of_others is not None
    assert (round(either.of_naming, 3), round(either.of_others, 3)) == (0.176, 0.075)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_histogram_and_the_percentile_count_every_number_once(real: Database, name: str) -> None:
    numbers = thresholds.of_column(real.reader(), name)
    parts = [f"{name}.{side}" for side in RESPONSES] if "apart" not in name else [name]
    values = [one for part in parts for one in Columns().get(real.reader(), part).tolist() if not math.isnan(one)]

    assert numbers.numbers == len(values) == sum(numbers.histogram(37))
    assert numbers.numbers + numbers.missing == len(parts) * numbers.pairs
    middle = numbers.number_at(50)
    width = (numbers.high - numbers.low) / 4
    assert numbers.histogram(4)[0] == sum(value < numbers.low + width for value in values)
    assert numbers.percentile(middle) == pytest.approx(100 * sum(one <= middle for one in values) / len(values))
    assert numbers.percentile(numbers.high + 1) == 100


def test_a_range_without_an_end_becomes_that_of_the_numbers(real: Database) -> None:
    numbers = thresholds.of_column(real.reader(), "made.open")

    assert -3 <= numbers.low < -2.9 < 8.9 < numbers.high <= 9
    steps = [numbers.number_at(step) for step in range(101)]
    assert steps == sorted(set(steps))


def test_steps_are_hundredths_of_the_range_in_round_numbers(small: Database) -> None:
    give(small, "made", [column("large", 0, 1000), column("small", 0, 0.01)], {})

    large, little = (thresholds.of_column(small.reader(), f"made.{name}") for name in ("large", "small"))
    assert [large.number_at(step) for step in (0, 1, 33, 100)] == [0, 10, 330, 1000]
    assert [little.number_at(step) for step in (0, 1, 33, 100)] == [0, 0.0001, 0.0033, 0.01]
    assert [thresholds.written(number) for number in (0.5, 330.0, -1, 1e-7)] == ["0.5", "330", "-1", "1e-07"]


def test_pairs_without_a_number_are_in_no_share(small: Database) -> None:
    sides = {"a.chosen": [0.9, 0.1, NONE, NONE], "a.rejected": [0.2, 0.1, 0.8, NONE]}
    give(small, "made", [column("a")], sides, complete=False)

    numbers = thresholds.of_column(small.reader(), "a")

    assert (numbers.pairs, numbers.scored, numbers.complete) == (4, 3, False)
    assert (numbers.numbers, numbers.missing, numbers.naming, numbers.others) == (5, 3, 2, 1)
    assert [(one.pairs, one.of_naming, one.of_others) for one in numbers.at(0.5)] == [
        *((2, 0.5, 1.0), (0, 0.0, 0.0), (1, 0.5, 0.0))
    ]


def test_without_any_number_there_are_no_shares(small: Database) -> None:
    give(small, "made", [column("a")], {}, complete=False)

    numbers = thresholds.of_column(small.reader(), "a")

    assert (numbers.scored, numbers.percentile(0.5), numbers.histogram(3)) == (0, None, (0, 0, 0))
    assert {(one.pairs, one.share, one.of_naming, one.of_others) for one in numbers.at(0.5)} == {(0, None, None, None)}


def test_columns_are_offered_where_they_have_a_number_of_a_reply_or_a_pair(small: Database) -> None:
    give(small, "of prompts", [column("a")], {}, units=("prompt",))
    give(small, "Of-Replies", [column("a"), column("b")], {})
    give(small, "of pairs", [column("c", of_pair=True)], {}, units=("pair",))
    with small.writing() as connection:
        scorers.choose_harm_column(connection, "of_replies.b")

    assert thresholds.offered(small.reader()) == ["of_replies.b", "of_replies.a", "of_pairs.c"]
    with pytest.raises(StoreError, match=r"of_prompts\.a has no numbers of replies.*of_replies\.b"):
        thresholds.of_column(small.reader(), "of_prompts.a")
    with pytest.raises(StoreError, match=r"did you mean of_pairs\.c"):
        thresholds.of_column(small.reader(), "of_pairs.d")


def looped(transcripts: list[tuple[str, str]], sides: tuple[str, ...]) -> list[bool]:
    """Return which pairs name a group on any of the sides, by looking at every text."""
    return [
        any(names_group(plain_text(turns)) for side, turns in zip(SIDES, pair_up(*texts), strict=True) if side in sides)
        for texts in transcripts
    ]


@pytest.mark.parametrize("sides", [SIDES, RESPONSES, ("prompt",)])
def test_the_index_finds_the_same_groups_as_looking_at_every_text(
    real: Database, transcripts: list[tuple[str, str]], sides: tuple[str, ...]
) -> None:
    found = naming_groups(real.reader(), sides)  # type: ignore[arg-type]

    assert found.tolist() == looped(transcripts, sides)
    if sides == SIDES:
        assert found.sum() == PAIRS_WITH_A_TERM


def test_two_words_of_a_term_have_white_space_alone_between_them(small: Database) -> None:
    assert naming_groups(small.reader(), RESPONSES).tolist() == [True, True, False, False]
    assert naming_groups(small.reader()).tolist() == [True, True, True, False]


def test_the_mask_is_kept_until_the_index_grows(small: Database) -> None:
    connection = small.reader()
    assert isinstance(connection, Connection)
    before = naming_groups(connection)
    assert naming_groups(connection) is before

    add_pairs(small, [(dialogue("Five?", "A deaf dog."), dialogue("Five?", "None."))])
    assert naming_groups(connection).tolist() == [True, True, True, False, False], "not in the index yet"

    give(small, "made", [column("a")], {"a.chosen": [0.9] * 5, "a.rejected": [0.1] * 5})
    assert (thresholds.of_column(connection, "a").naming, thresholds.of_column(connection, "a").others) == (2, 2)
    index.extend(small)
    assert naming_groups(connection).tolist() == [True, True, True, False, True]
    assert (thresholds.of_column(connection, "a").naming, thresholds.of_column(connection, "a").others) == (3, 2)
