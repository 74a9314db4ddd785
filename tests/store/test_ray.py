"""Scoring with a real Ray of two actors: the same scores as here, interrupted at will, merged anywhere."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy
import pytest

from hhtui.dialogue import parse
from hhtui.hashing import text_hash
from hhtui.model import Unit
from hhtui.score.progress import ScoreProgress
from hhtui.score.ray import engine as ray_engine
from hhtui.score.ray import manifest as manifests
from hhtui.score.ray import run as elsewhere
from hhtui.score.ray.engine import RayOptions, score_shards
from hhtui.score.ray.manifest import ShardManifest
from hhtui.score.ray.merge import merge
from hhtui.score.ray.run import run_elsewhere
from hhtui.score.ray.shard_meter import ShardMeter
from hhtui.score.run import run
from hhtui.score.scorer import NO_OPTIONS, Options, ScoreError, Scorer, create
from hhtui.store import scorers
from hhtui.store.database import Database
from tests.command_line import command
from tests.store.filled import Transcripts, add_pairs, new_database
from tests.transcripts import dialogue

if find_spec("ray") is None:
    pytest.skip("Ray is not installed: pip install 'hhtui[ray]'", allow_module_level=True)

pytestmark = pytest.mark.xdist_group("ray")

PAIRS = [
    (
        dialogue(f"may I ask {at % 40}", f"certainly {at}, " * (at % 5) + "why not"),
        dialogue(f"may I ask {at % 40}", f"what a damned question, number {at % 60}"),
    )
    for at in range(200)
]
PAIRS += [(dialogue("say nothing", ""), dialogue("say nothing", "nothing")), PAIRS[7]]
TWO = RayOptions(actors=2)


def silent(progress: ScoreProgress) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """A Ray with two CPUs, for all tests of this file, for this user only and that tells nobody about itself."""
    import logging

    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", **token})
    import ray

    root = str(Path(__file__).resolve().parents[2])
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        object_store_memory=128 * 1024 * 1024,
        runtime_env={"env_vars": {"PYTHONPATH": root, "HF_HUB_OFFLINE": "1"}},
    )
    yield ray
    ray.shutdown()
    for name in token:
        del os.environ[name]


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Let shards hold forty texts at most."""
    patch.setattr(elsewhere, "MOST_TEXTS", 40)
    patch.setattr(elsewhere, "FEWEST_TEXTS", 40)


def described(name: str, units: Sequence[Unit]) -> ShardManifest:
    """Return the manifest of a scorer of texts, without shards."""
    scorer = create(name)
    assert isinstance(scorer, Scorer)
    return manifests.describe(scorer, NO_OPTIONS, units)


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of at most forty texts."""
    make_small(monkeypatch)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of 202 pairs in which texts stand at many places."""
    with new_database(tmp_path / "a.db", PAIRS) as database:
        yield database


def score_here(path: Path, pairs: list[Transcripts], name: str, options: Options = NO_OPTIONS) -> dict[str, Any]:
    """Return what the local engine stores of these pairs, in a database of their own."""
    with new_database(path, pairs) as database:
        run(database, [create(name, options)], silent)
        return content(database)


def content(database: Database) -> dict[str, Any]:
    """Return what scoring stores, by table."""
    reader = database.reader()
    scores = {
        (digest, fingerprint): (json.loads(numbers), windows)
        for digest, fingerprint, numbers, windows in reader.execute(
            "SELECT text_hash, fingerprint, numbers, windows FROM score JOIN scorer ON scorer.id = scorer_id"
        )
    }
    return {
        "score": scores,
        "pair_text": reader.execute("SELECT * FROM pair_text ORDER BY pair_id").fetchall(),
        "scored_unit": reader.execute("SELECT unit, pairs_done FROM scored_unit ORDER BY unit").fetchall(),
        "packed": {
            name: numpy.frombuffer(values, dtype="<f4")
            for name, values in reader.execute('SELECT name, "values" FROM packed_column WHERE scorer_id IS NOT NULL')
        },
    }


def assert_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Compare what two engines stored: the same rows, numbers to 1e-5."""
    assert one["score"].keys() == other["score"].keys()
    for key, (numbers, windows) in one["score"].items():
        assert other["score"][key] == (pytest.approx(numbers, abs=1e-5), windows)
    assert (one["pair_text"], one["scored_unit"]) == (other["pair_text"], other["scored_unit"])
    assert one["packed"].keys() == other["packed"].keys()
    for name, values in one["packed"].items():
        numpy.testing.assert_allclose(values, other["packed"][name], atol=1e-5)


class Done(NamedTuple):
    """What a whole run left: the database, the folder of shards, how many texts got scores, what was reported."""

    path: Path
    folder: Path
    scored: int
    heard: list[ScoreProgress]


@pytest.fixture(scope="module")
def done(ray: Any, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A database that was scored by alt-profanity through shards of forty texts, which are kept."""
    folder, heard = tmp_path_factory.mktemp("done"), list[ScoreProgress]()
    how = RayOptions(None, 2, folder / "out")
    with pytest.MonkeyPatch.context() as patch, new_database(folder / "a.db", PAIRS) as database:
        make_small(patch)
        scored = run_elsewhere(database, create("alt-profanity"), NO_OPTIONS, how, heard.append)
    return Done(folder / "a.db", folder / "out", scored, heard)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the local engine stores of the same pairs."""
    return score_here(tmp_path_factory.mktemp("local") / "a.db", PAIRS, "alt-profanity")


def test_scores_are_those_of_the_local_engine(done: Done, local: dict[str, Any]) -> None:
    with Database.open(done.path) as database:
        assert_alike(local, content(database))
    assert done.scored == len(local["score"])
    scoring = [told for told in done.heard if told.state == "scoring"]
    assert [told.shards for told in scoring] == list(range(scoring[-1].shards_total + 1))
    assert scoring[-1].shards_total >= 5
    assert (scoring[-1].computed, scoring[-1].seconds_left) == (done.scored, 0)


def test_texts_go_out_once_responses_first(database: Database, tmp_path: Path, small_shards: None) -> None:
    from pyarrow import parquet

    units: list[Unit] = ["response", "prompt", "turn"]
    manifest = elsewhere.send(database, tmp_path / "out", described("alt-profanity", units), units, silent)
    texts = {
        unit: [
            parquet.read_table(tmp_path / "out" / "texts" / shard.name)["text"].to_pylist()
            for shard in manifest.shards
            if shard.unit == unit
        ]
        for unit in units
    }
    assert [shard.unit for shard in manifest.shards] == [unit for unit in units for _ in texts[unit]]
    assert {len(shard) for shard in texts["response"][:-1]} == {40}
    flat = [text for unit in units for shard in texts[unit] for text in shard]
    wanted = {turn.text.strip() for both in PAIRS for side in both for turn in parse(side)}
    assert sorted(flat) == sorted(wanted - {""})


def test_detoxify_gives_the_same_numbers_and_windows(
    ray: Any, database: Database, tmp_path: Path, small_shards: None
) -> None:
    pytest.importorskip("detoxify", reason="detoxify is not installed: pip install 'hhtui[detoxify]'")
    from tests.checkpoints import tiny_bert

    tiny = tiny_bert(tmp_path)
    options = Options(checkpoint=tiny.file, config_dir=tiny.config_dir, device="cpu")
    long = [(dialogue("go on", "and on " * 90), dialogue("go on", "no"))]
    add_pairs(database, long)
    run_elsewhere(database, create("detoxify:original", options), options, TWO, silent)

    local = score_here(tmp_path / "local.db", [*PAIRS, *long], "detoxify:original", options)
    assert_alike(local, content(database))
    assert max(windows for _, windows in content(database)["score"].values()) > 1
    assert not (tmp_path / "a.db.shards").exists()


def test_an_interrupted_run_goes_on_with_what_is_missing_or_damaged(
    ray: Any, database: Database, tmp_path: Path, small_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = tmp_path / "out", list[int]()
    how = RayOptions(None, 2, folder)

    def interrupt(progress: ScoreProgress) -> None:
        if progress.state == "scoring" and progress.shards == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_elsewhere(database, create("refusal"), NO_OPTIONS, how, interrupt)
    results = sorted((folder / "scores").iterdir())
    assert len(results) == 4
    assert content(database)["score"] == {}
    results[0].unlink()
    results[1].write_bytes(results[1].read_bytes()[:-9] + b"\0" * 9)

    def remember(folder: Path, manifest: ShardManifest, shards: Any, *rest: Any) -> None:
        asked.extend(shard.number for shard in shards)
        score_shards(folder, manifest, shards, *rest)

    monkeypatch.setattr(elsewhere, "score_shards", remember)
    run_elsewhere(database, create("refusal"), NO_OPTIONS, how, silent)
    kept = {int(path.stem) for path in results[2:]}
    assert set(asked) == {shard.number for shard in manifests.read(folder).shards} - kept
    assert_alike(score_here(tmp_path / "local.db", PAIRS, "refusal"), content(database))


def test_pairs_that_come_later_go_out_in_more_shards(done: Done, tmp_path: Path) -> None:
    shutil.copytree(done.path.parent, tmp_path / "copy")
    how = RayOptions(None, 2, tmp_path / "copy" / "out")
    before = manifests.read(done.folder).shards
    new = [(dialogue("may I ask 1", "brand new"), dialogue("may I ask 1", "also new"))]
    with Database.open(tmp_path / "copy" / "a.db") as database:
        add_pairs(database, new)
        assert run_elsewhere(database, create("alt-profanity"), NO_OPTIONS, how, silent) == 2
        shards = manifests.read(tmp_path / "copy" / "out").shards
        assert shards[:-1] == before
        assert (shards[-1].rows, sum(shard.rows for shard in shards)) == (2, done.scored + 2)
        assert run_elsewhere(database, create("alt-profanity"), NO_OPTIONS, how, silent) == 0
        assert manifests.read(tmp_path / "copy" / "out").shards == shards
        assert_alike(score_here(tmp_path / "local.db", [*PAIRS, *new], "alt-profanity"), content(database))


def test_merging_again_changes_nothing(done: Done, local: dict[str, Any]) -> None:
    with Database.open(done.path) as database:
        again = merge(database, done.folder, silent)
        assert (again.texts, again.complete, again.shards) == (0, True, again.shards_total)
        assert_alike(local, content(database))


def test_scores_are_merged_into_any_database_of_these_texts(done: Done, tmp_path: Path) -> None:
    backwards = PAIRS[::-1]
    with new_database(tmp_path / "copy.db", backwards) as copy:
        merged = merge(copy, done.folder, silent)
        assert (merged.texts, merged.complete) == (done.scored, True)
        assert_alike(score_here(tmp_path / "local.db", backwards, "alt-profanity"), content(copy))


def test_a_part_can_be_merged_and_the_rest_later(done: Done, tmp_path: Path, local: dict[str, Any]) -> None:
    part = tmp_path / "part"
    shutil.copytree(done.folder, part)
    for path in sorted((part / "scores").iterdir())[2:]:
        path.unlink()
    with new_database(tmp_path / "copy.db", PAIRS) as copy:
        first = merge(copy, part, silent)
        assert (first.texts, first.shards, first.complete) == (80, 2, False)
        assert len(content(copy)["score"]) == 80
        rest = merge(copy, done.folder, silent)
        assert (rest.texts, rest.complete) == (done.scored - 80, True)
        assert_alike(local, content(copy))


def test_a_database_with_other_pairs_too_is_told_to_lack_scores(done: Done, tmp_path: Path) -> None:
    with new_database(tmp_path / "more.db", [*PAIRS, (dialogue("a", "unknown"), dialogue("a", "b"))]) as more:
        assert not merge(more, done.folder, silent).complete
        run(more, [create("alt-profanity")], silent)
        assert merge(more, done.folder, silent).complete


def test_only_scores_of_texts_that_are_here_are_merged(done: Done, tmp_path: Path) -> None:
    some = [*PAIRS[:9], (dialogue("a", "unknown"), dialogue("a", "b"))]
    with new_database(tmp_path / "some.db", some) as other:
        merged = merge(other, done.folder, silent)
        here = {text for row in content(other)["pair_text"] for text in row[1:]}
        scored = {digest for digest, _ in content(other)["score"]}
        assert (merged.texts, merged.complete) == (len(scored), False)
        assert scored < here
        assert len(here - scored) == 3
        run(other, [create("alt-profanity")], silent)
        assert_alike(score_here(tmp_path / "local.db", some, "alt-profanity"), content(other))


def test_turns_are_merged_too(done: Done, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(done.folder, folder)
    units: tuple[Unit, ...] = ("response", "prompt", "turn")
    manifests.write(folder, replace(manifests.read(folder), sent=("turn",), units=units))
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told["shards"] = [{**shard, "unit": "turn"} for shard in told["shards"]]
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    longer = [(chosen + dialogue("more", "and more"), rejected) for chosen, rejected in PAIRS[:9]]
    with new_database(tmp_path / "turns.db", longer) as other:
        merged = merge(other, folder, silent)
        reply = text_hash(parse(PAIRS[0][0])[-1].text.strip())
        assert reply in {digest for digest, _ in content(other)["score"]}
        assert reply not in {text for row in content(other)["pair_text"] for text in row[1:]}
        assert merged.texts == len(content(other)["score"])


def test_a_database_without_any_of_the_texts_learns_nothing(done: Done, tmp_path: Path) -> None:
    with new_database(tmp_path / "other.db", [(dialogue("a", "unknown"), dialogue("a", "b"))]) as other:
        with pytest.raises(ScoreError, match=r"no text of other\.db has a score in ") as error:
            merge(other, done.folder, silent)
        assert "\n" not in str(error.value)
        assert scorers.known(other.reader()) == []


def test_other_columns_of_a_scorer_that_is_known_are_refused(done: Done, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(done.folder, folder)
    manifest = manifests.read(folder)
    more = (*manifest.columns, manifest.columns[0]._replace(name="another"))
    manifests.write(folder, replace(manifest, columns=more))
    with Database.open(done.path) as database, pytest.raises(ScoreError, match="has other columns in these shards"):
        merge(database, folder, silent)


def test_a_folder_of_other_files_is_left_alone(database: Database, tmp_path: Path) -> None:
    kept = tmp_path / "mine" / "texts" / "000000.parquet"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"mine")
    how = RayOptions(None, 2, tmp_path / "mine")
    with pytest.raises(ScoreError, match="holds other files and no shards"):
        run_elsewhere(database, create("refusal"), NO_OPTIONS, how, silent)
    assert kept.read_bytes() == b"mine"


def test_a_folder_whose_shards_were_being_written_is_taken_up(
    database: Database, tmp_path: Path, small_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = tmp_path / "out", list[int]()
    folder.mkdir()
    (folder / ".manifest.json.1.draft").write_text("{")

    def interrupt(progress: ScoreProgress) -> None:
        if progress.state == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_elsewhere(database, create("refusal"), NO_OPTIONS, RayOptions(None, 2, folder), interrupt)
    assert (folder / "texts" / "000000.parquet").exists()

    def remember(folder: Path, manifest: ShardManifest, shards: Any, *rest: Any) -> None:
        asked.extend(shard.number for shard in shards)
        raise KeyboardInterrupt

    monkeypatch.setattr(elsewhere, "score_shards", remember)
    with pytest.raises(KeyboardInterrupt):
        run_elsewhere(database, create("refusal"), NO_OPTIONS, RayOptions(None, 2, folder), silent)
    assert len(asked) > 5


def test_a_worker_with_another_scorer_is_one_line(ray: Any, database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    manifest = elsewhere.send(database, folder, described("refusal", ["response"]), ["response"], silent)
    other = replace(manifest, fingerprint="0" * 64)
    meter = ShardMeter("refusal", silent, other.shards, len(other.shards))
    with pytest.raises(ScoreError, match=r"is [0-9a-f]{12} here, the shards are for 000000000000: ") as error:
        score_shards(folder, other, other.shards, TWO, meter)
    assert "\n" not in str(error.value)
    assert not (folder / "scores").exists()


def test_shards_for_another_scorer_are_refused(done: Done, tmp_path: Path, database: Database) -> None:
    folder = tmp_path / "out"
    shutil.copytree(done.folder, folder)
    manifests.write(folder, replace(manifests.read(folder), fingerprint="0" * 64))
    with pytest.raises(ScoreError, match="holds shards for alt-profanity 000000000000, this is alt-profanity"):
        run_elsewhere(database, create("alt-profanity"), NO_OPTIONS, RayOptions(None, 2, folder), silent)
    with pytest.raises(ScoreError, match=r"has a score in .*, where 0 of \d+ shards have whole scores"):
        merge(database, folder, silent)


def test_the_command_joins_a_cluster_and_keeps_stdout_for_data(ray: Any, database: Database, tmp_path: Path) -> None:
    address = ray.get_runtime_context().gcs_address
    words = ["score", database.path, "--engine", "ray", "--scorer", "refusal"]
    scored = subprocess.run(
        command(*words, "--address", address, "--shards", tmp_path / "out", "--json"), capture_output=True, timeout=300
    )
    assert scored.returncode == 0, scored.stderr.decode()
    told = json.loads(scored.stdout)
    assert told["scored"] == len(content(database)["score"])
    assert scored.stderr == b""

    with new_database(tmp_path / "copy.db", PAIRS) as copy:
        merged = subprocess.run(
            command("score", "merge", copy.path, tmp_path / "out", "--json"), capture_output=True, timeout=120
        )
        assert merged.returncode == 0, merged.stderr.decode()
        assert json.loads(merged.stdout)["merged"]["texts"] == told["scored"]
        assert_alike(content(database), content(copy))


REFUSED = {
    "nobody there": (["--scorer", "alt-profanity", "--address", "127.0.0.1:9"], 1, "no Ray cluster can be reached at"),
    "no address": (["--scorer", "alt-profanity", "--address", "head"], 1, "is not HOST:PORT"),
    "a client's address": (["--scorer", "alt-profanity", "--address", "ray://h:1"], 1, "is no address of a cluster's"),
    "no scorer": ([], 2, "--engine ray needs one --scorer NAME"),
}


@pytest.mark.parametrize(("words", "code", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_one_line(database: Database, words: list[str], code: int, message: str) -> None:
    done = subprocess.run(
        command("score", database.path, "--engine", "ray", *words), capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr.splitlines()[-1]


def test_options_of_ray_need_its_engine(database: Database) -> None:
    done = subprocess.run(command("score", database.path, "--actors", "2"), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--address, --actors and --shards are for --engine ray" in done.stderr


def test_without_ray_the_way_out_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray.data", None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ScoreError, match=r"pip install 'hhtui\[ray\]'"):
        run_elsewhere(database, create("alt-profanity"), NO_OPTIONS, TWO, silent)


def test_a_gpu_is_not_named_by_number() -> None:
    with pytest.raises(ScoreError, match="--device cuda, and how many with --actors"):
        ray_engine.share(Options(device="cuda:1"))
    assert ray_engine.share(Options(device="cuda", threads=3))[1:] == (3, 1)


CPUS, GPUS = {"CPU": 8.0}, {"CPU": 8.0, "GPU": 2.0}


@pytest.mark.parametrize(
    ("name", "asked", "resources", "made"),
    [
        ("detoxify:original", NO_OPTIONS, CPUS, Options(device="cpu", threads=1)),
        ("detoxify:original", NO_OPTIONS, GPUS, Options(device="cuda", threads=1)),
        ("detoxify:original", Options(device="cpu"), GPUS, Options(device="cpu", threads=1)),
        ("detoxify-int8:original", NO_OPTIONS, GPUS, Options(device="cpu", threads=1)),
        ("detoxify-int8:original", Options(threads=3, download=True), CPUS, Options(device="cpu", threads=3)),
    ],
)
def test_workers_take_what_they_are_given_and_download_nothing(
    name: str,
    asked: Options,
    resources: dict[str, float],
    made: Options,
    done: Done,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []

    @contextmanager
    def cluster(address: str | None, cpus: int) -> Iterator[Any]:
        yield SimpleNamespace(cluster_resources=lambda: resources, exceptions=SimpleNamespace(RayError=ConnectionError))

    def tables(ray: Any, paths: Sequence[str], arguments: tuple[str, str, str], pool: ray_engine.Pool) -> Iterator[Any]:
        heard.extend([Options.from_json(arguments[1]), (pool.cpus, pool.gpus)])
        raise ConnectionError("told enough")

    monkeypatch.setattr(ray_engine, "cluster", cluster)
    monkeypatch.setattr(ray_engine, "_tables", tables)
    manifest = replace(manifests.read(done.folder), name=name, options=asked.to_json())
    meter = ShardMeter(name, silent, manifest.shards, len(manifest.shards))
    with pytest.raises(ScoreError, match="told enough"):
        score_shards(tmp_path, manifest, manifest.shards, RayOptions(), meter)
    assert heard == [made, (made.threads, int(made.device == "cuda"))]
