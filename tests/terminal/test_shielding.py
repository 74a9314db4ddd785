"""Nothing that the shield masks is in the bytes that are sent to a real pseudo-terminal."""

import base64
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.terminal import drawn_text
from hhtui.store import settings
from hhtui.store.database import Database
from tests.terminal.test_browsing import PATIENCE, Reader, browsing, shows, wait_for
from tests.tui.conftest import copied
from tests.tui.desk import ANNOTATOR
from tests.tui.shielded_rows import WORDS, shielded

COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)")
LONGEST_PART = 4
HELP = "next pair that you have not decided"


@pytest.fixture(scope="module")
def rude(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with masked turns, which its annotator reads with the shield on; not to be written to."""
    path = shielded(tmp_path_factory.mktemp("rude") / "rude.db")
    with Database.open(path) as database, database.writing() as connection:
        settings.put(connection, f"shield:{ANNOTATOR}", "profanity")
    return path


@pytest.fixture
def path(rude: Path, tmp_path: Path) -> Path:
    return copied(rude, tmp_path / "rude.db")


class Watched:
    """A reader's terminal, and everything that was on it and was sent to it."""

    def __init__(self, screen: Reader) -> None:
        self.screen = screen
        self.pictures: list[str] = []

    def press(self, keys: bytes, shown: str) -> None:
        """Press keys, wait until `shown` is on the screen and nothing more comes, and look at it."""
        self.screen.press(keys)
        wait_for(self.screen, shown)
        self.rest()

    def leave(self, keys: bytes, shown: str) -> None:
        """Press keys and wait until `shown` is on the screen no longer."""
        self.screen.press(keys)
        self.screen.wait_until(lambda: not shows(self.screen, shown))
        self.rest()

    def press_until(self, keys: bytes, shown: str) -> None:
        """Press keys that may be ignored, again and again, until `shown` is on the screen."""
        end = time.monotonic() + PATIENCE
        while not shows(self.screen, shown) and time.monotonic() < end:
            self.screen.press(keys)
            self.rest()
        wait_for(self.screen, shown)

    def rest(self) -> None:
        self.screen.terminal.read(quiet=0.04, first=0.04)
        self.pictures.append("\n".join(self.screen.lines()))

    def everything(self) -> str:
        """Return all that was drawn, all that was on the screen between, and what went to the clipboard."""
        sent = bytes(self.screen.terminal.received)
        copies = [base64.b64decode(found) for found in COPIED.findall(sent)]
        parts = [drawn_text(sent), sent.decode("utf-8", "replace"), *self.pictures]
        return "\n".join([*parts, *(copy.decode("utf-8") for copy in copies)])


@contextmanager
def watching(path: Path, size: tuple[int, int]) -> Iterator[Watched]:
    with browsing(path, size=size) as screen:
        watched = Watched(screen)
        watched.rest()
        yield watched


def leaked(text: str, words: tuple[str, ...] = WORDS) -> list[str]:
    """Return the words of which more than a few letters in a row are in the text."""
    parts = {word: word if len(word) <= LONGEST_PART else word[: LONGEST_PART + 1] for word in words}
    return [word for word, part in parts.items() if part in text]


def test_no_word_of_a_masked_turn_is_sent(path: Path) -> None:
    with watching(path, (160, 45)) as watched:
        watched.press(b"j", "2/64")
        watched.press(b"j", "3/64")
        watched.press(b"kk", " 1/64")
        watched.press(b"t", "score details")
        watched.press(b"\x1b", " 1/64")
        watched.press(b"Yjt", "score details")
        watched.press(b"\x1b", "2/64")
        watched.screen.resize(100, 30)
        watched.press(b"G", "64/64")
        watched.press(b"g", " 1/64")
        watched.screen.resize(60, 20)
        watched.press(b"ljY", "copied the pair")
        watched.screen.resize(160, 45)
        watched.press(b"jdn}", "between masks")
        watched.press(b"V", "3/64")
        watched.press(b"V?", HELP)
        watched.leave(b"\x1b", HELP)
        watched.press(b"B", "paused")
        watched.press(b"x", "3/64")
        watched.press_until(b"Y", "copied the pair")
        watched.press(b"/harm:none OR crane\r", "harm:none OR crane")
        watched.press(b"nn:1\r", " 1/")
        text = watched.everything()
    assert "* ******** ********." in text and "harbour" in text, "there is something to be masked, and something else"
    assert COPIED.search(bytes(watched.screen.terminal.received)), "something was copied"
    assert leaked(text) == []


def test_hits_in_masked_turns_send_no_more_than_was_typed(path: Path) -> None:
    with watching(path, (160, 45)) as watched:
        watched.press(b"/grumbold\r", "1/1")
        watched.press(b"n", "but masked ones")
        text = watched.everything()
    assert leaked(text) == ["grumbold"]
    assert "A grumbold" not in text


def test_revealing_one_pair_sends_no_word_of_another(path: Path) -> None:
    with watching(path, (160, 45)) as watched:
        watched.press(b"r", "zorbling")
        watched.press(b"Yj", "2/64")
        watched.press(b"j", "3/64")
        watched.press(b"Y", "copied the pair")
        watched.press(b"kk", " 1/64")
        watched.press(b"r", "hidden again")
        before = len(watched.screen.terminal.received)
        assert not shows(watched.screen, "zorbling")
        watched.press(b"jk", " 1/64")
        watched.screen.resize(150, 40)
        watched.press(b"G", "64/64")
        watched.press(b"g", " 1/64")
        after = drawn_text(bytes(watched.screen.terminal.received[before:]))
        text = watched.everything()
    assert set(leaked(text)) == {"zorbling", "mumpish", "crundle", "gribbet"}
    assert leaked(after) == []
