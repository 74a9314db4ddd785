"""The sources of a database are read as one thing: what they are, and what became of them."""

import json
from pathlib import Path

from hhtui.ingest.load import Options, load
from hhtui.store.database import Database
from hhtui.store.sources import all_sources, live_sources
from tests.command_line import ROWS, write_rows


def test_a_source_says_where_it_came_from_and_how_far_it_was_read(database: Database, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.jsonl", [*ROWS, {"chosen": "x"}])
    load(database, [file], Options(split="part", limit=3))
    ((number, source),) = all_sources(database.reader()).items()
    assert (source.id, source.uri, source.subset, source.split) == (number, str(file), "rows", "part")
    assert (source.configuration, source.data_dir, source.revision, source.format) == (None, None, None, "hh-rlhf")
    assert source.columns == ("chosen", "rejected")
    assert source.json_style is not None and json.loads(source.json_style)
    assert (source.rows_read, source.rows_refused, source.lines_done, source.pairs) == (3, 0, 3, 3)
    assert (source.complete, source.replaced) == (False, False)
    load(database, [file], Options(split="part"))
    (source,) = all_sources(database.reader()).values()
    assert (source.rows_read, source.rows_refused, source.lines_done, source.pairs) == (5, 1, 5, 4)
    assert (source.complete, source.replaced) == (True, False)


def test_what_a_revision_replaced_is_kept_and_no_longer_live(database: Database, tmp_path: Path) -> None:
    load(database, [write_rows(tmp_path / "rows.jsonl")])
    load(database, [write_rows(tmp_path / "rows.jsonl", ROWS[:1])], Options(as_revision="v2"))
    load(database, [write_rows(tmp_path / "other.jsonl")])
    found = list(all_sources(database.reader()).values())
    assert [(one.subset, one.revision, one.replaced, one.pairs) for one in found] == [
        ("rows", None, True, 0),
        ("rows", "v2", False, 1),
        ("other", None, False, 4),
    ]
    assert live_sources(database.reader(), "rows", "all") == [found[1]]
    assert live_sources(database.reader(), "rows", "train") == []
