"""The pairs of a source are read again, as they would be loaded, without a database."""

from collections.abc import Iterator

from hhtui.ingest.batches import Start, read
from hhtui.ingest.opening import Opening
from hhtui.ingest.parsing import parse_object
from hhtui.ingest.sources import Source
from hhtui.store.loading import Batch, NewPair
from hhtui.store.records import Original


class Rereading:
    """Reads a source, as often as is asked; `refused_lines` are the lines that were no pairs the last time."""

    def __init__(self, source: Source, opening: Opening | None = None) -> None:
        """Take a source, and how its records are read: without `opening` the beginning of the source decides."""
        self.refused_lines: list[int] = []
        self._source = source
        self._opening = opening

    def pairs(self) -> Iterator[tuple[int, bytes, Original]]:
        """Yield the pairs, each with its row from 0 and its hash.

        Raises LoadError where the source has no known format or is damaged.
        """
        self.refused_lines = []
        opening = self._opening
        for item in read(self._source, Start(opening=opening)):
            if isinstance(item, Opening):
                opening = item
            elif isinstance(item, Batch):
                assert opening is not None
                self.refused_lines += [refused.line for refused in item.refused]
                for pair in item.pairs:
                    yield pair.row, pair.hash, _original(pair, opening)


def _original(pair: NewPair, opening: Opening) -> Original:
    fields = {"chosen": (pair.prompt + pair.chosen).decode(), "rejected": (pair.prompt + pair.rejected).decode()}
    extra = parse_object(pair.extra.encode()) if pair.extra else {}
    style = None if opening.style is None else opening.style.to_json()
    return Original({**fields, **extra}, tuple(opening.columns), style, pair.raw_line)
