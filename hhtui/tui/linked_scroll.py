"""Two panes that scroll as one."""

from collections.abc import Sequence

from hhtui.tui.widgets.dialogue_pane import DialoguePane


class LinkedScroll:
    """Scrolls several panes together: line n of each stands at the same height.

    Where a place in one text and its counterpart in the other are too far apart to be seen at once, `reveal`
    shifts the panes against each other until the texts change. While one is shown `alone`, the others stay as they are.
    """

    def __init__(self, *panes: DialoguePane) -> None:
        self.panes = panes
        self.alone: DialoguePane | None = None
        self._shifts = [0] * len(panes)
        for pane in panes:
            pane.link = self

    @property
    def top(self) -> int:
        """The first line in view, of the pane that is not shifted; beyond the end of a shorter text."""
        return max(0, *(pane.top - shift for pane, shift in self._shown))

    @property
    def most_top(self) -> int:
        """The greatest value of `top`: the end of every text is in view."""
        return max(0, *(pane.most_top - shift for pane, shift in self._shown))

    @property
    def at_end(self) -> bool:
        """Whether the last line of every pane that is shown is in view."""
        return all(pane.at_end for pane, _ in self._shown)

    @property
    def page(self) -> int:
        """Lines of one page: one less than the lowest pane shows, so that one line stays in view."""
        return max(1, min(pane.body_height for pane, _ in self._shown) - 1)

    def reset(self) -> None:
        """Put the panes side by side again."""
        self._shifts = [0] * len(self.panes)

    def move_to(self, top: int) -> None:
        """Scroll every pane that is shown to line `top`, or as near to that as its text allows."""
        top = min(max(0, top), self.most_top)
        for pane, shift in self._shown:
            pane.move_to(top + shift)

    def move_by(self, lines: int) -> None:
        """Scroll down by so many lines, up where negative."""
        self.move_to(self.top + lines)

    def page_by(self, pages: float) -> None:
        """Scroll down by so many pages, up where negative; half a page is 0.5."""
        self.move_by(round(pages * self.page) or (1 if pages > 0 else -1))

    def reveal(self, positions: Sequence[int]) -> None:
        """Bring the character at `positions[i]` of each pane's text into view, moving as little as possible."""
        lines = [pane.line_of(position) for pane, position in zip(self.panes, positions, strict=True)]
        if self._in_view(lines):
            return
        if self.alone is not None:
            self.move_to(lines[self.panes.index(self.alone)] - self.page // 4)
            return
        first = min(lines)
        self._shifts = [max(0, line - first - self.page + 1) for line in lines]
        self.move_to(first - self.page // 4)
        if not self._in_view(lines):
            self.move_to(first)

    def reveal_in(self, pane: DialoguePane, position: int) -> None:
        """Bring the character at `position` of one pane's text into view, the others moving with it."""
        line = pane.line_of(position)
        if pane.top <= line < pane.top + pane.body_height:
            return
        shift = next((by for one, by in self._shown if one is pane), 0)
        self.move_to(line - shift - pane.body_height // 3)
        if not pane.top <= line < pane.top + pane.body_height:
            pane.move_to(line)

    @property
    def _shown(self) -> list[tuple[DialoguePane, int]]:
        """The panes that are shown, with how far each is shifted."""
        if self.alone is not None:
            return [(self.alone, 0)]
        return list(zip(self.panes, self._shifts, strict=True))

    def _in_view(self, lines: Sequence[int]) -> bool:
        places = zip(self.panes, lines, strict=True)
        return all(
            pane.top <= line < pane.top + pane.body_height
            for pane, line in places
            if self.alone is None or pane is self.alone
        )
