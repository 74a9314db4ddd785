"""Transcripts become turns and back, without loss; two transcripts become a pair; what is odd about it."""

import hashlib
import re
from collections.abc import Sequence
from operator import eq
from typing import NamedTuple
from unicodedata import category

from hhtui.model import ASSISTANT, HUMAN, Bit, Dialogues, Turn
from hhtui.text import fold

MARKER = re.compile(r"\n\n(Human|Assistant):")
ROLE_LEAK = re.compile(r"\b(?:Human|Assistant):")
NO_BITS = Bit(0)
HUMAN_MARKER = f"\n\n{HUMAN}:"
_LAST_ASSISTANT = "\n\nAssistant:"


def parse(transcript: str) -> tuple[Turn, ...]:
    """Split a transcript at its `\\n\\nHuman:` and `\\n\\nAssistant:` markers.

    Text before the first marker becomes a turn with the role ""; an empty transcript is one such turn.
    """
    parts = MARKER.split(transcript)
    turns = [Turn(parts[at], parts[at + 1]) for at in range(1, len(parts), 2)]
    if parts[0] or not turns:
        turns.insert(0, Turn("", parts[0]))
    return tuple(turns)


def rebuild(turns: Sequence[Turn]) -> str:
    """Return the transcript that `parse` made `turns` from."""
    return "".join(f"\n\n{turn.role}:{turn.text}" if turn.role else turn.text for turn in turns)


def pair_up(chosen: str, rejected: str) -> Dialogues:
    """Return the turns that both transcripts begin with as the prompt, and the rest of each as its response.

    Turns are compared raw, and each side keeps at least one.
    """
    at = division(chosen, rejected, divergence(chosen, rejected))
    return Dialogues(parse(chosen[:at]) if at else (), parse(chosen[at:]), parse(rejected[at:]))


def divergence(one: str, other: str) -> int:
    """Return how many code points the two texts share at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def division(chosen: str, rejected: str, shared: int) -> int:
    """Return where the responses begin: the last place, before the transcripts diverge, where both start a turn.

    `shared` is their `divergence`.
    """
    at = chosen.rfind("\n\n", 0, shared)
    while at > 0 and not (MARKER.match(chosen, at) and MARKER.match(rejected, at)):
        at = chosen.rfind("\n\n", 0, at + 1)
    return max(at, 0)


def content_hash(chosen: str, rejected: str) -> bytes:
    """Return a pair's identity: 16 bytes of SHA-256 over chosen, a zero byte and rejected, in UTF-8."""
    return hashlib.sha256(chosen.encode() + b"\0" + rejected.encode()).digest()[:16]


def text_hash(text: str) -> bytes:
    """Return a text's identity for scores: 16 bytes of SHA-256 over its UTF-8 form."""
    return hashlib.sha256(text.encode()).digest()[:16]


def plain_text(turns: Sequence[Turn]) -> str:
    """Return the turns' raw texts joined by newlines, without role markers: what the text index holds."""
    return "\n".join(turn.text for turn in turns)


def without_markers(transcript: str) -> str:
    """Return `plain_text` of a transcript's turns, without making turns."""
    return "\n".join(_texts(MARKER.split(transcript)))


def response_text(turns: Sequence[Turn]) -> str:
    """Return what a side is judged by: its Assistant turns, stripped, joined by a blank line."""
    return "\n\n".join(text for turn in turns if turn.role == ASSISTANT and (text := turn.text.strip()))


def prompt_text(turns: Sequence[Turn]) -> str:
    """Return what a prompt is judged by: its Human turns, stripped, joined by a blank line."""
    return "\n\n".join(text for turn in turns if turn.role == HUMAN and (text := turn.text.strip()))


def first_human_turn(turns: Sequence[Turn]) -> str:
    """Return the text of the first Human turn, stripped, or "" where there is none."""
    return next((turn.text.strip() for turn in turns if turn.role == HUMAN), "")


def opening(transcript: str) -> str:
    """Return `first_human_turn` of a transcript's turns, without making turns."""
    at = transcript.find(HUMAN_MARKER)
    if at < 0:
        return ""
    start = at + len(HUMAN_MARKER)
    following = MARKER.search(transcript, start)
    return transcript[start : following.start() if following else None].strip()


class Shape(NamedTuple):
    """What one pair shows by itself: its three texts, numbers about them, and what is odd about its structure.

    `prompt + chosen` is the chosen transcript, `prompt + rejected` the rejected one. `turns` and `lengths` are
    of the prompt and of each response: a length counts the code points, stripped, of the prompt without
    its markers and of a response's last turn. `divergence` counts the code points that the transcripts share at
    their start. `bits` lacks `continued`, which needs the whole database.
    """

    prompt: str
    chosen: str
    rejected: str
    turns: tuple[int, int, int]
    lengths: tuple[int, int, int]
    divergence: int
    bits: Bit


def shape(chosen: str, rejected: str) -> Shape:
    """Return the shape of the pair of these two transcripts."""
    shared = divergence(chosen, rejected)
    at = division(chosen, rejected, shared)
    prompt, left, right = chosen[:at], chosen[at:], rejected[at:]
    prompt_parts, left_parts, right_parts = MARKER.split(prompt), MARKER.split(left), MARKER.split(right)
    left_last, right_last = left_parts[-1].strip(), right_parts[-1].strip()
    bits = NO_BITS
    if not left_last:
        bits |= Bit.EMPTY_CHOSEN
    if not right_last:
        bits |= Bit.EMPTY_REJECTED
    if _leaks(prompt, prompt_parts):
        bits |= Bit.ROLE_LEAK_PROMPT
    if _leaks(left, left_parts):
        bits |= Bit.ROLE_LEAK_CHOSEN
    if _leaks(right, right_parts):
        bits |= Bit.ROLE_LEAK_REJECTED
    roles = _roles(prompt_parts) if at else []
    if _repeats_role(roles + _roles(left_parts)):
        bits |= Bit.CONSECUTIVE_ROLES_CHOSEN
    if _repeats_role(roles + _roles(right_parts)):
        bits |= Bit.CONSECUTIVE_ROLES_REJECTED
    if _prefixes_differ(chosen, rejected, shared):
        bits |= Bit.PREFIX_MISMATCH
    if chosen == rejected:
        bits |= Bit.IDENTICAL
    elif _may_be_loosely_equal(chosen, rejected, shared) and _loosely_equal(left_parts, right_parts):
        bits |= Bit.IDENTICAL_FOLDED
    return Shape(
        *(prompt, left, right),
        (_turns(prompt_parts), _turns(left_parts) or 1, _turns(right_parts) or 1),
        (len("\n".join(_texts(prompt_parts)).strip()), len(left_last), len(right_last)),
        shared,
        bits,
    )


def _turns(parts: list[str]) -> int:
    return len(parts) // 2 + bool(parts[0])


def _texts(parts: list[str]) -> list[str]:
    return parts[::2] if parts[0] else parts[2::2]


def _roles(parts: list[str]) -> list[str]:
    return ["", *parts[1::2]] if parts[0] or len(parts) == 1 else parts[1::2]


def _leaks(text: str, parts: list[str]) -> bool:
    words = text.count("Human:") + text.count("Assistant:")
    return words > len(parts) // 2 and any(map(ROLE_LEAK.search, parts[::2]))


def _repeats_role(roles: list[str]) -> bool:
    return any(map(eq, roles, roles[1:]))


def _prefixes_differ(chosen: str, rejected: str, shared: int) -> bool:
    left, right = max(chosen.rfind(_LAST_ASSISTANT), 0), max(rejected.rfind(_LAST_ASSISTANT), 0)
    return left != right or left > shared


def _may_be_loosely_equal(chosen: str, rejected: str, shared: int) -> bool:
    """Compare only the first letters after the place where the transcripts diverge."""
    left, right = chosen[shared : shared + 1], rejected[shared : shared + 1]
    if left.isascii() and left.isalpha() and right.isascii() and right.isalpha() and left.lower() != right.lower():
        return False
    return _first_letter(chosen[shared:]) == _first_letter(rejected[shared:])


def _first_letter(text: str) -> str:
    return next((letter for character in text if (letter := _loosely(character))), "")


def _loosely_equal(left: list[str], right: list[str]) -> bool:
    if left[1::2] != right[1::2]:
        return False
    return all(_loosely(one) == _loosely(other) for one, other in zip(left[::2], right[::2], strict=True))


def _loosely(text: str) -> str:
    return "".join(one for one in fold(text) if not one.isspace() and not category(one).startswith("P"))
