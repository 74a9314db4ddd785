"""The hits of a query in a side of a pair as it is shown: where they stand in its transcript, and what is left out."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import plain_text
from hhtui.model import SIDES, Side, Turn
from hhtui.text import clean
from hhtui.tui.shield import Shielded
from hhtui.tui.transcript import Span, Transcript, transcript

if TYPE_CHECKING:
    from hhtui.query.highlights import Highlighter


class Hits(NamedTuple):
    """The hits of one side: sorted, disjoint spans of its transcript's text.

    `masked` counts those that touch a masked turn and have no span; `left_out` says that the query looks for something
    whose places are not known.
    """

    spans: tuple[Span, ...] = ()
    masked: int = 0
    left_out: bool = False


NO_HITS = Hits()


def hits_of(side: Side, shown: Shielded, text: Transcript, highlighter: "Highlighter | None") -> Hits:
    """Return the hits of `highlighter` in a side whose transcript is `text`.

    They are looked for in what the text index holds, so that they are those of the search: across turns, and in
    controls that the screen shows in another form.
    """
    if highlighter is None:
        return NO_HITS
    turns = shown.original.dialogues.side(side)
    found = highlighter.spans(side, plain_text(turns))
    left_out = highlighter.leaves_out(side)
    if not found:
        return Hits(left_out=left_out)
    masked = [one is not other for one, other in zip(turns, shown.pair.dialogues.side(side), strict=True)]
    begins = list(accumulate((len(turn.text) + 1 for turn in turns), initial=0))
    spans, hidden = [], 0
    for start, end in found:
        first, last = bisect_right(begins, start) - 1, bisect_right(begins, end - 1) - 1
        if any(masked[first : last + 1]):
            hidden += 1
            continue
        span = tuple(
            text.turns[at].text[0] + _shown_length(turns[at], place - begins[at])
            for at, place in ((first, start), (last, end))
        )
        if span[0] < span[1]:
            spans.append((span[0], span[1]))
    return Hits(tuple(spans), hidden, left_out)


def hits_in(shown: Shielded, highlighter: "Highlighter") -> Iterator[Hits]:
    """Yield the hits of each side of a pair that has any."""
    for side in SIDES:
        if highlighter.spans(side, plain_text(shown.original.dialogues.side(side))):
            yield hits_of(side, shown, transcript(shown.pair.dialogues.side(side)), highlighter)


def forms(hits: Hits, current: int | None = None, above: int = 0) -> tuple[str, str]:
    """Return how many hits there are, or which of them is the current one (from 0), in a long and in a short form.

    Where all are `above` the view, that is said elsewhere. Both are "" where there is nothing to say.
    """
    count = len(hits.spans)
    long, brief = [], []
    if current is not None:
        long.append(f"hit {current + 1} of {count}")
        brief.append(f"hit {current + 1}/{count}")
    elif count > above:
        long.append(counted_hits(count))
        brief.append(long[-1])
    if hits.masked:
        long.append(f"{hits.masked} masked" if long else f"{counted_hits(hits.masked)} masked")
        brief.append(long[-1])
    if hits.left_out:
        long.append("others not marked" if long else "hits not marked")
        brief.append("not all" if brief else long[-1])
    return ", ".join(long), ", ".join(brief)


def counted_hits(count: int) -> str:
    """Return a number of hits in words: `1 hit`, `2 hits`."""
    return f"{count:,} hit{'' if count == 1 else 's'}"


def _shown_length(turn: Turn, length: int) -> int:
    """Return how many characters on the screen the first `length` characters of a turn's raw text take."""
    stripped = turn.text.strip()
    length = min(max(0, length - (len(turn.text) - len(turn.text.lstrip()))), len(stripped))
    return len(clean(stripped[:length])) if "\t" in stripped else length
