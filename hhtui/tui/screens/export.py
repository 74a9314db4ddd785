"""Asks what to export, in which form, and where to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.screens.dialogs import AskText, Choice, Choose

if TYPE_CHECKING:
    from hhtui.store.listing import Listing

ENDINGS: dict[str, str] = {
    "ids": "ids.txt",
    "csv": "csv",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "datasets": "datasets",
    "trl-implicit": "trl-implicit.jsonl",
    "trl-explicit": "trl-explicit.jsonl",
    "trl-conversational": "trl-conversational.jsonl",
    "trl-unpaired": "trl-unpaired.jsonl",
}
"""The forms of `hhtui export`, with the end of the name that is proposed."""
MEANINGS: dict[str, str] = {
    "ids": "one key a line",
    "csv": "keys, scores, decisions and texts, for a spreadsheet",
    "jsonl": "the source's own lines",
    "parquet": "the source's columns",
    "datasets": "the source's columns, in a folder for load_from_disk",
    "trl-implicit": "chosen and rejected, the prompt in both",
    "trl-explicit": "prompt, chosen and rejected",
    "trl-conversational": "prompt, chosen and rejected, as messages",
    "trl-unpaired": "prompt, completion and label, two rows a pair",
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write: `query` None is the flagged pairs, `format` is of `ENDINGS`; the file must not exist yet.

    With a list, `listed`, it is those of its pairs that the query finds.
    """

    query: str | None
    format: str
    path: str
    listed: "Listing | None" = None


async def ask_for_export(
    ask: Callable[[Dialog[str | None]], Awaitable[str | None]], name: str, query: str, flagged: int, shown: int | None
) -> ExportRequest | None:
    """Ask for an export of the database `name`, from within a worker; None where the answer is Esc.

    `shown` is how many pairs `query` found, None where what is shown is not all of that.
    """
    found = [] if shown is None else [("view", f"{shown:,} of this view")]
    choices = [
        Choice(f"{what}:{form}", f"{label} as {form}", MEANINGS[form])
        for what, label in (("flagged", f"{flagged:,} flagged"), *found)
        for form in ENDINGS
    ]
    chosen = await ask(Choose("Export", choices))
    if chosen is None:
        return None
    what, _, form = chosen.partition(":")
    path = await ask(AskText("Write to", f"{name}-{what}.{ENDINGS[form]}", "Enter writes   Esc cancels"))
    if not path or not path.strip():
        return None
    return ExportRequest(None if what == "flagged" else query, form, str(Path(path.strip()).expanduser()))
