"""What is compared of a text: its words, a hash of them, and MinHash band keys. Pure arithmetic, no database.

Two texts are likely candidates where they share a band: MinHash (Broder 1997, "On the resemblance and containment of
documents") over the text's words and pairs of words, 4 hashes a band, 24 bands (banding as in Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", 3.4.2). Lee et al. 2022, "Deduplicating training data makes language models
better", find near-duplicates in the same two steps, candidates by MinHash and then their edit similarity.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

BANDS = 24
HASHES = 4
LEAST_WORDS = 5
"""A text of fewer words is the same as another only where their words are equal."""
LONGEST = 20_000
"""Characters of a text that are compared; what is beyond is only compared where all of it is equal."""
METHOD = f"words-and-pairs/{BANDS}x{HASHES}/1"
"""Changes with everything that decides which texts become candidates."""

_WORD = re.compile(r"\w+")


def comparable(text: str) -> str:
    """Return the words of `text`, folded, with one blank between two: nothing else of it is compared."""
    return " ".join(_WORD.findall(fold(text)))


def text_hash(words: str) -> int:
    """Return the 64-bit hash (BLAKE2b) by which equal words are known."""
    return int.from_bytes(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Signed(NamedTuple):
    """Of some texts: their sizes in characters, 0 for those of few words, and one row of keys for each band."""

    sizes: "NDArray[numpy.int32]"
    bands: "NDArray[numpy.uint32]"


def signed(texts: Sequence[str]) -> Signed:
    """Return size and band keys of these texts, which `comparable` returned."""
    import numpy

    sizes = numpy.array([len(text) if text.count(" ") >= LEAST_WORDS - 1 else 0 for text in texts], dtype="<i4")
    bands = numpy.zeros((BANDS, len(texts)), dtype="<u4")
    places = numpy.flatnonzero(sizes)
    if len(places):
        parts, starts = _parts([texts[place][:LONGEST] for place in places.tolist()])
        for band, seeds in enumerate(_seeds()):
            keys = numpy.zeros(len(places), dtype=numpy.uint32)
            for seed in seeds:
                least = numpy.minimum.reduceat(_mixed(parts ^ seed), starts)
                keys = _mixed(keys + least)
            bands[band, places] = keys
    return Signed(sizes, bands)


def _parts(texts: Sequence[str]) -> "tuple[NDArray[numpy.uint32], NDArray[numpy.int64]]":
    """Return the hashes of every word and pair of words, text by text, and where each text begins."""
    import numpy

    words, counts = [], []
    for text in texts:
        hashes = [_word_hash(word) for word in text.split(" ")]
        counts.append(len(hashes))
        words += hashes
    one = numpy.array(words, dtype=numpy.uint32)
    lengths = numpy.array(counts, dtype=numpy.int64)
    starts = numpy.concatenate([[0], numpy.cumsum(lengths[:-1])])
    both = numpy.empty(2 * len(one), dtype=numpy.uint32)
    both[0::2] = one
    both[1::2] = _mixed(one) + numpy.roll(one, -1)
    last = starts + lengths - 1
    both[2 * last + 1] = one[last]
    return both, 2 * starts


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _seeds() -> "NDArray[numpy.uint32]":
    import numpy

    return _mixed(numpy.arange(1, BANDS * HASHES + 1, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9)).reshape(
        BANDS, HASHES
    )


def _mixed(numbers: "NDArray[numpy.uint32]") -> "NDArray[numpy.uint32]":
    """Return a well mixed number for each of `numbers`, by the 32-bit hash "lowbias32" (C. Wellons 2018)."""
    import numpy

    mixed = (numbers ^ (numbers >> numpy.uint32(16))) * numpy.uint32(0x7FEB352D)
    mixed = (mixed ^ (mixed >> numpy.uint32(15))) * numpy.uint32(0x846CA68B)
    return mixed ^ (mixed >> numpy.uint32(16))
