"""Decisions that come in from files: what is matched, what is saved, and what is reported."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hhtui import api
from hhtui.audit.errors import AuditError
from hhtui.audit.import_report import Import
from hhtui.audit.problems import MEANINGS, Reason
from hhtui.audit.statements import KINDS
from hhtui.model import PREFERENCES
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Entry
from hhtui.store.votes import said_no
from tests.command_line import ROWS, hhtui, hhtui_json, write_rows
from tests.transcripts import dialogue

KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]
HOSTILE = "ann\x1b]52;c;eA==\x07\u202e=1+1"

Told = set[tuple[str, ...]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the four rows without decisions, not to be written."""
    folder = tmp_path_factory.mktemp("empty")
    api.load(folder / "empty.db", write_rows(folder / "rows.jsonl"))
    return folder / "empty.db"


@pytest.fixture
def path(tmp_path: Path, empty: Path) -> Path:
    (tmp_path / "a.db").write_bytes(empty.read_bytes())
    return tmp_path / "a.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with api.open(path) as opened:
        yield opened


def file_of(folder: Path, rows: Sequence[Mapping[str, object]], name: str = "decisions.jsonl") -> Path:
    """Write rows as JSON lines."""
    return write_rows(folder / name, rows)


def table_of(folder: Path, rows: Sequence[Mapping[str, object]], name: str = "decisions.csv") -> Path:
    """Write rows as CSV."""
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / name


def decided(database: Database) -> Told:
    """Return every current decision: key, annotator, kind, side, label, value."""
    return set(
        database.reader().execute(
            "SELECT key, annotator, kind, side, label, value FROM decision JOIN pairs ON pairs.id = pair_id"
        )
    )


def denied(database: Database) -> Told:
    """Return every mark and label that somebody says no to now: pair, annotator, kind, side, label."""
    found = said_no(database.reader(), range(1, len(ROWS) + 1))
    return {
        (str(one.pair_id), one.annotator, one.kind, one.side, one.label, one.value)
        for several in found.values()
        for one in several
    }


def events(database: Database) -> int:
    """Return how many events and sessions there are."""
    found: int = (
        database.reader().execute("SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM session)").fetchone()[0]
    )
    return found


def reasons(done: Import) -> dict[Reason, list[int]]:
    """Return the lines of what was not taken, by reason."""
    return {reason: [one.line for one in problems] for reason, problems in done.reasons().items()}


def exported(database: Database, form: str) -> bytes:
    """Return everything in `form`, with decisions."""
    sink = io.BytesIO()
    api.export(database, sink, form, everything=True, with_decisions=form == "jsonl")
    return sink.getvalue()


def test_columns_of_a_table_become_decisions(database: Database, tmp_path: Path) -> None:
    rows = [
        {"key": KEYS[0], "preference": "Rejected", "flag": "1", "note": "=1+1", "label.rejected": "harmful, role-leak"},
        {"key": KEYS[1], "preference": "", "flag": "no", "note": "", "label.rejected": ""},
        {"key": KEYS[2], "preference": "", "flag": "", "note": " ", "label.rejected": ""},
    ]
    done = api.import_decisions(database, table_of(tmp_path, rows), by="ann")
    assert decided(database) == {
        (KEYS[0], "ann", "preference", "", "", "rejected"),
        (KEYS[0], "ann", "flag", "", "", "yes"),
        (KEYS[0], "ann", "note", "", "", "=1+1"),
        (KEYS[0], "ann", "label", "rejected", "harmful", "yes"),
        (KEYS[0], "ann", "label", "rejected", "role-leak", "yes"),
    }
    assert (done.new, done.silent, done.problems) == (6, 1, ())
    assert done.saved[0].decisions == {"flag": 2, "preference": 1, "note": 1, "label": 2}


def test_each_annotator_gets_one_step_that_they_undo(database: Database, tmp_path: Path) -> None:
    api.decide(database, [KEYS[3]], "flag", "yes", annotator="ann")
    before = decided(database)
    rows: list[dict[str, object]] = [
        {"key": KEYS[0], "by": "ann", "preference": "equal", "flag": True, "made_at": "2024-01-01"},
        {"key": KEYS[1], "by": HOSTILE, "preference": "unsure"},
        {"key": KEYS[2], "flag": 1},
    ]
    done = api.import_decisions(database, file_of(tmp_path, rows), by="cy")
    assert [one.annotator for one in done.saved] == ["ann", HOSTILE, "cy"]
    kept = database.reader().execute(
        "SELECT DISTINCT context FROM event WHERE annotator = 'ann' ORDER BY seq DESC LIMIT 1"
    )
    assert json.loads(kept.fetchone()[0]) == {
        "interface": "import",
        "file": "decisions.jsonl",
        "file_sha256": done.sha256,
        "file_made_at": "2024-01-01",
    }
    for name in ("ann", HOSTILE, "cy"):
        undone = Annotator.begin(database, name).undo()
        assert undone is not None
    assert decided(database) == before


def test_the_words_of_a_mixed_step_count_it(database: Database, tmp_path: Path) -> None:
    api.import_decisions(database, file_of(tmp_path, [{"key": KEYS[0], "preference": "equal", "flag": 1}]), by="ann")
    undone = Annotator.begin(database, "ann").undo()
    assert undone is not None
    assert undone.summary == "undone: 2 decisions"


def test_the_same_file_again_adds_nothing(database: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, [{"key": KEYS[0], "flag": 0, "preference": "equal"}, {"key": KEYS[1], "flag": 1}])
    api.import_decisions(database, path, by="ann")
    api.decide(database, [KEYS[1]], "flag", "no", annotator="ann")
    before, stood = events(database), decided(database)
    done = api.import_decisions(database, path, by="ann")
    assert (done.new, done.already, events(database), decided(database)) == (0, 3, before, stood)
    assert api.import_decisions(database, path, by="ben").new == 3


def test_an_import_that_was_undone_can_be_given_again(database: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, [{"key": KEYS[0], "flag": 1}])
    api.import_decisions(database, path, by="ann")
    Annotator.begin(database, "ann").undo()
    assert api.import_decisions(database, path, by="ann").new == 1


def test_a_dry_run_tells_the_same_and_stores_nothing(database: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, [{"key": KEYS[0], "flag": 1}, {"key": "no/such/1", "flag": 1}])
    done = api.import_decisions(database, path, by="ann", dry_run=True)
    assert (done.new, reasons(done), events(database)) == (1, {Reason.UNKNOWN_KEY: [2]}, 0)


def test_what_does_not_match_is_told_by_reason_and_the_rest_is_saved(database: Database, tmp_path: Path) -> None:
    good = api.show(database, KEYS[0]).pair.hash.hex()
    rows: list[dict[str, object]] = [
        {"key": KEYS[0], "hash": good, "flag": 1},
        {"key": KEYS[1], "hash": "00" * 16, "flag": 1},
        {"key": "rows/all/99", "hash": good.upper(), "drop": 1},
        {"key": "no/such/pair", "flag": 1},
        {"hash": "zz", "flag": 1},
        {"flag": 1},
        {"key": KEYS[2], "flag": "maybe", "drop": "yes"},
        {"key": KEYS[2], "preference": "tie"},
        {"key": KEYS[2], "label.chosen": "no-such-label"},
        {"key": KEYS[2], "label": "harmful"},
        {"key": KEYS[2], "label": ["harmful"], "side": "left"},
        {"key": KEYS[3], "preference": "equal"},
        {"key": KEYS[3], "preference": "unsure"},
        {"key": KEYS[3], "decisions": "not JSON"},
        {"key": KEYS[3], "decisions": [{"kind": "retract", "annotator": "x"}]},
        {"key": KEYS[3], "by": "ann; ben", "flag": "ann: yes"},
        {"key": KEYS[3], "note": "\ud800"},
    ]
    done = api.import_decisions(database, file_of(tmp_path, rows), by="ann")
    assert reasons(done) == {
        Reason.HASH_DIFFERS: [2],
        Reason.UNKNOWN_KEY: [4],
        Reason.UNKNOWN_HASH: [5],
        Reason.UNNAMED: [6],
        Reason.UNKNOWN_VALUE: [7],
        Reason.UNKNOWN_PREFERENCE: [8],
        Reason.UNKNOWN_LABEL: [9],
        Reason.LABEL_WITHOUT_SIDE: [10],
        Reason.UNKNOWN_SIDE: [11],
        Reason.CONTRADICTED: [12, 13],
        Reason.NO_DECISIONS: [14],
        Reason.UNKNOWN_KIND: [15],
        Reason.SEVERAL_PEOPLE: [16],
        Reason.NO_TEXT: [17],
    }
    assert decided(database) == {
        (KEYS[0], "ann", "flag", "", "", "yes"),
        (KEYS[0], "ann", "drop", "", "", "yes"),
        (KEYS[2], "ann", "drop", "", "", "yes"),
    }
    assert set(MEANINGS) == set(Reason)


def test_a_key_alone_is_taken_where_it_is_asked_for(database: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, [{"key": KEYS[1], "hash": "00" * 16, "flag": 1}])
    assert not api.import_decisions(database, path, by="ann").matched
    assert api.import_decisions(database, path, by="ann", match="key").matched == 1


def test_rows_are_counted_in_one_source(database: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, [{"row": 2, "flag": 1}, {"row": "7", "flag": 1}])
    assert reasons(api.import_decisions(database, path, by="ann")) == {Reason.UNKNOWN_ROW: [2]}
    assert {one[0] for one in decided(database)} == {KEYS[2]}
    api.load(database.path, write_rows(tmp_path / "more.jsonl", [{"chosen": dialogue("a", "b"), "rejected": "c"}]))
    with pytest.raises(AuditError, match="--subset and --split: more/all, rows/all"):
        api.import_decisions(database, path, by="ann")
    done = api.import_decisions(database, path, by="ben", subset="rows")
    assert done.new == 1


@pytest.mark.parametrize("form", ["response", "transcript", "with marker"])
def test_a_text_names_pair_and_side(database: Database, tmp_path: Path, form: str) -> None:
    texts = {"response": "Any.", "transcript": ROWS[0]["rejected"], "with marker": "\n\nAssistant: Any.\n"}
    rows = [{"text": texts[form], "label": "harmful"}, {"text": "stands nowhere", "label": "harmful"}]
    done = api.import_decisions(database, file_of(tmp_path, rows), by="ann")
    assert decided(database) == {(KEYS[0], "ann", "label", "rejected", "harmful", "yes")}
    assert reasons(done) == {Reason.UNKNOWN_TEXT: [2]}


def test_a_text_of_several_pairs_names_none(database: Database, tmp_path: Path) -> None:
    rows = [{"chosen": dialogue("Other?", "Any."), "rejected": dialogue("Other?", "Same.", "More?", "Same.")}]
    api.load(database.path, write_rows(tmp_path / "more.jsonl", rows))
    given_rows = [{"response": "Any.", "flag": 1}, {"response": "Same.\n\nSame.", "flag": 1}]
    done = api.import_decisions(database, file_of(tmp_path, given_rows), by="ann")
    assert reasons(done) == {Reason.AMBIGUOUS_TEXT: [1]}
    assert decided(database) == {("more/all/0", "ann", "flag", "", "", "yes")}


def test_fields_are_named_where_their_names_do_not_tell(database: Database, tmp_path: Path) -> None:
    path = table_of(tmp_path, [{"id": KEYS[0], "a=b": "chosen", "flag": "1", "rater": "zoë"}])
    columns = {"key": "id", "preference": "a=b", "annotator": "rater"}
    done = api.import_decisions(database, path, columns=columns, kinds=["preference"])
    assert decided(database) == {(KEYS[0], "zoë", "preference", "", "", "chosen")}
    assert done.unread_fields == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"key": "a", "verdict": 1}], "decides nothing"),
        ([{"name": "a", "flag": 1}], "names a pair"),
    ],
)
def test_a_file_without_names_or_decisions_is_refused(
    database: Database, tmp_path: Path, rows: list[dict[str, object]], words: str
) -> None:
    with pytest.raises(AuditError, match=words):
        api.import_decisions(database, file_of(tmp_path, rows), by="ann")


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(str.strip)
notes = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    ['=cmd|"/c"', "a; b: c", '","', "'=1", "\r\n", HOSTILE]
)
marks = st.sampled_from(["yes", "no"])
values: Mapping[str, st.SearchStrategy[tuple[str, str, str]]] = {
    "flag": st.tuples(st.just(""), st.just(""), marks),
    "drop": st.tuples(st.just(""), st.just(""), marks),
    "skip": st.just(("", "", "yes")),
    "preference": st.sampled_from(PREFERENCES).map(lambda value: ("", "", value)),
    "note": notes.map(lambda text: ("", "", text)),
    "label": st.tuples(st.sampled_from(["chosen", "rejected"]), st.sampled_from(["harmful", "pii"]), marks),
}
pair_ids = st.integers(1, len(ROWS))
entries = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        lambda pair_id, rest: Entry(pair_id, kind, rest[2], rest[0], rest[1]), pair_ids, values[kind]
    )
)
logs = st.lists(st.tuples(names, entries), max_size=8)


def only(entry: Entry, connection: object) -> list[Entry]:
    """Return one decision as a step."""
    return [entry]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_exported_decisions_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, form: str, log: list[tuple[str, Entry]]
) -> None:
    folder = tmp_path_factory.mktemp("there_and_back")
    for name in ("one.db", "two.db"):
        (folder / name).write_bytes(empty.read_bytes())
    with api.open(folder / "one.db") as one, api.open(folder / "two.db") as two:
        for name, entry in log:
            Annotator.begin(one, name).decide_each(partial(only, entry))
        (folder / f"file.{form}").write_bytes(exported(one, form))
        done = api.import_decisions(two, folder / f"file.{form}", by="nobody")
        assert decided(two) == decided(one)
        assert denied(two) == denied(one)
        assert done.problems == ()
        assert api.import_decisions(two, folder / f"file.{form}", by="nobody").new == 0


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_no_that_makes_a_conflict_comes_back(database: Database, empty: Path, tmp_path: Path, form: str) -> None:
    ann, ben = Annotator.begin(database, "ann"), Annotator.begin(database, "ben")
    for person, value in ((ann, "yes"), (ben, "yes"), (ben, "no")):
        person.decide([1], "drop", value)
        person.decide([2], "label", value, sides=["chosen"], label="harmful")
    ben.decide([3], "flag", "no")
    ben.decide([4], "flag", "no")
    ben.undo()
    (tmp_path / f"file.{form}").write_bytes(exported(database, form))
    (tmp_path / "b.db").write_bytes(empty.read_bytes())
    with api.open(tmp_path / "b.db") as other:
        api.import_decisions(other, tmp_path / f"file.{form}", by="nobody")
        assert list(api.search(other, "conflict:yes").ids) == [1, 2]
        assert denied(other) == denied(database)
        assert len(denied(other)) == 3


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([KEYS[0], "yes", "harmful"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
fields = st.sampled_from(["key", "hash", "row", "text", "by", "side", "note", "flag", "labels", "decisions", "hhtui"])


@given(rows=st.lists(st.dictionaries(fields, anything, min_size=1), min_size=1, max_size=4))
def test_whatever_a_file_holds_is_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, rows: list[dict[str, object]]
) -> None:
    file = file_of(tmp_path_factory.getbasetemp(), rows, "anything.jsonl")
    with api.open(empty) as database:
        try:
            done = api.import_decisions(database, file, by="ann", dry_run=True)
        except AuditError as error:
            assert str(error)
        else:
            assert json.dumps(done.to_json())
            assert done.silent <= len(rows)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b'key,flag\n"open', b"[1]", b"{\n", b"key,key\na,b\n", b"\x1f\x8bno"]
)
def test_a_file_that_cannot_be_read_is_one_line(path: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    result = hhtui("import", path, tmp_path / "bad.csv")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert isinstance(result.exception, SystemExit)


def test_the_command_saves_what_matches_and_warns(path: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, [{"key": KEYS[0], "flag": 1, "odd": 1}, {"key": "a\x1b[2J/b/1", "flag": 1}], "x.jsonl")
    result = hhtui("import", path, file, "--by", HOSTILE)
    assert result.exit_code == 0
    assert "warning: not taken, no pair here has this key: 1; line 2" in result.stderr
    assert "fields that were not read: odd" in result.stderr
    assert "\x1b" not in result.stderr
    assert "\u202e" not in result.stderr
    told = hhtui_json("import", path, file, "--by", HOSTILE, "--json")
    assert (told["new"], told["already"], told["unmatched"]) == (0, 1, 1)
    assert told["reasons"]["unknown_key"]["lines"][0]["line"] == 2


def test_the_command_fails_where_nothing_matches(path: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, [{"key": "a/b/1", "flag": 1}])
    result = hhtui("import", path, file, "--json")
    assert result.exit_code == 1
    assert "nothing of" in result.stderr.splitlines()[-1]
    assert json.loads(result.stdout)["matched"] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--column", "flag"), 2),
        (("--column", "x=colour"), 2),
        (("--column", "a=key", "--column", "b=key"), 2),
        (("more.csv",), 2),
        (("--column", "nowhere=key"), 1),
    ],
)
def test_wrong_words_are_one_line(path: Path, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    file = file_of(tmp_path, [{"key": KEYS[0], "flag": 1}])
    result = hhtui("import", path, file, *words)
    assert result.exit_code == code
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"key": KEYS[0], "flag": 1}, {"key": KEYS[0], "flag": 0}], "correct the lines that are named above"),
        ([{"key": KEYS[0], "flag": "perhaps"}], "correct the lines that are named above"),
        ([{"key": KEYS[0], "flag": ""}], "fill one of flag"),
        ([{"key": "no/such/1", "flag": 1}], "see how pairs are named: hhtui search"),
        ([{"key": "no/such/1", "flag": 1}, {"key": KEYS[0], "flag": "perhaps"}], "see how pairs are named"),
    ],
)
def test_the_way_out_fits_what_kept_a_file_out(
    path: Path, tmp_path: Path, rows: list[dict[str, object]], said: str
) -> None:
    result = hhtui("import", path, file_of(tmp_path, rows), "--by", "ann")
    last = result.stderr.splitlines()[-1]
    assert result.exit_code == 1
    assert said in last
    assert ("is about a pair here" in last) == (len(rows) == 1 and "no/such" in str(rows))
