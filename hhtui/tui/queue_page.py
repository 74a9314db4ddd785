"""The card of queues as lines: its digit, how many pairs wait, and what each is and is not."""

from collections.abc import Mapping, Sequence
from textwrap import wrap

from hhtui.query.queues import Queue
from hhtui.tui.widgets.line import Part

Lines = list[list[Part]]

INDENT = 4
WIDEST_TITLE = 20


def lines(
    queues: Sequence[Queue], counts: Mapping[str, str], resume: str, database: str, width: int, height: int
) -> Lines:
    """Return the card in at most `height` lines of `width` cells, with whole sentences where there is room, else with
    their beginnings, and at last without.

    `counts` are what is known of the queues by name, `resume` offers what was begun, "" where nothing was.
    """
    offer: Lines = [[(f" {resume}", "mark")]] if resume else []
    heads = _numbered(queues, counts)

    def below(most: int) -> Lines:
        """Return each queue with its sentence below, in `most` lines; what makes a missing score is not cut."""
        return [
            line
            for head, queue in zip(heads, queues, strict=True)
            for line in (head, *_below(queue, database, width, most))
        ]

    gap: Lines = [[]] if resume else []
    for shown in ([*offer, *gap, *below(height)], [*offer, *below(height)], [*offer, *below(1)], [*offer, *below(0)]):
        if len(shown) <= height:
            return shown
    return [*offer, *heads][:height]


def _below(queue: Queue, database: str, width: int, most: int) -> Lines:
    way_out = queue.way_out(database)
    room = max(1, width - INDENT - 1)
    lines = wrap(way_out or queue.meaning, room, break_on_hyphens=False)
    if len(lines) > most and not way_out:
        lines = wrap(queue.meaning, room * most, max_lines=1, placeholder=" …") if most else []
    return [[(f"{' ' * INDENT}{line}", "quiet")] for line in lines]


def _numbered(queues: Sequence[Queue], counts: Mapping[str, str]) -> Lines:
    return [
        [
            (f" {number}  ", "mark"),
            (f"{queue.title:{WIDEST_TITLE}}", "strong"),
            (f"{counts.get(queue.name, '–' if queue.missing is not None else '…'):>8}", ""),
        ]
        for number, queue in enumerate(queues, 1)
    ]
