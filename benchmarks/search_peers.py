"""The same searches by other tools, each in a process of its own, over data that is ready to be searched.

    python -m benchmarks.search_peers NAME CORPUS FOLDER SPECIFICATION

SPECIFICATION is a JSON object: `words` (a list of lists of words that must all stand in a pair), `phrases`, `literal`,
`pattern`, `window` (rows) and `times`. Prints one JSON object: for each kind of search that the tool has, the
milliseconds of each, and under `found` how many pairs the last one of a kind found. What a tool needs to do once,
reading or indexing, is not counted here. Prompts stand in both transcripts, which are what every tool searches.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import duckdb, duckdb_fts, tantivy, with_fts

Search = Callable[[], int]
Searches = dict[str, list[Search]]

LONG, SHORT = 2_000, 1_000
"""The characters of the chosen transcript that filter + sort asks for: more than the first, at most the second."""


def by_duckdb(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """ILIKE, regexp_matches, and columns of lengths, over a table in a file."""
    import duckdb as tool  # type: ignore[import-not-found, unused-ignore]

    pairs = duckdb(corpus, folder)["pairs"]
    connection = tool.connect(str(folder / "peer.duckdb"))
    connection.execute("ALTER TABLE pair ADD COLUMN size INTEGER")
    connection.execute("UPDATE pair SET size = length(chosen)")

    def ids(condition: str, *values: object) -> Search:
        sql = f"SELECT id FROM pair WHERE {condition} ORDER BY size"
        return lambda: len(connection.execute(sql, list(values)).fetchnumpy()["id"])

    def like(words: Sequence[str]) -> Search:
        both = "(chosen ILIKE ? OR rejected ILIKE ?)"
        return ids(" AND ".join([both] * len(words)), *(f"%{word}%" for word in words for _ in range(2)))

    window = f"SELECT * FROM pair ORDER BY size LIMIT {wanted['window']} OFFSET {pairs} - {wanted['window']}"
    pattern = f"(?i){wanted['pattern']}"
    return {
        "words": [like(words) for words in wanted["words"]],
        "phrases": [like([phrase]) for phrase in wanted["phrases"]],
        "literal": [like([wanted["literal"]])],
        "pattern": [ids("regexp_matches(chosen, ?) OR regexp_matches(rejected, ?)", pattern, pattern)],
        "filter and sort": [ids(f"size BETWEEN {SHORT} AND {LONG}")],
        "window": [lambda: len(connection.execute(window).fetchall())],
    }


def by_duckdb_fts(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """Words by the full-text extension, all of them in a pair."""
    duckdb_fts(corpus, folder)
    connection = with_fts(folder)
    sql = "SELECT id FROM (SELECT id, fts_main_pair.match_bm25(id, ?, conjunctive := 1) AS s FROM pair) WHERE s NOTNULL"

    def match(words: Sequence[str]) -> Search:
        return lambda: len(connection.execute(sql, [" ".join(words)]).fetchnumpy()["id"])

    return {"words": [match(words) for words in wanted["words"]]}


def by_tantivy(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """Words and phrases to all their documents by the index; misspelt words by edit distance 2."""
    import tantivy as tool  # type: ignore[import-not-found, unused-ignore]

    pairs = int(str(tantivy(corpus, folder)["pairs"]))
    index = tool.Index.open(str(folder))
    searcher, schema = index.searcher(), index.schema

    def every(query: Any) -> Search:
        return lambda: len(searcher.search(query, limit=pairs, count=False).hits)

    def misspelt(words: Sequence[str]) -> Any:
        must = tool.Occur.Must
        parts = [
            tool.Query.boolean_query(
                [
                    (tool.Occur.Should, tool.Query.fuzzy_term_query(schema, side, word.lower(), distance=2))
                    for side in ("chosen", "rejected")
                ]
            )
            for word in words
        ]
        return tool.Query.boolean_query([(must, part) for part in parts])

    def ten(query: Any) -> Search:
        return lambda: len(searcher.search(query, limit=10, count=False).hits)

    fields = ["chosen", "rejected"]
    return {
        "words": [
            every(index.parse_query(" ".join(f"+{word}" for word in words), fields)) for words in wanted["words"]
        ],
        "phrases": [every(index.parse_query(f'"{phrase}"', fields)) for phrase in wanted["phrases"]],
        "misspelt": [ten(misspelt(words)) for words in wanted["misspelt"]],
    }


def by_polars(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """A frame in memory: `str.contains`, filter, sort and slice."""
    import polars as tool  # type: ignore[import-not-found, unused-ignore]

    frame = tool.read_ndjson(gzip.decompress(corpus.read_bytes())).with_row_index("id")
    frame = frame.with_columns(size=tool.col("chosen").str.len_chars())

    def ids(condition: Any) -> Search:
        return lambda: int(frame.lazy().filter(condition).sort("size").select("id").collect().height)

    def has(pattern: str) -> Any:
        found = f"(?i){pattern}"
        return tool.col("chosen").str.contains(found) | tool.col("rejected").str.contains(found)

    def all_of(words: Sequence[str]) -> Any:
        return tool.all_horizontal([has(rf"\b{word}\b") for word in words])

    return {
        "words": [ids(all_of(words)) for words in wanted["words"]],
        "phrases": [ids(has(rf"\b{phrase}\b")) for phrase in wanted["phrases"]],
        "literal": [ids(has(wanted["literal"]))],
        "pattern": [ids(has(wanted["pattern"]))],
        "filter and sort": [ids(tool.col("size").is_between(SHORT, LONG))],
        "window": [lambda: int(frame.lazy().sort("size").tail(wanted["window"]).collect().height)],
    }


def by_ripgrep(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """`rg --count` over the lines of the JSON file, which it does not parse."""
    lines = folder / "corpus.jsonl"
    with gzip.open(corpus) as packed, lines.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 2**20)

    def count(*options: str) -> Search:
        argv = ["rg", "--count", "--ignore-case", "--no-config", *options, str(lines)]
        return lambda: int(subprocess.run(argv, capture_output=True, text=True).stdout.strip() or 0)

    return {
        "words": [count("--word-regexp", "--fixed-strings", words[0]) for words in wanted["words"] if len(words) == 1],
        "phrases": [count("--word-regexp", "--fixed-strings", phrase) for phrase in wanted["phrases"]],
        "literal": [count("--fixed-strings", wanted["literal"])],
        "pattern": [count(wanted["pattern"])],
    }


def by_datasets(corpus: Path, folder: Path, wanted: dict[str, Any]) -> Searches:
    """`filter` over batches, `sort`, and rows by index."""
    from datasets import load_dataset  # type: ignore[import-not-found, unused-ignore]

    loaded = load_dataset("json", data_files=str(corpus), split="train", cache_dir=str(folder))
    sized = loaded.add_column("size", [len(text) for text in loaded["chosen"]])
    options: dict[str, Any] = {"batched": True, "load_from_cache_file": False, "keep_in_memory": True}

    def literal() -> int:
        wants = wanted["literal"]

        def holds(chosen: Sequence[str], rejected: Sequence[str]) -> list[bool]:
            return [wants in one or wants in other for one, other in zip(chosen, rejected, strict=True)]

        return len(loaded.filter(holds, input_columns=["chosen", "rejected"], **options))

    def filter_and_sort() -> int:
        found = sized.filter(lambda sizes: [SHORT <= size <= LONG for size in sizes], input_columns=["size"], **options)
        return len(found.sort("size", load_from_cache_file=False))

    ordered = sized.sort("size", load_from_cache_file=False)
    return {
        "literal": [literal],
        "filter and sort": [filter_and_sort],
        "window": [lambda: len(ordered[len(ordered) - wanted["window"] :]["chosen"])],
    }


PEERS: dict[str, Callable[[Path, Path, dict[str, Any]], Searches]] = {
    "datasets": by_datasets,
    "duckdb": by_duckdb,
    "duckdb_fts": by_duckdb_fts,
    "tantivy": by_tantivy,
    "polars": by_polars,
    "ripgrep": by_ripgrep,
}


MODULES = {"duckdb_fts": "duckdb_extension_fts"}


def installed(name: str) -> bool:
    """Return whether the tool behind a peer is on this machine."""
    if name == "ripgrep":
        return shutil.which("rg") is not None
    return importlib.util.find_spec(MODULES.get(name, name)) is not None


def timed(search: Search) -> tuple[float, int]:
    """Return the milliseconds of a search, and what it found."""
    begin = time.perf_counter()
    found = search()
    return (time.perf_counter() - begin) * 1000, found


def main() -> None:
    """Do the searches of one peer, each once to warm up, and print how long they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PEERS))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("specification", type=Path)
    arguments = parser.parse_args()
    wanted = json.loads(arguments.specification.read_text(encoding="utf-8"))
    searches = PEERS[arguments.name](arguments.corpus, arguments.folder, wanted)
    taken: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for kind, several in searches.items():
        several[0]()
        for search in several:
            for _ in range(wanted["times"]):
                milliseconds, found[kind] = timed(search)
                taken.setdefault(kind, []).append(milliseconds)
    print(json.dumps({**taken, "found": found}))


if __name__ == "__main__":
    main()
