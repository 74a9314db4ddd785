"""Transcripts, pairs and structure bits: the facts of the real file, and agreement with the obvious definitions."""

import gzip
import json
import random
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from hhtui.dialogue import (
    Shape,
    divergence,
    first_human_turn,
    opening,
    pair_up,
    parse,
    plain_text,
    prompt_text,
    rebuild,
    response_text,
    shape,
    without_markers,
)
from hhtui.hashing import content_hash
from hhtui.model import RESPONSES, SIDES, Bit, Dialogues, Side, Turn, bits_named

PIECES = [
    "\n\nHuman:",
    "\n\nAssistant:",
    "\n\nHuman",
    "Human:",
    "Assistant:",
    "\n",
    "\n\n",
    " ",
    "a",
    "B",
    "!",
    "’",
    "é",
]
transcripts = strategies.lists(strategies.sampled_from(PIECES), max_size=12).map("".join)


@strategies.composite
def pairs_of_transcripts(draw: strategies.DrawFn) -> tuple[str, str]:
    shared = draw(transcripts)
    return shared + draw(transcripts), shared + draw(transcripts)


@cache
def read_real(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(row["chosen"], row["rejected"]) for row in map(json.loads, lines)]


@pytest.fixture(scope="module")
def real(real_file: Path) -> list[tuple[str, str]]:
    return read_real(real_file)


@pytest.fixture(scope="module")
def shapes(real: list[tuple[str, str]]) -> list[Shape]:
    return [shape(*pair) for pair in real]


def rows_with(shapes: list[Shape], name: str, side: Side | None = None) -> list[int]:
    mask = bits_named(name, side)
    return [row for row, one in enumerate(shapes) if one.bits & mask]


def test_every_real_dialogue_is_rebuilt_exactly(real: list[tuple[str, str]]) -> None:
    dialogues = [text for pair in real for text in pair]
    assert len(dialogues) == 4624
    assert all(rebuild(parse(text)) == text for text in dialogues)


def test_prompt_and_response_make_the_transcript(real: list[tuple[str, str]]) -> None:
    for chosen, rejected in real:
        found = pair_up(chosen, rejected)
        assert rebuild(found.prompt + found.chosen) == chosen
        assert rebuild(found.prompt + found.rejected) == rejected
        assert found.chosen and found.rejected


def test_turns_of_the_real_file(real: list[tuple[str, str]]) -> None:
    turns = [turn for pair in real for text in pair for turn in parse(text)]
    assert len(turns) == 23_037
    assert len(set(turns)) == 13_134
    assert all(parse(text)[0].role == "Human" and parse(text)[-1].role == "Assistant" for pair in real for text in pair)


def test_quantiles_of_turns_and_characters(real: list[tuple[str, str]]) -> None:
    def quantiles(values: list[int]) -> list[int]:
        values = sorted(values)
        return [values[int(len(values) * share)] for share in (0.5, 0.9, 0.99)] + [values[-1]]

    assert quantiles([len(parse(chosen)) for chosen, _ in real]) == [4, 8, 14, 36]
    assert quantiles([len(chosen) for chosen, _ in real])[-1] == 3962
    assert quantiles([len(rejected) for _, rejected in real])[-1] == 4327


@pytest.mark.parametrize(
    ("name", "count", "rows"),
    [
        ("empty", 4, [86, 516, 925, 1103]),
        ("role_leak", 49, None),
        ("consecutive_roles", 9, [667, 763, 1254, 1319, 1688, 1849, 1950, 1952, 2036]),
        ("prefix_mismatch", 5, [1254, 1688, 1950, 1952, 2036]),
        ("identical", 0, []),
        ("identical_folded", 3, [74, 435, 1068]),
        ("continued", 0, []),
        ("tie", 0, []),
        ("single_sided", 0, []),
    ],
)
def test_structure_of_the_real_file(shapes: list[Shape], name: str, count: int, rows: list[int] | None) -> None:
    found = rows_with(shapes, name)
    assert len(found) == count
    if rows is not None:
        assert found == rows


def test_empty_replies_are_all_chosen(shapes: list[Shape]) -> None:
    assert rows_with(shapes, "empty", "chosen") == [86, 516, 925, 1103]
    assert rows_with(shapes, "empty", "rejected") == []


def test_role_leaks_in_a_response(shapes: list[Shape]) -> None:
    assert len(set(rows_with(shapes, "role_leak", "chosen")) | set(rows_with(shapes, "role_leak", "rejected"))) == 36


def test_role_leaks_by_turn(real: list[tuple[str, str]]) -> None:
    leak = re.compile(r"\b(Human|Assistant):")
    both = sum(bool(leak.search(turn.text)) for pair in real for text in pair for turn in parse(text))
    once = sum(
        bool(leak.search(turn.text))
        for chosen, rejected in real
        for side in SIDES
        for turn in pair_up(chosen, rejected).side(side)
    )
    assert (both, once) == (105, 74)


def test_lengths_are_of_the_last_turn(shapes: list[Shape]) -> None:
    lengths = [one.lengths for one in shapes]
    assert sum(chosen < rejected for _, chosen, rejected in lengths) == 1278
    assert sum(chosen == rejected for _, chosen, rejected in lengths) == 11


def test_distinct_prompts_and_openings(real: list[tuple[str, str]], shapes: list[Shape]) -> None:
    assert len({one.prompt for one in shapes}) == 2310
    openings = Counter(opening(chosen) for chosen, _ in real)
    several = [count for count in openings.values() if count > 1]
    assert (len(openings), len(several), sum(several)) == (2178, 130, 264)


def test_a_prefix_of_characters_would_move_reply_text(real: list[tuple[str, str]], shapes: list[Shape]) -> None:
    inside = sum(one.divergence > len(one.prompt) + len("\n\nAssistant: ") for one in shapes)
    assert inside >= 445
    assert shapes[1609].divergence in map(len, real[1609])


def test_row_1560_keeps_a_marker_with_one_newline_in_its_turn(real: list[tuple[str, str]]) -> None:
    single = re.compile(r"(?<!\n)\n(Human|Assistant):")
    assert [row for row, pair in enumerate(real) if any(map(single.search, pair))] == [1560]
    assert any(single.search(turn.text) for text in real[1560] for turn in parse(text))


def test_blank_lines_do_not_split_turns(real: list[tuple[str, str]]) -> None:
    assert sum(any("\n\n" in turn.text.strip() for text in pair for turn in parse(text)) for pair in real) == 185


def test_hashes_of_the_real_file_are_distinct(real: list[tuple[str, str]]) -> None:
    assert len({content_hash(*pair) for pair in real}) == 2312


def test_the_whole_rejected_dialogue_is_a_context_of_128_rows(real: list[tuple[str, str]]) -> None:
    found = [pair_up(*pair) for pair in real]
    contexts = {one.prompt[:end] for one in found for end in range(1, len(one.prompt) + 1)}
    continued = {side: sum(one.prompt + one.side(side) in contexts for one in found) for side in RESPONSES}
    assert continued == {"chosen": 0, "rejected": 128}


@pytest.mark.parametrize(
    ("transcript", "turns"),
    [
        ("", [("", "")]),
        ("no marker", [("", "no marker")]),
        ("\n\nHuman:", [("Human", "")]),
        ("\n\nHuman: a\n\nAssistant: b", [("Human", " a"), ("Assistant", " b")]),
        ("lead\n\nAssistant: b", [("", "lead"), ("Assistant", " b")]),
        ("\n\n\nHuman: a", [("", "\n"), ("Human", " a")]),
        ("\n\nHuman: a\nAssistant: b", [("Human", " a\nAssistant: b")]),
        ("\n\nhuman: a", [("", "\n\nhuman: a")]),
        ("\n\nHuman: a\x00\r\n", [("Human", " a\x00\r\n")]),
    ],
)
def test_parse(transcript: str, turns: list[tuple[str, str]]) -> None:
    assert parse(transcript) == tuple(Turn(*turn) for turn in turns)


@given(strategies.text() | transcripts)
def test_rebuilding_what_was_parsed_is_the_identity(transcript: str) -> None:
    assert rebuild(parse(transcript)) == transcript


def obvious_pair(chosen: str, rejected: str) -> Dialogues:
    """Compare turn by turn, each side keeping one."""
    left, right = parse(chosen), parse(rejected)
    shared = 0
    while shared < min(len(left), len(right)) - 1 and left[shared] == right[shared]:
        shared += 1
    return Dialogues(left[:shared], left[shared:], right[shared:])


def folded(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha())


def obvious_bits(chosen: str, rejected: str) -> Bit:
    """Look at the turns as architecture.md words it."""
    found, bits = obvious_pair(chosen, rejected), Bit(0)
    if chosen == rejected:
        bits |= Bit.IDENTICAL
    elif [turn.role for turn in found.chosen] == [turn.role for turn in found.rejected] and all(
        folded(one.text) == folded(other.text) for one, other in zip(found.chosen, found.rejected, strict=True)
    ):
        bits |= Bit.IDENTICAL_FOLDED
    for side in RESPONSES:
        turns = found.prompt + found.side(side)
        if not turns[-1].text.strip():
            bits |= bits_named("empty", side)
        if any(one.role == other.role for one, other in pairwise(turns)):
            bits |= bits_named("consecutive_roles", side)
    for name in SIDES:
        if any(re.search(r"\b(Human|Assistant):", turn.text) for turn in found.side(name)):
            bits |= bits_named("role_leak", name)
    if chosen.rpartition("\n\nAssistant:")[0] != rejected.rpartition("\n\nAssistant:")[0]:
        bits |= Bit.PREFIX_MISMATCH
    return bits


@settings(max_examples=400)
@given(pairs_of_transcripts())
def test_shape_agrees_with_the_obvious_definitions(pair: tuple[str, str]) -> None:
    found, expected = shape(*pair), obvious_pair(*pair)
    assert pair_up(*pair) == expected
    assert (found.prompt, found.chosen, found.rejected) == tuple(rebuild(expected.side(side)) for side in SIDES)
    assert found.turns == tuple(len(expected.side(side)) for side in SIDES)
    assert found.lengths == (
        len(plain_text(expected.prompt).strip()),
        len(expected.chosen[-1].text.strip()),
        len(expected.rejected[-1].text.strip()),
    )
    blank = any(turn.role == "" and not folded(turn.text) for side in RESPONSES for turn in expected.side(side))
    ignored = Bit.IDENTICAL_FOLDED if blank else Bit(0)
    assert found.bits & ~ignored == obvious_bits(*pair) & ~ignored


@given(pairs_of_transcripts())
def test_divergence_is_the_length_of_the_common_prefix(pair: tuple[str, str]) -> None:
    at = divergence(*pair)
    assert pair[0][:at] == pair[1][:at]
    assert at == min(map(len, pair)) or pair[0][at] != pair[1][at]


@given(transcripts)
def test_text_helpers_agree_with_those_over_turns(transcript: str) -> None:
    assert without_markers(transcript) == plain_text(parse(transcript))
    assert opening(transcript) == first_human_turn(parse(transcript))


def test_identical_dialogues_keep_their_last_turn_as_response() -> None:
    text = "\n\nHuman: a\n\nAssistant: b"
    found = shape(text, text)
    assert (found.prompt, found.chosen, found.rejected) == ("\n\nHuman: a", "\n\nAssistant: b", "\n\nAssistant: b")
    assert found.bits == Bit.IDENTICAL


@pytest.mark.parametrize(
    ("left", "right", "folded_alike"),
    [
        ("It’s fine.", "it's  fine\"", True),
        ("Yes!", "yes.", True),
        ("Yes", "Yes and no", False),
        ("ΟΔΟΣ", "οδος", True),
        ("1 + 1", "1 - 1", False),
        ("\U0001f44d", "\U0001f44e", False),
        ("a b", "ab", True),
    ],
)
def test_identical_folded(left: str, right: str, folded_alike: bool) -> None:
    bits = shape(f"\n\nHuman: q\n\nAssistant: {left}", f"\n\nHuman: q\n\nAssistant: {right}").bits
    assert bool(bits & Bit.IDENTICAL_FOLDED) is folded_alike


def test_texts_to_judge_are_those_of_one_role() -> None:
    turns = parse("\n\nHuman: ask \n\nAssistant: one\n\nHuman: more\n\nAssistant:  two ")
    assert response_text(turns) == "one\n\ntwo"
    assert prompt_text(turns) == "ask\n\nmore"
    assert first_human_turn(turns) == "ask"
    assert first_human_turn(parse("\n\nAssistant: one")) == ""


def test_a_long_common_prefix_is_found_in_few_steps() -> None:
    words = [str(random.Random(3).random()) for _ in range(20_000)]
    shared = " ".join(words)
    assert divergence(shared + "x", shared + "y") == len(shared)
