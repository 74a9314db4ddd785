"""What is odd about one side of a pair, in the words that its pane's title shows."""

from hhtui.model import Bit, Dialogues, Side, Turn

_OF_A_SIDE = (
    ("EMPTY", "empty"),
    ("ROLE_LEAK", "leaked role"),
    ("CONSECUTIVE_ROLES", "role twice in a row"),
    ("CONTINUED", "continued elsewhere"),
)
_OF_BOTH = (
    (Bit.IDENTICAL, "identical"),
    (Bit.IDENTICAL_FOLDED, "identical but for punctuation"),
    (Bit.PREFIX_MISMATCH, "prompts differ"),
    (Bit.TIE, "tie"),
)


def oddities(side: Side, bits: Bit, dialogues: Dialogues) -> tuple[str, ...]:
    """Return the words for what is odd about one side, the gravest first."""
    members = Bit.__members__
    words = [word for name, word in _OF_A_SIDE if members.get(f"{name}_{side.upper()}", Bit(0)) & bits]
    if side == "prompt":
        return tuple(words)
    words += [word for bit, word in _OF_BOTH if bit & bits]
    if ended_early(dialogues.side(side), dialogues.side("rejected" if side == "chosen" else "chosen")):
        words.insert(0, "ended early")
    return tuple(words)


def ended_early(response: tuple[Turn, ...], other: tuple[Turn, ...]) -> bool:
    """Return whether `response` says something, and the other one says the same and then more."""
    if len(response) > len(other) or any(one != two for one, two in zip(response[:-1], other, strict=False)):
        return False
    last, counterpart = response[-1].text.strip(), other[len(response) - 1].text.strip()
    if not last or not counterpart.startswith(last):
        return False
    return len(last) < len(counterpart) or len(response) < len(other)
