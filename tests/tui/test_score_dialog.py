"""The page of score details: what it says, how it scrolls, and words that come while it is open."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from hhtui.identity import TERMS
from hhtui.model import LENGTH, RESPONSES, SIDES, Score, ScoreColumn, Side, Unit
from hhtui.score.explain.process import explain
from hhtui.score.run import run
from hhtui.score.scorer import create
from hhtui.store.database import Database
from hhtui.store.score_details import ColumnDetails, Number, ScoreDetails, ScorerDetails, TurnScore
from hhtui.text import cells
from hhtui.tui.explanation import Asked, Deliver, Explanation, Words
from hhtui.tui.score_page import Found, bar, lines, written
from hhtui.tui.screens.score_details import ScoreDetailsDialog
from hhtui.tui.widgets.page import Page
from tests.store.made_pair_scorer import MadePairScorer
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue
from tests.tui.conftest import copied
from tests.tui.desk import Desk, Row, add, fill, reading
from tests.tui.hostile import HARMFUL, MARKER, OWN, single_rows
from tests.tui.test_hostile import look

TALK = ("Where do older people shop?", "At the market.", "And the stupid ones?")
ROWS: list[Row] = [
    {"chosen": dialogue(*TALK, "They are not stupid."), "rejected": dialogue(*TALK, "At the bank.")},
    {"chosen": dialogue("How is it?", ""), "rejected": dialogue("How is it?", "The weather is lovely.")},
    *({"chosen": dialogue(f"ask {at}", f"yes {at}"), "rejected": dialogue(f"ask {at}", "no")} for at in range(6)),
]
TURNS: tuple[Unit, ...] = ("turn",)
WORDS: Words = [("stupid", 3.2), ("plain folk", -0.25)]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of eight pairs with scores of texts, of turns and of pairs, not to be written to."""
    path = fill(tmp_path_factory.mktemp("scored") / "a.db", ROWS)
    with Database.open(path) as database:
        run(database, [create("alt-profanity")], lambda progress: None)
        run(database, [MadeScorer(units=("response", "turn"))], lambda progress: None, more=TURNS)
        run(database, [MadePairScorer()], lambda progress: None)
    return path


@pytest.fixture
def made_scores(scored: Path, tmp_path: Path) -> Path:
    return copied(scored, tmp_path / "a.db")


class Explaining:
    """An explanation whose words come when the test says so."""

    def __init__(self, asked: Collection[Asked]) -> None:
        self.asked = tuple(asked)
        self.pairs: list[int] = []
        self.closed = 0
        self.deliver: Deliver = lambda scorer, side, words: None

    def __call__(self, _database: Database, pair_id: int, deliver: Deliver) -> Explanation:
        self.pairs.append(pair_id)
        self.deliver = deliver
        return self

    def close(self) -> None:
        self.closed += 1


def both() -> Explaining:
    return Explaining([("alt-profanity", side) for side in SIDES])


def dialog(desk: Desk) -> ScoreDetailsDialog:
    screen = desk.app.screen
    assert isinstance(screen, ScoreDetailsDialog)
    return screen


def open_page(desk: Desk) -> str:
    """Return all lines of the open page, those out of view too."""
    return "\n".join("".join(text for text, _ in line) for line in dialog(desk)._lines)


async def test_the_page_says_of_every_scorer_what_it_is_and_what_it_found(made_scores: Path) -> None:
    async with reading(made_scores, size=(200, 50)) as desk:
        await desk.press("t")
        told = open_page(desk)
        assert "made/test/0  score details" in told
        assert "toxicity (alt-profanity 1.9)  ← harm stands for it" in told
        assert told.count("←") == 1
        assert "It catches swearing, not meaning" in told
        for title in (
            "size (made 1.2)",
            "letters (made 1.2)",
            "above (made-pairs 1.0)",
            "longer (made-pairs 1.0)",
            "length",
        ):
            assert title in told.splitlines()
        assert "measured: 8 pairs" in told
        assert LENGTH.meaning in told and LENGTH.fails in told
        assert "! prompt names identity groups: older" in told
        assert "Measuring and Mitigating Unintended Bias" in told
        assert "At the bank." in told, "the turns are shown where they are scored"
        assert "safe" not in told
        assert "words that move" not in told and "looking" not in told, "nobody was asked"
        assert told.splitlines()[0] in desk.text()


async def test_a_reply_without_text_says_so(made_scores: Path) -> None:
    async with reading(made_scores, size=(120, 40)) as desk:
        await desk.press("j", "t")
        assert "chosen    – " in open_page(desk) and "empty" in open_page(desk)
        assert f"No text names an identity group, by Dixon's {len(TERMS)} terms." in open_page(desk)


async def test_a_pair_that_is_not_scored_yet_says_so(made_scores: Path) -> None:
    with Database.open(made_scores) as database:
        add(database, [{"chosen": dialogue("brand", "new"), "rejected": dialogue("brand", "old")}], "more")
    async with reading(made_scores) as desk:
        await desk.press("G", "t")
        assert "not scored yet" in open_page(desk)


async def test_a_database_without_scores_tells_the_length(made: Path) -> None:
    explanation = both()
    async with reading(made, explain=explanation) as desk:
        await desk.press("t")
        assert "length" in open_page(desk) and "p" in open_page(desk)


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 12), (24, 6)])
async def test_every_line_can_be_reached_at_every_size(made_scores: Path, size: tuple[int, int]) -> None:
    explanation = both()
    async with reading(made_scores, size=size, explain=explanation) as desk:
        await desk.press("t")
        for side in SIDES:
            explanation.deliver("alt-profanity", side, WORDS)
        await desk.settle()
        told = dialog(desk)._lines
        seen: set[str] = set()
        for _ in range(len(told) + 1):
            seen.update("".join(text for text, _ in line) for line in dialog(desk).query_one(Page)._lines)
            await desk.press("space")
        wanted = {"".join(text for text, _ in line) for line in told}
        assert wanted - seen == set()
        assert all(cells("".join(text for text, _ in line)) <= size[0] - 4 for line in told)
        last = desk.text()
        await desk.press("j", "down", "pagedown", "G", "end")
        assert desk.text() == last
        await desk.press("g")
        assert dialog(desk)._top == 0
        await desk.press("j", "down", "k")
        assert dialog(desk)._top == min(1, dialog(desk)._last_top)
        await desk.press("home", "pageup", "up")
        assert dialog(desk)._top == 0


@pytest.mark.parametrize("key", ["escape", "t", "q"])
async def test_the_page_closes_and_keys_after_it_are_for_the_screen(made_scores: Path, key: str) -> None:
    explanation = both()
    async with reading(made_scores, explain=explanation) as desk:
        await desk.burst("t", "j", "j", key, "j")
        assert desk.app.screen is desk.browse
        assert desk.row == 1
        assert explanation.closed == len(explanation.pairs) <= 1


async def test_words_are_looked_for_and_shown_as_they_come(made_scores: Path) -> None:
    explanation = both()
    async with reading(made_scores, size=(120, 60), explain=explanation) as desk:
        await desk.press("j", "k", "t")
        assert explanation.pairs == [1]
        assert open_page(desk).count("words: looking …") == 1
        explanation.deliver("alt-profanity", "prompt", WORDS)
        explanation.deliver("alt-profanity", "chosen", [])
        await desk.settle()
        assert "looking" in desk.text()
        explanation.deliver("alt-profanity", "rejected", [])
        await desk.settle()
        assert "looking" not in desk.text()
        assert "words that move toxicity most" in desk.text()
        assert "prompt   +3.20 stupid   −0.25 plain folk" in desk.text()
        assert "chosen   no word that it knows" in desk.text()
        assert explanation.closed == 0
        await desk.press("escape")
        assert explanation.closed == 1


async def test_trouble_with_words_is_one_quiet_line(made_scores: Path) -> None:
    explanation = both()
    async with reading(made_scores, size=(120, 60), explain=explanation) as desk:
        await desk.press("t")
        for side in SIDES:
            explanation.deliver("alt-profanity", side, "the process that explains scores failed")
        await desk.settle()
        assert desk.text().count("words: the process that explains scores failed") == 1
        assert "words that move" not in desk.text()


async def test_the_place_is_kept_when_words_come(made_scores: Path) -> None:
    explanation = both()
    async with reading(made_scores, size=(80, 24), explain=explanation) as desk:
        await desk.press("t", "space", "j")
        top = dialog(desk)._top
        explanation.deliver("alt-profanity", "chosen", WORDS)
        await desk.settle()
        assert dialog(desk)._top == top > 0


async def test_words_that_come_too_late_do_nothing(made_scores: Path) -> None:
    explanation = both()
    async with reading(made_scores, explain=explanation) as desk:
        await desk.press("t", "escape")
        explanation.deliver("alt-profanity", "chosen", WORDS)
        await desk.press("j")
        assert desk.row == 1


async def test_leaving_with_the_page_open_closes_the_explanation(made_scores: Path) -> None:
    explanation = both()
    async with reading(made_scores, explain=explanation) as desk:
        await desk.press("t")
        assert explanation.pairs == [1]
    assert explanation.closed == 1


async def test_the_real_process_finds_words_and_ends_with_the_page(made_scores: Path) -> None:
    async with reading(made_scores, size=(120, 60), explain=explain) as desk:
        await desk.press("t")
        await desk.until(lambda: "looking" not in desk.text(), "the words did not come")
        assert "stupid" in desk.text().partition("words that move")[2]
        explanation = dialog(desk)._explanation
        assert explanation is not None
        await desk.press("escape")
        assert desk.app.screen is desk.browse


async def test_escape_closes_at_once_while_the_real_process_works(made_scores: Path) -> None:
    started: list[Explanation] = []

    def remembered(database: Database, pair_id: int, deliver: Deliver) -> Explanation:
        started.append(explain(database, pair_id, deliver))
        return started[-1]

    async with reading(made_scores, explain=remembered) as desk:
        await desk.press("t")
        [explanation] = started
        process: Callable[[], object] = lambda: getattr(explanation, "_process", None)  # noqa: E731
        await desk.until(lambda: process() is not None, "no process was started")
        await desk.press("escape")
        assert desk.app.screen is desk.browse
        assert getattr(process(), "returncode") is not None  # noqa: B009


async def test_a_pair_that_is_gone_says_so(made_scores: Path) -> None:
    async with reading(made_scores) as desk:
        with desk.app.database.writing() as connection:
            connection.execute("DELETE FROM pair WHERE id = 1")
        await desk.press("t")
        assert "This pair is gone" in desk.text()
        await desk.press("j", "space", "escape")
        assert desk.app.screen is desk.browse


async def test_without_a_pair_there_is_nothing_to_open(made_scores: Path) -> None:
    async with reading(made_scores) as desk:
        await desk.search("key:nowhere")
        await desk.press("t")
        assert desk.app.screen is desk.browse
        assert "there is no pair here" in desk.footer


async def test_a_smaller_terminal_keeps_the_page_readable(made_scores: Path) -> None:
    async with reading(made_scores, size=(120, 40)) as desk:
        await desk.press("t", "G")
        await desk.pilot.resize_terminal(40, 12)
        await desk.settle()
        told = dialog(desk)
        assert told._top <= told._last_top
        assert all(cells("".join(text for text, _ in line)) <= 36 for line in told._lines)


@pytest.mark.parametrize("size", [(160, 60), (40, 12)])
async def test_hostile_texts_words_and_names_are_harmless(tmp_path: Path, size: tuple[int, int]) -> None:
    path = fill(tmp_path / "own.db", single_rows(OWN))
    name = f"\x1b]0;{MARKER}\x07\u202e[bold]"
    with Database.open(path) as database:
        run(database, [MadeScorer(name=name, units=("response", "turn"))], lambda progress: None, more=TURNS)
        with database.writing() as connection:
            connection.execute("UPDATE scorer SET findings = json_object('summary', ?)", (f"{name} [/]",))
            connection.execute("UPDATE source SET subset = ?", (f"made{name}",))
    explanation = Explaining([(name, side) for side in RESPONSES])
    async with reading(path, size=size, explain=explanation) as desk:
        for row, text in enumerate(OWN):
            await desk.press("t")
            explanation.deliver(name, "chosen", [(text, 1.0), (f"\u0301{text}", -1.0)])
            explanation.deliver(name, "rejected", f"{text}\x1b[2J")
            await desk.settle()
            assert MARKER in open_page(desk)
            for _ in range(len(dialog(desk)._lines)):
                look(desk, f"on the page of row {row}")
                if dialog(desk)._top == dialog(desk)._last_top:
                    break
                await desk.press("space")
            assert not HARMFUL.search(open_page(desk).replace("\n", ""))
            await desk.press("escape", "j")


PROBABILITY = ScoreColumn("toxicity", 0, 1, "Means this.", "Fails there.")
MARGIN = ScoreColumn("disagreement", -1, 1, "Candidates for label errors.", "Fails.", of_pair=True)


def page(
    numbers: Collection[Number], column: ScoreColumn = PROBABILITY, found: Found | None = None, **more: object
) -> list[str]:
    """Return the lines of a page about one column, at 80 columns."""
    turns: tuple[TurnScore, ...] = more.get("turns", ())  # type: ignore[assignment]
    columns = (ColumnDetails(f"some.{column.name}", f"{column.name} (some 1.0)", column, False, tuple(numbers)),)
    scorer = ScorerDetails("some", "1.0.0", "00", columns, turns, "")
    groups: dict[Side, tuple[str, ...]] = dict.fromkeys(SIDES, ())
    details = ScoreDetails(1, "made/test/0", (scorer,), groups)
    return ["".join(text for text, _ in line) for line in lines(details, found or {}, 80)]


def number(side: Side | None, value: float | None, percentile: float | None = None, windows: int = 1) -> Number:
    return Number(side, Score("some", "toxicity", value, percentile, windows=windows))


def test_a_number_is_told_with_percentile_bar_and_windows() -> None:
    told = page([number("chosen", 0.5, 45.0), number("rejected", 1.0, 100.0, windows=3)])
    assert "  chosen   0.500  p45  ▕█████     ▏" in told
    assert "  rejected 1.000  p100 ▕██████████▏  read in 3 windows, the greatest kept" in told


def test_a_number_of_the_pair_may_be_below_zero() -> None:
    told = page([number(None, -0.25, 7.0)], MARGIN)
    assert "  pair     -0.250  p7   ▕███▊      ▏" in told


def test_a_turn_tells_its_numbers_before_its_first_words() -> None:
    turns = (
        TurnScore("prompt", 1, "Human", "first\nwords " * 30, (0.25,), 1),
        TurnScore("rejected", 12, "Assistant", "short", (None,), 2),
    )
    told = page([number("chosen", 0.5)], turns=turns)
    first, second = (line for line in told if line.startswith(("     1 ", "    12 ")))
    assert first.startswith("     1 Human      0.250  first words first") and first.endswith("…")
    assert cells(first) == 80
    assert second.rstrip() == "    12 Assistant rejected  – · in 2 windows  short"


def test_a_word_stays_beside_its_weight() -> None:
    words = [(f"some thing{at}", at / 10 - 1) for at in range(20)]
    told = page([number("chosen", 0.5)], found={("some", "chosen"): words})
    text = "\n".join(told)
    assert all(f"{abs(weight):.2f} {word}" in text for word, weight in words)
    assert "−1.00 some thing0" in text and "+0.90 some thing19" in text


def test_words_of_a_side_without_a_number_are_left_out() -> None:
    asked: Found = {("some", "chosen"): WORDS, ("some", "rejected"): [("other", 1.0)], ("another", "chosen"): WORDS}
    told = "\n".join(page([number("chosen", 0.5), number("rejected", None)], found=asked))
    assert "stupid" in told and "other" not in told


def test_a_bar_stays_within_its_ten_cells() -> None:
    assert [bar(PROBABILITY, value) for value in (-1.0, 0.0, 0.0124, 0.5, 1.0, 9.0)] == [
        *(" " * 10, " " * 10, "▏         "),
        *("█████     ", "█" * 10, "█" * 10),
    ]
    assert bar(PROBABILITY._replace(high=0), 0.5) == " " * 10


def test_numbers_of_a_wide_range_are_whole() -> None:
    assert [written(LENGTH, 1234.0), written(PROBABILITY, 0.00049), written(PROBABILITY, None)] == [
        "1,234",
        "0.000",
        "–",
    ]
