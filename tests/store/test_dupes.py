"""Texts that are nearly the same: grouped as a comparison of all with all does, and never computed twice."""

import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from hhtui.dialogue import without_markers
from hhtui.progress import Progress
from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.store import results
from hhtui.store.columns import GROUPS, Columns
from hhtui.store.database import Database
from hhtui.store.dupes import candidates, signatures, signing
from hhtui.store.dupes.findings import findings
from hhtui.store.dupes.run import find
from hhtui.store.dupes.signatures import LEAST_WORDS, comparable
from hhtui.store.dupes.similar import similar
from hhtui.store.errors import StoreError
from tests.store.asking import ids
from tests.store.filled import Transcripts, add_pairs, new_database, read_transcripts
from tests.transcripts import dialogue

WORDS = [f"{letter}{number}word" for letter in "abcdefgh" for number in range(20)]
THRESHOLD = 0.9

FINDER = """
import os, signal, sys
from pathlib import Path
from hhtui.store.database import Database
from hhtui.store.dupes import signing
from hhtui.store.dupes.run import find

signing.CHUNK = 20
left = int(sys.argv[2])

def killed(told):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

with Database.open(Path(sys.argv[1])) as database:
    find(database, observer=killed)
"""


def made_pairs(count: int, seed: int = 5) -> list[Transcripts]:
    """Return pairs of which many have a text that another has with a word changed or the case of all."""
    drawn = random.Random(seed)
    sentences = [" ".join(drawn.choices(WORDS, k=drawn.randrange(3, 40))) for _ in range(count // 2)]

    def text() -> str:
        words = drawn.choice(sentences).split()
        if drawn.random() < 0.5:
            words[drawn.randrange(len(words))] = drawn.choice(WORDS)
        return " ".join(words).upper() if drawn.random() < 0.2 else " ".join(words)

    return [(dialogue(prompt := text(), text()), dialogue(prompt, text())) for _ in range(count)]


def groups_of(database: Database) -> list[list[int]]:
    """Return the group of each pair's prompt, chosen and rejected text."""
    found = [Columns().get(database.reader(), name).tolist() for name in GROUPS]
    return [list(one) for one in zip(*found, strict=True)]


def texts_of(database: Database) -> list[list[str]]:
    """Return the three comparable texts of every pair."""
    rows = database.reader().execute("SELECT prompt, chosen, rejected FROM body ORDER BY id")
    return [[comparable(without_markers(text)) for text in row] for row in rows]


def compare_all(texts: list[list[str]], groups: list[list[int]]) -> tuple[int, int, int]:
    """Compare all texts with all: return the links between pairs, those that are in one group, and texts without one.

    Texts without one are those in a group although they are nearly the same as no text of another pair.
    """
    flat = [(pair, text, groups[pair][side]) for pair, row in enumerate(texts) for side, text in enumerate(row) if text]
    alike = cdist([text for _, text, _ in flat], [text for _, text, _ in flat], scorer=Indel.normalized_similarity)
    short = numpy.array([text.count(" ") < LEAST_WORDS - 1 for _, text, _ in flat])
    needed = numpy.where(short[:, None] | short[None, :], 1.0, THRESHOLD - 1e-6)
    pair = numpy.array([one for one, _, _ in flat])
    group = numpy.array([one for _, _, one in flat])
    same = alike >= needed
    links = same & (pair[:, None] < pair[None, :])
    together = links & (group[:, None] == group[None, :]) & (group > 0)[:, None]
    linked = (same & ~numpy.eye(len(flat), dtype=bool)).any(axis=1)
    return int(links.sum()), int(together.sum()), int(((group > 0) & ~linked).sum())


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> list[list[int]]:
    """The groups of 120 made pairs, found at once."""
    with new_database(tmp_path_factory.mktemp("dupes") / "a.db", made_pairs(120)) as database:
        find(database)
        return groups_of(database)


def test_groups_are_what_a_comparison_of_all_with_all_finds(tmp_path: Path, real_file: Path) -> None:
    pairs = [*read_transcripts(real_file, 120), *made_pairs(120)]
    with new_database(tmp_path / "a.db", pairs) as database:
        find(database)
        links, together, unlinked = compare_all(texts_of(database), groups_of(database))

    assert links > 50
    assert together / links >= 0.95
    assert unlinked == 0


def test_the_real_file_has_the_groups_that_are_known_of_it(tmp_path: Path, real_file: Path) -> None:
    with new_database(tmp_path / "a.db", read_transcripts(real_file)) as database:
        find(database)
        found = findings(database.reader())

        assert [int(key.rpartition("/")[2]) for key in found.same_responses] == [74, 435, 1068]
        assert (found.groups, found.in_groups, found.largest[0].pairs) == (52, 154, 17)
        assert len(ids(database, "dupe:yes")) == found.in_groups
        assert len(ids(database, found.largest[0].query)) == 17


def test_few_words_are_the_same_only_where_they_are_equal_and_empty_texts_never(tmp_path: Path) -> None:
    pairs = [
        (dialogue("first", "I'm not sure."), dialogue("first", "")),
        (dialogue("second", "i’m NOT sure"), dialogue("second", "")),
        (dialogue("third", "I'm not so sure"), dialogue("third", "Perhaps")),
    ]
    with new_database(tmp_path / "a.db", pairs) as database:
        find(database)

        assert groups_of(database)[0][1] == groups_of(database)[1][1] > 0
        assert [sides.count(0) for sides in groups_of(database)] == [2, 2, 3]
        assert (ids(database, "dupe.chosen:yes"), ids(database, "dupe.rejected:yes")) == ([1, 2], [])
        assert (ids(database, "dupe:no"), ids(database, "dupe:none")) == ([3], [3])
        assert ids(database, "dupe:made/test/1") == [1, 2]
        assert ids(database, "dupe.rejected:made/test/1") == [2]


def test_a_pair_that_is_like_itself_alone_is_no_duplicate(tmp_path: Path) -> None:
    said = "one two three four five six seven eight nine"
    with new_database(tmp_path / "a.db", [(dialogue("ask", said), dialogue("ask", f"{said} ten"))]) as database:
        find(database)

        assert groups_of(database) == [[0, 0, 0]]
        assert findings(database.reader()).same_responses == ("made/test/0",)


def test_what_is_loaded_later_comes_into_the_groups_and_only_that_is_compared(
    tmp_path: Path, unbroken: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = made_pairs(120)
    with new_database(tmp_path / "a.db", pairs[:90]) as database:
        find(database)
        add_pairs(database, pairs[90:])
        late = results.search(database.reader(), parse("dupe:yes"))
        signed: list[int] = []

        def counted(texts: Sequence[str]) -> signatures.Signed:
            signed.append(len(texts))
            return signatures.signed(texts)

        monkeypatch.setattr(signing, "signed", counted)
        find(database)

        assert "known of 90 of 120 pairs" in late.note
        assert results.search(database.reader(), parse("dupe:yes")).note == ""
        assert groups_of(database) == unbroken
        assert sum(signed) < 90
        before = database.data_version()
        find(database)
        assert (database.data_version(), groups_of(database)) == (before, unbroken)


@pytest.mark.parametrize("moment", [2, 12])
def test_killed_at_any_moment_it_goes_on(tmp_path: Path, unbroken: list[list[int]], moment: int) -> None:
    path = tmp_path / "a.db"
    new_database(path, made_pairs(120)).close()
    killed = subprocess.run([sys.executable, "-c", FINDER, str(path), str(moment)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Database.open(path) as database:
        told: list[Progress] = []
        find(database, observer=told.append)

        assert groups_of(database) == unbroken
        assert [one.phase for one in told].count("signing") <= 1
        assert [one.phase for one in told].count("comparing") < signatures.BANDS + 1 or moment == 2


def test_pairs_that_come_while_it_was_stopped_are_compared_in_every_band(tmp_path: Path) -> None:
    pairs = made_pairs(120)

    def stop(told: Progress) -> None:
        if told.phase == "comparing" and told.done == signatures.BANDS - 1:
            raise KeyboardInterrupt

    with new_database(tmp_path / "a.db", pairs[:60]) as database, new_database(tmp_path / "b.db", pairs) as other:
        with pytest.raises(KeyboardInterrupt):
            find(database, observer=stop)
        add_pairs(database, pairs[60:])
        find(database)
        find(other)
        assert groups_of(database) == groups_of(other)


def test_another_threshold_groups_anew_and_is_kept(tmp_path: Path) -> None:
    said = "one two three four five six seven eight nine ten"
    pairs = [
        (dialogue("ask a", said), dialogue("ask b", "x")),
        (dialogue("c", f"{said} {said[:10]}"), dialogue("d", "y")),
    ]
    with new_database(tmp_path / "a.db", pairs) as database:
        find(database)
        assert ids(database, "dupe:yes") == []
        find(database, 0.85)
        find(database)
        assert ids(database, "dupe:yes") == [1, 2]
        assert findings(database.reader()).threshold == 0.85
        with pytest.raises(StoreError, match="give one between"):
            find(database, 0.5)


@pytest.mark.parametrize("threshold", [None, 0.85])
def test_the_groups_there_are_stay_until_the_next_are_packed(tmp_path: Path, threshold: float | None) -> None:
    def stop(told: Progress) -> None:
        if told.phase == "comparing" and told.done == 3:
            raise KeyboardInterrupt

    with new_database(tmp_path / "a.db", made_pairs(60)) as database:
        find(database)
        before, known = findings(database.reader()), ids(database, "dupe:yes")
        if threshold is None:
            add_pairs(database, made_pairs(60, seed=6))
        with pytest.raises(KeyboardInterrupt):
            find(database, threshold, stop)

        assert ids(database, "dupe:yes") == known
        stopped = findings(database.reader())
        assert stopped == before._replace(pairs=stopped.pairs)
        assert stopped.pairs == (120 if threshold is None else 60)
        told: list[Progress] = []
        find(database, threshold, told.append)
        assert next(one.done for one in told if one.phase == "comparing") == 3
        assert findings(database.reader()).threshold == (threshold or THRESHOLD)
        assert findings(database.reader()).looked_at == stopped.pairs
        rows = database.reader().execute("SELECT id FROM text_groups").fetchall()
        assert rows == [(1,)]


def test_pairs_are_counted_where_earlier_ones_are_gone(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", made_pairs(30)) as database:
        with database.writing() as connection:
            connection.execute("DELETE FROM pair WHERE id <= 10")
            connection.execute("DELETE FROM body WHERE id <= 10")
        find(database)
        assert (findings(database.reader()).pairs, findings(database.reader()).looked_at) == (20, 20)
        add_pairs(database, made_pairs(5))
        assert (findings(database.reader()).pairs, findings(database.reader()).looked_at) == (25, 20)
        assert "known of 20 of 25 pairs" in results.search(database.reader(), parse("dupe:yes")).note
        assert "known of 20 of 25 pairs" in similar(database.reader(), 35).note


def test_a_database_without_pairs_has_no_similar_texts(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", []) as database:
        assert (ids(database, "dupe:yes"), ids(database, "dupe:no")) == ([], [])
        find(database)
        assert findings(database.reader())[:5] == (THRESHOLD, 0, 0, 0, 0)


def test_signatures_of_another_method_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_database(tmp_path / "a.db", made_pairs(30)) as database:
        find(database)
        expected = groups_of(database)
        with database.writing() as connection:
            connection.execute("UPDATE text_signature SET method = 'older', bands = zeroblob(length(bands))")
            connection.execute("UPDATE text_groups SET method = 'older'")
        find(database)
        assert groups_of(database) == expected


def test_pairs_that_are_gone_are_no_duplicates(tmp_path: Path) -> None:
    said = "one two three four five six seven eight nine"
    pairs = [(dialogue(f"ask {at}", said), dialogue(f"ask {at}", str(at))) for at in range(3)]
    with new_database(tmp_path / "a.db", pairs) as database:
        find(database)
        assert ids(database, "dupe:yes") == [1, 2, 3]
        for gone, left in ((1, [2, 3]), (2, [])):
            with database.writing() as connection:
                connection.execute("DELETE FROM body WHERE id = ?", (gone,))
                connection.execute("DELETE FROM pair WHERE id = ?", (gone,))
            find(database)
            assert ids(database, "dupe:yes") == left
        add_pairs(database, [(dialogue("ask 9", said), dialogue("ask 9", "9"))])
        find(database)
        assert len(ids(database, "dupe:yes")) == 2


def test_labels_that_contradict_each_other_are_found(tmp_path: Path) -> None:
    prompt = "which of the two roads would you rather take"
    left, right = "the left one because it is shorter", "the right one which is safer by far"
    pairs = [
        (dialogue(prompt, left), dialogue(prompt, right)),
        (dialogue(prompt.upper(), f"{right}!"), dialogue(prompt.upper(), left)),
        (dialogue("something else altogether is asked here", left), dialogue("other", right)),
        (dialogue(prompt, left), dialogue(prompt, f"{left}!")),
    ]
    with new_database(tmp_path / "a.db", pairs) as database:
        find(database)
        found = findings(database.reader())

        assert found.contradictory == 2
        assert [(one.chosen, one.rejected) for one in found.contradictions] == [
            *((("made/test/0",), ("made/test/1",)), (("made/test/1",), ("made/test/0",)))
        ]
        for one in found.contradictions:
            assert {1, 2} <= set(ids(database, one.query))


def test_a_database_in_which_nobody_looked_says_which_command_does(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", made_pairs(3)) as database:
        with pytest.raises(QueryError, match="hhtui dupes DB"):
            ids(database, "dupe:yes")
        with pytest.raises(StoreError, match="hhtui dupes DB"):
            findings(database.reader())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=30))
def test_every_two_texts_of_a_band_are_compared_that_may_be_alike(texts: list[tuple[int, int]]) -> None:
    keys = numpy.array([key for key, _ in texts], dtype=numpy.uint32)
    sizes = numpy.array([size for _, size in texts], dtype=numpy.int32)
    given_out = [
        frozenset(both)
        for ones, others in candidates.in_one_band(keys, sizes, THRESHOLD)
        for both in zip(ones.tolist(), others.tolist(), strict=True)
    ]
    wanted = {
        frozenset((one, other))
        for one in range(len(texts))
        for other in range(one)
        if texts[one][0] == texts[other][0]
        and min(sizes[one], sizes[other]) > 0
        and 2 * min(sizes[one], sizes[other]) >= THRESHOLD * (int(sizes[one]) + int(sizes[other])) - 1e-9
    }
    assert len(given_out) == len(set(given_out))
    assert set(given_out) == wanted


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_joining_gives_the_connected_components(links: list[tuple[int, int]]) -> None:
    roots = numpy.arange(12, dtype=numpy.int32)
    for start in range(0, len(links), 7):
        ones, others = numpy.array(links[start : start + 7]).T
        roots = candidates.join(roots, ones, others)
    expected = [{one} for one in range(12)]
    for one, other in links:
        both = expected[one] | expected[other]
        for member in both:
            expected[member] = both
    assert roots.tolist() == [min(one) for one in expected]


def test_equal_words_make_equal_signatures_in_every_process() -> None:
    found = signatures.signed([comparable("One, two; THREE four “five”"), "one two three four five", "one two"])
    assert found.sizes.tolist() == [23, 23, 0]
    assert (found.bands[:, 0] == found.bands[:, 1]).all()
    assert found.bands[:3, 0].tolist() == KNOWN_KEYS


KNOWN_KEYS = [4122036431, 3451237868, 2171837493]
"""Stored signatures are compared with those of later versions, so these change with METHOD only."""
