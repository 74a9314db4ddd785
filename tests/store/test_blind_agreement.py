"""Agreement is told from what several people read blind, and from nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hhtui.audit.agreement import agree
from hhtui.audit.errors import AuditError
from hhtui.model import Kind
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from tests.store.filled import new_database
from tests.transcripts import dialogue

SIZE = 60
OVERLAP = {"interface": "screen", "lane": "overlap", "blind": True}
REPEAT = {"interface": "screen", "lane": "repeat", "blind": True}
QUEUE = {"interface": "screen", "lane": "queue"}
WORDS = {True: "chosen", False: "rejected"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    pairs = [(dialogue(f"q{at}", "yes"), dialogue(f"q{at}", "no")) for at in range(SIZE)]
    with new_database(tmp_path / "a.db", pairs) as made:
        yield made


def say(
    database: Database, name: str, ids: Sequence[int], kind: Kind, value: str, context: dict[str, Any], **more: Any
) -> Annotator:
    person = Annotator.begin(database, name)
    for pair_id in ids:
        person.decide([pair_id], kind, value, conditions=Conditions(context=context), **more)
    return person


def textbook(database: Database) -> None:
    """Let anna and bob read 50 pairs as in the textbook's table 20, 5, 10, 15, and with it chosen and rejected."""
    for name, chosen in (("anna", range(1, 26)), ("bob", (*range(1, 21), *range(26, 36)))):
        say(database, name, [one for one in range(1, 51) if one in chosen], "preference", "chosen", OVERLAP)
        say(database, name, [one for one in range(1, 51) if one not in chosen], "preference", "rejected", OVERLAP)


def test_the_textbooks_table_has_kappa_four_tenths(database: Database) -> None:
    textbook(database)
    found = agree(database.reader(), resamples=500)
    assert (found.pairs, found.families) == (50, 50)
    assert found.observed == pytest.approx(0.7)
    (kappa,) = [one.kappa for one in found.comparisons]
    assert kappa.value == pytest.approx(0.4)
    assert kappa.interval is not None
    assert kappa.interval.low < 0.4 < kappa.interval.high
    assert found.alpha.value == pytest.approx(0.4, abs=0.01)
    rates = {one.annotator: one.rates["chosen"] for one in found.raters}
    assert rates == {"anna": 0.5, "bob": pytest.approx(0.6)}
    assert found == agree(database.reader(), resamples=500)


def test_nothing_else_counts(database: Database) -> None:
    textbook(database)
    before = agree(database.reader(), resamples=50)
    for context in (QUEUE, {"lane": "overlap"}, {**OVERLAP, "bulk": True}, {"lane": "adjudication", "blind": True}, {}):
        say(database, "anna", range(1, 51), "preference", "equal", context)
    say(database, "bob", range(1, 51), "preference", "equal", OVERLAP)
    bob = Annotator.begin(database, "bob")
    for _ in range(50):
        bob.undo()
    say(database, "anna", [1], "note", "a note", OVERLAP)
    assert agree(database.reader(), resamples=50) == before


def test_the_newest_value_counts_and_skips_are_told(database: Database) -> None:
    textbook(database)
    say(database, "anna", [1], "preference", "rejected", OVERLAP)
    say(database, "bob", [2], "preference", "", OVERLAP)
    say(database, "bob", [51, 52], "skip", "yes", OVERLAP)
    say(database, "anna", [51], "flag", "no", OVERLAP)
    found = agree(database.reader(), resamples=50)
    assert found.pairs == 49
    assert found.observed == pytest.approx(33 / 49)
    told = {one.annotator: (one.pairs, one.skipped, one.unanswered) for one in found.raters}
    assert told == {"anna": (50, 0, 1), "bob": (49, 2, 1)}


def test_a_pair_read_without_the_mark_is_a_no(database: Database) -> None:
    textbook(database)
    say(database, "anna", range(1, 11), "drop", "yes", OVERLAP)
    say(database, "bob", range(1, 6), "drop", "yes", OVERLAP)
    say(database, "bob", range(6, 11), "drop", "no", OVERLAP)
    say(database, "anna", range(1, 9), "label", "yes", OVERLAP, sides=("chosen",), label="harmful")
    say(database, "bob", range(1, 9), "label", "yes", OVERLAP, sides=("rejected",), label="harmful")
    dropped, labelled = (agree(database.reader(), what, resamples=50) for what in ("drop", "label:harmful"))
    assert dropped.pairs == 50
    assert dropped.observed == pytest.approx(0.9)
    assert [one.rates["yes"] for one in dropped.raters] == pytest.approx([0.2, 0.1])
    assert labelled.alpha.value == 1
    on_one_side = agree(database.reader(), "label.chosen:harmful", resamples=50)
    assert on_one_side.observed == pytest.approx(42 / 50)
    nothing = agree(database.reader(), "flag", resamples=50)
    assert (nothing.alpha.value, nothing.observed) == (None, 1)


def test_families_are_drawn_whole(database: Database) -> None:
    textbook(database)
    alone = agree(database.reader(), resamples=300).comparisons[0].kappa.interval
    with database.writing() as connection:
        connection.execute("UPDATE pair SET family = 1 + (id - 1) / 5 * 5")
    found = agree(database.reader(), resamples=300)
    together = found.comparisons[0].kappa.interval
    assert found.families == 10
    assert alone is not None
    assert together is not None
    assert together.high - together.low > 1.4 * (alone.high - alone.low)


def test_three_people_and_pairs_that_not_all_read(database: Database) -> None:
    textbook(database)
    say(database, "eve", range(1, 4), "preference", "chosen", OVERLAP)
    say(database, "eve", range(51, 60), "preference", "unsure", OVERLAP)
    found = agree(database.reader(), resamples=50)
    shared = {(one.first, one.second): (one.pairs, one.kappa.value is None) for one in found.comparisons}
    assert shared == {("anna", "bob"): (50, False), ("anna", "eve"): (3, True), ("bob", "eve"): (3, True)}
    only = agree(database.reader(), annotators=("anna", "bob"), resamples=50)
    assert [one.annotator for one in only.raters] == ["anna", "bob"]


def test_agreement_with_oneself_is_told_apart(database: Database) -> None:
    say(database, "anna", range(1, 11), "preference", "chosen", QUEUE)
    say(database, "anna", range(11, 21), "preference", "rejected", OVERLAP)
    say(database, "anna", range(21, 26), "preference", "chosen", {"interface": "import"})
    say(database, "anna", range(1, 10), "preference", "chosen", REPEAT)
    say(database, "anna", range(10, 26), "preference", "rejected", REPEAT)
    say(database, "anna", range(1, 21), "preference", "equal", QUEUE)
    found = agree(database.reader(), resamples=50)
    assert (found.pairs, found.alpha.value, found.observed) == (0, None, None)
    (again,) = found.again
    assert (again.comparison.pairs, again.blind_before) == (20, 10)
    assert again.comparison.observed == pytest.approx(0.95)
    assert again.comparison.kappa.value == pytest.approx(0.9)


def test_too_little_is_refused_with_the_way_out(database: Database) -> None:
    say(database, "anna", range(1, 5), "preference", "chosen", OVERLAP)
    say(database, "bob", range(1, 5), "preference", "chosen", OVERLAP)
    say(database, "bob", range(5, 50), "preference", "chosen", QUEUE)
    with pytest.raises(AuditError, match=r"two people: 4; it takes 5 or more: hhtui triage DB --overlap 20%"):
        agree(database.reader())
    with pytest.raises(AuditError, match=r"eve has read nothing blind.*anna, bob"):
        agree(database.reader(), annotators=("eve",))
    for what in ("opinion", "note", "label", "preference:chosen"):
        with pytest.raises(AuditError, match="nothing to agree on; ask for preference"):
            agree(database.reader(), what)
