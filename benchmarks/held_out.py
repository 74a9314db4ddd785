"""How often the preference model is right on pairs that it did not see, seed by seed, in a process of its own.

    python -m benchmarks.held_out DB [--seeds 5]

Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from hhtui.score.preference.model import PreferenceModel
from hhtui.score.scorer import ScoreError
from hhtui.store import scoring
from hhtui.store.database import Database


def accuracies(database: Path, seeds: int) -> dict[str, object]:
    """Return the held-out accuracy of the model of each seed, and that of the rule that the shorter reply is chosen.

    Raises TooFewPairsError where they do not suffice.
    """
    with Database.open(database, read_only=True) as opened:
        pairs = list(scoring.learning_pairs(opened.reader()))
    findings = [PreferenceModel(seed=seed).fit(pairs).findings for seed in range(seeds)]
    return {
        "pairs": findings[0]["labelled_pairs"],
        "held_out": [found["held_out_accuracy"] for found in findings],
        "shorter": findings[0]["shorter_reply_accuracy"],
    }


def main() -> None:
    """Learn, and print the accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    try:
        print(json.dumps(accuracies(arguments.database, arguments.seeds)))
    except ScoreError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
