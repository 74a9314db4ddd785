"""Words and pairs of words of a text, hashed into a fixed number of features, so that no vocabulary is kept."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FEATURES = 2**18
LONGEST = 2
"""How many words in a row make the longest n-gram."""

_WORD = re.compile(r"\w+(?:'\w+)*")


def ngrams(text: str) -> list[str]:
    """Return the words of `text`, without case and with plain apostrophes, then its pairs of neighbouring words."""
    words = _WORD.findall(fold(text))
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def rows(texts: Sequence[str]) -> Any:
    """Return a sparse matrix (n, FEATURES) of float32 that says which features each text has.

    A feature that a text has is 1 over the square root of how many it has, so that every row has the length 1: how
    often an n-gram stands there and how long the text is do not count by themselves. A text without words has an
    empty row. n-grams that hash to one feature are one and the same to a model.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(
        analyzer=ngrams, n_features=FEATURES, binary=True, norm="l2", alternate_sign=False, dtype=_float32()
    )
    return vectorizer.transform(texts)


def features(grams: Sequence[str]) -> "NDArray[numpy.int32]":
    """Return the feature that each n-gram hashes to."""
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(n_features=FEATURES, input_type="string", alternate_sign=False, dtype=_float32())
    return cast("NDArray[numpy.int32]", hasher.transform([gram] for gram in grams).indices)


def _float32() -> Any:
    import numpy

    return numpy.float32
