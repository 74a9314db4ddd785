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
    """Return the card in at most `height` lines of `width` cells, with whole sentences where there is room.

    `counts` are what is known of the queues by name, `resume` offers what was begun, "" where nothing was.
    """
    offer: Lines = [[(f" {resume}", "mark")]] if resume else []
    heads = list(
        zip(_numbered(queues, counts), (queue.way_out(database) or queue.meaning for queue in queues), strict=True)
    )
    whole = [line for head, sentence in heads for line in (head, *_wrapped(sentence, width))]
    gap: Lines = [[]] if resume else []
    for shown in ([*offer, *gap, *whole], [*offer, *whole]):
        if len(shown) <= height:
            return shown
    return [*offer, *([*head, (f"  {sentence}", "quiet")] for head, sentence in heads)]


def _wrapped(sentence: str, width: int) -> Lines:
    return [[(f"{' ' * INDENT}{line}", "quiet")] for line in wrap(sentence, max(1, width - INDENT - 1))]


def _numbered(queues: Sequence[Queue], counts: Mapping[str, str]) -> Lines:
    return [
        [
            (f" {number}  ", "mark"),
            (f"{queue.title:{WIDEST_TITLE}}", "strong"),
            (f"{counts.get(queue.name, '–' if queue.missing is not None else '…'):>8}", ""),
        ]
        for number, queue in enumerate(queues, 1)
    ]
