"""A pane that shows one side of a pair, with what is to be seen in it marked."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.strip import Strip

from hhtui.model import ASSISTANT, HUMAN
from hhtui.tui.glyphs import drawn, plain, snap
from hhtui.tui.hits import NO_HITS, Hits, forms
from hhtui.tui.transcript import Span, Transcript
from hhtui.tui.widgets.line_view import WORDS_GAP, LineView, Title
from hhtui.tui.wrap import Line, line_at, overlapping, wrap

if TYPE_CHECKING:
    from hhtui.tui.linked_scroll import LinkedScroll

WHEEL_LINES = 3
NOTHING = Transcript("", ())

_LAYERS = ("human", "assistant", "strong", "difference", "hit", "current")
_HUMAN, _ASSISTANT, _ROLE, _DIFFERENCE, _HIT, _CURRENT = (1 << at for at in range(len(_LAYERS)))
_LABELLED, _MARKS = _HUMAN | _ASSISTANT | _ROLE, _HIT | _CURRENT
_LABELS = {HUMAN: _HUMAN, ASSISTANT: _ASSISTANT}


class DialogueContent(NamedTuple):
    """What a pane shows: its title's name, the words for what is odd, the score's text; a text and what to mark in it.

    `differences` are sorted, disjoint spans of the transcript's text.
    """

    name: str
    transcript: Transcript = NOTHING
    score: str = ""
    oddities: tuple[str, ...] = ()
    hits: Hits = NO_HITS
    differences: tuple[Span, ...] = ()


class DialoguePane(LineView):
    """Shows one side of a pair. `show` swaps the text; nothing here asks for a layout.

    `elsewhere` says, in a long and in a short form, what hits there are in a pane that is not shown.
    """

    def __init__(self, name: str, *, corner: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(corner=corner, id=id)
        self.link: LinkedScroll | None = None
        self._content = DialogueContent(name)
        self._serials: LRUCache[DialogueContent, int] = LRUCache(64)
        self._serial = self._last_serial = 0
        self._active = False
        self._current: Span | None = None
        self.elsewhere = ("", "")
        self._top = 0
        self._first_position: int | None = None
        self._placed_for = (-1, -1)

    @property
    def content(self) -> DialogueContent:
        """What the pane shows."""
        return self._content

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of the text at the pane's width."""
        return wrap(self._content.transcript.text, self.text_width)

    @property
    def top(self) -> int:
        """Number of the first line in view."""
        self._place()
        return self._top

    @property
    def most_top(self) -> int:
        """The greatest value of `top`: the last line is then at the bottom, also where there is no room for a line."""
        return max(0, len(self.lines) - max(1, self.body_height))

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        return self.top >= self.most_top

    @property
    def active(self) -> bool:
        """Whether the title shows this pane as the one that keys work on."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.refresh_title()

    def text_height(self, width: int) -> int:
        """Return how many lines, without the title, the text takes in a pane of `width` cells."""
        return len(wrap(self._content.transcript.text, self.text_width_of(width)))

    def show(self, content: DialogueContent) -> None:
        """Show something else, from the place where it is read first; the same again changes nothing but that."""
        self._serial, self._content = self._serial_of(content), content
        self._current = None
        self._first_position = None
        self._placed_for = (-1, -1)
        if self.link is not None:
            self.link.reset()
        self.refresh()

    def rate(self, score: str) -> None:
        """Show another score in the title."""
        if score != self._content.score:
            self._content = self._content._replace(score=score)
            self.refresh_title()

    def mark_differences(self, differences: tuple[Span, ...]) -> None:
        """Mark other spans of the same text as differing."""
        if differences != self._content.differences:
            self._content = self._content._replace(differences=differences)
            self._serial = self._serial_of(self._content)
            self._current = None
            self.refresh()

    def mark(self, span: Span | None) -> None:
        """Make `span` of the text the current hit or difference, or none."""
        if span == self._current:
            return
        for one in (self._current, span):
            if one is not None:
                first, last = line_at(self.lines, one[0]), line_at(self.lines, max(one[0], one[1] - 1))
                self.refresh_rows(first - self.top, last - first + 1)
        before, self._current = self.current_hit, span
        if self.current_hit != before:
            self.refresh_title()

    def move_to(self, top: int) -> None:
        """Scroll so that line `top` is the first in view, or as near to that as the text allows."""
        self._place()
        top = min(max(0, top), self.most_top)
        if top != self._top:
            self._top = top
            self._first_position = self.lines[top].start
            self.refresh()

    def move_by(self, lines: int) -> None:
        """Scroll down by so many lines, up where negative."""
        self.move_to(self.top + lines)

    def line_of(self, position: int) -> int:
        """Return the number of the line that shows the character at `position`."""
        return line_at(self.lines, position)

    def resting_top(self) -> int:
        """Return the first line in view of a text that was not scrolled."""
        return 0

    def title_of(self, width: int) -> Title:
        """Return the name, the hits, what is odd, the score, and how many lines are out of view, as `width` allows."""
        above, below = self.top, max(0, self.most_top - self.top)
        unseen = f"{f'▲{above}' if above else ''}{f'▼{below}' if below else ''}"
        return self._fitting((self._name_shown(), self._name_shown()), unseen, width)

    @property
    def current_hit(self) -> int | None:
        """The number of the current hit in this pane, from 0; None where it is not here."""
        spans = self._content.hits.spans
        return spans.index(self._current) if self._current is not None and self._current in spans else None

    def _fitting(self, names: tuple[str, str], unseen: str, width: int, hits_above: int = 0) -> Title:
        """Return the title in the first form that fits: hits come before what is odd, and are not cut off.

        `names` are a long and a short form, `hits_above` are those that the name tells of.
        """
        content = self._content
        counts = forms(content.hits, self.current_hit, hits_above)
        said = [WORDS_GAP.join(filter(None, one)) for one in zip(counts, self.elsewhere, strict=True)]
        odd = WORDS_GAP.join(content.oddities)
        aside = "  ".join(filter(None, (content.score, unseen)))
        titles = [
            Title(name, WORDS_GAP.join(filter(None, (count, words))), right, self._active)
            for words in (odd, "")
            for right in ((aside, content.score) if any(said) or hits_above else (aside,))
            for name, count in zip(names, said, strict=True)
        ]
        fitting = next((title for title in titles if title.fits(width)), titles[-1])
        return fitting._replace(words=WORDS_GAP.join(filter(None, (said[titles.index(fitting) % 2], odd))))

    def body_line(self, row: int) -> Strip:
        """Return one line of the text with its marks."""
        at, lines = self.top + row, self.lines
        if at >= len(lines):
            return self._blank()
        line = lines[at]
        current = self._current
        if current is not None and not (current[0] < line.end and current[1] > line.start):
            current = None
        key = (self._serial, at, self.outer_size.width, current)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(line, current)
        return strip

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll this pane, and the one linked to it."""
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll this pane, and the one linked to it."""
        self._wheel(event, -WHEEL_LINES)

    def _serial_of(self, content: DialogueContent) -> int:
        serial = self._serials.get(content)
        if serial is None:
            self._last_serial += 1
            serial = self._serials[content] = self._last_serial
        return serial

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        (self.link or self).move_by(lines)

    def _name_shown(self) -> str:
        return f"▸{self._content.name}" if self._active else self._content.name

    def _place(self) -> None:
        size = (self.text_width, self.body_height)
        if size == self._placed_for:
            return
        self._placed_for = size
        if self._first_position is None:
            self._top = self.resting_top()
        else:
            self._top = min(line_at(self.lines, self._first_position), self.most_top)

    def _blank(self) -> Strip:
        key = ("blank", self.outer_size.width)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self.edged((), 0, self.look())
        return strip

    def _drawn(self, line: Line, current: Span | None) -> Strip:
        pieces = []
        for start, end, layers in self._pieces(line, current):
            layers &= ~_MARKS if layers & _LABELLED else ~0
            pieces.append(Segment(drawn(self._content.transcript.text[start:end]), self._look_of(layers)))
        return self.edged(
            [piece for piece in pieces if piece.text], line.cells, self.look(), pointed=current is not None
        )

    def _pieces(self, line: Line, current: Span | None) -> list[tuple[int, int, int]]:
        content, (start, end, _) = self._content, line
        marked = [(span, _LABELS.get(role, _ROLE)) for role, span in self._labels(start, end)]
        marked += [(span, _DIFFERENCE) for span in overlapping(content.differences, start, end)]
        marked += [(span, _HIT) for span in overlapping(content.hits.spans, start, end)]
        if current is not None:
            marked.append((current, _CURRENT))
        if not marked:
            return [(start, end, 0)]
        text = content.transcript.text
        if not plain(text[start:end]):
            marked = [(snap(text, *span), layer) for span, layer in marked]
        marked = [((max(start, first), min(end, last)), layer) for (first, last), layer in marked]
        edges = sorted({start, end, *(edge for span, _ in marked for edge in span)})
        return [
            (first, last, sum(layer for span, layer in marked if span[0] <= first and last <= span[1]))
            for first, last in pairwise(edges)
        ]

    def _labels(self, start: int, end: int) -> list[tuple[str, Span]]:
        return [
            (turn.role, turn.label)
            for turn in self._content.transcript.turns
            if turn.label[0] < end and turn.label[1] > start
        ]

    def _look_of(self, layers: int) -> Style:
        return self.look(*(name for at, name in enumerate(_LAYERS) if layers >> at & 1))
