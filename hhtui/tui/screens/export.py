"""Asks what to export, in which form, and where to."""

from dataclasses import dataclass
from typing import Any, Literal

from textual.app import App

from hhtui.tui.screens.dialogs import AskText, Choice, Choose

Format = Literal["ids", "csv", "jsonl"]
ENDINGS: dict[str, str] = {"ids": "ids.txt", "csv": "csv", "jsonl": "jsonl"}
MEANINGS: dict[str, str] = {
    "ids": "one key a line",
    "csv": "keys, scores, decisions and texts, for a spreadsheet",
    "jsonl": "the source's own lines",
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write: `query` None is the flagged pairs; the file must not exist yet."""

    query: str | None
    format: Format
    path: str


async def ask_for_export(app: App[Any], name: str, query: str, flagged: int, shown: int) -> ExportRequest | None:
    """Ask for an export of the database `name`, from within a worker; None where the answer is Esc."""
    choices = [
        Choice(f"{what}:{form}", f"{label} as {form}", MEANINGS[form])
        for what, label in (("flagged", f"{flagged:,} flagged"), ("view", f"{shown:,} of this view"))
        for form in ENDINGS
    ]
    chosen = await app.push_screen_wait(Choose("Export", choices))
    if chosen is None:
        return None
    what, _, form = chosen.partition(":")
    path = await app.push_screen_wait(
        AskText("Write to", f"{name}-{what}.{ENDINGS[form]}", "Enter writes   Esc cancels")
    )
    if not path:
        return None
    return ExportRequest(None if what == "flagged" else query, form, path)  # type: ignore[arg-type]
