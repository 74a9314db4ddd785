"""What a list shows of a pair is read."""

from hhtui.store.database import Database
from hhtui.store.pairs import headings
from tests.store.filled import add_pairs
from tests.transcripts import dialogue


def test_a_heading_is_the_last_human_turn_and_the_one_before_where_it_is_short(database: Database) -> None:
    pairs = [
        (
            dialogue("How do I knit?", "Slowly.", "and now", "Go on."),
            dialogue("How do I knit?", "Slowly.", "and now", ""),
        ),
        (dialogue("One.", "Yes.", "four words of it", "a"), dialogue("One.", "Yes.", "four words of it", "b")),
        (dialogue("Only in chosen.", "a"), dialogue("Only in rejected.", "b")),
        ("\n\nAssistant: nobody asked", "\n\nAssistant: nobody did"),
        ("\n\nAssistant: well\n\nHuman: a\x00b\n\nAssistant: c", "\n\nAssistant: well\n\nHuman: d\n\nAssistant: e"),
        ("", "x"),
    ]
    add_pairs(database, pairs)
    found = headings(database.reader(), [6, 5, 4, 3, 2, 1, 99])
    assert [(one.id, one.last_human, one.earlier) for one in found] == [
        (6, "", ""),
        (5, "a\x00b", ""),
        (4, "", ""),
        (3, "Only in chosen.", ""),
        (2, "four words of it", ""),
        (1, "and now", "How do I knit?"),
    ]
    assert [one.key for one in found] == [f"made/test/{row}" for row in range(5, -1, -1)]
