"""The command that C copies, given to a shell in another folder, shows the same pairs in the same order."""

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.listing import listing
from hhtui.tui.start import Start
from tests.terminal.test_browsing import Reader, own_folders, quit_and_wait
from tests.tui.desk import fill, numbered, reading

PAIRS = 12
HOSTILE = '-/`x`$HOME!!\'\\d\\/ ;>/ "stall number"\nsort:random(7)'
NAME = "zoë's ! name"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at a path that a shell would take apart."""
    folder = tmp_path_factory.mktemp("copied") / 'it\'s a "$HOME" !folder'
    folder.mkdir()
    return fill(folder / "-a b.db", numbered(PAIRS))


def environment(made: Path) -> dict[str, str]:
    """Return an environment in which `hhtui` is the installed script."""
    script = Path(sys.executable).with_name("hhtui")
    if not script.exists():
        pytest.skip(f"hhtui is not installed beside {sys.executable}")
    return {**own_folders(made), "PATH": f"{script.parent}:{os.environ['PATH']}", "PS1": "$ ", "HISTFILE": ""}


async def copied(made: Path, start: Start, keys: Sequence[str]) -> tuple[str, list[str], str, str]:
    """Return the command that C copies after these keys, the keys of the result, and what the screen shows of it."""
    async with reading(made, start=start, annotator=NAME) as desk:
        await desk.press(*keys)
        position, order = desk.header.split()[2], desk.browse.view.order
        return desk.browse.leaving.command(), desk.keys[desk.browse.view.cursor :], position, order


def shows_pair(screen: Reader, key: str) -> bool:
    return screen.key() == key


@pytest.mark.parametrize("how", ["given to bash -c", "pasted into bash"])
async def test_a_copied_command_shows_the_same_pairs(made: Path, tmp_path: Path, how: str) -> None:
    names = made.with_name("a 'list'.txt")
    names.write_text("".join(f"made/test/{row}\n" for row in (9, 99, 2, 7, 4, 11, 0)))
    if how == "given to bash -c":
        start = Start(HOSTILE, by=NAME)
    else:
        with Database.open(made) as database:
            start = Start("-row:7", by=NAME, listed=listing(database.reader(), names))
    command, left, position, order = await copied(made, start, ["g", "j"])
    assert "\n" not in command and len(left) > 1
    plain = ["bash", "--norc", "--noprofile", "-i"]
    pasted = f"cd {shlex.quote(str(tmp_path))}; {command}"
    argv = ["bash", "-c", pasted] if how == "given to bash -c" else plain
    with closing(Reader(argv, 120, 30, environment(made))) as screen:
        if argv is plain:
            screen.wait_until(lambda: "$" in screen.lines()[0])
            screen.press(f"{pasted}\r".encode())
        screen.wait_until(lambda: bool(screen.key()) and position in screen.header())
        for key in left[:4]:
            screen.wait_until(partial(shows_pair, screen, key))
            screen.press(b"j")
        screen.wait_until(lambda: f"order: {order}" in "\n".join(screen.lines()))
        screen.press(b"f")
        screen.wait_until(lambda: "saved" in screen.lines()[-1])
        if argv is not plain:
            assert quit_and_wait(screen) == 0
    with Database.open(made) as database:
        assert [name for (name,) in database.reader().execute("SELECT DISTINCT annotator FROM event")] == [NAME]


def test_a_list_from_a_pipe_is_kept_and_its_copied_command_opens_it_again(made: Path) -> None:
    piped = "printf 'made/test/5\\nmade/test/3\\nnone\\n' | hhtui \"$DB\" --ids -"
    with closing(Reader(["bash", "-c", piped], 120, 30, {**environment(made), "DB": str(made)})) as screen:
        screen.wait_until(lambda: screen.key() == "made/test/5" and "1/2" in screen.header())
        assert "1 of 3 are not in this database: none" in screen.lines()[-1]
        screen.press(b"j")
        screen.wait_until(lambda: screen.key() == "made/test/3")
        screen.press(b"C")
        screen.wait_until(lambda: "copied the command" in screen.lines()[-1])
        assert quit_and_wait(screen) == 0
        assert b"1 of 3 are not in this database: none" in screen.terminal.received.rpartition(b"\x1b[?1049l")[2]
    command = (made.with_name("data") / "clipboard.txt").read_text(encoding="utf-8").rstrip("\n")
    with closing(Reader(["bash", "-c", command], 120, 30, environment(made))) as screen:
        screen.wait_until(lambda: screen.key() == "made/test/3" and "2/2" in screen.header())
        assert quit_and_wait(screen) == 0
