"""While a query is typed: what may follow with its counts, the queries kept before, the cheat sheet, quiet hints."""

import threading
from pathlib import Path

import pytest

from hhtui.config import Config
from hhtui.query import fields
from hhtui.query.candidates import Names
from hhtui.query.cheat_sheet import cheat_sheet
from hhtui.query.dependence import DECISIONS
from hhtui.store import completion, history
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.tui.completion_reader import CompletionReader, Wanted
from hhtui.tui.screens.cheat_sheet import CheatSheet, sheet_lines
from hhtui.tui.start import Start
from hhtui.tui.widgets.completion_list import CompletionList
from hhtui.tui.widgets.query_line import QueryLine
from tests.transcripts import dialogue
from tests.tui.desk import Desk, fill, reading
from tests.tui.shielded_rows import WORDS, shielded

SIZES = ((120, 34), (80, 24), (40, 12))
WHOLE = ("Texts", "Together", "Sides", "Numbers", "Fields", "Scores of this database")
"""The sections of the sheet whose rows are queries by themselves."""


def listed(desk: Desk) -> list[str]:
    """Return the lines of the list below its title, none where it is closed."""
    completions = desk.browse.query_one(CompletionList)
    if not completions.display:
        return []
    height = completions.outer_size.height
    return [line[: completions.outer_size.width].rstrip() for line in desk.lines()[-2 - height : -2]][1:]


def edited(desk: Desk) -> tuple[str, int]:
    """Return the text of the line and where its cursor is."""
    line = desk.browse.query_one(QueryLine).field
    return line.value, line.cursor_position


@pytest.mark.parametrize("size", SIZES)
async def test_fields_are_offered_and_then_their_values_with_how_many_pairs_each_gives(
    made: Path, size: tuple[int, int]
) -> None:
    async with reading(made, size=size) as desk:
        await desk.press("f", "/")
        assert listed(desk) == []
        await desk.type("fl")
        assert len(listed(desk)) == 1 and listed(desk)[0].startswith("  flag:  Whether anyone")
        await desk.press("tab")
        assert edited(desk) == ("flag:", 5)
        assert listed(desk) == ["  yes   1", "  no   47"]
        await desk.press("down", "down")
        assert listed(desk) == ["  yes   1", "▸ no   47"]
        await desk.press("up", "tab")
        assert (edited(desk), desk.rows, listed(desk)) == (("flag:yes", 8), [0], [])
        await desk.press("enter")
        assert desk.query == "flag:yes"


async def test_what_is_counted_in_every_text_is_counted_one_after_another(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    soon = CompletionReader._soon

    def told(reader: CompletionReader, wanted: Wanted, seconds: float) -> None:
        asked.append(list(wanted.queries))
        soon(reader, wanted, seconds)

    monkeypatch.setattr(CompletionReader, "_soon", told)
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("has:")
        shown = [line.split()[:2] for line in listed(desk)]
        assert [count for _, count in shown] == ["0"] * len(shown)
        assert [query for queries in asked for query in queries] == [f"has:{name}" for name, _ in shown]
        assert all(len(queries) <= 1 for queries in asked)


async def test_the_list_is_made_when_a_query_is_first_edited(made: Path) -> None:
    async with reading(made, start=Start(query="bank")) as desk:
        await desk.press("T", "T")
        assert not desk.browse.query(CompletionList)
        await desk.press("/")
        assert not desk.browse.query_one(CompletionList).display
        await desk.type(" fl")
        assert desk.browse.query_one(CompletionList).display


async def test_enter_takes_the_candidate_that_was_gone_to_and_else_keeps_the_query(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("ban")
        await desk.press("down")
        assert listed(desk) == ["▸ bank  24"]
        await desk.press("enter")
        assert (edited(desk), listed(desk), len(desk.rows)) == (("bank", 4), [], 24)
        await desk.press("backspace")
        assert listed(desk) == ["  bank  24"]
        await desk.press("enter", "j")
        assert (desk.query, desk.rows) == ("ban", [])
        await desk.burst("/", "ctrl+u", *"preference:re", "down", "enter", "enter", "j")
        assert desk.query == "preference:rejected"


async def test_a_word_that_stands_there_already_is_not_offered(tmp_path: Path) -> None:
    said = ("A bank.", "A banker.")
    rows = [{"chosen": dialogue("Where?", one), "rejected": dialogue("Where?", "No.")} for one in said]
    async with reading(fill(tmp_path / "a.db", rows)) as desk:
        await desk.press("/")
        await desk.type("bank")
        assert listed(desk) == ["  banker  1"]
        await desk.press("tab")
        assert edited(desk)[0] == "banker"


async def test_words_of_a_side_are_counted_on_that_side(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("rejected:ban")
        assert listed(desk) == ["  bank  12"]
        await desk.press("tab")
        assert (edited(desk), len(desk.rows)) == (("rejected:bank", 13), 12)


async def test_words_of_a_side_are_ordered_by_their_pairs_on_that_side(tmp_path: Path) -> None:
    said = [("bank", "banker"), ("river", "banker"), ("river", "banker"), ("bank", "wall")]
    rows = [{"chosen": dialogue("Where?", one), "rejected": dialogue("Where?", other)} for one, other in said]
    async with reading(fill(tmp_path / "a.db", rows)) as desk:
        await desk.press("/")
        await desk.type("chosen:ban")
        assert listed(desk) == ["  bank    2", "  banker  0"]


async def test_a_query_is_remembered_beside_the_screen_and_a_failure_is_told(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        assert threading.current_thread() is not threading.main_thread()
        raise StoreError("the disk is full")

    monkeypatch.setattr(history, "remember", refuse)
    async with reading(made) as desk:
        await desk.search("row:3")
        told = "the query was not remembered: the disk is full"
        await desk.until(lambda: desk.footer == told, "the failure was not told")
        assert desk.rows == [3]


async def test_escape_closes_the_list_and_then_gives_the_query_up(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("rejected:bank")
        await desk.press("/")
        await desk.type(" ban")
        assert listed(desk)
        await desk.press("escape")
        assert (listed(desk), edited(desk)[0]) == ([], "rejected:bank ban")
        await desk.press("escape")
        assert (desk.query, len(desk.rows)) == ("rejected:bank", 12)
        await desk.press("/")
        await desk.type(" ban")
        await desk.burst("escape", "escape", "j")
        assert (desk.query, desk.row) == ("rejected:bank", 4)


async def test_an_empty_line_offers_every_field_when_asked(made: Path) -> None:
    async with reading(made, size=(80, 24)) as desk:
        await desk.press("/")
        assert listed(desk) == []
        await desk.press("tab")
        assert len(listed(desk)) == 8 and "1-8 of" in desk.text()
        await desk.press(*["down"] * 10)
        assert listed(desk)[-1].startswith("▸ note:")
        await desk.press(*["shift+tab"] * 10, "shift+tab")
        assert not any(line.startswith("▸") for line in listed(desk))
        await desk.press("escape", "escape")
        assert desk.query == ""


async def test_keys_in_one_read_complete_in_their_order(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("/", *"preference:x", "backspace", *"re", "tab", "enter", "j")
        assert desk.query == "preference:rejected"


async def test_a_clicked_line_is_taken(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("drop:")
        await desk.pilot.click(CompletionList, offset=(3, 2))
        await desk.settle()
        assert (edited(desk)[0], len(desk.rows)) == ("drop:no", 48)


async def test_candidates_are_dropped_where_the_cursor_has_moved_away(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("bank dr")
        await desk.press("home", "tab")
        assert edited(desk) == ("bank dr", 0)
        assert listed(desk) == []


async def test_kept_queries_are_walked_through_newest_first_and_filtered_by_what_was_typed(made: Path) -> None:
    async with reading(made) as desk:
        for query in ("chosen:bank", "row:1..5", "chosen:river", "chosen:bank"):
            await desk.search(query)
        await desk.press("/", "ctrl+u", "up")
        assert (edited(desk)[0], len(desk.rows)) == ("chosen:bank", 16)
        await desk.press("up", "up", "up")
        assert edited(desk)[0] == "row:1..5"
        await desk.press("down", "down", "down", "down")
        assert edited(desk)[0] == ""
        await desk.type("chosen:r")
        await desk.press("up")
        assert edited(desk)[0] == "chosen:river" and listed(desk) == []
        await desk.press("down")
        assert edited(desk)[0] == "chosen:r"
        await desk.press("enter")
    async with reading(made) as desk:
        await desk.press("/", "ctrl+u", "up", "up")
        assert edited(desk)[0] == "chosen:bank"
    async with reading(made, annotator="bert") as desk:
        await desk.press("/", "up")
        assert edited(desk)[0] == ""


async def test_the_query_that_stands_in_the_line_narrows_nothing_until_it_is_changed(made: Path) -> None:
    async with reading(made) as desk:
        for query in ("row:1..5", "chosen:bank", "chosen:river"):
            await desk.search(query)
        await desk.press("/", "up")
        assert edited(desk)[0] == "chosen:bank"
        await desk.press("up")
        assert edited(desk)[0] == "row:1..5"
        await desk.press("down", "down")
        assert edited(desk)[0] == "chosen:river"
        await desk.press("ctrl+u")
        await desk.type("gap")
        await desk.press("up")
        assert (edited(desk)[0], desk.footer) == ("gap", "no earlier query begins so")


async def test_only_what_enter_kept_is_remembered_and_a_read_only_database_remembers_for_now(made: Path) -> None:
    async with reading(made, read_only=True) as desk:
        await desk.search("row:3")
        await desk.press("/", "ctrl+u")
        await desk.type("row:4")
        await desk.press("escape", "T", "/", "ctrl+u", "up")
        assert edited(desk)[0] == "row:3"
        await desk.press("up")
        assert edited(desk)[0] == "row:3"
    with Database.open(made) as database:
        assert history.earlier(database.reader(), "anna") == ()


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("gap:>", "still to come: a number such as 0.5 or -2"),
        ('"the riv', 'still to come: a closing "'),
        ("/b.n", "still to come: /"),
        ("chosen:(bank", "still to come: a closing )"),
        ("opening:", "still to come: a number, a pair's key, * or none"),
        ("preference:re", "still to come: chosen, rejected, equal, unsure, none or *"),
    ],
)
async def test_what_is_not_finished_is_hinted_at_quietly_until_enter(made: Path, query: str, hint: str) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type(query)
        assert desk.footer == hint
        await desk.press("enter")
        assert desk.footer.startswith("character")
        assert desk.query == query


async def test_what_is_not_finished_before_the_cursor_alone_is_an_error(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type('bank "river')
        await desk.press("home")
        await desk.type("a ")
        assert desk.footer.startswith("character 8")


async def test_the_cheat_sheet_opens_over_the_line_and_leaves_it_as_it_was(made: Path) -> None:
    async with reading(made, size=(80, 24)) as desk:
        await desk.press("/", "?")
        assert isinstance(desk.app.screen, CheatSheet)
        assert "The query language" in desk.text() and "bank*" in desk.text()
        before = desk.text()
        await desk.press("space")
        assert desk.text() != before
        await desk.press("escape")
        await desk.type("chosen:b?")
        await desk.press("left", "ctrl+g")
        assert isinstance(desk.app.screen, CheatSheet)
        await desk.press("ctrl+g")
        assert edited(desk) == ("chosen:b?", 8)
        await desk.type("ank")
        await desk.press("enter", "ctrl+g", "q", "j")
        assert (desk.query, desk.row) == ("chosen:bank?", 3)


async def test_no_word_is_offered_that_the_shield_could_mask(tmp_path: Path) -> None:
    path = shielded(tmp_path / "a.db")
    for level, offers in (("off", True), ("profanity", False)):
        async with reading(path, config=Config(shield=level)) as desk:  # type: ignore[arg-type]
            await desk.press("/")
            await desk.type(WORDS[0][:4])
            assert bool([line for line in listed(desk) if WORDS[0] in line]) is offers


def test_every_field_and_side_is_on_the_sheet() -> None:
    written = [row.written for section in cheat_sheet(Names()) for row in section.rows]

    assert [name for name in fields.names() if not any(one.startswith((name, f"{name}.")) for one in written)] == []


def test_examples_of_the_sheet_find_pairs_of_the_sample(sample: Path) -> None:
    undecided = {field.example for field in fields.FIELDS if field.name in DECISIONS or field.name == "by"}
    with Database.open(sample) as database:
        connection = database.reader()
        sections = cheat_sheet(completion.names(connection))
        examples = [row.written for section in sections for row in section.rows if section.title in WHOLE]
        found = {one: completion.counted(connection, one) for one in examples}

    assert len(found) > 40
    assert {one for one, count in found.items() if count is None} <= {"dupe:yes"}
    assert {one for one, count in found.items() if count and not count.pairs} <= {*undecided, "harm:none"}


@pytest.mark.parametrize("width", [30, 70, 100])
def test_lines_of_the_sheet_fit(width: int) -> None:
    lines = sheet_lines(cheat_sheet(Names()), width)

    assert all(len(line) <= max(width, 46) for line in lines)
