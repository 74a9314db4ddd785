"""The looks of words and marks, each named once for all widgets; `styles/looks.tcss` says what each is like."""

from collections.abc import Iterable

from rich.style import Style
from textual.widget import Widget

LOOKS = (
    "strong",
    "quiet",
    "mark",
    "error",
    "words",
    "bar",
    "above",
    "rule",
    "active",
    "human",
    "assistant",
    "difference",
    "hit",
    "current",
    "selected",
    "cursor",
)
"""The names, without what their component classes begin with."""

_CLASS = "look--"

COMPONENT_CLASSES = {f"{_CLASS}{name}" for name in LOOKS}
"""What the application has to have as component classes, for Textual to work them out once, not in every widget."""


class PaletteWidget(Widget):
    """A widget that draws in looks of the palette; each is worked out once, and again after a change of styles."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._looks: dict[tuple[str, ...], Style] = {}

    def look(self, *names: str) -> Style:
        """Return the widget's own style overlaid with these looks, in order; "" is no look.

        Raises:
            KeyError: The palette has no such look.
        """
        style = self._looks.get(names)
        if style is None:
            style = self._looks[names] = self._overlaid(filter(None, names)) if names else self.rich_style
        return style

    def notify_style_update(self) -> None:
        """Forget the looks, and draw again what was drawn in them."""
        super().notify_style_update()
        if self._looks:
            self._looks.clear()
            self.refresh()

    def _overlaid(self, names: Iterable[str]) -> Style:
        """Return the widget's own style with looks over it; an `auto` colour contrasts with what is behind it."""
        style, background = self.look(), self.background_colors[1]
        for name in names:
            look = self.app.get_component_styles(f"{_CLASS}{name}")
            if look.has_rule("background"):
                background += look.background
                style += Style(bgcolor=background.rich_color)
            if look.has_rule("color"):
                colour = background.get_contrast_text(look.color.a) if look.auto_color else look.color
                style += Style(color=(background + colour).rich_color)
            style += look.text_style
        return style
