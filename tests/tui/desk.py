"""A reader at the browse screen, without a terminal: keys go in, lines and stored events come out; nothing sleeps."""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from hhtui.config import Config
from hhtui.ingest.load import Options, load
from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.tui.app import HhtuiApp
from hhtui.tui.explanation import Explain, no_explanation
from hhtui.tui.screens.browse import Browse
from hhtui.tui.screens.export import ExportRequest
from hhtui.tui.start import Start
from tests.transcripts import dialogue

ANNOTATOR = "anna"
MOST_ROUNDS = 3000
ROUND_SECONDS = 0.005

Row = Mapping[str, object]
Event = tuple[str, str, str | None]


def numbered(count: int) -> list[Row]:
    """Return `count` pairs that differ in a number; every third chosen response has a bank, every fourth rejected."""
    rows: list[Row] = []
    for at in range(count):
        question = (f"Where is stall number {at}?", "Which market?", f"The one of street {at}, please.")
        chosen = f"Stall {at} stands beside the {'bank' if at % 3 == 0 else 'river'}, on the left."
        rejected = f"Stall {at} stands behind the {'bank' if at % 4 == 0 else 'wall'}, I think."
        rows.append({"chosen": dialogue(*question, chosen), "rejected": dialogue(*question, rejected)})
    return rows


def fill(path: Path, rows: Iterable[Row]) -> Path:
    """Make a database at `path` that holds `rows`, with its text index, and return its path."""
    with Database.create(path) as database:
        add(database, rows)
    return path


def add(database: Database, rows: Iterable[Row], split: str = "test") -> None:
    """Load `rows` as a split of the subset `made`."""
    source = database.path.with_name(f"{split}.jsonl")
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    if source.stat().st_size:
        load(database, [str(source)], Options(subset="made", split=split))


def has_seen_the_notice(database: Database, annotator: str = ANNOTATOR) -> None:
    """Let the notice about the content be one that this annotator has seen."""
    with database.writing(durable=False) as connection:
        settings.put(connection, f"notice:{annotator}", True)


class Desk:
    """The running app, its pilot, and what the reader sees and has saved."""

    def __init__(self, app: HhtuiApp, pilot: Pilot[None], requests: list[ExportRequest]) -> None:
        self.app, self.pilot, self.requests = app, pilot, requests

    @property
    def browse(self) -> Browse:
        return self.app.browse

    @property
    def key(self) -> str:
        """The key of the pair on the screen."""
        return self.browse.pair.key

    @property
    def keys(self) -> list[str]:
        """The keys of the whole result."""
        connection = self.browse.connection
        return [
            connection.execute("SELECT key FROM pairs WHERE id = ?", (int(one),)).fetchone()[0]
            for one in self.browse.view.ids
        ]

    @property
    def rows(self) -> list[int]:
        """The row numbers of the whole result."""
        return [int(key.rpartition("/")[2]) for key in self.keys]

    @property
    def row(self) -> int:
        """The row number of the pair on the screen."""
        return int(self.key.rpartition("/")[2])

    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    @property
    def header(self) -> str:
        return self._line(0)

    @property
    def footer(self) -> str:
        return self._line(-1)

    @property
    def query(self) -> str:
        """What the query line shows; in a triage, the line that stands in its place."""
        from hhtui.tui.widgets.query_line import QueryLine

        line = self.browse.query_one(QueryLine)
        return line.value if line.display else self._line(-2)

    def _line(self, at: int) -> str:
        return self.browse._compositor.render_strips()[at].text.strip()

    def events(self, annotator: str = ANNOTATOR) -> list[Event]:
        """The (kind, value, row) of every event of `annotator`, in their order."""
        rows = self.browse.connection.execute(
            "SELECT kind, value, pair_key FROM event WHERE annotator = ? ORDER BY seq", (annotator,)
        )
        return [(kind, value, key and key.rpartition("/")[2]) for kind, value, key in rows]

    def current(self) -> list[Event]:
        """The (kind, value, row) of every current decision, by row."""
        rows = self.browse.connection.execute(
            "SELECT decision.kind, decision.value, pair.row FROM decision JOIN pair ON pair.id = pair_id "
            "ORDER BY pair.row, decision.kind"
        )
        return [(kind, value, str(row)) for kind, value, row in rows]

    async def press(self, *keys: str) -> None:
        """Press keys, each when all before has come to rest."""
        for key in keys:
            self._post([key])
            await self.settle()

    async def burst(self, *keys: str) -> None:
        """Press keys at once, as they come out of one read; a text is that many keys."""
        self._post(keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text at once, then wait."""
        await self.burst(*text)

    async def search(self, query: str) -> None:
        """Type a query in place of the one that is there, and keep it."""
        await self.burst("/", "ctrl+u", *query, "enter")

    async def until(self, holds: Callable[[], bool], why: str) -> None:
        """Wait until something holds."""
        for _ in range(MOST_ROUNDS):
            if holds():
                return
            await self.pilot.pause(ROUND_SECONDS)
        raise AssertionError(f"{why}; the screen shows:\n{self.text()}")

    async def settle(self) -> None:
        """Wait until queries are answered, keys have gone where they belong, and the pair is painted."""
        await self.pilot.pause(0)
        await self.until(self._rests, "it did not come to rest")
        await self.pilot.pause()
        await self.until(self._rests, "it did not come to rest")

    def _rests(self) -> bool:
        browse = self.browse
        gate = browse.gate
        dialog = self.app.screen is not browse
        working = any(not worker.is_finished for worker in self.app.workers if worker.group != "export")
        painted = browse.pair.painted or not browse.pair.shows or browse.pausing.on
        waiting = browse.finding.waiting or browse.completing.waiting or browse.faceting.waiting
        return not (len(gate) or gate._reasons or gate._settling or waiting or working) and (dialog or painted)

    def _post(self, keys: Iterable[str]) -> None:
        for key in keys:
            single = len(key) == 1
            name = _character_to_key(key) if single else key
            self.app.post_message(events.Key(name, key if single else None))


@asynccontextmanager
async def reading(
    path: Path,
    *,
    size: tuple[int, int] = (120, 34),
    annotator: str = ANNOTATOR,
    config: Config | None = None,
    start: Start | None = None,
    read_only: bool = False,
    hasty: bool = False,
    explain: Explain = no_explanation,
    notice: bool = False,
    now: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Desk]:
    """Open the database at `path` on a screen of `size`; leave as `q` does. `hasty` does not wait for the query.

    Without `notice` the annotator has seen the notice about the content before, where the database can be written to.
    `now` tells the time to the clock of reading.
    """
    requests: list[ExportRequest] = []

    def export(_database: Database, request: ExportRequest) -> str:
        requests.append(request)
        return "written"

    with Database.open(path, read_only=read_only) as database:
        if not notice and not database.read_only:
            has_seen_the_notice(database, annotator)
        app = HhtuiApp(database, Annotator.begin(database, annotator), config or Config(), export, start, explain, now)
        async with app.run_test(size=size) as pilot:
            desk = Desk(app, pilot, requests)
            await (desk.until(lambda: desk.browse.pair.painted, "nothing was painted") if hasty else desk.settle())
            yield desk
            app.quit_browsing()
