"""What may be loaded when: every layer in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numpy", "pandas", "pyarrow", "rapidfuzz", "sklearn", "datasets", "torch", "sqlite_utils", "orjson", "joblib"}

FOR_KEYS = {
    *("hhtui.tui.comparing", "hhtui.tui.completing", "hhtui.tui.labelling", "hhtui.tui.leaving", "hhtui.tui.moving"),
    *("hhtui.tui.pausing", "hhtui.tui.queueing", "hhtui.tui.seeking", "hhtui.tui.viewing"),
    "hhtui.tui.widgets.query_field",
}
FOR_WHAT_OPENS = {
    *("hhtui.tui.facets.view", "hhtui.tui.screens.dialog", "hhtui.tui.widgets.completion_list"),
    *("hhtui.tui.triage_reading", "hhtui.tui.widgets.cover", "hhtui.tui.workers"),
}

OPEN_AND_PAINT = """
import asyncio, json, sys
from pathlib import Path
from hhtui.config import Config
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.tui.app import HhtuiApp

loaded = []

async def main():
    database = Database.open(Path(sys.argv[1]))
    app = HhtuiApp(database, Annotator.begin(database, "anna"), Config(), lambda *_: "")
    app.when_drawn(lambda _: loaded.append(sorted(sys.modules)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

asyncio.run(main())
print(json.dumps([loaded[0], sorted(sys.modules)]))
"""

NOT_TO_PAINT = {
    *(f"hhtui.api.{name}" for name in ("finding", "found", "leaving", "loading", "scoring", "similarity", "viewing")),
    *("hhtui.progress", "hhtui.store.columns", "hhtui.store.loading", "hhtui.store.records"),
}
"""Modules of other commands, some of which open and read databases too."""

OPEN_AS_THE_COMMAND_DOES = """
import json, sys
import hhtui.__main__
import hhtui.api.reading
import hhtui.tui.app

hhtui.api.reading._need_screen = lambda: None
hhtui.tui.app.browse = lambda *_, **__: print(json.dumps(sorted(sys.modules)))
hhtui.api.browse(sys.argv[1])
"""


def modules_after(code: str, *arguments: str) -> set[str]:
    """Return the top-level modules that are loaded when `code`, which prints a JSON list of them, has run."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "module",
    ["hhtui.model", "hhtui.text", "hhtui.dialogue", "hhtui.query", "hhtui.store.results", "hhtui.store.decisions"],
)
def test_the_lower_layers_load_nothing_heavy(module: str) -> None:
    loaded = modules_after(f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))")

    assert loaded & (HEAVY | {"textual", "click"}) == set()


@pytest.mark.parametrize("module", ["hhtui.model", "hhtui.text", "hhtui.dialogue", "hhtui.identity", "hhtui.query"])
def test_the_language_and_the_texts_do_not_load_sqlite(module: str) -> None:
    loaded = modules_after(f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))")

    assert "sqlite3" not in loaded


def test_help_loads_neither_the_screen_nor_anything_heavy() -> None:
    loaded = modules_after("import json, sys, hhtui.cli; print(json.dumps(sorted(sys.modules)))")

    assert loaded & (HEAVY | {"textual", "sqlite3"}) == set()


def test_the_first_frame_needs_textual_and_sqlite_alone_and_nothing_that_is_for_keys(tmp_path: Path) -> None:
    from hhtui.ingest.load import load
    from hhtui.paths import sample_file
    from hhtui.store.database import Database

    path = tmp_path / "sample.db"
    with Database.create(path) as database:
        load(database, [sample_file()])

    done = subprocess.run([sys.executable, "-c", OPEN_AND_PAINT, str(path)], capture_output=True, text=True, check=True)

    first, last = map(set, json.loads(done.stdout.splitlines()[-1]))
    assert {"textual", "sqlite3"} <= first
    assert first & (HEAVY | FOR_KEYS | FOR_WHAT_OPENS) == set()
    assert last >= FOR_KEYS
    assert last & FOR_WHAT_OPENS == set()


def test_a_database_alone_opens_without_the_commands_and_the_query_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hhtui.store.database import Database

    monkeypatch.setenv("HHTUI_DATA_DIR", str(tmp_path))
    Database.create(tmp_path / "a.db").close()

    done = subprocess.run(
        [sys.executable, "-c", OPEN_AS_THE_COMMAND_DOES, str(tmp_path / "a.db")],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(json.loads(done.stdout))
    assert "hhtui.tui.screens.browse" in loaded
    assert "click" not in loaded
    assert {name for name in loaded if name.startswith("hhtui.query.")} == set()
    assert loaded & NOT_TO_PAINT == set()


@pytest.mark.parametrize("module", ["hhtui.dialogue", "hhtui.config"])
def test_hashing_is_loaded_where_something_is_hashed(module: str) -> None:
    loaded = modules_after(f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))")

    assert "hashlib" not in loaded


def test_the_verbs_for_python_load_nothing_before_one_is_used() -> None:
    script = "import json, sys, hhtui.api; print(json.dumps(sorted(name for name in sys.modules if 'hhtui.' in name)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == ["hhtui.api"]
