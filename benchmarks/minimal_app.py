"""The smallest Textual app that shows text: the yardstick for how soon hhtui paints.

python -m benchmarks.minimal_app
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class MinimalApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Yield the line."""
        yield Static("hhtui", markup=False)


if __name__ == "__main__":
    MinimalApp().run()
