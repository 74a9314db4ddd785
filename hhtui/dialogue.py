"""Transcripts become turns and back, without loss; two transcripts become a pair; what is odd about it."""

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

from hhtui.model import ASSISTANT, HUMAN, Bit, Dialogues, Turn
from hhtui.text import fold

MARKER = re.compile(r"\n\n(Human|Assistant):")
ROLE_LEAK = re.compile(r"\b(?:Human|Assistant):")
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
    left, right = parse(chosen), parse(rejected)
    shared, most = 0, min(len(left), len(right)) - 1
    while shared < most and left[shared] == right[shared]:
        shared += 1
    return Dialogues(left[:shared], left[shared:], right[shared:])


def content_hash(chosen: str, rejected: str) -> bytes:
    """Return a pair's identity: 16 bytes of SHA-256 over chosen, a zero byte and rejected, in UTF-8."""
    return hashlib.sha256(chosen.encode() + b"\0" + rejected.encode()).digest()[:16]


def text_hash(text: str) -> bytes:
    """Return a text's identity for scores: 16 bytes of SHA-256 over its UTF-8 form."""
    return hashlib.sha256(text.encode()).digest()[:16]


def plain_text(turns: Sequence[Turn]) -> str:
    """Return the turns' raw texts joined by newlines, without role markers: what the text index holds."""
    return "\n".join(turn.text for turn in turns)


def response_text(turns: Sequence[Turn]) -> str:
    """Return what a side is judged by: its Assistant turns, stripped, joined by a blank line."""
    return "\n\n".join(text for turn in turns if turn.role == ASSISTANT and (text := turn.text.strip()))


def prompt_text(turns: Sequence[Turn]) -> str:
    """Return what a prompt is judged by: its Human turns, stripped, joined by a blank line."""
    return "\n\n".join(text for turn in turns if turn.role == HUMAN and (text := turn.text.strip()))


def first_human_turn(turns: Sequence[Turn]) -> str:
    """Return the text of the first Human turn, stripped, or "" where there is none."""
    return next((turn.text.strip() for turn in turns if turn.role == HUMAN), "")


def structure(chosen: str, rejected: str, dialogues: Dialogues) -> Bit:
    """Return the structure bits that one pair shows by itself; `continued` needs the whole database."""
    bits = Bit(0)
    if not dialogues.chosen[-1].text.strip():
        bits |= Bit.EMPTY_CHOSEN
    if not dialogues.rejected[-1].text.strip():
        bits |= Bit.EMPTY_REJECTED
    if _leaks(dialogues.prompt):
        bits |= Bit.ROLE_LEAK_PROMPT
    if _leaks(dialogues.chosen):
        bits |= Bit.ROLE_LEAK_CHOSEN
    if _leaks(dialogues.rejected):
        bits |= Bit.ROLE_LEAK_REJECTED
    if _repeats_role(dialogues.prompt + dialogues.chosen):
        bits |= Bit.CONSECUTIVE_ROLES_CHOSEN
    if _repeats_role(dialogues.prompt + dialogues.rejected):
        bits |= Bit.CONSECUTIVE_ROLES_REJECTED
    if chosen.rpartition(_LAST_ASSISTANT)[0] != rejected.rpartition(_LAST_ASSISTANT)[0]:
        bits |= Bit.PREFIX_MISMATCH
    if chosen == rejected:
        bits |= Bit.IDENTICAL
    elif _loosely_equal(dialogues.chosen, dialogues.rejected):
        bits |= Bit.IDENTICAL_FOLDED
    return bits


def _leaks(turns: Sequence[Turn]) -> bool:
    return any(("Human:" in turn.text or "Assistant:" in turn.text) and ROLE_LEAK.search(turn.text) for turn in turns)


def _repeats_role(turns: Sequence[Turn]) -> bool:
    return any(one.role == other.role for one, other in pairwise(turns))


def _loosely_equal(left: Sequence[Turn], right: Sequence[Turn]) -> bool:
    if [turn.role for turn in left] != [turn.role for turn in right]:
        return False
    beginnings = _loosely(left[0].text[:48]), _loosely(right[0].text[:48])
    if not (beginnings[0].startswith(beginnings[1]) or beginnings[1].startswith(beginnings[0])):
        return False
    return all(_loosely(one.text) == _loosely(other.text) for one, other in zip(left, right, strict=True))


def _loosely(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
