"""The log as it is told: order, what became of each event, conditions, and nothing that a terminal would obey."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui import api
from hhtui.cli.telling import conditions_of, line, since_utc
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from hhtui.store.log import Undone, Wanted
from tests.command_line import ROWS, hhtui, write_rows

KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]
HOSTILE = "an\x1b]52;c;eA==\x07n\u202e\n\u2028"
ELSEWHERE = b"\x07" * 16


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Ann flags, drops and undoes that; ben redoes a note; a pair that is elsewhere was labelled."""
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl"))
    with api.open(tmp_path / "a.db") as opened:
        ann, ben = Annotator.begin(opened, "ann"), Annotator.begin(opened, HOSTILE)
        ann.decide([1, 2], "flag", "yes", conditions=Conditions(1234, {"blind": True, "sides": ["rejected", "chosen"]}))
        ann.decide([3], "drop", "yes")
        ann.undo()
        ben.decide([1], "note", "=1\x1b[2J\nnext")
        ben.undo()
        ben.redo()
        with opened.writing() as connection:
            connection.execute(
                "INSERT INTO event (uuid, step, annotator, session, kind, pair_hash, pair_key, side, label, value, "
                "made_at, context) VALUES ('u', 's', 'cy', '', 'label', ?, 'other/all/9', 'chosen', 'pii', 'yes', "
                "'2020-01-01T00:00:00.000000+00:00', '{}')",
                (ELSEWHERE,),
            )
            connection.execute(
                "INSERT INTO event (uuid, step, annotator, session, kind, target, made_at, context) "
                "VALUES ('v', 't', 'cy', '', 'retract', 'nowhere', '2020-01-02T00:00:00.000000+00:00', '{}')"
            )
        yield opened


def told(database: Database, wanted: Wanted) -> list[tuple[str, str, bool]]:
    """Return annotator, kind and whether retracted."""
    return [(one.event.annotator, one.event.kind, one.retracted) for one in api.log(database, wanted)]


def test_events_come_in_the_order_of_time_with_what_became_of_them(database: Database) -> None:
    assert told(database, Wanted()) == [
        ("cy", "label", False),
        ("cy", "retract", False),
        ("ann", "flag", False),
        ("ann", "flag", False),
        ("ann", "drop", True),
        ("ann", "retract", False),
        (HOSTILE, "note", False),
        (HOSTILE, "retract", True),
        (HOSTILE, "retract", False),
    ]
    undone = [one.undone for one in api.log(database) if one.undone]
    assert undone == [Undone("", 0), Undone("drop", 1), Undone("note", 1), Undone("retract", 1)]
    assert [one.event.pair_key for one in api.log(database) if not one.is_here] == ["other/all/9"]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(annotator="ann"), 4),
        (Wanted(kind="flag"), 2),
        (Wanted(key=KEYS[0]), 2),
        (Wanted(key="other/all/9"), 1),
        (Wanted(since="2020-01-02"), 8),
        (Wanted(limit=3), 3),
        (Wanted(annotator="ann", kind="flag", key=KEYS[1], since="2021", limit=9), 1),
        (Wanted(key=KEYS[3]), 0),
    ],
)
def test_what_is_asked_for_is_told(database: Database, wanted: Wanted, count: int) -> None:
    assert len(told(database, wanted)) == count


def test_a_limit_keeps_the_latest(database: Database) -> None:
    assert told(database, Wanted(limit=2)) == told(database, Wanted())[-2:]


def test_an_unknown_key_names_those_there_are(database: Database) -> None:
    with pytest.raises(StoreError, match="rows/all/0 to rows/all/3"):
        told(database, Wanted(key="no/such/1"))


def test_lines_hold_nothing_that_a_terminal_obeys(database: Database) -> None:
    lines = [line(one) for one in api.log(database)]
    assert all(text.isprintable() for text in lines), lines
    assert lines[2].endswith("  flag: yes  [blind, rejected left, shown 1.2 s]")
    assert "drop: yes  UNDONE" in lines[4]
    assert lines[5].endswith("undo of drop (1 event)")
    assert lines[8].endswith("redo")
    assert lines[0] == "2020-01-01T00:00:00  cy  other/all/9  label.chosen: pii  its pair is not here"
    assert lines[1].endswith("undo of a step that is not here")


def test_conditions_are_told_in_words() -> None:
    context = {
        "interface": "screen",
        "lane": "estimate",
        "frame": "0123456789abcdef",
        "draw": 0,
        "what": "drop:yes",
        "surfaced_by": "made.size",
        "blind": False,
        "labels_visible": True,
        "scores_visible": False,
        "shield": "profanity",
        "revealed": True,
        "query": "harm:>1",
        "bulk": True,
        "rule": "is:empty",
        "evidence": {"right": 41, "read": 50, "interval": [0.692, 0.9], "seed": 7, "frame": "0"},
        "taxonomy": "1",
    }
    assert ", ".join(conditions_of(context, None)) == (
        "bulk by the rule is:empty, 41 of 50 right (69–90 %, seed 7), estimate lane, frame 01234567 draw 0, "
        "asked drop:yes, surfaced by made.size, not blind, label visible, scores hidden, shield profanity, revealed, "
        "query harm:>1, taxonomy 1"
    )
    assert list(conditions_of({}, None)) == []
    assert list(conditions_of({"file": "x.csv", "interface": "import", "file_made_at": "2024"}, 0)) == [
        "import of x.csv, there 2024",
        "shown 0.0 s",
    ]


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ({"right": 0, "read": 0, "interval": [0, 1], "seed": 7}, "bulk, of which nothing was read"),
        ({"right": 41, "of": 50}, "bulk, with right 41, of 50"),
        ({}, "bulk"),
    ],
)
def test_evidence_is_told_in_words(evidence: dict[str, object], words: str) -> None:
    assert list(conditions_of({"bulk": True, "evidence": evidence}, None)) == [words]


def test_what_was_decided_at_once_is_one_line_and_every_event_of_it_in_json(tmp_path: Path) -> None:
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl"))
    with api.open(tmp_path / "a.db") as opened:
        ann, bulk = Annotator.begin(opened, "ann"), Conditions(context={"bulk": True, "rule": "is:empty"})
        ann.decide([1, 2], "flag", "yes")
        ann.decide([1, 2, 3], "label", "yes", sides=["chosen", "rejected"], label="pii", conditions=bulk)
        ann.decide([4], "drop", "yes", conditions=bulk)
        ann.undo()
    lines = hhtui("log", tmp_path / "a.db").stdout.splitlines()
    assert [text.partition("  ")[2] for text in lines] == [
        f"ann  {KEYS[0]}  flag: yes",
        f"ann  {KEYS[1]}  flag: yes",
        "ann  3 pairs  label.chosen: pii, label.rejected: pii  [bulk by the rule is:empty]",
        f"ann  {KEYS[3]}  drop: yes  UNDONE  [bulk by the rule is:empty]",
        "ann  –  undo of drop (1 event)",
    ]
    short = hhtui("log", tmp_path / "a.db", "--limit", 4)
    assert short.stdout.splitlines() == lines[1:]
    assert short.stderr == "9 events\n"
    assert len(hhtui("log", tmp_path / "a.db", "--limit", 4, "--json").stdout.splitlines()) == 9
    assert hhtui("log", tmp_path / "a.db", "--key", KEYS[2]).stdout.count(KEYS[2]) == 1


@pytest.mark.parametrize(
    ("date", "since"),
    [
        ("2026-11-22", "2026-11-22T00:00:00.000000+00:00"),
        ("2026-11-22T09:30+02:00", "2026-11-22T07:30:00.000000+00:00"),
    ],
)
def test_a_date_is_utc_unless_it_says_so(date: str, since: str) -> None:
    assert since_utc(date) == since


def test_the_command_prints_one_object_an_event(database: Database) -> None:
    result = hhtui("log", database.path, "--json", "--by", HOSTILE)
    events = [json.loads(text) for text in result.stdout.split("\n")[:-1]]
    assert [one["kind"] for one in events] == ["note", "retract", "retract"]
    assert events[0]["pair_hash"] == api.show(database, KEYS[0]).pair.hash.hex()
    assert events[0]["value"] == "=1\x1b[2J\nnext"
    assert hhtui("log", database.path, "--since", "yesterday").exit_code == 2
    assert hhtui("log", database.path, "--by", "nobody").stderr == "nothing was decided that this asks for\n"
