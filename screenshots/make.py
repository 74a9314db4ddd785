"""Takes the screenshots of the README through the app itself, on the shipped sample: `python screenshots/make.py`.

Writes an SVG and a PNG of each into this folder. The PNGs need the font DejaVu Sans Mono.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from hhtui import api, paths
from hhtui.config import Config
from hhtui.score.explain.process import explain
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.lanes import Wanted
from hhtui.store.queueing import begin_named
from hhtui.tui.app import HhtuiApp
from hhtui.tui.start import Start

HERE = Path(__file__).resolve().parent
SCALE = 1.2
FONT = "DejaVu Sans Mono"
UNFINISHED = ("looking", "reading the", "counting")


OPENLY, BLIND = Wanted((), limit=20), Wanted((), limit=20, blind=True)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the size of the terminal, the keys typed before, and the query typed, if any.

    With a `queue` it is of a triage of that; "card" is the card that offers them. `wanted` is how it is read.
    """

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    query: str = ""
    queue: str = ""
    wanted: Wanted = OPENLY

    def start(self, database: Database, annotator: str) -> Start | None:
        """Return what the app opens with."""
        if self.queue == "card":
            return Start(wanted=self.wanted)
        if self.queue:
            return Start(triage=begin_named(database, annotator, self.queue, self.wanted))
        return None


SHOTS = (
    Shot("browse-160x45", (160, 45), ("j", "j", "j")),
    Shot("browse-80x24", (80, 24), ("j",)),
    Shot("search", (160, 45), (), "response:(sugar OR butter OR milk)"),
    Shot("facets", (160, 45), ("F",), "response:(sugar OR butter OR milk)"),
    Shot("completion", (120, 34), ("slash", "i", "s", "colon")),
    Shot("similar", (120, 34), ("asterisk",), "family:*"),
    Shot("flagged", (120, 34), ("j", "j", "j", "j", "f")),
    Shot("help", (120, 45), ("question_mark",)),
    Shot("scores", (100, 40), ("j", "j", "t")),
    Shot("thresholds", (100, 30), ("H",)),
    Shot("queues", (100, 30), queue="card"),
    Shot("triage", (120, 34), ("s", "a", "b", "s", "space"), queue="structure"),
    Shot("labels", (100, 30), ("l", "3", "L", "t"), queue="both-bad"),
    Shot("blind", (120, 30), ("1", "2"), queue="random", wanted=BLIND),
)


async def take(database: Database, shot: Shot) -> str:
    """Run the app at the shot's size, type its keys, and return the screen as SVG."""
    annotator = Annotator.begin(database, "anna")
    start = shot.start(database, annotator.name)
    app = HhtuiApp(database, annotator, Config(), lambda _database, _request: "", start, explain=explain)
    async with app.run_test(size=shot.size) as pilot:
        await settled(pilot)
        if shot.query:
            await pilot.press("slash")
            await pilot.press(*shot.query)
            await pilot.press("enter")
            await settled(pilot)
        await pilot.press(*shot.keys)
        await settled(pilot)
        picture = app.export_screenshot(title="hhtui", simplify=True)
        app.exit()
    return picture


async def settled(pilot: Pilot[None]) -> None:
    """Wait until queries are answered, words are found and everything is painted."""
    browse = pilot.app.browse  # type: ignore[attr-defined]
    await pilot.pause()
    while browse.finding.waiting or any(word in pilot.app.export_screenshot() for word in UNFINISHED):
        await pilot.pause(0.05)
    await pilot.pause()


def main() -> None:
    """Build the sample's database in a temporary folder and take every shot."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[paths.DATA_VARIABLE] = folder
        built = api.build_sample()
        for shot in SHOTS:
            copy = Path(shutil.copytree(folder, f"{folder}-{shot.name}")) / built.name
            try:
                with api.open(copy) as database:
                    svg = asyncio.run(take(database, shot))
            finally:
                shutil.rmtree(copy.parent)
            (HERE / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
            (HERE / f"{shot.name}.png").write_bytes(as_png(svg))
            print(f"{shot.name}.svg {shot.name}.png", file=sys.stderr)


def as_png(svg: str) -> bytes:
    """Return the picture as PNG, in a font that has every sign on the screen."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg.replace("Fira Code", FONT), zoom=SCALE, monospace_family=FONT))


if __name__ == "__main__":
    main()
