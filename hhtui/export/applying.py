"""A patch is applied to its source, or to another file with the same pairs, without a database."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhtui import __version__
from hhtui.export import lines, sides
from hhtui.export.manifest import rendered
from hhtui.export.patch import Change, Patch
from hhtui.export.rules import Action
from hhtui.export.run import MANIFEST_SUFFIX
from hhtui.export.writing import Report, refuse_compressed, write_chunks
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


class _Matching:
    """What is done to which pair of a file; iterating yields what is left of it."""

    def __init__(self, changes: Sequence[Change], read: Callable[[], Iterator[SourceRow]], *, same: bool) -> None:
        self.pairs = 0
        self.done: Counter[Action] = Counter()
        self.unmatched: Sequence[Change] = ()
        self._changes = changes
        self._read = read
        self._same = same

    def __iter__(self) -> Iterator[Original]:
        """Yield the pairs that are left; then the counts are known."""
        places = {change.row: change for change in self._changes} if self._same else self._places()
        matched = set()
        for row, digest, original in self._read():
            self.pairs += 1
            change = places.get(row)
            if change is None or change.hash != digest.hex():
                yield original
                continue
            matched.add(change)
            self.done[change.action] += 1
            if change.action == "swap":
                yield sides.swapped(original)
        self.unmatched = [change for change in self._changes if change not in matched]

    def _places(self) -> dict[int, Change]:
        """Return the change of each row in another file than the patch's source.

        A change is about a row with its hash: of several its own row, else the first that no other change is about.
        """
        wanted = {change.hash for change in self._changes}
        rows: dict[str, list[int]] = defaultdict(list)
        for row, digest, _ in self._read():
            if digest.hex() in wanted:
                rows[digest.hex()].append(row)
        own = {change.row: change for change in self._changes if change.row in rows[change.hash]}
        found = dict(own)
        for change in self._changes:
            if own.get(change.row) != change:
                free = [row for row in rows[change.hash] if row not in found]
                found |= {row: change for row in free[:1]}
        return found


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
    report: Report | None = None,
) -> Applied:
    """Write to `path` what the patch leaves of the file `name`, whose pairs `read` gives each time it is called.

    `refused_lines` says which lines were left out, once `read` has been read; `report` is told how many of about how
    many pairs are written. Raises UnmatchedError where pairs are
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
    left = _Matching(patch.changes, read, same=same)
    with placed(beside, force=force) as manifest_draft, placed(path, force=force) as draft:
        with draft.open("xb") as file:
            output = write_chunks(lines.originals(left), file, patch.written, report)
        if left.unmatched and not force:
            raise UnmatchedError(name, left.unmatched, len(patch.changes))
        if same and not left.unmatched and output["sha256"] != patch.result:
            raise StoreError(
                f"{name} is the patch's source and gives other bytes than it gave when it was cleaned; the patch was "
                f"changed, or use the hhtui that made it (this is {__version__})"
            )
        told = {
            "hhtui": __version__,
            "patch": {"sha256": patch_sha256},
            "source": {"file": name, "same": same, "sha256": patch.source.sha256},
            "pairs": left.pairs,
            "dropped": left.done["drop"],
            "swapped": left.done["swap"],
            "written": left.pairs - left.done["drop"],
            "unmatched": [change.key for change in left.unmatched],
            "refused_lines": list(refused_lines()),
            "output": {"file": path.name, **output},
        }
        manifest_draft.write_bytes(rendered(told))
    counts = left.pairs, left.done["drop"], left.done["swap"]
    return Applied(path, beside, same, *counts, left.unmatched, refused_lines(), told)
