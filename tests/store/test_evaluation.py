"""`hhtui eval`: labels meet the numbers of a database, by key, by hash and by text."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from numpy.typing import NDArray

from hhtui import api
from hhtui.audit.errors import AuditError
from hhtui.audit.evaluation import evaluate
from hhtui.audit.labels import read_labels
from hhtui.audit.report import Evaluation
from hhtui.hashing import text_hash
from hhtui.model import ScoreColumn
from hhtui.score.scorer import ScoreError
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.scorers import StoredScorer, register
from tests.command_line import hhtui, hhtui_json, write_rows
from tests.store.filled import new_database
from tests.transcripts import dialogue

pytestmark = pytest.mark.usefixtures("own_folders")

PAIRS = 12
MODERATION = ("S", "H", "V", "HR", "SH", "H2", "V2")


def chosen(row: int) -> str:
    return f"chosen {row} {'x' * (40 - row)}"


def number(row: int) -> float | None:
    """The number of the chosen response of a row; the last row has none."""
    return None if row == PAIRS - 1 else round(0.05 * (row + 1), 2)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Pairs whose chosen responses have rising numbers and falling lengths; the first three are one family."""
    rows = [(dialogue("p", chosen(row)), dialogue("p", f"rejected {row}")) for row in range(PAIRS)]
    made = new_database(tmp_path / "a.db", rows)
    with made.writing() as connection:
        heat = ScoreColumn("heat", 0, 1, "A number.", "Always.")
        one = register(
            connection,
            name="made:x",
            version="1",
            fingerprint="f1",
            columns=[heat, heat._replace(name="cold")],
            units=["response", "prompt"],
            parameters={},
        )
        other = register(
            connection,
            name="pairs",
            version="1",
            fingerprint="f2",
            columns=[heat._replace(name="lean"), heat._replace(name="doubt", of_pair=True)],
            units=["pair"],
            parameters={},
        )
        for row in range(PAIRS):
            hashes = [text_hash(chosen(row)), text_hash(f"rejected {row}")]
            connection.execute("INSERT INTO pair_text VALUES (?, ?, ?, ?)", (row + 1, text_hash("p"), *hashes))
            numbers = [[number(row), 1.0], [0.5, 1.0]]
            for digest, some in zip(hashes, numbers, strict=True):
                connection.execute(
                    "INSERT INTO score (text_hash, scorer_id, numbers) VALUES (?, ?, ?)",
                    (digest, one.id, json.dumps(some)),
                )
            connection.execute(
                "INSERT INTO pair_score (pair_id, scorer_id, numbers) VALUES (?, ?, ?)",
                (row + 1, other.id, json.dumps([[row / 10, 0.1], row % 3])),
            )
        connection.execute("UPDATE pair SET family = 1 WHERE id <= 3")
        connection.execute("UPDATE pair SET length_chosen = 49 - row, length_rejected = 10, length_prompt = 1")
    return made


def labels_file(tmp_path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path = tmp_path / "labels.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def by_key(tmp_path: Path, positive: Sequence[int], **more: int) -> Path:
    rows = [{"key": f"made/test/{row}", "label": int(row in positive)} for row in range(PAIRS)]
    return labels_file(tmp_path, rows + [{"key": key, "label": label} for key, label in more.items()])


def never(scorer: StoredScorer, texts: Sequence[str]) -> NDArray[numpy.float32]:
    raise AssertionError("every text has a score")


def measure(database: Database, path: Path, *columns: str, **how: Any) -> Evaluation:
    return evaluate(database.reader(), read_labels(path, **how), columns, never, resamples=200)


def test_labels_by_key_and_by_hash_say_the_same(database: Database, tmp_path: Path) -> None:
    found = measure(database, by_key(tmp_path, [8, 10, 11]), "heat.chosen")
    rows = database.reader().execute("SELECT hex(hash), row FROM pair").fetchall()
    path = labels_file(tmp_path, [{"hash": name, "label": row in (8, 10, 11)} for name, row in rows])

    again = measure(database, path, "heat.chosen")

    (column,) = found.columns
    assert (column.column.name, column.length_name) == ("made_x.heat.chosen", "length.chosen")
    assert (column.ranking.items, column.ranking.positives, column.missing) == (11, 2, 1)
    assert column.ranking.auroc == pytest.approx(17 / 18)
    assert [one.value for one in column.ranking.precision] == [pytest.approx(2 / 11)] * 2
    assert column.length.auroc == pytest.approx(1 / 18)
    assert column.above_length == pytest.approx(16 / 18)
    assert column.clusters == 9
    assert [one.to_json() for one in again.columns] == [column.to_json()]


@pytest.mark.parametrize(
    ("asked", "name", "length", "numbers", "lengths"),
    [
        ("heat.rejected", "made_x.heat.rejected", "length.rejected", lambda row: 0.5, lambda row: 10),
        ("harm", "made_x.heat", "length", lambda row: max(0.5, number(row) or 0), lambda row: 49 - row),
        ("harm.min", "made_x.heat.min", "length.min", lambda row: min(0.5, number(row) or 0), lambda row: 10),
        ("gap", "gap of made_x.heat", "gap of length", number, lambda r: -r),
        ("pairs.doubt", "pairs.doubt", "gap of length", lambda row: row % 3, lambda row: -row),
        ("lean.chosen", "pairs.lean.chosen", "length.chosen", lambda row: row, lambda row: -row),
        ("length.chosen", "length.chosen", "length.chosen", lambda row: -row, lambda row: -row),
        ("row", "row", "length", lambda row: row, lambda row: -row),
    ],
)
def test_every_kind_of_column_has_its_length_beside_it(
    database: Database, tmp_path: Path, asked: str, name: str, length: str, numbers: Any, lengths: Any
) -> None:
    positive = [1, 4, 5, 9]

    (column,) = measure(database, by_key(tmp_path, positive), asked).columns

    rows = [row for row in range(PAIRS) if numbers(row) is not None and not (asked == "harm.min" and row == PAIRS - 1)]
    assert (column.column.name, column.length_name) == (name, length)
    assert column.ranking.auroc == pytest.approx(plain_auroc({row: numbers(row) for row in rows}, positive))
    assert column.length.auroc == pytest.approx(plain_auroc({row: lengths(row) for row in rows}, positive))


def plain_auroc(numbers: Mapping[int, float], positive: Sequence[int]) -> float:
    won = [
        (numbers[high] > numbers[low]) + (numbers[high] == numbers[low]) / 2
        for high in numbers
        for low in numbers
        if high in positive and low not in positive
    ]
    return sum(won) / len(won)


def test_what_does_not_match_is_listed(database: Database, tmp_path: Path) -> None:
    path = by_key(tmp_path, [8], **{"made/test/99": 1, "made/test/3": 1})

    found = measure(database, path, "heat.chosen", "length.chosen")
    told = found.to_json()["labels"]

    assert [(item.line, item.name) for item in found.unmatched] == [(14, "made/test/99")]
    assert (told["unmatched"], told["unmatched_lines"]) == (1, [14])
    assert (told["conflicting"], told["conflicting_lines"]) == (1, [15])
    assert (found.columns[0].ranking.items, found.columns[1].ranking.items) == (10, 11)


def test_labels_of_texts_use_stored_scores_and_score_the_others(database: Database, tmp_path: Path) -> None:
    asked: list[tuple[str, str, list[str]]] = []

    def score_now(scorer: StoredScorer, texts: Sequence[str]) -> NDArray[numpy.float32]:
        asked.append((scorer.name, scorer.fingerprint, list(texts)))
        return numpy.array([[0.275, 0.0] for _ in texts], dtype=numpy.float32)

    rows = [{"text": f" {chosen(row)}\n", "label": int(row in (2, 10))} for row in range(PAIRS)]
    path = labels_file(tmp_path, [*rows, {"text": "unknown", "label": 1}, {"text": "other", "label": 0}])

    labels = read_labels(path)
    found = evaluate(database.reader(), labels, ["made_x.heat", "cold", "length", "heat"], score_now, resamples=50)

    heat, cold, length = found.columns
    assert asked == [("made:x", "f1", ["unknown", "other"])]
    assert (heat.ranking.items, heat.ranking.positives, heat.missing, heat.clusters) == (13, 3, 1, 13)
    assert (heat.stored, heat.scored_now, cold.stored, cold.scored_now) == (12, 2, 12, 2)
    numbers = {row: number(row) or 0 for row in range(PAIRS - 1)} | {20: 0.275, 21: 0.275}
    assert heat.ranking.auroc == pytest.approx(plain_auroc(numbers, [2, 10, 20]))
    assert (length.column.name, length.missing, length.ranking.items) == ("length", 0, 14)
    assert (length.stored, length.scored_now, length.above_length) == (None, None, 0.0)
    assert database.reader().execute("SELECT count(*) FROM score").fetchone() == (2 * PAIRS,)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("heat.chosen", "heat.chosen names a side, and a labelled text has none; name the column alone: heat"),
        ("lean", "pairs.lean is learned from pairs"),
        ("nothing", "nothing"),
    ],
)
def test_columns_that_texts_do_not_have(database: Database, tmp_path: Path, column: str, said: str) -> None:
    path = labels_file(tmp_path, [{"text": "a", "label": 1}, {"text": "b", "label": 0}])

    with pytest.raises(StoreError, match=said):
        measure(database, path, column)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("doubt.chosen", r"pairs\.doubt is a number of the pair, it has no \.chosen"),
        ("lean.prompt", r"pairs\.lean has no numbers of prompt; columns: pairs\.lean\.chosen"),
        ("nothing.chosen", "nothing"),
        ("heat.top", "heat"),
        (
            "length.max",
            r"'length\.max'; did you mean length\.min\? Columns: length, turns, row, harm, gap, made_x\.heat",
        ),
        ("flag", "flag"),
    ],
)
def test_columns_that_pairs_do_not_have(database: Database, tmp_path: Path, column: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        measure(database, by_key(tmp_path, [1]), column)


def test_labels_that_are_all_alike_or_match_nothing(database: Database, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="none of the 12 labelled items that have a number is positive"):
        measure(database, by_key(tmp_path, []), "length")
    with pytest.raises(AuditError, match="none of the 11 labelled items that have a number is negative"):
        measure(database, by_key(tmp_path, range(PAIRS)), "heat.chosen")
    with pytest.raises(AuditError, match=r"none of the 1 labelled pairs is in this database, .* in line 2: zz;"):
        measure(database, labels_file(tmp_path, [{"hash": "zz", "label": 1}]), "length")
    with pytest.raises(AuditError, match="none of the 0 labelled items"):
        measure(database, labels_file(tmp_path, [{"key": "k", "label": ""}]), "length")


def test_the_command_prints_a_table_and_says_what_it_left_out(database: Database, tmp_path: Path) -> None:
    path = by_key(tmp_path, [7, 9], **{"made/test/99\x1b[2J": 1})
    words = (database.path, "--labels", path, "--column", "heat.chosen", "--column", "cold.chosen")

    done = hhtui("eval", *words, "--resamples", 50)

    assert done.exit_code == 0
    heads, *lines = done.stdout.splitlines()
    assert heads.split()[:4] == ["column", "n", "positive", "base"]
    assert [line.split()[:4] for line in lines] == [
        ["made_x.heat.chosen", "11", "2", "0.182"],
        ["length.chosen", "11", "2", "0.182"],
        ["made_x.cold.chosen", "12", "2", "0.167"],
        ["length.chosen", "12", "2", "0.167"],
    ]
    assert lines[0].split()[4] == "0.833"
    assert "not in this database, left out: 1; line 14 made/test/99␛[2J" in done.stderr
    assert "made_x.heat.chosen: without a number, left out: 1" in done.stderr
    assert "made_x.heat.chosen: precision@20 is over all 11 items" in done.stderr
    assert "below .5" not in done.stderr
    assert "below .5" in hhtui("eval", database.path, "--labels", path, "--column", "length.chosen").stderr


def test_the_command_as_json(database: Database, tmp_path: Path) -> None:
    words = ("eval", database.path, "--labels", by_key(tmp_path, [7, 9]), "--column", "heat.chosen", "--json")

    told = hhtui_json(*words)

    assert (told["seed"], told["resamples"], told["confidence"]) == (7, 2000, 0.95)
    assert told["labels"]["positive_where"] == ["label"]
    (column,) = told["columns"]
    assert column["scorer"] == {"name": "made:x", "version": "1", "fingerprint": "f1"}
    assert column["auroc"] == pytest.approx(15 / 18)
    assert column["interval"][0] < column["auroc"] <= column["interval"][1]
    assert column["precision"] == [
        {"first": 20, "of": 11, "value": pytest.approx(2 / 11)},
        {"first": 50, "of": 11, "value": pytest.approx(2 / 11)},
    ]
    assert column["length"]["column"] == "length.chosen"
    assert column["above_length"]["difference"] == pytest.approx(column["auroc"] - column["length"]["auroc"])
    assert hhtui_json(*words) == told
    few, others = (hhtui_json(*words, "--seed", seed, "--resamples", 5) for seed in (7, 8))
    assert (others["seed"], others["resamples"]) == (8, 5)
    assert others["columns"][0]["interval"] != few["columns"][0]["interval"]


def test_the_command_refuses_in_one_line(database: Database, tmp_path: Path) -> None:
    path = by_key(tmp_path, [7])
    for words, code, said in (
        ((path, "--column", "nothing"), 1, "nothing"),
        ((tmp_path / "none.csv", "--column", "length"), 1, "none.csv: "),
        ((tmp_path, "--column", "length"), 1, "directory"),
        ((path, "--column", "length", "--label", "harmful"), 1, "--column=length --label label"),
        ((path, "--column", "length", "--by", "rows"), 2, "'rows' is not one of"),
        ((path, "--column", "length", "--resamples", "0"), 2, "0 is not in the range"),
        ((path, "--column", "length", "more"), 2, "'more' is too much"),
        ((path,), 2, "Missing option '--column'"),
    ):
        done = hhtui("eval", database.path, "--labels", *words)
        assert (done.exit_code, done.stdout) == (code, ""), done.stderr
        assert said in done.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that alt-profanity has scored."""
    folder = tmp_path_factory.mktemp("scored")
    api.load(folder / "a.db", write_rows(folder / "rows.jsonl"))
    api.score(folder / "a.db", ["alt-profanity"])
    return folder / "a.db"


def test_toxicity_ranks_the_moderation_set(scored: Path, shared_data: Path) -> None:
    file = shared_data / "moderation" / "tune_half.jsonl.gz"
    words = ("eval", scored, "--labels", file, "--column", "toxicity", "--json")

    told = hhtui_json(*words, *(word for name in MODERATION for word in ("--label", name)))

    assert (told["labels"]["rows"], told["labels"]["unknown"], told["labels"]["repeated"]) == (798, 6, 1)
    (column,) = told["columns"]
    assert (column["column"], column["n"], column["positives"]) == ("alt_profanity.toxicity", 791, 231)
    assert (column["stored"], column["scored_now"]) == (0, 791)
    assert column["auroc"] >= 0.82
    assert 0.5 < column["length"]["auroc"] < 0.6
    assert column["above_length"]["interval"][0] > 0.2
    assert "--label S --label H --label V" in hhtui(*words).stderr


def test_another_scorer_of_the_name_is_refused(scored: Path, tmp_path: Path) -> None:
    path = labels_file(tmp_path, [{"text": "some text", "label": 1}, {"text": "more text", "label": 0}])
    with api.open(scored) as database:
        with database.writing() as connection:
            before = connection.execute("SELECT fingerprint FROM scorer").fetchone()
            connection.execute("UPDATE scorer SET fingerprint = 'another'")
        with pytest.raises(ScoreError, match=r"in this database are by another, here it is .*do not compare"):
            api.evaluate(database, path, ["toxicity"])
        with database.writing() as connection:
            connection.execute("UPDATE scorer SET fingerprint = ?", before)
        assert api.evaluate(database, path, ["toxicity"]).columns[0].scored_now == 2
