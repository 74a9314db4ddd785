"""What all questions over the browse screen have in common."""

from typing import TYPE_CHECKING, ClassVar, Generic

from textual.screen import ModalScreen, ScreenResultType

from hhtui.tui.style_sheets import style_sheet

if TYPE_CHECKING:
    from hhtui.tui.app import HhtuiApp

SHEET = style_sheet("dialogs")


class Dialog(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Something to be answered before keys go to the browse screen again.

    The keys in `ENDING` may close it: those typed after one wait until that is done. The key that blanks the screen
    blanks it too, unless a text is typed into it.
    """

    ENDING: ClassVar[frozenset[str]]
    app: "HhtuiApp"

    def __init__(self) -> None:
        super().__init__()
        # With a CSS_PATH Textual would parse all sheets anew and style the screen below: 11 ms for the first dialog.
        if not self.app.stylesheet.has_source(str(SHEET)):
            self.app.stylesheet.add_source(SHEET.read_text(encoding="utf-8"), (str(SHEET), ""))

    def on_mount(self) -> None:
        self.stay()

    def stay(self) -> None:
        """Take the next keys."""
        self.app.browse.gate.release("dialog")
