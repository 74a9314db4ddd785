"""Scoring the texts of a database, and measuring how well its scores rank."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.api.opening import PathLike, refuse_read_only
from hhtui.store.database import Database

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.audit.labels import By
    from hhtui.audit.report import Evaluation
    from hhtui.model import Unit
    from hhtui.score.progress import ScoreProgress
    from hhtui.score.ray.engine import RayOptions
    from hhtui.score.ray.merge import Merged
    from hhtui.score.scorer import Options
    from hhtui.store.scorers import StoredScorer


def score(
    path: PathLike,
    scorers: Sequence[str] = (),
    *,
    options: "Options | None" = None,
    turns: bool = False,
    ray: "RayOptions | None" = None,
    report: "Callable[[ScoreProgress], None]" = lambda progress: None,
) -> int:
    """Score every text of the database that lacks a score, in a process of its own; return how many were scored.

    Without `scorers` those are the ones that work at once, offline. Responses and prompts are scored, with `turns`
    also each turn by itself. With `ray` texts go out as shards, and Ray does the work. Ctrl-C stops it; the next
    call goes on.
    """
    from hhtui.score.process import start
    from hhtui.score.scorer import NO_OPTIONS, create

    how = options or NO_OPTIONS
    more: tuple[Unit, ...] = ("turn",) if turns else ()
    for name in scorers:
        create(name, how)
    with Database.open(Path(path)) as database:
        refuse_read_only(database)
    return start(Path(path), scorers, report, options=how, more=more, ray=ray).wait()


def merge(
    path: PathLike, folder: PathLike, *, report: "Callable[[ScoreProgress], None]" = lambda progress: None
) -> "Merged":
    """Put the scores that Ray left in `folder` into the database; done again, it adds nothing.

    Raises ScoreError where `folder` holds no shards.
    """
    from hhtui.score.ray.merge import merge as merge_shards

    with Database.open(Path(path)) as database:
        refuse_read_only(database)
        return merge_shards(database, Path(folder), report)


def evaluate(
    database: Database,
    labels: PathLike,
    columns: Sequence[str],
    *,
    label: Sequence[str] = (),
    by: "By | None" = None,
    field: str | None = None,
    resamples: int = 2000,
    seed: int = 7,
    options: "Options | None" = None,
    report: "Callable[[str, int, int], None]" = lambda scorer, done, total: None,
) -> "Evaluation":
    """Measure how `columns`, named as in a query, rank what a file of labels says of pairs or of texts.

    Labelled texts without a score are scored now, by the scorer that the database has scores of, made with `options`;
    nothing is stored. `report` hears its name, and how many texts are done of how many. Raises AuditError about the
    labels, ScoreError where that scorer cannot be had, StoreError where there is no such column.
    """
    import shlex

    from hhtui.audit.evaluation import evaluate as evaluate_labels
    from hhtui.audit.labels import read_labels
    from hhtui.score.outside import score_texts
    from hhtui.score.scorer import NO_OPTIONS

    def score_now(scorer: "StoredScorer", texts: Sequence[str]) -> "NDArray[numpy.float32]":
        return score_texts(
            *(scorer.name, scorer.fingerprint, texts, options or NO_OPTIONS),
            report=lambda done: report(scorer.name, done, len(texts)),
        )

    asked = [f"--field={field}"] * (field is not None) + [f"--column={one}" for one in columns]
    command = shlex.join(["hhtui", "eval", str(database.path), "--labels", str(labels), *asked])
    read = read_labels(Path(labels), by=by, field=field, names=label, command=command)
    return evaluate_labels(database.reader(), read, columns, score_now, resamples=resamples, seed=seed)
