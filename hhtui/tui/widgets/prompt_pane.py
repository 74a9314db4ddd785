"""The pane of the turns that both responses answer."""

from hhtui.tui.hits import counted_hits
from hhtui.tui.widgets.dialogue_pane import DialoguePane
from hhtui.tui.widgets.line_view import Title


class PromptPane(DialoguePane):
    """Shows the turns that both responses answer, anchored at their end: the last Human turn is in view.

    `whole_key` is the key that shows the whole prompt, for the title.
    """

    def __init__(self, name: str, *, whole_key: str = "", corner: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(name, corner=corner, id=id)
        self.whole_key = whole_key

    def resting_top(self) -> int:
        """Return the line from which the end is in view, or the last Human turn's first where that is above it."""
        human = self.content.transcript.last_human
        if human is not None and self.line_of(max(human.label[0], human.text[1] - 1)) < self.most_top:
            return min(self.most_top, self.line_of(human.label[0]))
        return self.most_top

    def earlier_turns(self) -> int:
        """Return how many turns begin above the view."""
        top = self.top
        return sum(self.line_of(turn.label[0]) < top for turn in self.content.transcript.turns)

    def title_of(self, width: int) -> Title:
        """Return how many turns begin above the view and the hits in them, or the name where none does."""
        earlier = self.earlier_turns()
        if not earlier:
            return super().title_of(width)
        begin = self.lines[self.top].start
        above = sum(start < begin for start, _ in self.content.hits.spans)
        hits = f", {counted_hits(above)}" if above else ""
        key = f" ({self.whole_key})" if self.whole_key else ""
        turns = f"turn{'s' if earlier > 1 else ''}{hits}{key}"
        below = f"▼{self.most_top - self.top}" if self.top < self.most_top else ""
        return self._fitting((f"▲ {earlier} earlier {turns}", f"▲ {earlier} {turns}"), below, width, above)
