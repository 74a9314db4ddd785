"""From Python: what a query found as pandas and `datasets` take it, and datasets that are browsed."""

import asyncio
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hhtui
from hhtui import api, paths
from hhtui.query.errors import QueryError
from hhtui.store.errors import StoreError
from tests.transcripts import dialogue

PAIRS = [
    (dialogue("how", "well"), dialogue("how", "badly")),
    (dialogue("why", ""), dialogue("why", "because")),
    (dialogue("when", "=1+1"), dialogue("when", "now ❤️")),
]
FOUR = [{"chosen": chosen, "rejected": rejected} for chosen, rejected in [*PAIRS, PAIRS[0]]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[api.Opened]:
    from datasets import Dataset

    api.load(tmp_path / "a.db", Dataset.from_list(FOUR[:3]))
    with hhtui.open(tmp_path / "a.db") as opened:
        yield opened


def test_what_is_found_has_ids_keys_and_records(database: api.Opened) -> None:
    found = database.search("row:1.. sort:row-")
    assert [int(one) for one in found.ids] == [3, 2]
    assert (len(found), found.total, found.note, found.ranking) == (2, 3, "", None)
    assert found.keys == [record.pair.key for record in found]
    assert [key.rpartition("/")[2] for key in found.keys] == ["2", "1"]


def test_a_frame_has_the_texts_as_they_were_loaded_in_the_order_of_the_result(database: api.Opened) -> None:
    frame = database.search("sort:row-").to_pandas()
    assert list(frame.row) == [2, 1, 0]
    assert list(zip(frame.prompt + frame.chosen, frame.prompt + frame.rejected, strict=True)) == PAIRS[::-1]
    assert list(frame.hash) == [record.pair.hash.hex() for record in database.search("sort:row-")]


def test_a_frame_has_decisions_and_numbers_by_the_names_of_queries(database: api.Opened) -> None:
    first, second = database.search("row:0..1").keys
    api.decide(database, [first], "flag", "yes", annotator="ann")
    api.decide(database, [first], "preference", "rejected", annotator="ann")
    api.decide(database, [first], "preference", "equal", annotator="bob")
    frame = database.search("").to_pandas(["key", "flag", "preference", "length.ratio", "is"])
    assert list(frame.columns) == ["key", "flag", "preference", "length.ratio", "is"]
    assert list(frame.flag) == [True, False, False]
    assert [list(each) for each in frame.preference] == [["equal", "rejected"], [], []]
    assert frame["length.ratio"][0] == pytest.approx(4 / 5)
    assert [list(each) for each in frame["is"]][1] == ["empty.chosen"]
    assert frame.key[1] == second


def test_a_number_that_is_missing_is_nan(tmp_path: Path) -> None:
    from datasets import Dataset

    rows = [{"chosen": dialogue("a", "b"), "rejected": dialogue("a", "")}]
    api.load(tmp_path / "a.db", Dataset.from_list(rows))
    with hhtui.open(tmp_path / "a.db") as database:
        ratio = database.search().to_pandas(["length.ratio"])["length.ratio"][0]
    assert math.isnan(ratio)


def test_nothing_found_has_the_same_columns(database: api.Opened) -> None:
    nothing, everything = database.search("row:9").to_dataset(), database.search().to_dataset()
    assert (nothing.num_rows, everything.num_rows) == (0, 3)
    assert nothing.column_names == everything.column_names


def test_a_dataset_trains_without_more_ado(database: api.Opened) -> None:
    dataset = database.search("-is:empty").to_dataset(["prompt", "chosen", "rejected"])
    assert dataset.column_names == ["prompt", "chosen", "rejected"]
    assert dataset[1] == {
        "prompt": "\n\nHuman: when",
        "chosen": "\n\nAssistant: =1+1",
        "rejected": "\n\nAssistant: now ❤️",
    }


def test_columns_have_one_type_whatever_is_in_them(database: api.Opened) -> None:
    names = ["flag", "note", "label.chosen", "dupe.prompt", "family", "is"]
    with pytest.raises(QueryError, match="hhtui dupes"):
        database.search("dupe:yes")
    names.remove("dupe.prompt")
    nothing, everything = (database.search(query).to_dataset(names).features for query in ("row:9", ""))
    assert nothing == everything
    assert str(nothing["note"]) == "List(Value('string'))"


def test_pairs_that_left_the_database_are_told(database: api.Opened, tmp_path: Path) -> None:
    found = database.search()
    with database.writing() as connection:
        connection.execute("DELETE FROM pair WHERE id = 2")
    for columns in (None, ["flag"], ["row"], ["is"]):
        with pytest.raises(StoreError, match="1 of these 3 pairs have left the database"):
            found.to_pandas(columns)


def test_one_column_can_be_named_alone_and_none_cannot(database: api.Opened) -> None:
    assert list(database.search().to_pandas("row").row) == [0, 1, 2]
    with pytest.raises(StoreError, match="needs a column"):
        database.search().to_pandas([])


def test_a_closed_database_says_so(database: api.Opened) -> None:
    found = database.search()
    database.close()
    for use in (database.search, found.to_pandas, lambda: found.keys):
        with pytest.raises(StoreError, match="is closed"):
            use()


def test_an_unknown_column_is_told_with_the_nearest(database: api.Opened) -> None:
    with pytest.raises(StoreError, match=r"length.choosen.*length\.chosen"):
        database.search().to_pandas(["length.choosen"])


def test_every_pair_of_the_real_file_comes_back_exactly(real_file: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    original = load_dataset("json", data_files=str(real_file), split="train", cache_dir=str(tmp_path / "cache"))
    api.load(tmp_path / "a.db", original)
    with hhtui.open(tmp_path / "a.db") as database:
        frame = database.search().to_pandas(["prompt", "chosen", "rejected"])
    assert list(frame.prompt + frame.chosen) == original["chosen"][:]
    assert list(frame.prompt + frame.rejected) == original["rejected"][:]


def test_a_dataset_has_one_database_by_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datasets import Dataset, DatasetDict

    from hhtui.api.opening import database_of

    monkeypatch.setenv(paths.DATA_VARIABLE, str(tmp_path / "data"))
    one, other = Dataset.from_list(FOUR), Dataset.from_list(FOUR[:2])
    place = database_of(one)
    assert place.parent == tmp_path / "data" / "datasets"
    assert database_of(one) == place
    assert database_of(other) != place
    assert database_of(one, tmp_path / "named.db") == tmp_path / "named.db"
    both = database_of(DatasetDict(train=one, test=other))
    many = DatasetDict({f"split{number}": other for number in range(30)})
    assert len(database_of(many).name) < 30
    for path, pairs in ((place, 4), (tmp_path / "named.db", 4), (both, 6)):
        with hhtui.open(path) as database:
            assert len(database.search()) == pairs


def test_browsing_inside_an_event_loop_is_one_clear_line(database: api.Opened) -> None:
    async def cell() -> None:
        hhtui.browse(str(database.path))

    with pytest.raises(api.ScreenError, match="event loop runs here already") as caught:
        asyncio.run(cell())
    assert "\n" not in str(caught.value)


def test_browsing_without_a_terminal_is_one_clear_line(database: api.Opened) -> None:
    script = (
        f"import hhtui\ntry:\n    hhtui.browse({str(database.path)!r})\nexcept RuntimeError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.stdout.startswith("browsing needs a terminal")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_every_verb_is_there_by_its_name_whichever_module_has_it() -> None:
    for name in api.__all__:
        assert getattr(api, name) is not None
        assert name in dir(api)
    everything: dict[str, object] = {}
    exec("from hhtui.api import *", everything)
    assert {*everything} - {"__builtins__"} == {*api.__all__}
    with pytest.raises(AttributeError, match="no attribute 'brwose'"):
        _ = api.brwose  # type: ignore[attr-defined]


def test_importing_hhtui_loads_nothing() -> None:
    script = "import sys, hhtui; print([name for name in sys.modules if name.startswith('hhtui')], hhtui.__version__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"['hhtui'] {hhtui.__version__}\n"
    with pytest.raises(AttributeError, match="no attribute 'brwose'"):
        _ = hhtui.brwose
