"""Load the pairs of a corpus without the text index and without scores.

    python -m benchmarks.pairs_alone CORPUS DATABASE

No command of hhtui does only that: a search would miss what is not in the index.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hhtui.ingest.load import Options, load
from hhtui.store.database import Database


def main(corpus: str, database: str) -> None:
    """Make a new database of the corpus's pairs."""
    with Database.create(Path(database)) as created:
        load(created, [corpus], Options(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
