"""Old garbage is collected between keys, never behind one."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from hhtui.tui.garbage import NEVER, IdleCollector


class Knot:
    """Something that only a collection takes away."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def collector() -> Iterator[IdleCollector]:
    begun = IdleCollector()
    begun.begin()
    yield begun
    begun.end()


def test_it_collects_once_when_keys_have_stopped(collector: IdleCollector) -> None:
    collector.typed()
    collector.tick()
    knot = weakref.ref(Knot())
    collector.typed()
    collector.tick()
    assert knot() is not None
    collector.tick()
    assert knot() is None
    later = weakref.ref(Knot())
    collector.tick()
    assert later() is not None


def test_it_leaves_what_python_does_as_it_was() -> None:
    before = gc.get_threshold()
    collector = IdleCollector()
    collector.begin()
    assert gc.get_threshold() == (*before[:2], NEVER)
    collector.end()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
