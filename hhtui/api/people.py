"""What other people decided elsewhere: brought in from files, and merged from databases."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.api.opening import PathLike, annotator_name
from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.audit.import_report import Import
    from hhtui.audit.statements import Match
    from hhtui.store.merging import Merged, Unmatched


def import_decisions(
    database: Database,
    path: PathLike,
    *,
    by: str | None = None,
    match: "Match | None" = None,
    kinds: Sequence[str] = (),
    columns: "Mapping[str, str] | None" = None,
    subset: str | None = None,
    split: str | None = None,
    dry_run: bool = False,
) -> "Import":
    """Save the decisions and labels of a CSV or JSONL file, each annotator's as one step, and return what became of it.

    Rows without an annotator are saved under `by`. `match` says what names the pairs, `columns` gives fields by what
    they mean, `kinds` are the only ones to take; `subset` and `split` say where rows are counted. Raises AuditError
    where the file cannot be read, or lacks what names pairs or decides.
    """
    from hhtui.audit.imported import import_file

    return import_file(
        *(database, Path(path), by or annotator_name()),
        by=match,
        kinds=kinds,
        columns=columns,
        subset=subset,
        split=split,
        dry_run=dry_run,
    )


def merge_decisions(path: PathLike, *others: PathLike) -> "list[Merged]":
    """Add what was decided in the databases at `others`, which are only read, to the one at `path`.

    It can be done in any order and any number of times. Raises StoreError where one of them cannot be merged; nothing
    of that one is added then.
    """
    from hhtui.store.merging import merge as merge_logs

    with Database.open(Path(path)) as database:
        return merge_logs(database, [Path(other) for other in others])


def unmatched(database: Database) -> "list[Unmatched]":
    """Return the events in the log about pairs that are not in this database, by key."""
    from hhtui.store.merging import unmatched as absent

    return absent(database.reader())
