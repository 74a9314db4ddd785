"""Questions about pairs as they are written: `preference:rejected`, `drop:yes`, `label.chosen:harmful`."""

from hhtui.model import PREFERENCES, RESPONSES, Kind, Question
from hhtui.store.errors import StoreError

MARKS: tuple[Kind, ...] = ("flag", "drop")
NOTHING_ASKED = Question("flag", "yes")
"""What stands for a question where none is asked: whether anything about the pair is to be said."""


def parse_question(text: str) -> Question:
    """Return what `text` asks; raises StoreError that says what may be asked."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    kind, _, side = name.partition(".")
    if colon and kind == "label" and side in ("", *RESPONSES) and value:
        return Question("label", "yes", side, value)
    if colon and name == "preference" and value in PREFERENCES:
        return Question("preference", value)
    for mark in MARKS:
        if colon and name == mark and value == "yes":
            return Question(mark, "yes")
    raise StoreError(
        f"{text!r} is nothing that can be asked of a pair; ask preference:{'|'.join(PREFERENCES)}, drop:yes, flag:yes, "
        "label:SLUG, label.chosen:SLUG or label.rejected:SLUG"
    )
