"""Groups of texts become numbers of pairs, and what is to be said of them. Pure arithmetic over arrays."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int32]


def group_numbers(roots: "Numbers", numbers: "Numbers") -> "Numbers":
    """Return for each pair the group of its prompt, chosen and rejected text, 0 where no other pair shares it.

    `numbers` are the texts of each pair. A group's number is that of its first text, and stays while texts are added.
    """
    import numpy

    groups = numpy.zeros(numbers.shape, dtype="<i4")
    filled = numbers > 0
    groups[filled] = roots[numbers[filled] - 1] + 1
    several = numpy.bincount(_first_in_pair(groups)[0], minlength=1) > 1
    several[0] = False
    groups[~several[groups]] = 0
    return groups


def _first_in_pair(groups: "Numbers") -> "tuple[Numbers, NDArray[numpy.int64]]":
    """Return every group once for each pair that has a text in it, and the places of these pairs; 0 is none."""
    import numpy

    first = groups.copy()
    first[first[:, 1] == first[:, 0], 1] = 0
    first[(first[:, 2] == first[:, 0]) | (first[:, 2] == groups[:, 1]), 2] = 0
    pairs, sides = numpy.nonzero(first)
    return first[pairs, sides], pairs


def sizes(groups: "Numbers") -> "tuple[Numbers, NDArray[numpy.int64]]":
    """Return the numbers of all groups, the largest first, and how many pairs each has."""
    import numpy

    found, pairs = numpy.unique(_first_in_pair(groups)[0], return_counts=True)
    order = numpy.lexsort((found, -pairs))
    return found[order], pairs[order]


class Contradiction(NamedTuple):
    """Pairs with nearly the same prompt, by their places: in `chosen` the text is chosen that `rejected` rejects.

    `prompt` and `response` are the groups of the prompt and of this text.
    """

    prompt: int
    response: int
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]


def contradictions(groups: "Numbers") -> list[Contradiction]:
    """Return where labels contradict each other, those with most pairs first.

    A pair whose own two responses are of one group contradicts nobody.
    """
    import numpy

    prompt = groups[:, 0].astype(numpy.int64)
    usable = (prompt > 0) & (groups[:, 1] != groups[:, 2])
    chosen = numpy.where(usable & (groups[:, 1] > 0), prompt << 32 | groups[:, 1], 0)
    rejected = numpy.where(usable & (groups[:, 2] > 0), prompt << 32 | groups[:, 2], 0)
    both = numpy.intersect1d(chosen[chosen > 0], rejected[rejected > 0])
    by_chosen, by_rejected = _places(chosen, both), _places(rejected, both)
    found = [
        Contradiction(key >> 32, key & 0xFFFFFFFF, by_chosen[key], by_rejected[key]) for key in map(int, both.tolist())
    ]
    return sorted(found, key=lambda one: -len(one.chosen) - len(one.rejected))


def _places(keys: "NDArray[numpy.int64]", wanted: "NDArray[numpy.int64]") -> dict[int, tuple[int, ...]]:
    """Return the places of each of the `wanted` keys."""
    import numpy

    found: dict[int, list[int]] = {}
    places = numpy.flatnonzero(numpy.isin(keys, wanted))
    for place, key in zip(places.tolist(), keys[places].tolist(), strict=True):
        found.setdefault(key, []).append(place)
    return {key: tuple(places) for key, places in found.items()}
