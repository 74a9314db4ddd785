"""The command line: what goes to stdout, what to stderr, and with which exit code."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hhtui import api
from hhtui.cli.group import MODULES
from hhtui.cli.output import ProgressLine, cut, duration, progress_text, shorter
from hhtui.ingest.load import Options
from hhtui.store import ranking
from hhtui.store.database import Database
from hhtui.text import cells
from tests.command_line import ROWS, command, hhtui, hhtui_json, hhtui_process, write_rows
from tests.transcripts import dialogue

pytestmark = pytest.mark.usefixtures("own_folders")

HEAVY = {"textual", "numpy", "datasets", "pyarrow", "pandas", "rapidfuzz", "sqlite_utils", "sklearn", "orjson"}
KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl")


@pytest.fixture
def db(tmp_path: Path, source: Path) -> Path:
    api.load(tmp_path / "a.db", source)
    return tmp_path / "a.db"


def failure(*words: object, code: int = 1) -> str:
    """Return what a command that fails says on stderr."""
    result = hhtui(*words)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


# help and wrong usage


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = "import sys; from hhtui.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    *help_text, modules = done.stdout.splitlines()
    assert not HEAVY & set(modules.split())
    listed = [line.split()[0].rstrip("*") for line in help_text if line.startswith("  ")]
    assert [name for name in listed if name in set(MODULES)] == list(MODULES)


@pytest.mark.parametrize("name", list(MODULES))
def test_every_command_explains_itself(name: str) -> None:
    assert hhtui(name, "--help").exit_code == 0


def test_a_word_that_is_nothing_names_the_nearest_command() -> None:
    assert "did you mean: hhtui search" in failure("serch", "a.db", code=2)
    assert "hhtui load FILE" in failure("missing.db", code=2)


def test_a_file_that_is_no_database_is_refused(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "browsing needs a terminal" in failure(source)
    assert "is no database" in failure("stats", source)


def test_wrong_options_are_usage_errors(db: Path) -> None:
    assert "No such option" in failure("search", db, "--jsn", code=2)
    assert "exclude each other" in failure("export", db, "--all", "--query", "x", code=2)
    assert "is for --format jsonl" in failure("export", db, "--with-decisions", code=2)
    assert "given with --query" in failure("export", db, "x", code=2)
    assert "one of --preference" in failure("flag", db, KEYS[0], "--drop", "--note", "x", code=2)
    assert "name at least one pair" in failure("flag", db, code=2)
    assert "set HHTUI_DB" in failure("search", code=2)
    assert "set HHTUI_DB" in failure("load", "x.jsonl", code=2)


# load and score


def test_load_reports_what_it_read(source: Path, tmp_path: Path) -> None:
    with source.open("ab") as file:
        file.write(b"[1]\n\xff\n")
    told = hhtui_json("load", source, "--db", tmp_path / "a.db", "--no-score", "--json")
    assert {name: told[name] for name in ("read", "pairs", "refused", "subset", "split")} == {
        "read": 6,
        "pairs": 4,
        "refused": 2,
        "subset": "rows",
        "split": "all",
    }
    assert isinstance(told["seconds"], float)
    again = hhtui("load", source, "--db", tmp_path / "a.db", "--no-score")
    assert again.exit_code == 0
    assert again.stdout == ""
    assert "0 of them new" in again.stderr
    assert "line 5 refused: not an object" in again.stderr
    assert "hhtui locate" not in again.stderr
    assert f"last     {tmp_path / 'a.db'}" in hhtui("locate").stdout


def test_what_cannot_be_loaded_leaves_no_database(tmp_path: Path) -> None:
    assert "there is no file" in failure("load", tmp_path / "none.jsonl", "--db", tmp_path / "a.db")
    assert not list(tmp_path.glob("a.db*"))


def test_a_file_whose_every_row_is_refused_fails_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("no JSON\nat all\n")
    said = failure("load", tmp_path / "rows.jsonl", "--db", tmp_path / "a.db")
    assert "gave no pairs: 2 of 2 rows were refused, the first in line 1: not JSON" in said
    assert [line for line in said.splitlines() if line.startswith("hhtui: ")] == [said.splitlines()[-1]]
    told = hhtui_json("stats", tmp_path / "a.db", "--json")
    assert (told["pairs"], told["refused"]) == (0, 2)


def test_a_database_that_another_process_just_made_is_left_alone(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, create = tmp_path / "a.db", Database.create

    def create_second(path: Path) -> Database:
        create(path).close()
        return create(path)

    monkeypatch.setattr(Database, "create", create_second)
    assert "exists already" in failure("load", source, "--db", db, "--no-score")
    assert hhtui("search", db, "--count").stdout == "0\n"


def test_strict_stops_and_what_was_loaded_stays(source: Path, tmp_path: Path) -> None:
    with source.open("ab") as file:
        file.write(b"[1]\n")
    assert "line 5" in failure("load", source, "--db", tmp_path / "a.db", "--strict", "--no-score")
    assert hhtui("search", tmp_path / "a.db", "--count").stdout == "4\n"


def test_an_interrupted_load_says_what_goes_on(tmp_path: Path) -> None:
    """The process has read a part of more than a pipe holds, so it is at work when the interrupt comes."""
    words = ("load", "-", "--db", tmp_path / "my a.db", "--no-score")
    process = subprocess.Popen(command(*words), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"x" * (1 << 20))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert f"this goes on: hhtui load - --db '{tmp_path / 'my a.db'}' --no-score" in stderr
    assert "Traceback" not in stderr


def test_scores_come_with_the_load(source: Path, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    told = hhtui_json("load", source, "--db", db, "--json")
    texts, responses = 11, 7
    assert told["scored"] == texts + responses
    assert hhtui_json("score", db, "--json")["scored"] == 0
    assert hhtui_json("score", db, "--list", "--json")["harm"] == "alt_profanity.toxicity"
    assert "a column 'nonsense'" in failure("score", db, "--harm", "nonsense")
    assert "toxicity  0 to 1" in hhtui("score", "--list").stdout
    (found,) = hhtui_json("search", db, "is:empty.chosen", "--columns", "harm,gap,toxicity.prompt", "--json")["pairs"]
    assert found["scores"]["alt_profanity.toxicity"]["chosen"] is None
    assert found["columns"]["harm"] == found["scores"]["alt_profanity.toxicity"]["rejected"]
    assert found["columns"]["gap"] is None
    assert found["columns"]["toxicity.prompt"] == found["scores"]["alt_profanity.toxicity"]["prompt"]
    text = hhtui("stats", db).stdout
    assert "toxicity of rejected (alt-profanity" in text
    assert "█" in text
    assert "toxicity (alt-profanity" in hhtui("show", db, KEYS[0]).stdout


def test_an_unknown_scorer_names_the_nearest(db: Path) -> None:
    assert "did you mean alt-profanity" in failure("score", db, "--scorer", "profanity")


# search and show


def test_search_prints_a_line_a_pair(db: Path) -> None:
    hhtui("flag", db, KEYS[2], "--by", "ann")
    result = hhtui("search", db, "", "--limit", 3)
    lines = result.stdout.splitlines()
    assert [line[2:].split()[0] for line in lines] == KEYS[:3]
    assert [line[0] for line in lines] == [" ", " ", "⚑"]
    assert lines[0].endswith("Which bank?")
    assert result.stderr == "3 of 4\n"


def test_counts_and_keys(db: Path) -> None:
    assert hhtui("search", db, "chosen:bank -rejected:bank", "--count").stdout == "1\n"
    assert hhtui("search", db, "-bank", "--ids").stdout.splitlines() == KEYS[1:]
    assert hhtui("search", db, "--ids", "-bank", "sort:row-").stdout.splitlines() == KEYS[:0:-1]
    assert hhtui("search", db, "-bank", "--ids", "--limit", 1).stdout.splitlines() == KEYS[1:2]
    assert hhtui("search", db, "--", "-bank").stderr == "3 of 3\n"


def test_search_as_json(db: Path) -> None:
    hhtui("flag", db, KEYS[0], "--by", "ann")
    told = hhtui_json("search", db, "bank", "--json", "--columns", "all")
    assert (told["total"], told["shown"]) == (1, 1)
    (pair,) = told["pairs"]
    assert (pair["key"], pair["subset"], pair["split"], pair["row"]) == (KEYS[0], "rows", "all", 0)
    assert re.fullmatch("[0-9a-f]{32}", pair["hash"])
    assert [(one["annotator"], one["kind"], one["value"]) for one in pair["decisions"]] == [("ann", "flag", "yes")]
    assert pair["columns"]["flag"] is True
    assert pair["columns"]["turns.chosen"] == 2
    assert pair["columns"]["by"] == ["ann"]
    assert hhtui_json("search", db, "--json", "--count")["pairs"] == []


def test_what_a_result_was_ordered_by_is_printed(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = hhtui_json("search", db, "~bnak OR row:3", "--json")
    assert [(pair["key"], pair["likeness"]) for pair in told["pairs"]] == [(KEYS[0], 75.0), (KEYS[3], None)]
    assert told["note"] == "Only the first 1 of these 2 pairs are by likeness, the others by row."
    assert "likeness 75  Which bank?" in hhtui("search", db, "~bnak").stdout
    told = hhtui_json("search", db, "bank sort:relevance", "--json")
    assert told["pairs"][0]["relevance"] > 0
    assert told["note"] == ""
    monkeypatch.setattr(ranking, "MOST_RELEVANT", 0)
    result = hhtui("search", db, "bank sort:relevance")
    assert "relevance" not in result.stdout
    assert result.stderr.startswith("By row, not by relevance, which is for up to 0 pairs: these are 1.\n")
    assert hhtui("search", db, "~zzzqqq", "--count").stderr == "No word in the texts is like “zzzqqq”.\n"


def test_an_unknown_column_names_the_nearest(db: Path) -> None:
    assert "did you mean length.chosen?" in failure("search", db, "--columns", "row,lenght.chosen")


def test_the_environment_names_the_database(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no database bank" in failure("search", "bank")
    monkeypatch.setenv("HHTUI_DB", str(db))
    assert hhtui("search", "bank", "river", "--count").stdout == "1\n"
    assert hhtui("show", KEYS[0]).exit_code == 0
    assert hhtui("export", "--all").stdout.splitlines() == KEYS
    assert hhtui_json("stats", "--json")["pairs"] == 4
    assert "there is no database other.db" in failure("search", "other.db", "bank")


def test_a_query_longer_than_a_file_name_is_a_query(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HHTUI_DB", str(db))
    assert hhtui("search", "-" + "x" * 5000, "--count").stdout == "4\n"
    assert "neither a command nor a file" in failure("x" * 5000, code=2)


def test_a_query_that_cannot_be_read_is_pointed_at(db: Path) -> None:
    message, query, caret = failure("search", db, "bank foo:x").splitlines()
    assert message.startswith("hhtui: There is no field “foo”")
    assert query == "  bank foo:x"
    assert caret == "       ^"
    assert "closing quote" in failure("export", db, "--query", '"open')


def test_of_a_long_query_the_place_is_shown(db: Path) -> None:
    query = f"{'bank ' * 100}foo:bar{' bank' * 100}"
    message, shown, caret = hhtui("search", db, query).stderr.splitlines()
    assert "There is no field" in message
    assert len(shown) < 130 and shown[len(caret) - 1 :].startswith("foo:bar")


def test_harm_without_scores_says_how_to_make_them(db: Path) -> None:
    assert "hhtui score" in failure("search", db, "harm:>0.5")


def test_show_as_text_and_json(db: Path) -> None:
    hhtui("flag", db, KEYS[1], "--note", "why?", "--by", "ann")
    text = hhtui("show", db, KEYS[1]).stdout
    for part in (KEYS[1], "Human: Hello", "Assistant: Hello to you.", "empty.chosen: the response", "note: why?  (ann"):
        assert part in text
    told = hhtui_json("show", db, KEYS[1], "--json")
    assert told["structure"] == ["empty.chosen"]
    assert told["prompt"] == [{"role": "Human", "text": " Hello"}]
    assert "keys here: rows/all/0 to rows/all/3" in failure("show", db, "rows/all/4")


# deciding


def events(db: Path) -> list[tuple[str, str, str, str]]:
    """Return step, pair key, kind and value of every event."""
    with Database.open(db) as database:
        rows = database.reader().execute("SELECT step, pair_key, kind, value FROM event ORDER BY seq")
        return rows.fetchall()


def test_one_command_is_one_step(db: Path) -> None:
    result = hhtui("flag", db, "-", KEYS[0], "--by", "ann", stdin=f"{KEYS[2]}\n\n {KEYS[1]}\n{KEYS[2]}\n")
    assert result.stderr == "3 pairs: flagged, saved by ann\n"
    assert [row[1:] for row in events(db)] == [(KEYS[at], "flag", "yes") for at in (2, 1, 0)]
    assert len({row[0] for row in events(db)}) == 1
    assert hhtui("search", db, "flag:yes", "--ids").stdout.splitlines() == KEYS[:3]
    assert hhtui("flag", db, KEYS[1], "--off", "--by", "ann").stderr == f"{KEYS[1]}: not flagged, saved by ann\n"
    assert hhtui("export", db).stdout.splitlines() == [KEYS[0], KEYS[2]]


@pytest.mark.parametrize(
    ("options", "query", "said"),
    [
        (["--preference", "rejected"], "preference:rejected by:ann", "preference: rejected"),
        (["--drop"], "drop:yes", "marked to drop"),
        (["--note", "the label = wrong"], "note:label", "note saved"),
    ],
)
def test_other_decisions_and_back(db: Path, options: list[str], query: str, said: str) -> None:
    assert said in hhtui("flag", db, KEYS[3], *options, "--by", "ann").stderr
    assert hhtui("search", db, query, "--ids").stdout.splitlines() == [KEYS[3]]
    hhtui("flag", db, KEYS[3], *options, "--off", "--by", "ann")
    assert hhtui("search", db, query, "--ids").stdout == ""


def test_an_unknown_key_saves_nothing(db: Path) -> None:
    assert "there is no pair 'rows/all/9'" in failure("flag", db, KEYS[0], "rows/all/9")
    assert events(db) == []


def test_the_configured_name_is_used(db: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('annotator = "carol"\n')
    assert "saved by carol" in hhtui("flag", db, KEYS[0]).stderr
    (tmp_path / "config" / "config.toml").write_text('anotator = "carol"\n')
    assert "the nearest is annotator" in failure("flag", db, KEYS[0])


def test_a_key_that_no_terminal_has_is_refused_where_keys_are_told(db: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "config.toml"
    file.write_text('[keys]\nflag = ["f", "nosuchkey"]\n')
    said = f"{file}: keys.flag: there is no key 'nosuchkey'; the nearest is "
    assert failure("keys").startswith(f"hhtui: {said}")
    doctor = hhtui("doctor", db)
    assert doctor.exit_code == 1
    assert [said in line for line in doctor.stdout.splitlines() if line.startswith("not configuration")] == [True]
    file.write_text('[keys]\nflag = ["F5", "ctrl+x"]\n')
    assert "f5 ctrl+x" in hhtui("keys").stdout


def test_a_read_only_database_is_not_decided_on(db: Path) -> None:
    db.chmod(0o444)
    assert "is read-only" in failure("flag", db, KEYS[0])


# export and backup


def test_export_says_how_many_of_how_many(db: Path, tmp_path: Path) -> None:
    result = hhtui("export", db, "--query", "-bank")
    assert result.stdout.splitlines() == KEYS[1:]
    assert result.stderr == "3 of 4\n"
    result = hhtui("export", db, "--all", "--format", "jsonl", "-o", tmp_path / "b.jsonl")
    assert result.stdout == ""
    assert result.stderr == f"4 of 4 to {tmp_path / 'b.jsonl'}, manifest {tmp_path / 'b.jsonl'}.manifest.json\n"
    assert "--force" in failure("export", db, "--all", "-o", tmp_path / "b.jsonl")
    result = hhtui("export", db, "--all", "--manifest", tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["selection"] == "all"


def test_a_backup_is_a_whole_database(db: Path, tmp_path: Path) -> None:
    hhtui("flag", db, KEYS[0])
    copy = tmp_path / "copy.db"
    assert hhtui("backup", db, copy).exit_code == 0
    assert hhtui("export", copy).stdout.splitlines() == KEYS[:1]
    hhtui("flag", copy, KEYS[1])
    assert hhtui("search", copy, "flag:yes", "--count").stdout == "2\n"
    assert hhtui_json("doctor", copy, "--json")["well"] is True
    assert "--force" in failure("backup", db, copy)
    assert hhtui("backup", db, copy, "--force").exit_code == 0
    assert hhtui("export", copy).stdout.splitlines() == KEYS[:1]
    assert "is the database itself" in failure("backup", db, db, "--force")
    with Database.open(copy) as database:
        assert database.reader().execute("PRAGMA journal_mode").fetchone() == ("wal",)


# stats, doctor, and what there is


def test_stats_of_the_real_file(real_file: Path, tmp_path: Path) -> None:
    loaded = hhtui_json("load", real_file, "--db", tmp_path / "a.db", "--no-score", "--json")
    assert [loaded[name] for name in ("read", "pairs", "refused", "subset", "split")] == [
        *(2312, 2312, 0),
        *("harmless-base", "test"),
    ]
    told = hhtui_json("stats", tmp_path / "a.db", "--json")
    structure = told["structure"]
    expected = {"identical": 0, "identical_folded": 3, "empty": 4, "empty.chosen": 4, "prefix_mismatch": 5}
    expected |= {"consecutive_roles": 9, "role_leak": 49, "continued.rejected": 128, "continued.chosen": 0}
    expected |= {"families": 125, "families.pairs": 253, "families.largest": 3, "openings": 130, "openings.pairs": 264}
    assert {name: structure[name] for name in expected} == expected
    turns = told["turns"]
    assert [turns["chosen"][place] for place in ("p50", "p90", "p99", "p100")] == [4, 8, 14, 36]
    assert hhtui("search", tmp_path / "a.db", "chosen:bank -rejected:bank", "--count").stdout == "11\n"


def test_stats_as_text(db: Path) -> None:
    text = hhtui("stats", db).stdout
    assert "rows/all  4 pairs" in text
    assert "Red-team dialogues" in text
    assert "none yet; hhtui score makes them" in text
    assert not re.search(r"\bsafe\b", text)


def test_stats_of_nothing(tmp_path: Path) -> None:
    Database.create(tmp_path / "empty.db").close()
    assert hhtui_json("stats", tmp_path / "empty.db", "--json")["pairs"] == 0
    assert hhtui("stats", tmp_path / "empty.db").exit_code == 0


def test_the_doctor_finds_what_is_not_well(source: Path, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    hhtui("load", source, "--db", db, "--limit", 2, "--no-score")
    hhtui("flag", db, "rows/all/0")
    with Database.open(db) as database, database.writing() as connection:
        connection.execute("DELETE FROM decision")
    result = hhtui("doctor", db)
    assert result.exit_code == 1
    wrong = {line.split()[1]: line for line in result.stdout.splitlines() if line.startswith("not")}
    assert set(wrong) == {"sources", "decisions"}
    assert f"→ derive them from the log: hhtui doctor {db} --repair" in wrong["decisions"]
    hhtui("load", source, "--db", db, "--no-score")
    repaired = hhtui("doctor", db, "--repair")
    assert repaired.exit_code == 0, repaired.stdout
    assert hhtui("export", db).stdout.splitlines() == KEYS[:1]


def test_the_doctor_finds_texts_that_are_gone(db: Path) -> None:
    with Database.open(db) as database, database.writing() as connection:
        connection.execute("DELETE FROM body WHERE id = 2")
        connection.execute("DELETE FROM pair_fts_docsize WHERE id = 3")
    wrong = [line for line in hhtui("doctor", db).stdout.splitlines() if line.startswith("not")]
    assert [line.split("  ")[0] for line in wrong] == ["not texts", "not text index"]
    assert KEYS[1] in wrong[0]
    assert f"the texts of {KEYS[1]} are missing" in failure("show", db, KEYS[1])


def test_a_replaced_revision_is_told_and_not_counted(source: Path, tmp_path: Path) -> None:
    db, rest = tmp_path / "a.db", source.read_text().splitlines(keepends=True)[1:]
    hhtui("load", source, "--db", db, "--limit", 2, "--no-score")
    source.write_text("".join(rest))
    assert hhtui("load", source, "--db", db, "--as-revision", "second", "--no-score").exit_code == 0
    pairs = len(rest)
    told = hhtui("stats", db).stdout
    assert "  rows/all  replaced by a later revision" in told
    assert f"  rows/all  {pairs} pairs  {source} @ second" in told
    doctor = hhtui("doctor", db)
    assert doctor.exit_code == 0, doctor.stdout
    assert "1 wholly loaded" in doctor.stdout
    assert f"all {pairs} pairs are in it" in doctor.stdout


def test_the_doctor_of_no_database(source: Path) -> None:
    result = hhtui("doctor", source)
    assert result.exit_code == 1
    assert "is no database" in result.stdout


def test_keys_locate_and_schema(tmp_path: Path) -> None:
    assert "next_pair" in hhtui("keys").stdout
    assert str(tmp_path / "data") in hhtui("locate").stdout
    schema = hhtui("schema").stdout
    for part in ("CREATE TABLE pair (", "continued.rejected", "preference:", "sort:"):
        assert part in schema


# terminals, pipes, faults


FORBIDDEN = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    "words",
    [
        ("show", KEYS[2]),
        ("show", KEYS[2], "--json"),
        ("search",),
        ("search", "--json", "--columns", "all"),
        ("export", "--all", "--format", "jsonl", "--with-decisions"),
        ("export", "--all", "--format", "csv"),
        ("show", "\x1b[2J"),
        ("search", "\x1b[2J:x"),
    ],
)
def test_a_terminal_gets_no_control_of_the_data(db: Path, words: tuple[str, ...]) -> None:
    hhtui("flag", db, KEYS[2], "--note", "\x1b]52;c;aGk=\x07 \x9b2J \u202e", "--by", "ann\x1b[31m")
    _, output = on_terminal(words[0], db, *words[1:])
    assert not FORBIDDEN.search(output.decode())
    assert (KEYS[2] in output.decode()) == ("\x1b[2J" not in words[-1] and ":x" not in words[-1])


def test_a_pipe_gets_everything(db: Path) -> None:
    assert b"\x1b[2J\xe2\x80\xae that" in hhtui_process("show", db, KEYS[2]).stdout


def test_hostile_texts_never_reach_a_terminal(shared_data: Path, tmp_path: Path) -> None:
    texts = json.loads((shared_data / "nasty" / "blns" / "blns.json").read_text(encoding="utf-8"))
    texts += _strings(json.loads((shared_data / "nasty" / "ansi" / "garak_ansi.json").read_text(encoding="utf-8")))
    rows = [{"chosen": dialogue(text, text), "rejected": dialogue(text, f"{text}.")} for text in texts]
    report = api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    assert report.pairs > 500
    for words in (("search", "--limit", 2000), ("export", "--all", "--format", "csv")):
        code, output = on_terminal(words[0], tmp_path / "a.db", *words[1:])
        assert code == 0
        assert f"rows/all/{report.pairs - 1}" in output.decode()
        assert not FORBIDDEN.search(output.decode())


def _strings(value: object) -> list[str]:
    """Return every string in a JSON value."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in _strings(member)]
    if isinstance(value, list):
        return [text for member in value for text in _strings(member)]
    return [value] if isinstance(value, str) else []


def on_terminal(*words: object) -> tuple[int, bytes]:
    """Run a command on a terminal of its own; return its exit code and all that it wrote."""
    ours, its = pty.openpty()
    process = subprocess.Popen(command(*words), stdin=its, stdout=its, stderr=its)
    os.close(its)
    output = b""
    while chunk := _read(ours):
        output += chunk
    os.close(ours)
    return process.wait(60), output


def _read(descriptor: int) -> bytes:
    """Return what a terminal's other end wrote, nothing once it is closed."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    rows = [{"chosen": dialogue("x" * 500, str(row)), "rejected": dialogue("x", "y")} for row in range(1000)]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    for words in (("export", tmp_path / "a.db", "--all", "--format", "jsonl"), ("search", tmp_path / "a.db", "--json")):
        more = ("--limit", "1000") if words[0] == "search" else ()
        process = subprocess.Popen(command(*words, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 141)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_ended_export_leaves_no_draft(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    db, rows = tmp_path / "a.db", [{"chosen": dialogue("x" * 50, str(row)), "rejected": "y"} for row in range(20_000)]
    api.load(db, write_rows(tmp_path / "rows.jsonl", rows), options=Options(index=False))
    words = command("export", db, "--all", "--format", "csv", "-o", folder / "a.csv")
    process = subprocess.Popen(words, stderr=subprocess.PIPE)
    while not any(folder.iterdir()):
        assert process.poll() is None
    process.send_signal(number)
    assert process.communicate(timeout=60)[1] == b""
    assert (process.returncode, list(folder.iterdir())) == (128 + number, [])


def test_closed_standard_streams_are_no_fault(db: Path) -> None:
    for words in (("search", db, "--json"), ("export", db, "--all"), ("stats", db)):
        process = hhtui_process(*words, prepare=lambda: os.close(1))
        assert (process.returncode, process.stderr.count(b"\n")) == (1, 1), process.stderr
        assert process.stderr.startswith(b"hhtui: ")
    assert hhtui_process("flag", db, KEYS[0], prepare=lambda: os.closerange(0, 3)).returncode == 0
    assert hhtui("export", db).stdout.splitlines() == KEYS[:1]


def test_a_damaged_database_is_one_line(db: Path) -> None:
    content = bytearray(db.read_bytes())
    for page in range(16384, len(content), 16384):
        content[page : page + 64] = b"\xff" * 64
    db.write_bytes(content)
    assert len(failure("search", db, "bank").splitlines()) == 1
    assert hhtui("doctor", db).exit_code == 1


def test_browsing_needs_a_terminal(db: Path) -> None:
    for words in ((), (db,), ("browse", db), ("demo",), ("--query", "x")):
        assert "browsing needs a terminal" in failure(*words)


def test_what_cannot_be_browsed_is_said_before_the_screen_opens(db: Path, tmp_path: Path) -> None:
    (tmp_path / "none.txt").touch()
    (tmp_path / "elsewhere.txt").write_text("other/all/0\n" * 2)
    for words, said in (
        ((db, "--at", "rows/all/9"), "there is no pair"),
        ((db, "--query", "foo:x"), "There is no field"),
        ((db, "--order", "harm-"), "hhtui score"),
        ((db, "--ids", tmp_path / "none.txt"), "names no pair"),
        ((db, "--ids", tmp_path / "elsewhere.txt"), "has none of these pairs: elsewhere.txt: 2 of 2 are not"),
        ((db, "--ids", tmp_path / "missing.txt"), "there is no file"),
        ((db, "--ids", "-"), "reads the list from a pipe"),
        ((db, "--view", "none"), "there is no view 'none', and none is saved here"),
        ((tmp_path,), "is a folder"),
    ):
        code, output = on_terminal(*words)
        assert (code, output.count(b"\x1b")) == (1, 0)
        assert said in output.decode()


@pytest.mark.parametrize("columns", [5, 10, 11, 12])
def test_a_cut_line_fits(columns: int) -> None:
    text = "日本語 text\nand more"
    assert cells(cut(text, columns)) <= columns
    assert cut(text, columns).endswith("…")
    assert cut(text, 40) == "日本語 text and more"


def test_of_a_long_name_in_a_line_of_progress_its_end_is_shown() -> None:
    assert shorter("loading /a/folder/with/pairs.jsonl.gz", 13) == "loading …/pairs.jsonl.gz"
    assert shorter("loading /a/b", 4) == "loading"
    assert shorter("copying", 4) == "copying"


def test_a_line_of_progress_leaves_room_for_its_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    ProgressLine().update(f"loading {'long/' * 20}pairs.jsonl", 50, 200, 1500)
    shown = capsys.readouterr().err.removeprefix("\r\x1b[K")
    assert shown.startswith("loading …") and shown.rstrip().endswith("1,500")
    assert "pairs.jsonl  █████░" in shown and cells(shown) <= 49


def test_progress_in_words() -> None:
    assert (
        progress_text("loading", 50, 200, 1500, (10, 300)) == "loading  █████░░░░░░░░░░░░░░░  1,500  300/s  15 s left"
    )
    assert progress_text("reading", 50, 0, 50, (10, 10)) == "reading  50  10/s"
    assert duration(600) == "10 min"
    assert duration(7500) == "2 h 5 min"
