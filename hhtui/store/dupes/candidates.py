"""Which texts may be nearly the same, and which belong together: pure arithmetic over arrays.

`roots` holds for every text the smallest text of its group, at its own place where it is alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Texts = NDArray[numpy.int32]

WINDOW = 64
"""How many neighbours of a band, in the order of their sizes, a text is compared with on either side."""


def in_one_band(keys: "NDArray[numpy.uint32]", sizes: "Texts", threshold: float) -> "Iterator[tuple[Texts, Texts]]":
    """Yield pairs of texts that share a key and are not too different in size, those nearest in size first.

    Texts of size 0 are in none. Similarity is at most 2a / (a + b) for sizes a ≤ b, which `threshold` has to allow.
    """
    import numpy

    order = numpy.lexsort((sizes, keys)).astype(numpy.int32)
    order = order[sizes[order] > 0]
    keys, sizes = keys[order], sizes[order].astype(numpy.int64)
    places = numpy.arange(len(order))
    for distance in range(1, WINDOW + 1):
        places = places[: numpy.searchsorted(places, len(order) - distance)]
        others = places + distance
        alike = (keys[places] == keys[others]) & (
            2 * sizes[places] >= threshold * (sizes[places] + sizes[others]) - 1e-9
        )
        places = places[alike]
        if not len(places):
            return
        yield order[places], order[places + distance]


def join(roots: "Texts", ones: "Texts", others: "Texts") -> "Texts":
    """Return `roots` after each of `ones` has come into the group of its partner in `others`."""
    import numpy

    roots = roots.copy()
    while True:
        left, right = roots[ones], roots[others]
        low, high = numpy.minimum(left, right), numpy.maximum(left, right)
        if (low == high).all():
            return roots
        numpy.minimum.at(roots, high, low)
        while ((above := roots[roots]) != roots).any():
            roots = above
