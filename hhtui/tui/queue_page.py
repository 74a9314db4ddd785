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
    first: Lines = [[(f" {resume}", "mark")], []] if resume else []
    sentences = {queue.name: queue.way_out(database) or queue.meaning for queue in queues}
    whole = [*first, *_numbered(queues, counts)]
    at = len(first)
    for queue in queues:
        text = wrap(sentences[queue.name], max(1, width - INDENT - 1))
        whole[at + 1 : at + 1] = [[(f"{' ' * INDENT}{line}", "quiet")] for line in text]
        at += 1 + len(text)
    if len(whole) <= height:
        return whole
    return [
        *first[:1],
        *(
            [*line, (f"  {sentences[queue.name]}", "quiet")]
            for line, queue in zip(_numbered(queues, counts), queues, strict=True)
        ),
    ]


def _numbered(queues: Sequence[Queue], counts: Mapping[str, str]) -> Lines:
    return [
        [
            (f" {number}  ", "mark"),
            (f"{queue.title:{WIDEST_TITLE}}", "strong"),
            (f"{counts.get(queue.name, '–' if queue.missing is not None else '…'):>8}", ""),
        ]
        for number, queue in enumerate(queues, 1)
    ]
