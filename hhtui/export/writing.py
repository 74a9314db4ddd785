"""Lines and columns of pairs are written to a stream or a file, which is then described by its hash."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hhtui.export import containers, trl
from hhtui.store.errors import StoreError
from hhtui.store.placing import Sink, write_whole
from hhtui.store.records import Original

STEP = 500
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")

Report = Callable[[int, int], object]


def write_chunks(chunks: Iterable[bytes], sink: Sink, total: int, report: Report | None = None) -> dict[str, Any]:
    """Write chunks, one a pair, to `sink`; return the hash and the number of all bytes."""
    digest, size = hashlib.sha256(), 0
    for number, chunk in enumerate(chunks, 1):
        write_whole(sink, chunk)
        digest.update(chunk)
        size += len(chunk)
        if report is not None and number % STEP == 0:
            report(min(number, total), total)
    return {"sha256": digest.hexdigest(), "bytes": size}


def write_columns(form: str, path: Path, originals: Callable[[], Iterable[Original]]) -> None:
    """Write the columns of pairs to a new Parquet file or folder of datasets; `originals` is asked twice for them."""
    write_table = containers.write_dataset if form == "datasets" else containers.write_parquet
    write_table(path, columns_of(originals()), containers.inferred(columns_of(originals())))


def columns_of(originals: Iterable[Original]) -> Iterator[dict[str, Any]]:
    """Yield the columns of pairs, in their source's order."""
    for row in originals:
        yield {name: row.fields[name] for name in dict.fromkeys((*row.columns, *row.fields)) if name in row.fields}


def refuse_compressed(path: Path) -> None:
    """Raise StoreError where a file's name promises a compression: what is written has none."""
    if path.suffix in COMPRESSED:
        raise StoreError(
            f"{path} would not be compressed; name {path.with_suffix('').name}, and compress it afterwards"
        )


def described(path: Path) -> dict[str, Any]:
    """Return the hash and the size of a file, of a folder those of its files."""
    if path.is_dir():
        return {"files": {one.name: described(one) for one in sorted(path.iterdir())}}
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def promise_of(form: str) -> str:
    """Return the key in `PROMISES` of a format that is no lines of the source."""
    if form in trl.FORMS:
        return "trl_messages" if form == "trl-conversational" else "trl"
    return "columns" if form in ("parquet", "datasets") else form
