"""What a composition of the screen drew, and whether all of a widget was among it."""

from typing import Any, NamedTuple

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget


class Drawn(NamedTuple):
    """An `update` of the cells of `screen`, the one on top."""

    screen: Screen[Any]
    update: ChopsUpdate | LayoutUpdate

    def in_sight(self, widget: Widget) -> bool:
        """Return whether `widget` stands on the screen, and nothing over it."""
        cells = self._cells(widget)
        return widget.screen is self.screen and bool(cells) and self.screen.get_widget_at(*cells.offset)[0] is widget

    def all_of(self, widget: Widget) -> bool:
        """Return whether the update has every cell of `widget`, in sight."""
        return self.in_sight(widget) and self._has(self._cells(widget))

    def _cells(self, widget: Widget) -> Region:
        return widget.region.intersection(self.screen.size.region)

    def _has(self, cells: Region) -> bool:
        if isinstance(self.update, LayoutUpdate):
            return self.update.region.contains_region(cells)
        rows = {y for y, start, end in self.update.spans if start <= cells.x and cells.right <= end}
        return rows.issuperset(cells.line_range)
