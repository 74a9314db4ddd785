"""Pairs as a linear model learns from them: their replies as features, which of them take part, and their folds."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.model import PairTexts
from hhtui.score.preference import ngrams
from hhtui.score.preference.folds import draw, joined, token

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

BLOCK_PAIRS = 4096


class LearningSet(NamedTuple):
    """n pairs without their texts, which takes about 8 bytes for each distinct n-gram of a reply.

    `blocks` are sparse matrices whose rows are a pair's chosen and rejected reply in turn. `draws` is what the family
    of a pair drew, see `folds.draw`; `components` the same for all families together that have in common a prompt, or
    a reply which is one and the same to a model, see `folds.joined`. An empty prompt and a reply without words join
    nothing. `labelled` is true for a pair to learn from: the source calls one reply better, both have words, and their
    texts differ. `worded` (n, 2) says which reply has words, `lengths` (n, 2) how many code points it has.
    """

    blocks: list[Any]
    draws: "NDArray[numpy.uint64]"
    components: "NDArray[numpy.uint64]"
    labelled: "NDArray[numpy.bool_]"
    worded: "NDArray[numpy.bool_]"
    lengths: "NDArray[numpy.int64]"


def gather(pairs: Iterable[PairTexts], seed: int) -> LearningSet:
    """Return the learning set of `pairs`, of which only some thousands are in memory at a time."""
    import numpy

    blocks = []
    draws, tokens, differ, lengths = array("Q"), array("Q"), array("b"), array("q")
    for some in _in_blocks(pairs):
        blocks.append(ngrams.rows([text for pair in some for text in (pair.chosen, pair.rejected)]))
        draws.extend(draw(pair.group, seed) for pair in some)
        replies = _contents(blocks[-1])
        for own, pair in zip(draws[-len(some) :], some, strict=True):
            shared = ((b"prompt", pair.prompt), (b"reply", next(replies)), (b"reply", next(replies)))
            tokens.extend(token(kind, content) if content else own for kind, content in shared)
        differ.extend(pair.labelled and pair.chosen != pair.rejected for pair in some)
        lengths.extend(len(text) for pair in some for text in (pair.chosen, pair.rejected))
    counts = [numpy.diff(block.indptr) for block in blocks]
    worded = numpy.fromiter(chain.from_iterable(counts), numpy.int64, len(lengths)).reshape(-1, 2) > 0
    drawn = numpy.array(draws, dtype=numpy.uint64)
    return LearningSet(
        blocks,
        drawn,
        joined(drawn, numpy.array(tokens, dtype=numpy.uint64).reshape(-1, 3)),
        numpy.array(differ, dtype=numpy.bool_) & worded.all(axis=1),
        worded,
        numpy.array(lengths, dtype=numpy.int64).reshape(-1, 2),
    )


def _contents(block: Any) -> Iterator[bytes]:
    """Yield what each row of a sparse matrix is to a linear model: the same bytes for the same features."""
    for start, end in pairwise(block.indptr.tolist()):
        yield block.indices[start:end].tobytes()


def _in_blocks(pairs: Iterable[PairTexts]) -> Iterator[list[PairTexts]]:
    remaining = iter(pairs)
    while some := list(islice(remaining, BLOCK_PAIRS)):
        yield some
