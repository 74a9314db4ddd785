"""Which fold a pair belongs to: one for all of a family, and for all pairs that share a reply or a prompt."""

from hashlib import blake2b
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

DRAW_BYTES = 8


def draw(group: bytes, seed: int) -> int:
    """Return a number below 2**64 for `group`: the same one always for the same `seed`, unrelated between seeds."""
    return _number(group, seed.to_bytes(DRAW_BYTES, "big", signed=True))


def token(kind: bytes, content: bytes) -> int:
    """Return a number below 2**64 that stands for `content`; it means another thing in another `kind`."""
    return _number(content, kind)


def joined(draws: "NDArray[numpy.uint64]", tokens: "NDArray[numpy.uint64]") -> "NDArray[numpy.uint64]":
    """Return, for each of n pairs, the least of the `draws` (n,) of all pairs that it hangs together with.

    Two pairs hang together that have a draw in common or one of the `tokens` (n, k), or that hang together with the
    same third one. A token that is the pair's own draw joins it to nothing.
    """
    import numpy
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names, nodes = numpy.unique(numpy.column_stack([draws, tokens]), return_inverse=True)
    nodes = nodes.reshape(-1, 1 + tokens.shape[1])
    ends = nodes[:, 1:].ravel()
    starts = nodes[:, 0].repeat(tokens.shape[1])
    graph = coo_array((numpy.ones(len(ends), numpy.int8), (starts, ends)), shape=(len(names), len(names)))
    count, components = connected_components(graph, directed=False)
    of_pairs = components[nodes[:, 0]]
    least = numpy.full(count, numpy.iinfo(numpy.uint64).max)
    numpy.minimum.at(least, of_pairs, draws)
    return cast("NDArray[numpy.uint64]", least[of_pairs])


def _number(content: bytes, key: bytes) -> int:
    return int.from_bytes(blake2b(content, key=key, digest_size=DRAW_BYTES).digest(), "big")
