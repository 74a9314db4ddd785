"""A pair on the screen: the prompt once, the two responses beside each other, scrolled together."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from hhtui.model import Pair, Score, Side, Turn
from hhtui.tui import headline
from hhtui.tui.diff import WordDiff, word_diff
from hhtui.tui.drawn import Drawn
from hhtui.tui.hits import NO_HITS, forms, hits_of
from hhtui.tui.linked_scroll import LinkedScroll
from hhtui.tui.oddities import oddities
from hhtui.tui.pair_layout import TITLE, Heights, Part, arrange
from hhtui.tui.presentation import OPEN, PLACES, Place, Presentation, Response
from hhtui.tui.shield import Shielded
from hhtui.tui.transcript import Span, Transcript, response_transcript, transcript
from hhtui.tui.visit import Visit
from hhtui.tui.widgets.dialogue_pane import NOTHING, DialogueContent, DialoguePane
from hhtui.tui.widgets.prompt_pane import PromptPane

if TYPE_CHECKING:
    from hhtui.query.highlights import Highlighter
    from hhtui.tui.app import HhtuiApp

DifferenceMode = Literal["when alike", "always", "never"]
MODES: tuple[DifferenceMode, ...] = ("when alike", "always", "never")
TEXTS: tuple[Part, ...] = ("prompt", *PLACES)
NO_DIFF = WordDiff((), 0.0)


class PairLayout(Layout):
    """Places the panes by the heights of their texts."""

    name = "pair"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, PairView)
        regions = parent.regions(size)
        return [
            WidgetPlacement(regions[part], NULL_OFFSET, Spacing(), parent.panes[part])
            for part in parent.panes
            if part in regions
        ]


class PairView(Widget):
    """Shows one pair; `painted` turns true when the terminal has been sent all of it and, where it answers, has it.

    A part has been sent when one frame had all of its cells, at the place that it has in the layout of this pair, and
    nothing over it. `visit` knows for how long the pair has been there, and which of its responses.

    The panes are places: which response stands at the left is the `presentation`'s. Of a pair that is read blind the
    texts are shown and nothing else.
    """

    app: "HhtuiApp"

    def __init__(
        self,
        when_painted: Callable[[], object],
        header: Widget,
        now: Callable[[], float],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Make a view that calls `when_painted` each time a pair has been painted.

        `header` is the line that names the pair, and `now` tells the time in seconds.
        """
        super().__init__(id=id)
        self._when_painted = when_painted
        self._header = header
        self.visit = Visit(now)
        self._layout = PairLayout()
        self.presentation = OPEN
        self.panes: dict[Part, DialoguePane] = {
            "prompt": PromptPane("prompt", whole_key="p", corner="┌"),
            "left": DialoguePane(OPEN.left, corner="├"),
            "right": DialoguePane(OPEN.right, corner="┬"),
            "extra": DialoguePane("from the source", corner="├"),
        }
        self.scroll = LinkedScroll(self.panes["left"], self.panes["right"])
        self._pair: Pair | None = None
        self._hits: list[tuple[Part, Span]] = []
        self._mode: DifferenceMode = "when alike"
        self._diff = NO_DIFF
        self._may_compare = False
        self._comparable = True
        self._place: Place = "left"
        self._one_side = False
        self._maximised = False
        self._whole_prompt = False
        self._difference = self._hit = -1
        self._drawn_widgets: set[Widget] = set()
        self._header_awaited = False
        self._asked = False
        self._showing = 0
        self._painted = False

    @property
    def key(self) -> str:
        """The key of the pair that is shown, "" where none is."""
        return self._pair.key if self._pair else ""

    @property
    def painted(self) -> bool:
        """Whether the reader has the pair before their eyes, as far as the terminal tells."""
        return self._painted

    @property
    def shows(self) -> bool:
        """Whether there is room for at least a line of a response."""
        regions = self.regions(self.size)
        return self.display and any(regions[place].height > TITLE for place in PLACES if place in regions)

    @property
    def focused_side(self) -> Response:
        """The response that keys work on."""
        return self.presentation.at(self._place)

    @property
    def scores_visible(self) -> bool:
        """Whether a number about the pair stands in the title of a text that has been shown."""
        shown: tuple[Part, ...] = ("prompt", *self.visit.seen)
        return any(self.panes[part].content.score not in ("", headline.NO_VALUE) for part in shown)

    @property
    def one_side(self) -> bool:
        """Whether there is room for one response only."""
        return self._one_side

    @one_side.setter
    def one_side(self, one_side: bool) -> None:
        if one_side != self._one_side:
            self._one_side = one_side
            self._arrange_anew()

    def compose(self) -> ComposeResult:
        yield from self.panes.values()

    @property
    def layout(self) -> Layout:
        """The layout of the panes."""
        return self._layout

    def on_mount(self) -> None:
        self.app.when_drawn(self._drawn)
        self._mark_active()
        self.call_after_refresh(self._compare_from_now)

    def regions(self, size: Size) -> dict[Part, Region]:
        """Return where each pane that is shown stands in a view of this size."""
        only = self._only
        width = size.width if only else (size.width + 1) // 2
        heights = Heights(
            self.panes["prompt"].text_height(size.width),
            max(self.panes[place].text_height(width) for place in PLACES if only in (None, place)),
            self.panes["extra"].text_height(size.width) if self.panes["extra"].content.transcript.text else 0,
        )
        return arrange(size.width, size.height, heights, only=only, whole_prompt=self._whole_prompt)

    def show(
        self,
        shown: Shielded,
        scores: Mapping[Side, Score],
        highlighter: "Highlighter | None",
        presentation: Presentation = OPEN,
    ) -> bool:
        """Show a pair from its beginning, its scores in the titles, and what `highlighter` finds in it.

        Differences are not marked while a response is masked: they would be differences between masks. Return whether
        a visit begins with it: the same pair, presented in the same way, is only shown anew.
        """
        before = self.regions(self.size)
        pair, self._comparable = shown.pair, shown.compares
        begins = self._pair is None or (self._pair.id, self.presentation) != (pair.id, presentation)
        if begins:
            self.visit.begin()
        self._pair, self.presentation = pair, presentation
        self._difference = self._hit = -1
        texts: dict[Part, Transcript] = {
            "prompt": transcript(pair.dialogues.prompt),
            **{place: response_transcript(pair.dialogues.side(presentation.at(place))) for place in PLACES},
        }
        self._diff = self._compared(texts)
        self._hits = []
        for part, text in texts.items():
            side = self._side_of(part)
            if presentation.blind:
                content = DialogueContent(presentation.name_of(side), text, oddities=shown.words(side))
            else:
                hits = hits_of(side, shown, text, highlighter)
                self._hits += [(part, span) for span in hits.spans]
                score = headline.score_words(scores.get(side))
                odd = (*shown.words(side), *oddities(side, pair.bits, shown.original.dialogues))
                content = DialogueContent(side, text, score, odd, hits, self._differing(part))
            self.panes[part].show(content)
        self._tell_elsewhere()
        extra = NOTHING if presentation.blind else _extra_text(pair)
        self.panes["extra"].show(DialogueContent("from the source", extra))
        self._await_painting(before)
        return begins

    def show_nothing(self, words: str) -> None:
        """Show that there is no pair, and why."""
        before = self.regions(self.size)
        self.visit.begin()
        self._pair, self._hits, self._diff, self.presentation = None, [], NO_DIFF, OPEN
        self.panes["prompt"].show(DialogueContent("prompt", transcript((Turn("", words),))))
        for place in PLACES:
            self.panes[place].show(DialogueContent(OPEN.at(place)))
        self._tell_elsewhere()
        self.panes["extra"].show(DialogueContent("from the source"))
        self._await_painting(before)

    def paint_again(self) -> None:
        """Count as painted only when everything has been drawn once more."""
        self._await_drawing()
        for part in self._shown_parts():
            self.panes[part].refresh()

    def rate(self, scores: Mapping[Side, Score]) -> None:
        """Show other scores of the same pair."""
        for part in TEXTS:
            score = None if self.presentation.blind else scores.get(self._side_of(part))
            self.panes[part].rate(headline.score_words(score))

    def scroll_pages(self, pages: float) -> None:
        """Scroll both responses by so many pages, or the prompt where the whole of it is shown."""
        if self._whole_prompt:
            prompt = self.panes["prompt"]
            prompt.move_by(round(pages * max(1, prompt.body_height - 1)))
        else:
            self.scroll.page_by(pages)

    @property
    def at_end(self) -> bool:
        """Whether the end of every response that is shown is in view."""
        return not self._whole_prompt and self.scroll.at_end

    def read_on(self) -> bool:
        """Scroll down by a page, at the end of the only response that is shown go to the other one.

        Return whether there was anything left to read: once both have been at their end there is not.
        """
        if not self.at_end:
            self.scroll_pages(1.0)
            return True
        self._note_ends()
        following = self.visit.to_be_read
        if following is not None and self._only:
            self.focus_place(following)
        return following is not None

    def focus_place(self, place: Place) -> None:
        """Let keys work on the response at this place; where there is room for one only, show it."""
        if place != self._place:
            self._note_ends()
            self._place = place
            self._mark_active()
            if self._only:
                self._arrange_anew()

    def focus_other(self) -> None:
        """Let keys work on the other response."""
        self.focus_place("right" if self._place == "left" else "left")

    def toggle_prompt(self) -> None:
        """Show the whole prompt, or its end above the responses."""
        self._whole_prompt = not self._whole_prompt
        self.panes["prompt"].show(self.panes["prompt"].content)
        self._arrange_anew()

    def toggle_maximised(self) -> None:
        """Show the focused response over the whole width, or both."""
        self._maximised = not self._maximised
        self._arrange_anew()

    def cycle_difference(self) -> DifferenceMode:
        """Mark the differing words when the responses are alike, always, or never; return which it is now."""
        self._mode = MODES[(MODES.index(self._mode) + 1) % len(MODES)]
        self._compare_again()
        return self._mode

    def next_difference(self, step: int) -> bool:
        """Go to the next or previous difference; return whether there is one."""
        differences = self._diff.differences
        if not differences:
            return False
        self._difference = _cycled(self._difference, step, len(differences))
        found = differences[self._difference]
        self.panes["left"].mark(found.left)
        self.panes["right"].mark(found.right)
        self.scroll.reveal([found.left[0], found.right[0]])
        return True

    @property
    def has_masked_hits(self) -> bool:
        """Whether a hit is not marked because it is masked."""
        return any(self.panes[part].content.hits.masked for part in TEXTS)

    def next_hit(self, step: int) -> bool:
        """Go to the next or previous place that the query found in this pair; return whether there is one.

        They follow each other as they are read: prompt, response at the left, response at the right. The first step
        of all is to the first or last one.
        """
        following = self._hit + step if self._hit >= 0 else 0 if step > 0 else len(self._hits) - 1
        if not 0 <= following < len(self._hits):
            return False
        self._hit = following
        part, span = self._hits[following]
        for name, pane in self.panes.items():
            pane.mark(span if name == part else None)
        if part in PLACES and self._only:
            self.focus_place(part)
        with ExitStack() as planned:
            for name, region in self.regions(self.size).items():
                planned.enter_context(self.panes[name].planned(region.size))
            self._bring_to_view(part, span[0])
        return True

    def _bring_to_view(self, part: Part, start: int) -> None:
        """Scroll so that the character at `start` of a text is seen."""
        pane = self.panes[part]
        line = pane.line_of(start)
        if part != "prompt":
            self.scroll.reveal_in(pane, start)
        elif not pane.top <= line < pane.top + pane.body_height:
            pane.move_to(line - pane.body_height // 3)

    @property
    def _only(self) -> Place | None:
        """The place of the only response that is shown, None where both are."""
        return self._place if self._one_side or self._maximised else None

    def _note_ends(self) -> None:
        """Remember that the end of the responses that are shown has been in view, where it is."""
        if self._painted and self.at_end:
            self.visit.ended.update(PLACES if self._only is None else (self._only,))

    def _arrange_anew(self) -> None:
        """Ask for a layout, through a child: what Textual remembers of a widget's own arrangement ends only so.

        It is asked for at once: when the child comes to rest, the texts may already have had a frame of their own.
        """
        self.scroll.alone = self.panes[self._only] if self._only else None
        self._tell_elsewhere()
        self.panes["prompt"].refresh(layout=True)
        self.panes["prompt"]._check_refresh()
        self.paint_again()

    def _tell_elsewhere(self) -> None:
        """Say in the title of the only response that is shown what hits the other one has."""
        for place, pane in zip(PLACES, (self.panes["right"], self.panes["left"]), strict=True):
            hits = pane.content.hits if self._only == place else NO_HITS
            long, brief = forms(hits)
            count = len(hits.spans) or brief
            told = (f"{pane.content.name}: {long}", f"{count} →" if place == "left" else f"← {count}")
            self.panes[place].elsewhere = told if long else ("", "")

    def _await_painting(self, before: dict[Part, Region]) -> None:
        self._await_drawing()
        if self.regions(self.size) != before:
            self._arrange_anew()

    def _await_drawing(self) -> None:
        self._drawn_widgets.clear()
        self._header_awaited = self._asked = False
        self._showing += 1
        self._painted = False

    def await_header(self) -> None:
        """Count as painted only when the line that names the pair is drawn too: it may come in a frame of its own."""
        self._header_awaited = True
        self._drawn_widgets.discard(self._header)

    def _drawn(self, drawn: Drawn) -> None:
        """Take notice of a frame; what stands where it belongs by now and was not in it is to be in the next one."""
        if self._asked:
            return
        corner = self.region.offset
        awaited: dict[Widget, Region] = {
            self.panes[part]: region.translate(corner) for part, region in self._shown_parts().items()
        }
        if self._header_awaited:
            awaited[self._header] = self._header.region
        for widget in awaited.keys() - self._drawn_widgets:
            if drawn.in_sight(widget) and widget.region == awaited[widget]:
                if drawn.all_of(widget):
                    self._drawn_widgets.add(widget)
                else:
                    widget.refresh()
        if awaited.keys() <= self._drawn_widgets:
            self._asked = True
            frames = self.app.frames
            frames.when_acknowledged(frames.composed, partial(self._acknowledged, self._showing))

    def _shown_parts(self) -> dict[Part, Region]:
        return {part: region for part, region in self.regions(self.size).items() if region.height and region.width}

    def _acknowledged(self, showing: int, _at: float) -> None:
        if showing == self._showing:
            self._painted = True
            self.visit.painted(PLACES if self._only is None else (self._only,))
            self._when_painted()

    def _mark_active(self) -> None:
        for place in PLACES:
            self.panes[place].active = place == self._place

    def _side_of(self, part: Part) -> Side:
        return self.presentation.at(part) if part in PLACES else "prompt"

    def _compare_from_now(self) -> None:
        self._may_compare = True
        self._compare_again()

    def _compare_again(self) -> None:
        texts: dict[Part, Transcript] = {place: self.panes[place].content.transcript for place in PLACES}
        self._diff = self._compared(texts) if self._pair else NO_DIFF
        self._difference = -1
        for place in PLACES:
            self.panes[place].mark_differences(self._differing(place))

    def _compared(self, texts: Mapping[Part, Transcript]) -> WordDiff:
        if self._mode == "never" or not (self._may_compare and self._comparable) or self.presentation.blind:
            return NO_DIFF
        found = word_diff(texts["left"].text, texts["right"].text)
        return found if self._mode == "always" or found.shows_itself else NO_DIFF

    def _differing(self, part: Part) -> tuple[Span, ...]:
        return self._diff.left() if part == "left" else self._diff.right() if part == "right" else ()


def _extra_text(pair: Pair) -> Transcript:
    """Return the source's other columns, a line each: strings as they are, other values as JSON."""
    values = (
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in pair.extra.items()
    )
    return transcript([Turn(name, value) for name, value in values])


def _cycled(index: int, step: int, count: int) -> int:
    return (0 if step > 0 else count - 1) if index < 0 else (index + step) % count
