"""The benchmarks' own tools: the corpus, the probe of terminal programs, the frozen queries, the table."""

import json
import random
import re
import signal
import sqlite3
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from benchmarks import corpus, figures_detoxify, ptyprobe, queries, ways_to_score
from benchmarks import terminal as pseudo_terminal
from benchmarks.commands import own_home
from benchmarks.detoxify_model import SHAPES
from benchmarks.endurance import contents, decision_keys, score_contents
from benchmarks.endurance import scoring as killed_scoring
from benchmarks.figures_beside import misspelt
from benchmarks.queries import LENGTH_ORDER, TEMPLATES, by_length
from benchmarks.table import Figure, Target, readable, render
from hhtui.ingest.load import load
from hhtui.query.parser import parse
from hhtui.store.database import Database
from hhtui.store.schema import PAIR_TABLES, SCORE_TABLES

ECHO = """
import os, sys, termios, time, tty
tty.setraw(0)
sys.stdout.write("\\x1b[?1049h\\x1b[c"); sys.stdout.flush()
answer = os.read(0, 100)
sys.stdout.write("\\x1b[1;1H\\x1b[31mready " + answer[2:].decode()); sys.stdout.flush()
while (key := os.read(0, 1)) != b"q":
    os.write(1, b"\\x1b[2;1H" + key * 20)
os.write(1, b"bye")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Twelve pairs of one, three and five shared turns."""
    asked = [f"What would you cook on day {day} of the week? I like soup." for day in range(12)]
    rows = []
    for number, question in enumerate(asked):
        prompt = f"\n\nHuman: {question}"
        for turn in range(number % 3):
            prompt += f"\n\nAssistant: Something with {number} carrots and rice.\n\nHuman: And after {turn}?"
        sides = (f"\n\nAssistant: A {kind} soup, then. Bread goes with it." for kind in ("good", "thin"))
        rows.append(dict(zip(("chosen", "rejected"), (prompt + side for side in sides), strict=True)))
    path = tmp_path / "source.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_pairs(path: Path) -> list[dict[str, str]]:
    """Read a JSONL file, compressed or not."""
    with corpus.open_text(path) as lines:
        return [json.loads(line) for line in lines]


def test_corpus_is_the_same_for_the_same_seed_only(source: Path, tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first.jsonl", "again.jsonl", "other.jsonl"))
    corpus.grow(200, first, source, seed=1)
    corpus.grow(200, again, source, seed=1)
    corpus.grow(200, other, source, seed=2)
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_corpus_of_several_blocks_begins_like_a_shorter_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "BLOCK", 40)
    short, long = tmp_path / "short.jsonl", tmp_path / "long.jsonl.gz"
    corpus.grow(40, short, source)
    corpus.grow(100, long, source)
    pairs = read_pairs(long)
    assert len(pairs) == 100
    assert pairs[:40] == read_pairs(short)


def test_corpus_is_in_the_hh_format(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus.jsonl"
    corpus.grow(300, out, source)
    pairs = read_pairs(out)
    assert len(pairs) == 300
    for pair in pairs:
        assert set(pair) == {"chosen", "rejected"}
        for transcript in pair.values():
            turns = corpus.split_turns(transcript)
            assert [role for role, _ in turns] == ["Human", "Assistant"] * (len(turns) // 2)
            assert corpus.join_turns(turns) == transcript
        chosen, rejected = (corpus.split_turns(pair[side]) for side in ("chosen", "rejected"))
        assert chosen[:-1] == rejected[:-1]


def test_corpus_has_families_that_go_on_with_the_rejected_dialogue(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus.jsonl"
    corpus.grow(1000, out, source)
    pairs = read_pairs(out)
    prompts = [pair["chosen"].rsplit("\n\nAssistant:", 1)[0] for pair in pairs]
    begun = {prompt[: end + 2].rstrip("\n") for prompt in prompts for end in find_all(prompt, "\n\nHuman:")}
    assert 20 <= sum(pair["rejected"] in begun for pair in pairs) <= 100
    assert not any(pair["chosen"] in begun and pair["chosen"] != pair["rejected"] for pair in pairs)


def find_all(text: str, part: str) -> list[int]:
    """Return each place where the part begins, but for the text's own begin."""
    return [at for at in range(1, len(text)) if text.startswith(part, at)]


def test_corpus_grows_its_vocabulary(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus.jsonl"
    corpus.grow(500, out, source)
    words = set(corpus.WORD.findall(out.read_text(encoding="utf-8")))
    assert len(words) > 2 * len(corpus.read_material(source).words)


def test_corpus_refuses_a_file_without_pairs(tmp_path: Path) -> None:
    source = tmp_path / "none.jsonl"
    source.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no hh pairs"):
        corpus.grow(1, tmp_path / "out.jsonl", source)
    assert not (tmp_path / "out.jsonl").exists()


def test_corpus_of_the_real_file_has_its_shape(real_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus.jsonl"
    corpus.grow(2000, out, real_file)
    turns = sorted(len(corpus.split_turns(pair["chosen"])) for pair in read_pairs(out))
    assert turns[1000] == 4
    assert turns[1800] == 8
    assert 1.4e3 < out.stat().st_size / 2000 < 2.1e3


def test_probe_answers_queries_and_counts_what_a_key_causes() -> None:
    with pseudo_terminal.Terminal([sys.executable, "-c", ECHO], 80, 24) as terminal:
        assert terminal.read_first_paint() > 0
        terminal.read_until(lambda: b"?62;22c" in terminal.received)
        figures = ptyprobe.press(terminal, b"x", 3)
        assert figures.bytes == (26, 26, 26)
        assert len(figures.last_ms) == 3
        assert all(0 < first <= last for first, last in zip(figures.first_ms, figures.last_ms, strict=True))
        assert terminal.memory() > 1
        terminal.send(b"q")
        terminal.read_until(lambda: b"bye" in terminal.received)
        assert terminal.wait() == 0


def test_probe_reads_no_faster_than_the_line() -> None:
    script = "import os; os.write(1, b'.' * 3000)"
    with pseudo_terminal.Terminal([sys.executable, "-c", script], rate=20_000) as terminal:
        terminal.read_first_paint()
        reading = terminal.read(quiet=0.2, first=5.0)
        assert len(terminal.received) == 3000
        assert reading.last is not None
        assert reading.last >= (3000 - 2 * 200) / 20_000


def test_probe_delays_keys_by_the_round_trip() -> None:
    with pseudo_terminal.Terminal([sys.executable, "-c", ECHO], rtt=150) as terminal:
        terminal.read_until(lambda: b"?62;22c" in terminal.received)
        terminal.send(b"x")
        reading = terminal.read(quiet=0.1, first=5.0)
        assert reading.count == 26
        assert reading.first is not None
        assert reading.first >= 0.15


def test_probe_says_that_the_program_ended() -> None:
    with pseudo_terminal.Terminal([sys.executable, "-c", "print('gone')"]) as terminal:
        with pytest.raises(pseudo_terminal.Ended, match="gone"):
            terminal.read_until(lambda: False)
        assert terminal.wait() == 0


def test_probe_kills_what_still_runs() -> None:
    terminal = pseudo_terminal.Terminal([sys.executable, "-c", "import time; time.sleep(600)"])
    terminal.close()
    assert terminal.exit_status == -signal.SIGKILL


def test_keys_are_characters_or_names_in_braces() -> None:
    assert pseudo_terminal.split_keys("j{down}ü{space}") == [b"j", b"\x1b[B", "ü".encode(), b" "]
    with pytest.raises(KeyError):
        pseudo_terminal.split_keys("{nosuch}")


def test_drawn_text_is_what_remains_without_escapes() -> None:
    data = b"\x1b[?1049h\x1b[31mone\x1b]0;title\x07 two\x1b(B\x1b[3"
    assert pseudo_terminal.drawn_text(data) == "one two"


def test_quantiles_are_values_that_were_measured() -> None:
    assert ptyprobe.quantile([3, 1, 2], 0.5) == 2
    assert ptyprobe.quantile([3, 1, 2], 1.0) == 3
    with pytest.raises(ValueError, match="no values"):
        ptyprobe.quantile([], 0.5)


def test_queries_are_forty_of_words_of_three_bands() -> None:
    words = [(f"common{letter}", 600 - place) for place, letter in enumerate("abcdef")]
    words += [(f"middling{letter}", 20 - place) for place, letter in enumerate("abcdefgh")]
    words += [(f"rare{letter}", 2) for letter in "abcdefgh"] + [("once", 1), ("x2", 500)]
    made = queries.fill(words, 1000)
    assert len(made) == len(set(made)) == 40
    assert queries.fill(words, 1000) == made
    assert {query for query in made if query.startswith("common") and " " not in query} == {
        "commona",
        "commonb",
        "commond",
        "commonf",
    }
    assert not any("once" in query for query in made)


def test_queries_without_scores_are_of_the_language() -> None:
    by_lengths = [by_length(template) for template in TEMPLATES]
    assert not any(name in query for query in by_lengths for name in ("harm", "gap"))
    assert sum(query != template for query, template in zip(by_lengths, TEMPLATES, strict=True)) == 7
    for query in by_lengths:
        parse(re.sub("[{}]", "", query) + LENGTH_ORDER)


@pytest.mark.parametrize(("word", "written"), [("letter", "leter"), ("word", "wrod"), ("a", "a")])
def test_misspelt_words_have_one_error_in_their_middle(word: str, written: str) -> None:
    assert misspelt(word) == written


def test_queries_need_words_enough() -> None:
    with pytest.raises(ValueError, match="larger"):
        queries.fill([("only", 500)], 1000)


@pytest.mark.parametrize(
    ("target", "ours", "theirs", "met"),
    [
        (Target("at most", 25), 25.0, None, True),
        (Target("at most", 25), 25.1, None, False),
        (Target("at most", 1.3, "times"), 130.0, 100.0, True),
        (Target("at most", 1.3, "times"), 131.0, 100.0, False),
        (Target("at least", 8, "sooner"), 0.5, 4.0, True),
        (Target("at least", 8, "sooner"), 0.6, 4.0, False),
        (Target("at least", 8, "sooner"), 0.5, None, None),
    ],
)
def test_targets_say_whether_they_are_met(target: Target, ours: float, theirs: float | None, met: bool | None) -> None:
    assert target.met(ours, theirs) is met


def test_table_shows_medians_ratios_and_verdicts() -> None:
    figures = [
        Figure("load", "s", [9.0, 2.0, 4.0], peer="other", peer_samples=[2.0], must=Target("at most", 1.5, "times")),
        Figure("page", "s", [0.5], peer="other", peer_samples=[4.0], must=Target("at least", 8, "sooner")),
        Figure("key", "ms", [1.0, 2.0, 30.0], value=30.0, aim=Target("at most", 20)),
        Figure("index", "s", [1.0], peer="tantivy: not installed", aim=Target("at most", 1, "times")),
    ]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in render(figures).splitlines()]
    assert rows[2][:6] == ["load", "4.00 s", "other 2.00 s", "2.00×", "≤ 1.5×", "NO"]
    assert rows[3][:6] == ["page", "0.50 s", "other 4.00 s", "8.0× sooner", "≥ 8×", "yes"]
    assert rows[4][1:] == ["30.0 ms", "–", "–", "–", "–", "≤ 20.0 ms", "NO", ""]
    assert rows[5][2:] == ["tantivy: not installed", "–", "–", "–", "≤ 1×", "–", ""]
    assert figures[0].as_json()["ratio"] == 2.0


def test_numbers_are_readable() -> None:
    assert readable(1700, "B") == "1.70 KB"
    assert readable(170000, "texts/s") == "170\u202f000 texts/s"
    assert readable(0, "B") == "0 B"
    assert readable(0.6137, "") == "0.614"
    assert readable(0.00001, "") == "1.0e-05"


def test_table_shows_what_could_not_be_measured() -> None:
    figure = Figure("int8", "tokens/s", (), must=Target("at least", 3), note="onnx not installed")
    row = [cell.strip() for cell in render([figure]).splitlines()[2].split("|")[1:-1]]
    assert row == ["int8", "–", "–", "–", "≥ 3.00 tokens/s", "–", "–", "–", "onnx not installed"]
    assert (figure.as_json()["ours"], figure.as_json()["must_met"]) == (None, None)


def test_every_beginning_of_spread_texts_has_short_and_long_ones() -> None:
    lengths = [place * 37 % 500 for place in range(500)]
    order = ways_to_score.spread(lengths)
    assert sorted(order) == list(range(500))
    for count in (20, 50, 200):
        some = [lengths[place] for place in order[:count]]
        assert abs(sum(some) / count - 249.5) < 20
        assert min(some) < 40
        assert max(some) > 460


def test_operations_of_bert_base() -> None:
    assert SHAPES["base"].weights == 84_934_656
    assert SHAPES["base"].operations(2) == 2 * (2 * 84_934_656) + 4 * 2 * 2 * 768 * 12


def test_detoxify_is_compared_with_the_best_threads_of_each_way() -> None:
    report = {
        "texts": 500, "tokens": 20_000, "operations_per_token": 2e8, "compared": 90, "difference": 2e-6,
        "gflops": {"1": [90.0, 100.0, 95.0], "2": [120.0, 150.0, 140.0]},
        "rates": {
            "one by one": {"1": [300.0], "2": [200.0]}, "lists of 32": {"1": [100.0], "2": [120.0]},
            "fp32": {"1": [400.0, 390.0, 410.0], "2": [600.0, 590.0, 610.0]},
        },
        "devices": {"cuda": [60_000.0]},
    }  # fmt: skip
    single, lists, peak, difference = figures_detoxify.fp32(report)
    assert (single.ours, single.theirs, lists.theirs, peak.theirs) == (600, 300, 120, 750)
    assert [figure.met(figure.must) for figure in (single, lists, difference)] == [True, True, True]
    assert "400 with 1, 600 with 2 threads" in single.note
    (absent,) = figures_detoxify.int8(report, {})
    assert absent.ours is None
    (cuda,) = figures_detoxify.devices(report)
    assert (cuda.ours, cuda.theirs) == (60_000, 600)


def database_with_score(path: Path, numbers: str, windows: int = 1, unit: str = "response") -> Path:
    """Make a database with one score of one text."""
    connection = sqlite3.connect(path)
    connection.executescript(PAIR_TABLES + SCORE_TABLES)
    connection.execute("INSERT INTO scorer VALUES (3, 'one', '1', 'f', '[]', '[]', '{}', '{}', 1)")
    connection.execute("INSERT INTO score VALUES (x'00ff', 3, ?, ?)", (numbers, windows))
    connection.execute("INSERT INTO scored_unit VALUES (3, ?, 1)", (unit,))
    values = array("f", json.loads(numbers.replace("null", "NaN"))).tobytes()
    connection.execute("INSERT INTO packed_column VALUES ('one.a', 3, '<f4', 2, NULL, ?, 'monday')", (values,))
    connection.commit()
    connection.close()
    return path


def test_scores_are_compared_to_a_hundred_thousandth(tmp_path: Path) -> None:
    def differences(name: str, *made: Any) -> list[str]:
        return score_contents.differences(expected, score_contents.scores(database_with_score(tmp_path / name, *made)))

    expected = score_contents.scores(database_with_score(tmp_path / "one.db", "[0.5, null]"))
    assert differences("near.db", "[0.500001, null]") == []
    unlike = "0 rows missing, 0 too many, 1 of other content"
    assert differences("far.db", "[0.5001, null]") == [f"score: {unlike}", f"packed_column: {unlike}"]
    assert differences("number.db", "[0.5, 0.1]") == [f"score: {unlike}", f"packed_column: {unlike}"]
    assert differences("windows.db", "[0.5, null]", 2) == [f"score: {unlike}"]
    assert differences("unit.db", "[0.5, null]", 1, "turn") == [
        "scored_unit: 1 rows missing, 1 too many, 0 of other content"
    ]


def test_texts_given_before_the_last_batch_must_have_scores(tmp_path: Path) -> None:
    database = database_with_score(tmp_path / "one.db", "[0.5]")
    stored, other, another = ("one", "00ff"), ("one", "0001"), ("other", "00ff")
    assert killed_scoring.lost(database, [[stored], [other, another]]) == set()
    assert killed_scoring.lost(database, [[stored, other], [another]]) == {other}
    assert killed_scoring.lost(database, [[another], [stored]]) == {another}


def test_killed_scoring_goes_on_to_the_same_scores(source: Path, tmp_path: Path) -> None:
    loaded = tmp_path / "loaded.db"
    with Database.create(loaded) as database:
        load(database, [source])
    with own_home(tmp_path) as environment:
        report = killed_scoring.kill_while_scoring(loaded, tmp_path, environment, ("refusal",), count=2)
    assert report.kills == 2
    assert report.holds, str(report)
    assert report.computed - report.again == 2 * report.compared


def test_keys_are_hits_held_missed_or_lost() -> None:
    seen = {"s/t/0": 10.0, "s/t/1": 11.0, "s/t/2": 14.0}
    typed = [("s/t/0", "flag"), ("s/t/0", "preference"), ("s/t/0", "drop"), ("s/t/1", "flag"), ("s/t/1", "flag")]
    saved = [
        ("s/t/0", "flag", 10.1),
        ("s/t/0", "preference", 10.2),
        ("s/t/1", "drop", 11.1),
        ("s/t/2", "flag", 13.9),
    ]
    assert decision_keys.compare(typed, saved, seen) == decision_keys.Report(5, hit=2, held=1, missed=1, lost=1)


def test_keys_for_pairs_move_on_once_a_pair_and_mark_some_before() -> None:
    keys = decision_keys.keys_for(100, random.Random(1))
    assert [key in decision_keys.MOVING for key in keys].count(True) == 100
    assert keys[-1] in decision_keys.MOVING
    assert 100 < len(keys) < 150
    assert {decision_keys.KINDS[key] for key in keys} == {"flag", "drop", "label", "preference"}


def test_keys_of_another_kind_or_on_an_earlier_pair_are_missed() -> None:
    seen = {"s/t/0": 10.0, "s/t/1": 11.0}
    typed = [("s/t/1", "flag"), ("s/t/1", "flag")]
    saved = [("s/t/1", "drop", 12.0), ("s/t/0", "flag", 12.1)]
    assert decision_keys.compare(typed, saved, seen) == decision_keys.Report(2, hit=0, held=0, missed=2, lost=0)


def test_databases_are_compared_by_content(tmp_path: Path) -> None:
    def database(name: str, rows: list[tuple[int, str, str]], words: str = "soup") -> contents.Contents:
        connection = sqlite3.connect(tmp_path / name)
        connection.execute("CREATE TABLE pair (id INTEGER PRIMARY KEY, key TEXT, loaded_at TEXT)")
        connection.execute("CREATE VIRTUAL TABLE pair_fts USING fts5(prompt, content='')")
        connection.executemany("INSERT INTO pair VALUES (?, ?, ?)", rows)
        connection.execute("INSERT INTO pair_fts (rowid, prompt) VALUES (1, ?)", [words])
        connection.commit()
        connection.close()
        return contents.contents(tmp_path / name)

    one = database("one.db", [(1, "a", "monday"), (2, "b", "monday")])
    same = database("same.db", [(2, "b", "friday"), (1, "a", "friday")])
    other = database("other.db", [(1, "a", "monday"), (2, "c", "monday")], "bread")
    assert contents.differences(one, same) == []
    assert contents.differences(one, other) == ["pair: 2 and 2 rows", "pair_fts: 1 and 1 rows"]
