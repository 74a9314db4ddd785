"""The pairs that are similar to one: by conversation, opening, nearly equal texts and rare words."""

from pathlib import Path

import pytest

from hhtui.store import index
from hhtui.store.database import Database
from hhtui.store.dupes.nearest import nearest
from hhtui.store.dupes.run import find
from hhtui.store.dupes.similar import Kin, Similar, in_words, similar
from hhtui.store.pairs import id_of
from tests.store.asking import ids
from tests.store.filled import Transcripts, add_pairs, new_database, read_transcripts
from tests.transcripts import dialogue

ASKED = "Where does the narrow gauge railway to the lighthouse leave from nowadays?"
REPLY = "It leaves from the old harbour station, every second hour until the evening."

PAIRS: list[Transcripts] = [
    (dialogue(ASKED, REPLY), dialogue(ASKED, "No idea.")),
    (dialogue(ASKED, "No idea.", "Really?", "Yes."), dialogue(ASKED, "No idea.", "Really?", "No.")),
    (dialogue(ASKED, "Perhaps."), dialogue(ASKED, "Perhaps not.")),
    (dialogue("Trains?", f"{REPLY} Truly!"), dialogue("Trains?", "None.")),
    (
        dialogue(f"{ASKED[:-10]} and where does it end?", "There."),
        dialogue(f"{ASKED[:-10]} and where does it end?", "x"),
    ),
    (dialogue("Something else", "Quite."), dialogue("Something else", "Not at all.")),
]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = new_database(tmp_path / "a.db", PAIRS)
    index.extend(made)
    return made


def of(database: Database, pair_id: int) -> dict[str, Kin]:
    """Return the similar pairs of one by reason."""
    return {kin.reason: kin for kin in similar(database.reader(), pair_id).kin}


def test_every_reason_has_its_pairs_and_a_query_that_finds_them(database: Database) -> None:
    find(database, 0.85)
    found = of(database, 1)

    assert [(reason, [alike.pair_id for alike in kin.pairs]) for reason, kin in found.items()] == [
        *(("family", [2]), ("opening", [2, 3]), ("duplicate", [2, 3, 4]), ("nearest", [5]))
    ] or [(reason, sorted(alike.pair_id for alike in kin.pairs)) for reason, kin in found.items()]
    for kin in found.values():
        assert ids(database, kin.query) == sorted([1, *(alike.pair_id for alike in kin.pairs)])
        assert kin.total == len(kin.pairs)


def test_it_says_which_texts_are_alike_and_how_much(database: Database) -> None:
    find(database, 0.85)
    chosen = next(kin for kin in similar(database.reader(), 4).kin if kin.reason == "duplicate")

    assert chosen.title.startswith("chosen nearly the same, group ")
    assert [(alike.pair_id, alike.own, alike.other) for alike in chosen.pairs] == [(1, "chosen", "chosen")]
    assert in_words(chosen.pairs[0]) == " 96 %  this chosen, its chosen"


def test_what_is_not_known_is_said(database: Database) -> None:
    assert "hhtui dupes DB" in similar(database.reader(), 1).note
    assert "duplicate" not in of(database, 1)
    find(database)
    assert similar(database.reader(), 1).note == ""
    add_pairs(database, PAIRS[:1])
    assert "known of 6 of 7 pairs" in similar(database.reader(), 7).note


def test_a_pair_like_no_other_has_none_and_one_that_is_gone_is_an_error(database: Database) -> None:
    assert similar(database.reader(), 6) == Similar("made/test/5", (), similar(database.reader(), 6).note)
    with pytest.raises(KeyError):
        similar(database.reader(), 77)


def test_the_limit_is_for_each_reason_and_the_total_is_not(database: Database) -> None:
    kin = similar(database.reader(), 1, limit=1).kin
    assert [(one.reason, one.total, len(one.pairs)) for one in kin[:2]] == [("family", 1, 1), ("opening", 2, 1)]


def test_the_nearest_of_a_real_pair_is_the_one_that_was_made_of_it(tmp_path: Path, real_file: Path) -> None:
    pairs = read_transcripts(real_file, 150)
    copies = [(chosen.replace(" the ", " a "), rejected.replace(" the ", " a ")) for chosen, rejected in pairs[:20]]
    with new_database(tmp_path / "a.db", [*pairs, *copies]) as database:
        index.extend(database)
        firsts = [nearest(database.reader(), at)[0] for at in range(1, 21)]
    assert sum(near.pair_id == 150 + at for at, near in enumerate(firsts, 1)) >= 19


def test_keys_that_need_quotes_have_them(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", PAIRS) as database:
        with database.writing() as connection:
            connection.execute("UPDATE source SET subset = 'my (own) set'")
        index.extend(database)
        kin = similar(database.reader(), id_of(database.reader(), "my (own) set/test/0")).kin
        assert all(len(ids(database, one.query)) == one.total + 1 for one in kin)
