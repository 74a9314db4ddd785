"""Hostile data on the screen: in the list, the panes, hits, titles, notes, questions and messages."""

from pathlib import Path

import pytest
from textual.events import Paste

from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.tui.start import Start
from tests.tui.desk import Desk, fill, reading
from tests.tui.hostile import HARMFUL, MARKER, OWN, bundled_rows, shared, single_rows


def look(desk: Desk, where: str) -> None:
    """Check every segment that is on the screen."""
    for strip in desk.app.screen._compositor.render_strips():
        for segment in strip:
            found = HARMFUL.search(segment.text)
            assert found is None, f"{found!r} {where}: {segment.text!r}"
            assert not (segment.style and segment.style.link), f"a link {where}"
            assert not (segment.style and "@click" in segment.style.meta), f"an action {where}"


async def look_at_everything(path: Path, list_rows: int, pairs: int) -> None:
    """Page through the list, then through `pairs` pairs behind it with their hits and differences."""
    async with reading(path, size=(160, 60)) as desk:
        for row in range(0, list_rows, 50):
            await desk.burst(":", *str(row + 1), "enter")
            look(desk, f"in the list around row {row}")
        await desk.search(f"{MARKER}* OR and OR the")
        await desk.press("escape")
        await desk.search("")
        await desk.press("d", "G")
        for at in range(pairs):
            for keys in ((), ("n", "}"), ("p", "space", "p")):
                await desk.burst(*keys)
                look(desk, f"in the panes, {at} from the end")
            await desk.press("k")


async def test_our_own_hostile_strings_reach_no_widget(tmp_path: Path) -> None:
    path = fill(tmp_path / "own.db", [*single_rows(OWN), *bundled_rows(OWN)])
    await look_at_everything(path, len(OWN), len(OWN) + 2)


async def test_the_shared_hostile_strings_reach_no_widget(tmp_path: Path, shared_data: Path) -> None:
    texts = shared(shared_data)
    bundles = bundled_rows(texts)
    path = fill(tmp_path / "shared.db", [*single_rows(texts), *bundles])
    await look_at_everything(path, len(texts), len(bundles))


async def test_hits_in_hostile_text_are_found_and_harmless(tmp_path: Path) -> None:
    path = fill(tmp_path / "own.db", single_rows(OWN))
    async with reading(path, size=(120, 40)) as desk:
        await desk.search(f"/{MARKER}/")
        assert len(desk.rows) == len(OWN)
        for _ in OWN:
            await desk.press("n")
            look(desk, f"at the hit in row {desk.row}")
            assert MARKER in desk.text()
            await desk.press("j")


async def test_brackets_in_data_are_shown_as_they_are(tmp_path: Path) -> None:
    text = "[bold]see[/bold] [/] [@click=app.quit()]this[/]"
    async with reading(fill(tmp_path / "own.db", single_rows([text])), size=(160, 40)) as desk:
        assert desk.text().count(text) >= 2
        await desk.press("i")
        await desk.type(text)
        await desk.press("enter")
        assert f"note: {text}" in desk.header


@pytest.mark.parametrize("size", [(160, 40), (40, 12)])
async def test_hostile_notes_keys_queries_and_messages_are_harmless(tmp_path: Path, size: tuple[int, int]) -> None:
    path = fill(tmp_path / "own.db", single_rows(OWN))
    name = f"\x1b]0;{MARKER}\x07\u202e"
    with Database.open(path) as database:
        with database.writing() as connection:
            connection.execute("UPDATE source SET subset = ?", (f"made{name}",))
        place = settings.Place(f'"{name}"', f"made{name}/test/0", 0, 0, 1, (1,))
        settings.save_place(database, "ann\x1b[31m", place)
    async with reading(path, size=size, annotator="ann\x1b[31m") as desk:
        look(desk, "in the key and the query that was left")
        await desk.press("/")
        desk.app.post_message(Paste(f"{name}:x"))
        await desk.settle()
        look(desk, "in the query line and its error")
        await desk.press("escape")
        await desk.search("")
        for text in OWN[1:14:3]:
            await desk.press("i")
            desk.app.post_message(Paste(text))
            await desk.settle()
            look(desk, "in the note's field")
            await desk.press("enter")
            look(desk, "in the header")
            await desk.press("j")
        for keys in (":", "w", "O", "?"):
            await desk.press(keys)
            desk.app.post_message(Paste(f"{name}/x"))
            await desk.settle()
            look(desk, f"in the dialog of {keys}")
            if keys == ":":
                await desk.press("enter")
                look(desk, "in the message")
            await desk.press("escape")
        await desk.press("y", "Y", "C")
        look(desk, "in the message of a copy")
        assert all(not HARMFUL.search(value) for _, value, _ in desk.events("ann\x1b[31m"))
    async with reading(path, size=size, start=Start(query=name, key=name)) as desk:
        look(desk, "in what the command line asks for")
