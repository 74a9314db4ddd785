"""A patch is applied to its source, or to another file with the same pairs, without a database."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhtui import __version__
from hhtui.export import lines, sides
from hhtui.export.manifest import rendered
from hhtui.export.patch import Change, Patch
from hhtui.export.rules import Action
from hhtui.export.run import MANIFEST_SUFFIX
from hhtui.export.writing import described, refuse_compressed, write_chunks
from hhtui.store.errors import StoreError
from hhtui.store.placing import placed, refuse_existing
from hhtui.store.records import Original

SourceRow = tuple[int, bytes, Original]
"""A pair of a file: its row from 0, its hash, and the pair."""


class UnmatchedError(StoreError):
    """A patch names pairs that a file does not have; `changes` are what it says of them."""

    def __init__(self, name: str, changes: Sequence[Change], of: int) -> None:
        """Name the first of them."""
        super().__init__(
            f"{name} does not have {len(changes):,} of the {of:,} pairs that the patch changes, the first is "
            f"{changes[0].key}; nothing was written, name the right file, or leave them out with --force"
        )
        self.changes = changes


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a patch did.

    `same` tells whether the file is the patch's source, byte for byte: then the output is that of `hhtui clean`.
    `pairs` counts those of the file, `unmatched` are the changes whose pairs it does not have. `refused_lines` are the
    lines that could not be read as pairs, which are left out.
    """

    path: Path
    manifest_path: Path
    same: bool
    pairs: int
    dropped: int
    swapped: int
    unmatched: Sequence[Change]
    refused_lines: Sequence[int]
    manifest: Mapping[str, Any]


def matched(
    changes: Sequence[Change], rows: Iterable[tuple[int, bytes]], *, same: bool
) -> tuple[dict[int, Action], list[Change]]:
    """Return what is done to which row, and the changes that no row matches.

    In the `same` file a change is about its row, where that has its hash. In another it is about a row with its
    hash: of several its own row, else the first that no other change is about.
    """
    wanted = {change.hash for change in changes}
    places: dict[str, list[int]] = defaultdict(list)
    for row, digest in rows:
        if digest.hex() in wanted:
            places[digest.hex()].append(row)
    found: dict[int, Action] = {}
    waiting: list[Change] = []
    for change in changes:
        if change.row in places[change.hash] and change.row not in found:
            found[change.row] = change.action
        else:
            waiting.append(change)
    unmatched: list[Change] = []
    for change in waiting:
        free = [] if same else [row for row in places[change.hash] if row not in found]
        if free:
            found[free[0]] = change.action
        else:
            unmatched.append(change)
    return found, unmatched


def write(
    patch: Patch,
    name: str,
    read: Callable[[], Iterator[SourceRow]],
    path: Path,
    *,
    same: bool,
    refused_lines: Callable[[], Sequence[int]],
    patch_sha256: str,
    manifest_path: Path | None = None,
    force: bool = False,
) -> Applied:
    """Write to `path` what the patch leaves of the file `name`, whose pairs `read` gives each time it is called.

    `refused_lines` says which lines were left out, once `read` has been read. Raises UnmatchedError where pairs are
    missing and `force` is false, and StoreError where the source gives other bytes than it gave `hhtui clean`.
    """
    refuse_compressed(path)
    beside = manifest_path or path.with_name(path.name + MANIFEST_SUFFIX)
    if beside.resolve() == path.resolve():
        raise StoreError(f"{path} cannot be both the output and its manifest; name another file for one of them")
    if Path(name).resolve() in (path.resolve(), beside.resolve()):
        raise StoreError(f"{name} is what is read, and would be lost; name another file")
    for one in (path, beside):
        refuse_existing(one, force=force)
    pairs = 0

    def counted() -> Iterator[tuple[int, bytes]]:
        nonlocal pairs
        for row, digest, _ in read():
            pairs += 1
            yield row, digest

    actions, unmatched = matched(patch.changes, counted(), same=same)
    if unmatched and not force:
        raise UnmatchedError(name, unmatched, len(patch.changes))
    with placed(beside, force=force) as manifest_draft, placed(path, force=force) as draft:
        with draft.open("xb") as file:
            write_chunks(lines.originals(_left(read(), actions)), file, pairs)
        output = described(draft)
        if same and not unmatched and output["sha256"] != patch.result:
            raise StoreError(
                f"{name} is the patch's source and gives other bytes than it gave when it was cleaned; the patch was "
                f"changed, or use the hhtui that made it (this is {__version__})"
            )
        done = list(actions.values())
        told = {
            "hhtui": __version__,
            "patch": {"sha256": patch_sha256},
            "source": {"file": name, "same": same, "sha256": patch.source.sha256},
            "pairs": pairs,
            "dropped": done.count("drop"),
            "swapped": done.count("swap"),
            "written": pairs - done.count("drop"),
            "unmatched": [change.key for change in unmatched],
            "refused_lines": list(refused_lines()),
            "output": {"file": path.name, **output},
        }
        manifest_draft.write_bytes(rendered(told))
    counts = done.count("drop"), done.count("swap")
    return Applied(path, beside, same, pairs, *counts, unmatched, refused_lines(), told)


def _left(rows: Iterable[SourceRow], actions: Mapping[int, Action]) -> Iterator[Original]:
    for row, _, original in rows:
        action = actions.get(row)
        if action != "drop":
            yield sides.swapped(original) if action == "swap" else original
