"""Token ids in batches: long texts in overlapping windows, windows of like length together, so little is padded.

It knows no tokenizer and no model: a scorer gives both as functions.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from hhtui.score.scorer import Scored

Ids = NDArray[numpy.int32]
Inputs = NDArray[numpy.int64]
Encode = Callable[[list[str]], Sequence[Sequence[int]]]
"""Texts to token ids, without special tokens and without truncation."""
Forward = Callable[[Inputs, Inputs], NDArray[numpy.float32]]
"""Token ids and attention mask (1 for a token, 0 for padding), both of shape (n, length), to numbers (n, k)."""

OVERLAP = 64
CPU_BATCH_TOKENS = 512
"""What ran fastest of 256 to 4,096 padded tokens a batch with a BERT-base on two cores."""
ENCODED_AT_ONCE = 1000
"""How many texts a tokenizer gets at once: what it returns takes far more memory than the token ids."""
ORDER_SEED = 0


class Frame(NamedTuple):
    """What a model reads at once.

    `size` is the most tokens of a window, special tokens included; neighbouring windows of one text share at least
    `overlap` tokens; `before` and `after` are the special tokens around every window; `padding` is the id that
    fills the shorter rows of a batch.
    """

    size: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int
    overlap: int = OVERLAP

    @property
    def room(self) -> int:
        """How many tokens of the text itself fit into one window."""
        return self.size - len(self.before) - len(self.after)


class Window(NamedTuple):
    """One row for a model: which text it is of, counted from 0, and its token ids with the special ones."""

    text: int
    ids: Ids


def spans(length: int, room: int, overlap: int) -> list[tuple[int, int]]:
    """Return start and end of the windows over `length` tokens.

    The first window is what a truncating tokenizer would keep, the last one ends where the text ends, and all are
    full unless there is one only. Raises ValueError where `room` is not larger than `overlap`.
    """
    if room <= overlap:
        raise ValueError(f"a window with room for {room} tokens cannot overlap the next one by {overlap}")
    if length <= room:
        return [(0, length)]
    starts = [*range(0, length - room, room - overlap), length - room]
    return [(start, start + room) for start in starts]


def cut(ids: Ids, frame: Frame) -> list[Ids]:
    """Return the windows over a text's token ids, each with its special tokens."""
    return [
        numpy.array([*frame.before, *ids[start:end], *frame.after], dtype=numpy.int32)
        for start, end in spans(len(ids), frame.room, frame.overlap)
    ]


def by_length(lengths: Sequence[int], rows: Sequence[int], limit: int) -> list[list[int]]:
    """Return which items to give to a model together: every index once, items of like length together, longest first.

    Item i fills `rows[i]` rows of `lengths[i]` tokens. A batch holds at most `limit` tokens, padding included, or
    one item.
    """
    batches: list[list[int]] = []
    longest = filled = 0
    for index in sorted(range(len(lengths)), key=lambda one: (-lengths[one], one)):
        if not batches or (filled + rows[index]) * longest > limit:
            batches.append([])
            longest, filled = lengths[index], 0
        batches[-1].append(index)
        filled += rows[index]
    return batches


def padded(rows: Sequence[Ids], padding: int) -> tuple[Inputs, Inputs]:
    """Return the token ids of `rows`, filled up on the right with `padding` to the longest, and the attention mask."""
    longest = max(len(row) for row in rows)
    ids = numpy.full((len(rows), longest), padding, dtype=numpy.int64)
    mask = numpy.zeros((len(rows), longest), dtype=numpy.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


class Batcher:
    """Batches for one model and its tokenizer.

    A text is tokenised once: `batches` keeps the token ids of what it was given until `score` has read them, or
    `batches` is called again.
    """

    def __init__(self, encode: Encode, forward: Forward, frame: Frame, limit: int = CPU_BATCH_TOKENS) -> None:
        """Take the tokenizer, the model, its window, and the most padded tokens of a batch."""
        self._encode = encode
        self._forward = forward
        self._frame = frame
        self._limit = limit
        self._encoded: dict[str, Ids] = {}

    def batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Yield which of `texts` to score together: every index once, equal texts and those of like length together.

        Short and long batches come in a mixed order, always the same one, so that the time left can be told from
        what is done.
        """
        self._encoded = self._tokenise(texts)
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        distinct = list(places)
        rows = [spans(len(self._encoded[text]), self._frame.room, self._frame.overlap) for text in distinct]
        special = self._frame.size - self._frame.room
        lengths = [row[0][1] + special for row in rows]
        batches = by_length(lengths, [len(row) for row in rows], self._limit)
        for chosen in numpy.random.default_rng(ORDER_SEED).permutation(len(batches)):
            yield [place for index in batches[chosen] for place in places[distinct[index]]]

    def score(self, texts: Sequence[str]) -> Scored:
        """Return what the model gives for `texts`, of which there is at least one: the maximum over its windows.

        Equal texts go through the model once.
        """
        encoded = self._tokenise(texts)
        distinct = {text: place for place, text in enumerate(encoded)}
        windows = [Window(distinct[text], row) for text, ids in encoded.items() for row in cut(ids, self._frame)]
        found = self._through_model([window.ids for window in windows])
        owners = numpy.array([window.text for window in windows])
        firsts = numpy.flatnonzero(numpy.diff(owners, prepend=-1))
        numbers = numpy.maximum.reduceat(found, firsts, axis=0)
        counts = numpy.bincount(owners).astype(numpy.int32)
        for text in encoded:
            self._encoded.pop(text, None)
        places = [distinct[text] for text in texts]
        tokens = sum(len(window.ids) for window in windows)
        return Scored(numbers[places], counts[places], tokens)

    def _through_model(self, rows: Sequence[Ids]) -> NDArray[numpy.float32]:
        """Return the model's numbers for each of `rows`, in their order."""
        parts: list[NDArray[numpy.float32]] = []
        order: list[int] = []
        for batch in by_length([len(row) for row in rows], [1] * len(rows), self._limit):
            parts.append(self._forward(*padded([rows[place] for place in batch], self._frame.padding)))
            order += batch
        return numpy.concatenate(parts)[numpy.argsort(order)].astype(numpy.float32, copy=False)

    def _tokenise(self, texts: Sequence[str]) -> dict[str, Ids]:
        """Return the token ids of each distinct text, in the order in which they come first."""
        encoded = {text: self._encoded.get(text) for text in dict.fromkeys(texts)}
        fresh = [text for text, ids in encoded.items() if ids is None]
        for start in range(0, len(fresh), ENCODED_AT_ONCE):
            part = fresh[start : start + ENCODED_AT_ONCE]
            found = self._encode(part)
            encoded.update({text: numpy.array(ids, dtype=numpy.int32) for text, ids in zip(part, found, strict=True)})
        return {text: ids for text, ids in encoded.items() if ids is not None}
