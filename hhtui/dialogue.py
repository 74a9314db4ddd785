"""Transcripts become turns and back, without loss; two transcripts become a pair; what is odd about it."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from operator import eq
from string import ascii_lowercase
from typing import NamedTuple
from unicodedata import category

from hhtui.model import ASSISTANT, HUMAN, Bit, Dialogues, Turn
from hhtui.text import fold

MARKER = re.compile(r"\n\n(Human|Assistant):")
ROLE_LEAK = re.compile(r"\b(?:Human|Assistant):")
NO_BITS = Bit(0)
HUMAN_MARKER = f"\n\n{HUMAN}:"
_ASSISTANT_MARKER = f"\n\n{ASSISTANT}:"
_LETTERS = frozenset(ascii_lowercase)


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
    """Return how many code points the two texts share at their start.

    It looks first right after the last Assistant marker of `one`, where most pairs part.
    """
    likely = one[: one.rfind(_ASSISTANT_MARKER) + len(_ASSISTANT_MARKER)]
    shared = len(likely) if other.startswith(likely) else 0
    step, end = 1, min(len(one), len(other))
    while step and shared < end:
        if one[shared : shared + step] == other[shared : shared + step]:
            shared += step
            step *= 2
        else:
            step //= 2
    return min(shared, end)


def division(chosen: str, rejected: str, shared: int) -> int:
    """Return where the responses begin: the last place, before the transcripts diverge, where both start a turn.

    `shared` is their `divergence`.
    """
    at = chosen.rfind("\n\n", 0, shared)
    while at > 0 and not (MARKER.match(chosen, at) and MARKER.match(rejected, at)):
        at = chosen.rfind("\n\n", 0, at + 1)
    return max(at, 0)


def plain_text(turns: Sequence[Turn]) -> str:
    """Return the turns' raw texts joined by newlines, without role markers: what the text index holds."""
    return "\n".join(turn.text for turn in turns)


def without_markers(transcript: str) -> str:
    """Return `plain_text` of a transcript's turns, without making turns."""
    return _without_markers(MARKER.split(transcript))


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
    roles, left_roles, right_roles = prompt_parts[1::2], left_parts[1::2], right_parts[1::2]
    left_last, right_last = left_parts[-1].strip(), right_parts[-1].strip()
    unmarked = _without_markers(prompt_parts)
    bits = NO_BITS
    if not left_last:
        bits |= Bit.EMPTY_CHOSEN
    if not right_last:
        bits |= Bit.EMPTY_REJECTED
    if _leaks(unmarked):
        bits |= Bit.ROLE_LEAK_PROMPT
    if _leaks(_without_markers(left_parts)):
        bits |= Bit.ROLE_LEAK_CHOSEN
    if _leaks(_without_markers(right_parts)):
        bits |= Bit.ROLE_LEAK_REJECTED
    if _repeats_role(roles + left_roles):
        bits |= Bit.CONSECUTIVE_ROLES_CHOSEN
    if _repeats_role(roles + right_roles):
        bits |= Bit.CONSECUTIVE_ROLES_REJECTED
    one_reply_each = at > 0 and left_roles == right_roles == [ASSISTANT]
    if not one_reply_each and _prefixes_differ(chosen, rejected, shared):
        bits |= Bit.PREFIX_MISMATCH
    if chosen == rejected:
        bits |= Bit.IDENTICAL
    elif _may_be_loosely_equal(chosen, rejected, shared) and _loosely_equal(left_parts, right_parts):
        bits |= Bit.IDENTICAL_FOLDED
    turns = _turns(prompt_parts), _turns(left_parts) or 1, _turns(right_parts) or 1
    lengths = len(unmarked.strip()), len(left_last), len(right_last)
    return Shape(prompt, left, right, turns, lengths, shared, bits)


def _turns(parts: list[str]) -> int:
    return len(parts) // 2 + bool(parts[0])


def _without_markers(parts: list[str]) -> str:
    return "\n".join(parts[::2] if parts[0] else parts[2::2])


def _leaks(text: str) -> bool:
    return ":" in text and ("Human:" in text or "Assistant:" in text) and ROLE_LEAK.search(text) is not None


def _repeats_role(roles: list[str]) -> bool:
    return any(map(eq, roles, roles[1:]))


def _prefixes_differ(chosen: str, rejected: str, shared: int) -> bool:
    left, right = max(chosen.rfind(_ASSISTANT_MARKER), 0), max(rejected.rfind(_ASSISTANT_MARKER), 0)
    return left != right or left > shared


def _may_be_loosely_equal(chosen: str, rejected: str, shared: int) -> bool:
    """Compare only the first letters after the place where the transcripts diverge."""
    left, right = chosen[shared : shared + 1].lower(), rejected[shared : shared + 1].lower()
    if left != right and left in _LETTERS and right in _LETTERS:
        return False
    return next(_letters(chosen[shared:]), "") == next(_letters(rejected[shared:]), "")


def _loosely_equal(left: list[str], right: list[str]) -> bool:
    return left[1::2] == right[1::2] and all(map(_same_letters, left[::2], right[::2]))


def _same_letters(one: str, other: str) -> bool:
    return all(left == right for left, right in zip_longest(_letters(one), _letters(other)))


def _letters(text: str) -> Iterator[str]:
    """Yield what remains of a text without case, white space and punctuation."""
    return (one for one in fold(text) if not one.isspace() and not category(one).startswith("P"))
