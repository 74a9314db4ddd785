"""The shipped sample shows everything that hh-rlhf dialogues can contain, in mild words."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pytest
from profanity_check import predict_prob

from hhtui.dialogue import first_human_turn, pair_up, parse, rebuild, response_text, shape
from hhtui.model import Bit, Dialogues, Turn, bits_named

ESCAPE, BELL, CONTROL_SEQUENCE_INTRODUCER, RIGHT_TO_LEFT_OVERRIDE = "\x1b", "\x07", "\x9b", "\u202e"
HARD_TO_SHOW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Row(NamedTuple):
    """One line of the sample."""

    line: str
    chosen: str
    rejected: str
    note: str | None

    @property
    def text(self) -> str:
        return self.chosen + "\n" + self.rejected

    @property
    def dialogues(self) -> Dialogues:
        return pair_up(self.chosen, self.rejected)


def raw() -> bytes:
    return files("hhtui").joinpath("sample", "sample.jsonl").read_bytes()


@cache
def rows() -> tuple[Row, ...]:
    lines = raw().decode("utf-8").removesuffix("\n").split("\n")
    records = [json.loads(line) for line in lines]
    return tuple(
        Row(line, record["chosen"], record["rejected"], record.get("note"))
        for line, record in zip(lines, records, strict=True)
    )


@cache
def scores() -> tuple[tuple[float, float], ...]:
    """The toxicity of both responses of every row, NaN where a response is empty."""
    texts = [response_text(side) for row in rows() for side in (row.dialogues.chosen, row.dialogues.rejected)]
    values = [float(value) if text else float("nan") for text, value in zip(texts, predict_prob(texts), strict=True)]
    return tuple(zip(values[::2], values[1::2], strict=True))


def noted(fragment: str) -> tuple[Row, float, float]:
    """The one teaching pair whose note contains `fragment`, with the scores of chosen and rejected."""
    ((row, values),) = [
        (row, values) for row, values in zip(rows(), scores(), strict=True) if row.note and fragment in row.note
    ]
    return row, *values


def continuations(side: str) -> Iterator[tuple[int, int]]:
    """Each pair of rows where the whole dialogue of the first's `side` begins the prompt of the second."""
    wholes: dict[tuple[Turn, ...], list[int]] = {}
    for at, row in enumerate(rows()):
        wholes.setdefault(parse(getattr(row, side)), []).append(at)
    for at, row in enumerate(rows()):
        prompt = row.dialogues.prompt
        for length in range(1, len(prompt) + 1):
            yield from ((earlier, at) for earlier in wholes.get(prompt[:length], []) if earlier != at)


def families() -> list[set[int]]:
    """The connected components of `continuations`."""
    found: list[set[int]] = []
    for link in [*continuations("rejected"), *continuations("chosen")]:
        joined = set(link).union(*(family for family in found if family & set(link)))
        found = [family for family in found if not family & joined] + [joined]
    return found


def test_the_file_is_plain_jsonl_of_modest_size() -> None:
    assert len(raw()) <= 600_000
    assert raw().endswith(b"}\n") and b"\r" not in raw()
    assert max(len(row.line.encode()) for row in rows()) <= 12_000
    assert len(rows()) >= 220
    for row in rows():
        record = json.loads(row.line)
        assert json.dumps(record, ensure_ascii=False) == row.line
        assert list(record) in (["chosen", "rejected"], ["chosen", "rejected", "note"])
        assert all(isinstance(value, str) for value in record.values())


def test_every_dialogue_is_in_hh_form() -> None:
    for row in rows():
        for transcript in (row.chosen, row.rejected):
            turns = parse(transcript)
            assert rebuild(turns) == transcript
            assert turns[0].role == "Human" and turns[-1].role == "Assistant"
        assert row.dialogues.prompt


def test_no_two_rows_are_alike() -> None:
    assert len({(row.chosen, row.rejected) for row in rows()}) == len(rows())
    sides = Counter(side for row in rows() for side in {row.chosen, row.rejected})
    assert max(sides.values()) == 1
    replies = Counter(
        turn.text
        for row in rows()
        for turn in {row.dialogues.chosen[-1], row.dialogues.rejected[-1]}
        if turn.text.strip()
    )
    assert max(replies.values()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "empty.chosen",
        "empty.rejected",
        "role_leak.prompt",
        "role_leak.chosen",
        "role_leak.rejected",
        "consecutive_roles.chosen",
        "consecutive_roles.rejected",
        "prefix_mismatch",
        "identical",
        "identical_folded",
    ],
)
def test_every_structure_bit_of_one_pair_occurs(name: str) -> None:
    bit, _, side = name.partition(".")
    mask = bits_named(bit, side or None)
    assert any(shape(row.chosen, row.rejected).bits & mask for row in rows())


def test_most_rows_have_an_ordinary_structure() -> None:
    ordinary = [row for row in rows() if shape(row.chosen, row.rejected).bits == Bit(0)]
    assert len(ordinary) >= 0.9 * len(rows())


def test_leaked_roles_stand_at_the_start_of_a_reply_and_after_one_newline() -> None:
    last_turns = [
        turn.text.strip() for row in rows() for turn in (row.dialogues.chosen[-1], row.dialogues.rejected[-1])
    ]
    assert any(text.startswith("Human:") for text in last_turns)
    human_turns = [turn.text for row in rows() for turn in row.dialogues.prompt if turn.role == "Human"]
    assert any("\nHuman:" in text for text in human_turns)


def test_dialogues_go_on_from_the_rejected_reply_and_once_from_the_chosen_one() -> None:
    assert len({earlier for earlier, _ in continuations("rejected")}) >= 8
    assert len({earlier for earlier, _ in continuations("chosen")}) == 1


def test_families_have_two_and_three_rows() -> None:
    sizes = Counter(map(len, families()))
    assert set(sizes) == {2, 3}
    assert sizes[2] >= 4


def test_unrelated_rows_share_their_opening() -> None:
    in_families = set().union(*families())
    openings = Counter(first_human_turn(row.dialogues.prompt) for at, row in enumerate(rows()) if at not in in_families)
    assert sum(count > 1 for count in openings.values()) >= 4


def test_lengths_and_numbers_of_turns_vary() -> None:
    turns = Counter(len(parse(row.chosen)) for row in rows())
    assert {2, 4, 6, 8, 10, 12} <= set(turns)
    assert max(turns) >= 20
    lengths = [(len(response_text(row.dialogues.chosen)), len(response_text(row.dialogues.rejected))) for row in rows()]
    assert max(chosen for chosen, _ in lengths) >= 3_500
    assert 0.35 <= sum(chosen < rejected for chosen, rejected in lengths) / len(rows()) <= 0.65


def test_one_reply_begins_with_the_whole_other_one() -> None:
    replies = [(row.dialogues.chosen[-1].text, row.dialogues.rejected[-1].text) for row in rows()]
    assert any(one != other and other.strip() and one.startswith(other) for one, other in replies)
    assert any(one != other and one.strip() and other.startswith(one) for one, other in replies)


def test_most_rows_write_the_typographic_apostrophe_and_some_the_plain_one() -> None:
    assert sum("\u2019" in row.text for row in rows()) >= len(rows()) / 2
    assert sum(bool(re.search(r"\w'\w", row.text)) for row in rows()) >= 30


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("a blank line inside a turn", r"\n\n(?!Human:|Assistant:)"),
        ("several blank lines in a row", r"\n\n\n\n"),
        ("a private-use character", "\uf04a"),
        ("hiragana", "[\u3041-\u3096]{3}"),
        ("Chinese", "[\u4e00-\u9fff]{6}"),
        ("Korean", "[\uac00-\ud7a3]{3}"),
        ("a right-to-left word", "[\u05d0-\u05ea]{3}"),
        ("a second right-to-left script", "[\u0627-\u064a]{3}"),
        ("an emoji with a skin tone", "[\U0001f44d][\U0001f3fb-\U0001f3ff]"),
        ("emoji joined by zero-width joiners", "[\U0001f468\U0001f469](?:\u200d[\U0001f466-\U0001f469]){2}"),
        ("a zero-width joiner between letters", r"[a-z]\u200d[a-z]"),
        ("phonetic letters", "[\u0259\u0251\u028a\u02c8]"),
        ("a combining accent", r"[a-z][\u0300-\u036f]"),
        ("a word of 337 characters or more", r"\S{337}"),
        ("console markup", r"\[bold\]"),
        ("a closing tag of console markup", r"\[/\]"),
        ("a link in console markup", r"\[link=[^]]+\]"),
        ("an action in console markup", r"\[@click="),
        ("preformatted HTML", "<pre>"),
        ("bold HTML", "<b>"),
        ("a code block", "```python\n"),
        ("a table", r"\n\|[-|]+\|\n"),
        ("a tab", "\t"),
        ("a numbered list", r"\n1\. .*\n2\. .*\n3\. "),
        ("an e-mail address", r"\b[a-z]+@example\.org\b"),
        ("a telephone number", r"\b\d{3}-555-01\d\d\b"),
        ("a social security number that nobody has", r"\b000-12-3456\b"),
        ("a URL", r"https://example\.com/\S+"),
        ("a street address", r"\b\d+ [A-Z][a-z]+ (?:Street|Lane)\b"),
        ("an address reserved for documentation", r"\b192\.0\.2\.\d+\b"),
        ("clearing the screen", re.escape(f"{ESCAPE}[2J")),
        ("writing to the clipboard", re.escape(f"{ESCAPE}]52;c;") + r"\w+=*" + BELL),
        ("a C1 control", CONTROL_SEQUENCE_INTRODUCER),
        ("a bidirectional override", RIGHT_TO_LEFT_OVERRIDE),
    ],
)
def test_every_oddity_occurs(name: str, pattern: str) -> None:
    assert any(re.search(pattern, side) for row in rows() for side in (row.chosen, row.rejected)), name


def test_only_dialogues_about_terminals_hold_control_characters() -> None:
    holding = [row for row in rows() if HARD_TO_SHOW.search(row.text)]
    assert 1 <= len(holding) <= 2
    assert all("terminal" in row.chosen for row in holding)


@pytest.mark.parametrize("word", ["gay", "deaf", "blind", "black", "Muslim", "Jewish", "transgender", "old", "Asian"])
def test_identity_words_stand_in_kind_dialogues(word: str) -> None:
    assert any(re.search(rf"\b{word}\b", row.text) for row in rows())


def passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def test_what_looks_like_personal_data_belongs_to_nobody() -> None:
    assert passes_luhn("4111111111111111")
    everything = "\n".join(row.text for row in rows())
    cards = re.findall(r"\b(?:\d{4} ){3}\d{4}\b", everything)
    assert cards and not any(passes_luhn(card.replace(" ", "")) for card in cards)
    assert {domain for domain in re.findall(r"\w@([\w.]+\w)", everything)} == {"example.org"}
    assert all(host.endswith("example.com") for host in re.findall(r"https?://([^/\s\])]+)", everything))
    assert all("-555-01" in number for number in re.findall(r"\b\d{3}-\d{3}-\d{4}\b", everything))


@pytest.mark.parametrize("side", ["chosen", "rejected"])
def test_scores_of_each_side_fill_every_tenth_of_the_range(side: str) -> None:
    values = [pair[("chosen", "rejected").index(side)] for pair in scores()]
    tenths = {min(int(value * 10), 9) for value in values if value == value}
    assert tenths == set(range(10))


def test_at_least_eight_pairs_score_high_on_both_sides() -> None:
    assert sum(min(pair) > 0.5 for pair in scores()) >= 8


def test_five_teaching_pairs_open_the_sample() -> None:
    assert [at for at, row in enumerate(rows()) if row.note is not None] == [1, 2, 3, 4, 5]
    assert all(row.note is None or 60 <= len(row.note) <= 320 for row in rows())


def low(value: float) -> bool:
    return value < 0.2


def high(value: float) -> bool:
    return value > 0.9


@pytest.mark.parametrize(
    ("fragment", "side", "holds"),
    [
        ("probably swapped", "chosen", low),
        ("courteous recipe", "rejected", low),
        ("comforts a child", "chosen", high),
        ("the order is right", "chosen", high),
        ("the order is right", "rejected", high),
    ],
)
def test_teaching_pairs_score_as_their_notes_say(fragment: str, side: str, holds: Callable[[float], bool]) -> None:
    _, chosen, rejected = noted(fragment)
    assert holds({"chosen": chosen, "rejected": rejected}[side])


def test_the_note_on_an_empty_reply_stands_on_one() -> None:
    row, _, _ = noted("reply is empty")
    assert shape(row.chosen, row.rejected).bits == Bit.EMPTY_CHOSEN
