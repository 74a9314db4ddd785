"""Score a database as hhtui's own scoring process does, and write down every text that a scorer of texts is given.

    python -m benchmarks.endurance.watched_scoring LOG DB --scorer NAME… [--options JSON]

LOG gets one JSON object a batch before it is scored: the scorer, and the hashes of the texts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from hhtui.hashing import text_hash
from hhtui.score import child
from hhtui.score.scorer import NO_OPTIONS, Options, PairScorer, Scored, Scorer, create


def watched(scorer: Scorer | PairScorer, log: int) -> Scorer | PairScorer:
    """Return the scorer, which from now on writes down the texts that it is given."""
    if isinstance(scorer, PairScorer):
        return scorer
    score = scorer.score

    def noted(texts: Sequence[str]) -> Scored:
        line = {"scorer": scorer.name, "texts": [text_hash(text).hex() for text in texts]}
        os.write(log, json.dumps(line).encode() + b"\n")
        return score(texts)

    scorer.score = noted  # type: ignore[method-assign]
    return scorer


def main() -> int:
    """Score, with all scorers watched."""
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def create_watched(name: str, options: Options = NO_OPTIONS) -> Scorer | PairScorer:
        return watched(create(name, options), log)

    child.create = create_watched  # type: ignore[attr-defined]
    return child.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
