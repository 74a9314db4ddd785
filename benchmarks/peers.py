"""The same work done by other tools, each in a process of its own.

    python -m benchmarks.peers NAME CORPUS FOLDER

Prints one JSON object: `seconds` of the work itself, and what it found. The time from the start of the process
is measured from outside. A tool that is not installed is left out: `installed(NAME)` tells.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OFFLINE = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
MODULES = {
    "datasets": "datasets",
    "datasets_filter": "datasets",
    "polars": "polars",
    "duckdb": "duckdb",
    "duckdb_fts": "duckdb_extension_fts",
    "tantivy": "tantivy",
    "tantivy_stored": "tantivy",
}


def installed(name: str) -> bool:
    """Return whether the tool behind a peer can be imported."""
    return importlib.util.find_spec(MODULES[name]) is not None


def datasets(corpus: Path, folder: Path) -> dict[str, object]:
    """Load with `datasets.load_dataset("json")`; cold where the folder is empty."""
    from datasets import load_dataset  # type: ignore[import-not-found, unused-ignore]

    loaded = load_dataset("json", data_files=str(corpus), split="train", cache_dir=str(folder))
    return {"pairs": len(loaded), "read": len(loaded[0]["chosen"]) > 0}


def datasets_filter(corpus: Path, folder: Path, literal: str = "bank") -> dict[str, object]:
    """Find a substring with `datasets.filter` over batches, its cheapest way, case-sensitive.

    The data set comes from the cache in `folder`; the seconds are those of the filter alone.
    """
    from datasets import load_dataset

    loaded = load_dataset("json", data_files=str(corpus), split="train", cache_dir=str(folder))
    begin = time.perf_counter()
    found = loaded.filter(
        lambda chosen, rejected: [literal in a or literal in b for a, b in zip(chosen, rejected, strict=True)],
        batched=True,
        input_columns=["chosen", "rejected"],
        load_from_cache_file=False,
        keep_in_memory=True,
    )
    return {"seconds": time.perf_counter() - begin, "found": len(found)}


def polars(corpus: Path, folder: Path) -> dict[str, object]:
    """Read with polars, without an index."""
    import polars as tool  # type: ignore[import-not-found, unused-ignore]

    return {"pairs": tool.read_ndjson(gzip.decompress(corpus.read_bytes())).height}


def duckdb(corpus: Path, folder: Path) -> dict[str, object]:
    """Load into a DuckDB file, without an index."""
    import duckdb as tool  # type: ignore[import-not-found, unused-ignore]

    with tool.connect(str(folder / "peer.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE pair AS SELECT row_number() OVER () AS id, chosen, rejected FROM read_json(?)",
            [str(corpus)],
        )
        return {"pairs": connection.execute("SELECT count(*) FROM pair").fetchall()[0][0]}


def duckdb_fts(corpus: Path, folder: Path) -> dict[str, object]:
    """Load into a DuckDB file and build its full-text index."""
    result = duckdb(corpus, folder)
    with with_fts(folder) as connection:
        connection.execute("PRAGMA create_fts_index('pair', 'id', 'chosen', 'rejected')")
    return result


def with_fts(folder: Path) -> Any:
    """Return a connection to DuckDB's file with its full-text extension, which the package duckdb-extension-fts has."""
    import duckdb as tool
    from duckdb_extensions import import_extension  # type: ignore[import-not-found, unused-ignore]

    connection = tool.connect(str(folder / "peer.duckdb"), config={"extension_directory": str(folder)})
    import_extension("fts", con=connection)
    connection.execute("LOAD fts")
    return connection


def tantivy(corpus: Path, folder: Path, *, stored: bool = False) -> dict[str, object]:
    """Index the text of both dialogues with tantivy, with JSON parsing, by as many threads as it likes."""
    import tantivy as tool  # type: ignore[import-not-found, unused-ignore]

    builder = tool.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True)
    for side in ("chosen", "rejected"):
        builder.add_text_field(side, stored=stored)
    index = tool.Index(builder.build(), path=str(folder))
    writer = index.writer(128_000_000)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            writer.add_document(tool.Document(id=number, **json.loads(line)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return {"pairs": index.searcher().num_docs}


def tantivy_stored(corpus: Path, folder: Path) -> dict[str, object]:
    """The same with the texts kept in it, so that it can give them back."""
    return tantivy(corpus, folder, stored=True)


PEERS: dict[str, Callable[[Path, Path], dict[str, object]]] = {
    "datasets": datasets,
    "datasets_filter": datasets_filter,
    "polars": polars,
    "duckdb": duckdb,
    "duckdb_fts": duckdb_fts,
    "tantivy": tantivy,
    "tantivy_stored": tantivy_stored,
}


def main() -> None:
    """Do the work of one peer and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PEERS))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    result = PEERS[arguments.name](arguments.corpus, arguments.folder)
    print(json.dumps({"seconds": time.perf_counter() - begin, **result}))


if __name__ == "__main__":
    main()
