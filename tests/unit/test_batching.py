"""Batches of token ids: windows cover a text, batches keep their limit, and no text's number depends on the others."""

from collections.abc import Sequence
from itertools import pairwise

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hhtui.score.detoxify.batching import ENCODED_AT_ONCE, Batcher, Frame, Ids, Inputs, by_length, cut, padded, spans

FRAME = Frame(size=12, before=(101,), after=(102, 103), padding=7, overlap=3)


class LetterModel:
    """A tokenizer of letters and a model whose numbers are known: the sum and the largest of a row's ids."""

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self.shapes: list[tuple[int, ...]] = []

    def encode(self, texts: list[str]) -> list[list[int]]:
        self.encoded += texts
        return [[ord(letter) for letter in text] for text in texts]

    def forward(self, ids: Inputs, mask: Inputs) -> NDArray[numpy.float32]:
        self.shapes.append(ids.shape)
        assert (ids[mask == 0] == FRAME.padding).all()
        real = ids * mask
        return numpy.stack([real.sum(axis=1), real.max(axis=1)], axis=1).astype(numpy.float32)

    def expected(self, text: str) -> tuple[float, float]:
        ids = [ord(letter) for letter in text]
        rows = [[101, *ids[start:end], 102, 103] for start, end in spans(len(ids), FRAME.room, FRAME.overlap)]
        return max(sum(row) for row in rows), max(max(row) for row in rows)


@given(length=st.integers(0, 3000), room=st.integers(2, 600), data=st.data())
def test_windows_cover_every_token_and_overlap_as_said(length: int, room: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, room - 1))
    found = spans(length, room, overlap)
    assert found[0] == (0, min(length, room))
    assert found[-1][1] == length
    for (start, end), (next_start, next_end) in pairwise(found):
        assert start < next_start <= end - overlap
        assert next_end - next_start == end - start == room


def test_a_text_that_just_fits_has_one_window_and_one_token_more_has_two() -> None:
    assert spans(510, 510, 64) == [(0, 510)]
    assert spans(511, 510, 64) == [(0, 510), (1, 511)]
    assert spans(0, 510, 64) == [(0, 0)]


def test_a_window_that_cannot_move_on_is_refused() -> None:
    with pytest.raises(ValueError, match="room for 64 tokens"):
        spans(100, 64, 64)


def test_every_window_has_its_special_tokens_and_keeps_the_size() -> None:
    windows = cut(numpy.arange(25, dtype=numpy.int32), FRAME)
    assert len(windows) == 4
    for window in windows:
        assert len(window) == FRAME.size
        assert (window[0], *window[-2:]) == (101, 102, 103)
    assert [int(window[1]) for window in windows] == [0, 6, 12, 16]


@given(lengths=st.lists(st.integers(1, 90), max_size=60), limit=st.integers(1, 400), data=st.data())
def test_batches_hold_every_item_once_and_keep_their_limit(lengths: list[int], limit: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(1, 4), min_size=len(lengths), max_size=len(lengths)))
    batches = by_length(lengths, rows, limit)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        filled = sum(rows[index] for index in batch) * max(lengths[index] for index in batch)
        assert filled <= limit or len(batch) == 1
    in_order = [lengths[index] for batch in batches for index in batch]
    assert in_order == sorted(lengths, reverse=True)


def test_padding_is_on_the_right_and_masked() -> None:
    rows: Sequence[Ids] = [numpy.array([5, 6, 8], dtype=numpy.int32), numpy.array([9], dtype=numpy.int32)]
    ids, mask = padded(rows, padding=0)
    assert ids.tolist() == [[5, 6, 8], [9, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert ids.dtype == mask.dtype == numpy.int64


@given(
    texts=st.lists(st.text(st.characters(min_codepoint=97, max_codepoint=122), max_size=60), min_size=1, max_size=30)
)
def test_numbers_are_those_of_each_text_alone_in_the_order_given(texts: list[str]) -> None:
    model = LetterModel()
    scored = Batcher(model.encode, model.forward, FRAME, limit=40).score(texts)
    assert scored.numbers.tolist() == [list(model.expected(text)) for text in texts]
    assert scored.numbers.dtype == numpy.float32
    assert scored.windows is not None
    assert scored.windows.tolist() == [len(spans(len(text), FRAME.room, FRAME.overlap)) for text in texts]
    distinct = [numpy.array([ord(letter) for letter in text], dtype=numpy.int32) for text in set(texts)]
    assert scored.tokens == sum(len(window) for ids in distinct for window in cut(ids, FRAME))
    assert all(rows * length <= 40 or rows == 1 for rows, length in model.shapes)


def test_texts_are_tokenised_once_for_batches_and_scores_and_equal_ones_together() -> None:
    model = LetterModel()
    batcher = Batcher(model.encode, model.forward, FRAME, limit=40)
    texts = ["short", "a longer text of many letters", "short", "", "middle one"]
    scored = {}
    for batch in batcher.batches(texts):
        numbers = batcher.score([texts[index] for index in batch]).numbers
        scored.update({index: tuple(row.tolist()) for index, row in zip(batch, numbers, strict=True)})
    assert [scored[index] for index in range(len(texts))] == [model.expected(text) for text in texts]
    assert sorted(model.encoded) == sorted(set(texts))


def test_texts_that_were_scored_are_forgotten() -> None:
    model = LetterModel()
    batcher = Batcher(model.encode, model.forward, FRAME)
    for batch in batcher.batches(["a", "b"]):
        batcher.score([("a", "b")[index] for index in batch])
    batcher.score(["a"])
    assert model.encoded == ["a", "b", "a"]


def test_batches_come_in_a_mixed_order_that_is_always_the_same() -> None:
    model = LetterModel()
    texts = [chr(97 + place // 9) * (1 + place % 9) for place in range(200)]
    first, again = (list(Batcher(model.encode, model.forward, FRAME, limit=24).batches(texts)) for _ in range(2))
    assert first == again
    assert sorted(index for batch in first for index in batch) == list(range(200))
    lengths = [len(texts[batch[0]]) for batch in first]
    assert lengths not in (sorted(lengths), sorted(lengths, reverse=True))
    half = len(lengths) // 2
    assert abs(sum(lengths[:half]) / half - sum(lengths[half:]) / (len(lengths) - half)) < 2


def test_many_texts_are_given_to_the_tokenizer_in_parts() -> None:
    model = LetterModel()
    given: list[int] = []

    def encode(texts: list[str]) -> list[list[int]]:
        given.append(len(texts))
        return model.encode(texts)

    texts = [f"{place}" for place in range(2 * ENCODED_AT_ONCE + 1)]
    scored = Batcher(encode, model.forward, FRAME).score(texts)
    assert given == [ENCODED_AT_ONCE, ENCODED_AT_ONCE, 1]
    assert scored.numbers.tolist() == [list(model.expected(text)) for text in texts]


def test_no_texts_have_no_batches() -> None:
    model = LetterModel()
    assert list(Batcher(model.encode, model.forward, FRAME).batches([])) == []
    assert model.encoded == []
