"""Cleaning: what rules take, what they leave byte for byte, and that a patch does the same again without a database."""

import functools
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hhtui import api
from hhtui.cli.cleaning import told
from hhtui.export.applying import UnmatchedError
from hhtui.export.cleaning import Cleaning, ConflictError
from hhtui.export.reading import LONGEST_LINE
from hhtui.ingest.load import Options
from hhtui.model import Bit
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from tests.command_line import ROWS, hhtui, hhtui_json, write_rows
from tests.transcripts import dialogue

KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]
DROPS, SWAPS = 30, 20


class Real(NamedTuple):
    """The real file in a database, with the rows that ann drops and those whose sides she exchanges."""

    path: Path
    source: Path
    lines: list[bytes]
    drops: list[int]
    swaps: list[int]

    @property
    def expected(self) -> list[dict[str, str]]:
        """The rows that cleaning leaves."""
        rows = {row: json.loads(line) for row, line in enumerate(self.lines) if row not in self.drops}
        for row in self.swaps:
            rows[row] = {"chosen": rows[row]["rejected"], "rejected": rows[row]["chosen"]}
        return list(rows.values())


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, real_file: Path) -> Real:
    path = tmp_path_factory.mktemp("real") / "real.db"
    api.load(path, real_file)
    lines = gzip.decompress(real_file.read_bytes()).splitlines(keepends=True)
    drawn = random.Random(7).sample(range(len(lines)), DROPS + SWAPS)
    with api.open(path) as database:
        key = api.records(database, [1]).__next__().pair.key.rpartition("/")[0]
        api.decide(database, [f"{key}/{row}" for row in drawn[:DROPS]], "drop", "yes", annotator="ann")
        swapped = [f"{key}/{row}" for row in drawn[DROPS:]]
        api.decide(database, swapped, "preference", "rejected", annotator="ann")
    return Real(path, real_file, lines, drawn[:DROPS], drawn[DROPS:])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl")


@pytest.fixture
def database(tmp_path: Path, source: Path) -> Iterator[Database]:
    api.load(tmp_path / "a.db", source)
    with api.open(tmp_path / "a.db") as opened:
        yield opened


def decide(database: Database, name: str, kind: str, value: str, rows: Sequence[int], lane: str = "") -> None:
    """Let somebody decide on rows, numbered from 0."""
    person = Annotator.begin(database, name)
    context = {"lane": lane} if lane else {}
    person.decide([row + 1 for row in rows], kind, value, conditions=Conditions(context=context))  # type: ignore[arg-type]


def cleaned(database: Database, target: Path, **how: Any) -> list[dict[str, Any]]:
    """Return the rows that cleaning leaves."""
    api.clean(database, target, **how)
    return [json.loads(line) for line in target.read_bytes().splitlines()]


def exchanged(row: int) -> dict[str, str]:
    """Return a row of `ROWS` with its sides exchanged."""
    return {"chosen": ROWS[row]["rejected"], "rejected": ROWS[row]["chosen"]}


def test_of_the_real_file_only_decided_lines_change(real: Real, tmp_path: Path) -> None:
    told = hhtui_json("clean", real.path, "-o", tmp_path / "out.jsonl", "--json")
    assert [told[name] for name in ("dropped", "swapped", "written", "refused")] == [DROPS, SWAPS, 2282, 0]
    assert [rule["pairs"] for rule in told["rules"]] == [DROPS, SWAPS]
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines(keepends=True)
    kept = [row for row in range(len(real.lines)) if row not in real.drops]
    untouched = [(before, after) for before, after in zip(kept, lines, strict=True) if before not in real.swaps]
    assert len(untouched) == 2312 - DROPS - SWAPS
    assert all(real.lines[row] == line for row, line in untouched)
    assert [json.loads(line) for line in lines] == real.expected
    swapped = [line for row, line in zip(kept, lines, strict=True) if row in real.swaps]
    opening = real.lines[0].partition(b"Human")[0]
    assert all(line.startswith(opening) for line in swapped)


def test_the_patch_alone_makes_the_same_bytes_of_the_real_file(real: Real, tmp_path: Path) -> None:
    with api.open(real.path) as database:
        done = api.clean(database, tmp_path / "out.jsonl")
    (patch,) = done.patches
    told = hhtui_json("apply", patch, real.source, "-o", tmp_path / "again.jsonl", "--json")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    assert [told[name] for name in ("same_source", "dropped", "swapped", "written")] == [True, DROPS, SWAPS, 2282]
    header, *changes = [json.loads(line) for line in patch.read_bytes().splitlines()]
    assert header["counts"] == {"pairs": 2312, "dropped": DROPS, "swapped": SWAPS, "written": 2282}
    assert header["source"]["sha256"].startswith("ebfaaed2")
    assert {(change["row"], change["action"]) for change in changes} == {
        *((row, "drop") for row in real.drops),
        *((row, "swap") for row in real.swaps),
    }
    assert {(change["rule"], *change["by"]) for change in changes} == {
        ("drop:yes", "ann"),
        ("preference:rejected", "ann"),
    }
    assert all(change["when"].endswith("+00:00") for change in changes)


@pytest.mark.parametrize("form", ["trl-implicit", "trl-explicit", "trl-conversational", "trl-unpaired"])
def test_forms_of_trl_load_with_datasets(real: Real, tmp_path: Path, form: str) -> None:
    from datasets import load_dataset

    with api.open(real.path) as database:
        api.clean(database, tmp_path / "out.jsonl", form)
        api.clean(database, tmp_path / "out.parquet", form)
    loaded, table = (
        load_dataset(kind, data_files=str(tmp_path / name), cache_dir=str(tmp_path))
        for kind, name in (("json", "out.jsonl"), ("parquet", "out.parquet"))
    )
    rows = list(loaded["train"])
    assert rows == list(table["train"])
    assert loaded["train"].features == table["train"].features
    expected = real.expected
    if form == "trl-unpaired":
        assert loaded["train"].features["label"].dtype == "bool"
        assert [row["prompt"] + row["completion"] for row in rows[::2]] == [row["chosen"] for row in expected]
        assert [row["prompt"] + row["completion"] for row in rows[1::2]] == [row["rejected"] for row in expected]
        assert [row["label"] for row in rows] == [True, False] * len(expected)
    elif form == "trl-conversational":
        assert len(rows) == len(expected)
        assert {message["role"] for row in rows for side in row.values() for message in side} == {"user", "assistant"}
        assert all(row["prompt"][0]["role"] == "user" and row["chosen"] and row["rejected"] for row in rows)
    else:
        assert [row.get("prompt", "") + row["chosen"] for row in rows] == [row["chosen"] for row in expected]
        assert [row.get("prompt", "") + row["rejected"] for row in rows] == [row["rejected"] for row in expected]


def test_parquet_and_a_folder_of_datasets_hold_the_rows(real: Real, tmp_path: Path) -> None:
    from datasets import load_dataset, load_from_disk

    with api.open(real.path) as database:
        api.clean(database, tmp_path / "out.parquet", "parquet")
        done = api.clean(database, tmp_path / "out", "datasets")
    table = load_dataset("parquet", data_files=str(tmp_path / "out.parquet"), cache_dir=str(tmp_path))["train"]
    saved = load_from_disk(str(tmp_path / "out"))
    assert list(table) == list(saved) == real.expected
    assert saved.features == table.features
    assert set(done.manifest["output"]["files"]) == {one.name for one in (tmp_path / "out").iterdir()}
    again = api.apply(done.patches[0], real.source, tmp_path / "again.jsonl")
    assert (again.dropped, again.swapped) == (DROPS, SWAPS)


def test_a_pair_that_both_rules_take_is_dropped_and_counted(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "drop", "yes", [0, 1])
    decide(database, "ann", "preference", "rejected", [1, 2])
    result = hhtui("clean", database.path, "-o", tmp_path / "out.jsonl")
    assert "1 of them taken by both rules: dropped" in result.stderr
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()] == [exchanged(2), ROWS[3]]
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())
    assert [manifest[name] for name in ("dropped", "swapped", "both", "written")] == [2, 1, 1, 2]


def test_what_rules_take_is_told_before_anything_is_written(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "drop", "yes", [0])
    seen: list[Cleaning] = []

    def stop(cleaning: Cleaning) -> None:
        seen.append(cleaning)
        assert sorted(one.name for one in tmp_path.iterdir()) == before
        raise KeyboardInterrupt

    before = sorted(one.name for one in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        api.clean(database, tmp_path / "out.jsonl", tell=stop)
    assert seen[0].count("drop") == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_a_rule_is_measured_on_pairs_that_name_groups(tmp_path: Path) -> None:
    rows = [
        {"chosen": dialogue("Who?", f"{who} say {row}."), "rejected": dialogue("Who?", "No.")}
        for row, who in enumerate(["Muslims"] * 4 + ["They"] * 6)
    ]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "drop", "yes", [0, 1, 2, 4])
    told = hhtui_json("clean", tmp_path / "a.db", "-o", tmp_path / "out.jsonl", "--json")
    assert told["rules"][0]["identity_share"] == 3 / 4
    assert told["rules"][0]["others_share"] == 1 / 6
    said = hhtui("clean", tmp_path / "a.db", "-o", tmp_path / "two.jsonl").stderr
    assert "75.0 % of pairs whose replies name an identity group, 16.7 % of the others" in said


def test_conflicts_are_listed_and_refused(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "preference", "rejected", [0, 1])
    decide(database, "bob", "preference", "chosen", [0])
    decide(database, "bob", "preference", "rejected", [1])
    decide(database, "ann", "drop", "yes", [2, 3])
    decide(database, "bob", "drop", "no", [3])
    with pytest.raises(ConflictError) as raised:
        api.clean(database, tmp_path / "out.jsonl")
    assert list(map(str, raised.value.conflicts)) == [
        f"{KEYS[0]}: preference: ann rejected, bob chosen",
        f"{KEYS[3]}: drop: ann yes, bob no",
    ]
    result = hhtui("clean", database.path, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert f"{KEYS[3]}: drop: ann yes, bob no" in result.stderr
    assert "--resolve" in result.stderr
    told = hhtui("clean", database.path, "-o", tmp_path / "out.jsonl", "--json")
    assert (told.exit_code, json.loads(told.stdout)["conflicts"][0]) == (
        1,
        {"key": KEYS[0], "kind": "preference", "values": {"ann": "rejected", "bob": "chosen"}},
    )
    query = "conflict:drop,preference"
    assert [pair["key"] for pair in hhtui_json("search", database.path, query, "--json")["pairs"]] == [KEYS[0], KEYS[3]]
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("rule", ["flag:yes", "label:harmful", "label.rejected:harmful", "-label:none"])
def test_every_kind_that_a_rule_asks_for_can_be_in_conflict(database: Database, tmp_path: Path, rule: str) -> None:
    kind = "flag" if "flag" in rule else "label"
    more: dict[str, Any] = {"sides": ("rejected",), "label": "harmful"} if kind == "label" else {}
    ann, bob = Annotator.begin(database, "ann"), Annotator.begin(database, "bob")
    ann.decide([1, 2], kind, "yes", **more)  # type: ignore[arg-type]
    bob.decide([1], kind, "no", **more)  # type: ignore[arg-type]
    said = "label.rejected:harmful" if kind == "label" else "flag"
    with pytest.raises(ConflictError, match=f"conflict:{kind} and") as raised:
        api.clean(database, tmp_path / "out.jsonl", drop=rule)
    assert list(map(str, raised.value.conflicts)) == [f"{KEYS[0]}: {said}: ann yes, bob no"]
    found = hhtui_json("search", database.path, f"conflict:{kind}", "--json")["pairs"]
    assert [pair["key"] for pair in found] == [KEYS[0]]
    assert cleaned(database, tmp_path / "bob.jsonl", drop=rule, resolve="by:bob") == list(ROWS)
    assert cleaned(database, tmp_path / "ann.jsonl", drop=rule, resolve="by:ann") == list(ROWS[2:])
    assert cleaned(database, tmp_path / "one.jsonl", drop=f"{rule} by:ann") == list(ROWS[2:])
    assert cleaned(database, tmp_path / "else.jsonl", drop="drop:yes") == list(ROWS)


def test_what_was_taken_back_is_no_conflict(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "preference", "rejected", [0])
    decide(database, "bob", "preference", "chosen", [0])
    decide(database, "bob", "preference", "", [0])
    decide(database, "ann", "drop", "yes", [3])
    bob = Annotator.begin(database, "bob")
    bob.decide([4], "drop", "no")
    bob.undo()
    assert cleaned(database, tmp_path / "out.jsonl") == [exchanged(0), *ROWS[1:3]]


def test_a_rule_that_asks_one_person_has_no_conflict(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "preference", "rejected", [0])
    decide(database, "bob", "preference", "chosen", [0, 1])
    assert cleaned(database, tmp_path / "a.jsonl", swap="preference:rejected by:ann") == [exchanged(0), *ROWS[1:]]
    assert cleaned(database, tmp_path / "b.jsonl", swap="") == list(ROWS)


def test_the_majority_settles_and_a_tie_is_refused(database: Database, tmp_path: Path) -> None:
    for name, value in (("ann", "rejected"), ("bob", "chosen"), ("cid", "rejected")):
        decide(database, name, "preference", value, [0])
    for name, value in (("ann", "yes"), ("bob", "no"), ("cid", "no")):
        decide(database, name, "drop", value, [1])
    done = api.clean(database, tmp_path / "out.jsonl", resolve="majority")
    assert [json.loads(line) for line in done.path.read_bytes().splitlines()] == [exchanged(0), *ROWS[1:]]
    change = json.loads(done.patches[0].read_bytes().splitlines()[1])
    assert change["by"] == ["ann", "cid"]
    assert done.manifest["resolve"] == "majority"
    assert cleaned(database, tmp_path / "not.jsonl", swap="-preference:chosen -row:1..", resolve="majority") == [
        exchanged(0),
        *ROWS[1:],
    ]
    decide(database, "dan", "preference", "chosen", [0])
    with pytest.raises(ConflictError, match="1 conflict"):
        api.clean(database, tmp_path / "two.jsonl", resolve="majority")


def test_one_person_settles(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "preference", "rejected", [0, 1])
    decide(database, "bob", "preference", "chosen", [0])
    decide(database, "bob", "drop", "yes", [3])
    assert cleaned(database, tmp_path / "a.jsonl", resolve="by:ann") == [exchanged(0), exchanged(1), *ROWS[2:]]
    assert cleaned(database, tmp_path / "b.jsonl", resolve="by:bob") == list(ROWS[:3])
    with pytest.raises(StoreError, match="cid decided nothing here that counts; those who did: ann, bob"):
        api.clean(database, tmp_path / "c.jsonl", resolve="by:cid")
    with pytest.raises(StoreError, match="majority, by:NAME or adjudicated"):
        api.clean(database, tmp_path / "c.jsonl", resolve="ann")


def test_an_adjudication_settles_and_what_has_none_stays_a_conflict(database: Database, tmp_path: Path) -> None:
    for row in (0, 1):
        decide(database, "ann", "preference", "rejected", [row])
        decide(database, "bob", "preference", "chosen", [row])
    decide(database, "cid", "preference", "rejected", [0], lane="adjudication")
    with pytest.raises(ConflictError) as raised:
        api.clean(database, tmp_path / "out.jsonl", resolve="adjudicated")
    assert [one.key for one in raised.value.conflicts] == [KEYS[1]]
    decide(database, "cid", "preference", "equal", [1], lane="adjudication")
    decide(database, "ann", "drop", "yes", [3])
    rows = cleaned(database, tmp_path / "out.jsonl", resolve="adjudicated")
    assert rows == [exchanged(0), *ROWS[1:3]]


def test_columns_of_the_sides_change_sides_too(tmp_path: Path) -> None:
    sides = {"score_chosen": 1, "score_rejected": 0.5, "rejectedModel": "b", "chosenModel": "a", "n": 7}
    nested = {"rating": {"rejected": [1], "chosen": [2], "of": "x"}, "chosen_note": "kept"}
    rows = [{**row, **sides, **nested} for row in ROWS]
    source = write_rows(tmp_path / "rows.jsonl", rows)
    api.load(tmp_path / "a.db", source)
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "preference", "rejected", [2])
        done = api.clean(database, tmp_path / "out.jsonl")
    before, after = source.read_bytes().splitlines(), done.path.read_bytes().splitlines()
    assert [number for number, line in enumerate(before) if line != after[number]] == [2]
    swapped = json.loads(after[2])
    assert list(swapped) == list(rows[2])
    assert swapped == {
        **exchanged(2),
        **{"score_chosen": 0.5, "score_rejected": 1, "rejectedModel": "a", "chosenModel": "b", "n": 7},
        **{"rating": {"rejected": [2], "chosen": [1], "of": "x"}, "chosen_note": "kept"},
    }
    (file,) = done.manifest["files"]
    assert {tuple(both) for both in file["exchanged_columns"]} == {
        ("chosen", "rejected"),
        ("score_chosen", "score_rejected"),
        ("chosenModel", "rejectedModel"),
        ("rating.chosen", "rating.rejected"),
    }
    assert file["columns_of_one_side"] == ["chosen_note"]
    again = api.apply(done.patches[0], source, tmp_path / "again.jsonl")
    assert again.path.read_bytes() == done.path.read_bytes()


def test_parquet_holds_columns_of_any_type(tmp_path: Path) -> None:
    from pyarrow import parquet

    odd: list[dict[str, object]] = [
        {"n": 1, "mixed": 1, "empty": {}, "tags": ["a"]},
        {"n": 1.5, "mixed": "two", "empty": {}, "tags": []},
        {"n": None, "mixed": [3], "empty": {}},
    ]
    rows = [{**row, **more} for row, more in zip(ROWS, odd, strict=False)]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    with api.open(tmp_path / "a.db") as database:
        api.clean(database, tmp_path / "out.parquet", "parquet")
    table = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["n"] for row in table] == [1, 1.5, None]
    assert [row["mixed"] for row in table] == ["1", "two", "[3]"]
    assert [row["tags"] for row in table] == [["a"], [], None]
    assert [row["chosen"] for row in table] == [row["chosen"] for row in rows]


def test_each_of_several_sources_becomes_a_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        api.load(tmp_path / "a.db", write_rows(tmp_path / f"{name}.jsonl"), options=Options(subset=name, split="test"))
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "drop", "yes", [0, 5])
        with pytest.raises(StoreError, match=r"2 sources.*--subset and --split \(one/test, two/test\)"):
            api.clean(database, tmp_path / "out.jsonl")
        done = api.clean(database, tmp_path / "out")
        alone = api.clean(database, tmp_path / "two.clean.jsonl", subset="two")
        with pytest.raises(StoreError, match=r"no source three/\*; sources: one/test, two/test"):
            api.clean(database, tmp_path / "three.jsonl", subset="three")
    assert (tmp_path / "out" / "one" / "test.jsonl").read_bytes() == b"".join(
        (tmp_path / "one.jsonl").read_bytes().splitlines(keepends=True)[1:]
    )
    assert (tmp_path / "out" / "two" / "test.jsonl").read_bytes() == alone.path.read_bytes()
    assert [done.manifest["dropped"], done.manifest["written"]] == [2, 6]
    assert [rule["pairs"] for rule in alone.manifest["rules"]] == [1, 0]
    for patch, name in zip(done.patches, ("one", "two"), strict=True):
        again = api.apply(patch, tmp_path / f"{name}.jsonl", tmp_path / f"{name}.again.jsonl")
        assert again.path.read_bytes() == (tmp_path / "out" / name / "test.jsonl").read_bytes()


def test_lines_of_any_style_stay_and_refused_ones_go(tmp_path: Path) -> None:
    plain = json.dumps(ROWS[0]).encode()
    odd = (
        b'  {"rejected":"\\n\\nHuman: a\\n\\nAssistant: \\u00e9", "chosen":"\\n\\nHuman: a\\n\\nAssistant: c","n":1.50}'
    )
    source = tmp_path / "odd.jsonl"
    source.write_bytes(b"\r\n".join([plain, b"", odd, b"no json", b'{"chosen":1}', plain + b" "]))
    api.load(tmp_path / "a.db", source)
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "preference", "rejected", [0])
        done = api.clean(database, tmp_path / "out.jsonl")
    first, *others = done.path.read_bytes().split(b"\r\n")
    assert json.loads(first) == exchanged(0)
    assert others == [odd, plain + b" ", b""]
    (file,) = done.manifest["files"]
    assert (file["refused"], file["refused_lines"]) == (2, [4, 5])
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "preference", "rejected", [1])
        swapped = json.loads(api.clean(database, tmp_path / "two.jsonl").path.read_bytes().split(b"\r\n")[1])
    before = json.loads(odd)
    assert swapped == {"chosen": before["rejected"], "rejected": before["chosen"], "n": 1.5}
    result = hhtui("apply", done.patches[0], source, "-o", tmp_path / "again.jsonl")
    assert "2 rows could not be read as pairs and stay out, lines 4, 5" in result.stderr
    assert (tmp_path / "again.jsonl").read_bytes() == done.path.read_bytes()


def test_a_swap_leaves_pairs_without_order_alone_and_counts_them(
    database: Database, tmp_path: Path, source: Path
) -> None:
    with database.writing() as connection:
        connection.execute("UPDATE pair SET bits = bits | ? WHERE row = 0", (Bit.TIE.value,))
        connection.execute("UPDATE pair SET bits = bits | ? WHERE row = 1", (Bit.SINGLE_SIDED.value,))
    decide(database, "ann", "preference", "rejected", [0, 1, 2])
    heard: list[Cleaning] = []
    done = api.clean(database, tmp_path / "out.jsonl", tell=heard.append)
    assert [json.loads(line) for line in done.path.read_bytes().splitlines()] == [*ROWS[:2], exchanged(2), ROWS[3]]
    (file,) = done.manifest["files"]
    assert (file["swapped"], file["without_order"]) == (1, {"tie": 1, "single_sided": 1})
    lines = told(heard[0])
    assert "1 of them have no order to swap (tie): left as they are" in lines
    assert "1 of them have no order to swap (single sided): left as they are" in lines
    again = api.apply(done.patches[0], source, tmp_path / "again.jsonl")
    assert again.path.read_bytes() == done.path.read_bytes()
    assert cleaned(database, tmp_path / "drop.jsonl", drop="preference:rejected", swap="") == [ROWS[3]]


@pytest.mark.parametrize(
    ("before", "between", "after", "says"),
    [
        (b"", b"\n", b"\n", ""),
        (b"\xef\xbb\xbf", b"\n", b"\n", "a byte order mark"),
        (b"", b"\n", b"", "a missing end of the last line"),
        (b"", b"\n", b"\n\n", "blank lines after it"),
        (b"", b"\n \n\n", b"\n", "4 blank lines left out"),
    ],
)
def test_what_is_lost_of_a_source_that_is_left_alone_is_told(
    tmp_path: Path, before: bytes, between: bytes, after: bytes, says: str
) -> None:
    lines = [json.dumps(row).encode() for row in ROWS[:3]]
    source, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(before + between.join(lines) + after)
    api.load(tmp_path / "a.db", source)
    result = hhtui("clean", tmp_path / "a.db", "-o", out, "--yes")
    assert out.read_bytes() == b"\n".join(lines) + b"\n"
    told_lines = [line for line in result.stderr.splitlines() if line.startswith("rows/all")]
    assert (says in result.stderr, len(told_lines)) == (True, bool(says))
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())
    (file,) = manifest["files"]
    assert (file["same_bytes"], "a byte order mark" in manifest["promise"]) == (not says, True)
    api.apply(f"{out}.patch.jsonl", source, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == out.read_bytes()


def test_a_source_that_is_one_array_comes_back_as_lines(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(list(ROWS), indent=1))
    api.load(tmp_path / "a.db", tmp_path / "rows.json")
    with api.open(tmp_path / "a.db") as database:
        decide(database, "ann", "drop", "yes", [1])
        done = api.clean(database, tmp_path / "out.jsonl")
    assert done.manifest["identity"] == "values"
    again = api.apply(done.patches[0], tmp_path / "rows.json", tmp_path / "again.jsonl")
    assert again.path.read_bytes() == done.path.read_bytes()


def test_in_another_file_pairs_are_found_by_content(database: Database, tmp_path: Path, source: Path) -> None:
    decide(database, "ann", "drop", "yes", [0])
    decide(database, "ann", "preference", "rejected", [2])
    (patch,) = api.clean(database, tmp_path / "out.jsonl").patches
    turned = write_rows(tmp_path / "turned.jsonl", [*ROWS[::-1], ROWS[0]])
    done = api.apply(patch, turned, tmp_path / "again.jsonl")
    rows = [json.loads(line) for line in done.path.read_bytes().splitlines()]
    assert (done.same, rows) == (False, [ROWS[3], exchanged(2), ROWS[1], ROWS[0]])
    part = write_rows(tmp_path / "part.jsonl", ROWS[1:])
    with pytest.raises(UnmatchedError) as raised:
        api.apply(patch, part, tmp_path / "part.clean.jsonl")
    assert [change.key for change in raised.value.changes] == [KEYS[0]]
    result = hhtui("apply", patch, part, "-o", tmp_path / "part.clean.jsonl")
    assert (result.exit_code, f"not there: {KEYS[0]} (drop)" in result.stderr) == (1, True)
    assert not list(tmp_path.glob("part.clean*"))
    forced = api.apply(patch, part, tmp_path / "part.clean.jsonl", force=True)
    assert [json.loads(line) for line in forced.path.read_bytes().splitlines()] == [ROWS[1], exchanged(2), ROWS[3]]


def test_a_patch_that_was_changed_is_refused(database: Database, tmp_path: Path, source: Path) -> None:
    decide(database, "ann", "drop", "yes", [0, 1])
    (patch,) = api.clean(database, tmp_path / "out.jsonl").patches
    header, first, second = patch.read_text().splitlines()
    hashes = [json.loads(line)["hash"] for line in (first, second)]
    counts = header.replace('"dropped": 2, "swapped": 0, "written": 2', '"dropped": 1, "swapped": 1, "written": 3')
    other, elsewhere = second.replace(': "drop"', ': "swap"'), second.replace('"row": 1', '"row": 3')
    for text, error in (
        (f"{header}\n{first}\n", "line 1, counts: dropped is 2, and the lines that follow have 1"),
        (f"{header}\n{first}\n{{", "line 3: no JSON"),
        (f"{first}\n{second}\n", "is no patch of hhtui"),
        (header.replace('"version": 1', '"version": 2') + "\n", "version 2, this hhtui reads 1"),
        (f"{header}\n{first}\n{second.replace(hashes[1], hashes[0])}\n", "does not have 1 of the 2 pairs"),
        (f"{header}\n{first}\n{elsewhere}\n", "does not have 1 of the 2 pairs"),
        (f"{counts}\n{first}\n{other}\n", "gives other bytes"),
    ):
        (tmp_path / "bad.jsonl").write_text(text)
        with pytest.raises(StoreError, match=error):
            api.apply(tmp_path / "bad.jsonl", source, tmp_path / "again.jsonl")
    assert not list(tmp_path.glob("again*"))


NO_STYLE = "line 1, source, json_style: no style in which hhtui writes"
HOSTILE: list[tuple[int, str, Any, str]] = [
    (1, "row", [1], "line 2: row is no whole number"),
    (1, "row", "0", "line 2: row is no whole number"),
    (1, "row", 0.0, "line 2: row is no whole number"),
    (1, "row", True, "line 2: row is no whole number"),
    (1, "row", -1, "line 2: row is no whole number"),
    (1, "row", 4, "line 2: row 4 is beyond the 4 of the source"),
    (2, "row", 0, "line 3: row 0 is changed twice"),
    (1, "hash", ["x"], "line 2: hash is no hash of a pair"),
    (1, "hash", "00", "line 2: hash is no hash of a pair"),
    (1, "key", {"a": 1}, "line 2: key is no text"),
    (1, "action", ["drop"], "line 2: action is neither drop nor swap"),
    (0, "version", True, "line 1: version is no whole number"),
    (0, "counts.written", "x", "line 1, counts: written is no whole number"),
    (0, "counts.written", 3, "line 1, counts: written is not what is left"),
    (0, "counts", [], "line 1: counts is no object"),
    (0, "source", "x", "line 1: source is no object"),
    (0, "source.sha256", [1], "line 1, source: sha256 is no SHA-256"),
    (0, "source.sha256", None, "line 1, source: sha256 is no SHA-256"),
    (0, "source.columns", 5, "line 1, source: columns is no list of texts"),
    (0, "source.columns", [["a"], 2], "line 1, source: columns is no list of texts"),
    (0, "source.columns", ["a", "a"], "line 1, source: columns names something twice"),
    (0, "source.subset", [1], "line 1, source: subset is no text"),
    (0, "source.revision", 3, "line 1, source: revision is no text"),
    (0, "source.format", {"x": 1}, "line 1, source: format is none that this hhtui knows"),
    (0, "source.format", "red-team-attempts", "line 1, source: format is none that this hhtui knows"),
    (0, "source.json_style.key_separator", 7, NO_STYLE),
    (0, "source.json_style.newline", "}", NO_STYLE),
    (0, "source.json_style.more", 1, NO_STYLE),
    (0, "result", "x", "line 1: result is no object"),
    (0, "result.sha256", "x", "line 1, result: sha256 is no SHA-256"),
    (0, "more", "x" * LONGEST_LINE, "line 1: longer than 1,048,576 bytes"),
]


def test_a_hostile_patch_is_refused_with_its_line(database: Database, tmp_path: Path, source: Path) -> None:
    decide(database, "ann", "drop", "yes", [0, 1])
    (patch,) = api.clean(database, tmp_path / "out.jsonl").patches
    bad = tmp_path / "bad.jsonl"
    for number, name, value, error in HOSTILE:
        lines = [json.loads(line) for line in patch.read_bytes().splitlines()]
        *within, last = name.split(".")
        functools.reduce(lambda fields, one: fields[one], within, lines[number])[last] = value
        bad.write_text("".join(json.dumps(line) + "\n" for line in lines))
        with pytest.raises(StoreError, match=error):
            api.apply(bad, source, tmp_path / "again.jsonl")
    for line, error in (
        (b"[" * 200_000, "line 4: no JSON"),
        (b"\xff", "line 4: no JSON"),
        (b"[]", "line 4: no JSON obj"),
    ):
        bad.write_bytes(patch.read_bytes() + line)
        result = hhtui("apply", bad, source, "-o", tmp_path / "again.jsonl")
        assert (result.exit_code, error in result.stderr, result.stderr.count("\n")) == (1, True, 1)
    assert not list(tmp_path.glob("again*"))


@pytest.mark.parametrize("form", ["jsonl", "datasets", "trl-explicit"])
@pytest.mark.parametrize("written", ["hhtui.export.patch.rendered", "hhtui.export.cleaned.rendered"])
def test_an_interrupted_cleaning_leaves_nothing(
    database: Database, tmp_path: Path, form: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> bytes:
        raise KeyboardInterrupt

    before = sorted(one.name for one in tmp_path.iterdir())
    monkeypatch.setattr(written, interrupt)
    with pytest.raises(KeyboardInterrupt):
        api.clean(database, tmp_path / "out", form)
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_nothing_that_is_there_is_replaced_unasked(database: Database, tmp_path: Path, source: Path) -> None:
    (tmp_path / "out.jsonl.patch.jsonl").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        api.clean(database, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
    api.clean(database, tmp_path / "out.jsonl", force=True)
    for target in (source, database.path):
        with pytest.raises(StoreError, match="would be lost"):
            api.clean(database, target, force=True)
    with pytest.raises(StoreError, match="would not be compressed"):
        api.clean(database, tmp_path / "out.jsonl.gz")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    with pytest.raises(StoreError, match="hhtui did not write"):
        api.clean(database, folder, "datasets", force=True)
    (folder / "mine").unlink()
    api.clean(database, folder, "datasets")
    decide(database, "ann", "drop", "yes", [0])
    api.clean(database, folder, "datasets", force=True)
    assert json.loads((tmp_path / "folder.manifest.json").read_bytes())["written"] == 3


def test_a_source_that_is_loaded_in_part_is_not_cleaned(tmp_path: Path, source: Path) -> None:
    api.load(tmp_path / "a.db", source, options=Options(limit=2))
    with api.open(tmp_path / "a.db") as database, pytest.raises(StoreError, match="only 2 rows of rows/all are loaded"):
        api.clean(database, tmp_path / "out.jsonl")


def test_a_rule_is_any_query(database: Database, tmp_path: Path) -> None:
    decide(database, "ann", "flag", "yes", [1])
    Annotator.begin(database, "bob").decide([1], "label", "yes", sides=("rejected",), label="harmful")
    rule = "flag:yes OR label.rejected:harmful OR row:3"
    assert cleaned(database, tmp_path / "a.jsonl", drop=rule, swap="") == [ROWS[2]]
    said = [json.loads(line) for line in (tmp_path / "a.jsonl.patch.jsonl").read_bytes().splitlines()][1:]
    assert [(change["row"], change["by"]) for change in said] == [(0, ["bob"]), (1, ["ann"]), (3, [])]
    assert cleaned(database, tmp_path / "b.jsonl", drop="-preference:none -row:0") == list(ROWS)
    assert hhtui("clean", database.path, "-o", "-").exit_code == 2
    result = hhtui("clean", database.path, "-o", tmp_path / "c.jsonl", "--drop", "nonsense:>1")
    assert (result.exit_code, "  nonsense:>1\n  ^" in result.stderr) == (1, True)
