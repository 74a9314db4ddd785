"""Weights of words in a linear score."""

from collections.abc import Iterable

from hhtui.score.scorer import WordWeight


def strongest(weights: Iterable[WordWeight], most: int) -> list[WordWeight]:
    """Return the `most` weights furthest from 0, the strongest first; none that is 0."""
    moving = [one for one in weights if one.weight]
    return sorted(moving, key=lambda one: (-abs(one.weight), one.words))[:most]
