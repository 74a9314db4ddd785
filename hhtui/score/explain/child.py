"""The process that explains scores: JSON lines in, JSON lines out, until its standard input ends."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hhtui.model import SIDES
from hhtui.score.explain.explainer import MOST, Explainer
from hhtui.score.scorer import ScoreError
from hhtui.store.database import Database
from hhtui.store.errors import StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer requests about a database; return 0, or 1 where nobody listens any more or it cannot be opened.

    A request is an object on one line: `scorer`, `pair` (the id), `side`, and `most`, which may be left out. Its
    answer has the same `scorer` and `side`, and either `words`, an array of [words, weight], or `error`, one line.
    """
    parser = argparse.ArgumentParser(prog="python -m hhtui.score.explain.child", description="Explain scores.")
    parser.add_argument("database", type=Path)
    try:
        with Database.open(parser.parse_args(arguments).database, read_only=True) as database:
            explainer = Explainer(database)
            for line in sys.stdin:
                print(json.dumps(answer(explainer, line)), flush=True)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def answer(explainer: Explainer, line: str) -> dict[str, Any]:
    """Return the answer to one line."""
    try:
        asked = json.loads(line)
        name, pair_id, side, most = asked["scorer"], asked["pair"], asked["side"], asked.get("most", MOST)
        if side not in SIDES:
            raise ValueError(side)
    except (ValueError, KeyError, TypeError):
        return {"error": "this is no request; a request has scorer, pair and side"}
    echo = {"scorer": name, "side": side}
    try:
        return {**echo, "words": explainer.words(name, pair_id, side, most)}
    except KeyError:
        return {**echo, "error": f"there is no pair {pair_id}"}
    except (ScoreError, StoreError) as error:
        return {**echo, "error": str(error)}


if __name__ == "__main__":
    sys.exit(main())
