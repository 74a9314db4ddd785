"""Pairs for tests of the shield: made-up words that it masks, and plain ones that it lets pass."""

from pathlib import Path

from hhtui.store.database import Database
from tests.store.scored_turns import give_turns
from tests.transcripts import dialogue
from tests.tui.desk import Row, fill, numbered

PLAIN = "Which harbour has the tallest crane?"
RUDE_REPLY = "You zorbling [b]mumpish[/b] crundle, ask your gribbet."
RUDE_QUESTION = "Tell the snarfled brindlewick \u5b57\u5b57 to frobnicate!"
OTHER_RUDE, THIRD_RUDE = "A grumbold twizzock.", "Flapdoodle, woznak, flapdoodle!"
WORDS = (
    *("zorbling", "mumpish", "crundle", "gribbet", "snarfled", "brindlewick", "\u5b57", "frobnicate"),
    *("grumbold", "twizzock", "Flapdoodle", "woznak", "flapdoodle"),
)
"""Every word of the masked turns that stands nowhere else."""

SCORES: dict[str, float | None] = {
    RUDE_REPLY: 0.97,
    RUDE_QUESTION: 0.95,
    OTHER_RUDE: 0.9,
    THIRD_RUDE: 1.0,
    PLAIN: 0.1,
    "The one at the old quay.": 0.89,
}
ROWS: list[Row] = [
    {
        "chosen": dialogue(PLAIN, "The one at the old quay."),
        "rejected": dialogue(PLAIN, RUDE_REPLY),
        "remark": f"asked twice: {RUDE_REPLY}",
    },
    {
        "chosen": dialogue(RUDE_QUESTION, "Who?", "go on", "No crane is there."),
        "rejected": dialogue(RUDE_QUESTION, "Who?", "go on", "I do not know that one."),
    },
    {"chosen": dialogue(PLAIN, OTHER_RUDE), "rejected": dialogue(PLAIN, THIRD_RUDE)},
    {"chosen": dialogue("Ships?", "Many ships."), "rejected": dialogue("Ships?", "Few ships.")},
    *numbered(60),
]
"""Pairs 0, 1 and 2 have masked turns: a reply, a question that the list shows, and both replies."""


def shielded(path: Path) -> Path:
    """Make a database of these pairs at `path`, their turns scored, and return its path."""
    fill(path, ROWS)
    with Database.open(path) as database:
        give_turns(database, SCORES)
    return path
