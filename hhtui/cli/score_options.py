"""What `hhtui score` refuses before it begins: options that would do nothing, and a harm column that will not be."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from hhtui.score.scorer import Options, PairScorer, Scorer
    from hhtui.store.scorers import StoredScorer

FP32, INT8 = "detoxify", "detoxify-int8"
READ_BY = {
    "checkpoint": (FP32,),
    "config_dir": (FP32,),
    "model": (INT8,),
    "device": (FP32,),
    "batch_tokens": (FP32, INT8),
    "yes": (FP32,),
}
"""The options that only some kinds of scorer read."""

OF_MERGE = {"words", "as_json"}
OF_LIST = {"words", "as_json", "scorers", "listed"}


def refuse_beside(context: click.Context, what: str, used: set[str]) -> None:
    """Raise UsageError where an option is given that `what` does nothing with."""
    for name in _given(context):
        if name not in used:
            raise click.UsageError(f"{what} does nothing with {_option(context, name)}; leave that out")


def wanted_scorers(context: click.Context, names: Sequence[str], options: "Options") -> "list[Scorer | PairScorer]":
    """Return the scorers that are asked for, those that work at once where none is named.

    Raises UsageError where an option is given that none of them reads, ScoreError for an unknown name.
    """
    from hhtui.score.scorer import DEFAULTS, create

    wanted = [create(name, options) for name in names or DEFAULTS]
    kinds = {scorer.name.partition(":")[0] for scorer in wanted}
    for name in _given(context):
        if not kinds & set(READ_BY.get(name, kinds)):
            readers = " or ".join(f"--scorer {kind}:original" for kind in READ_BY[name])
            raise click.UsageError(f"{_option(context, name)} does nothing here; it is for {readers}")
    if "unit" in _given(context) and not any("turn" in scorer.units for scorer in wanted):
        raise click.UsageError(f"--unit turn does nothing here; {wanted[0].name} reads no single turns")
    return wanted


def require_harm(path: Path, name: str, wanted: "Sequence[Scorer | PairScorer]") -> None:
    """Raise StoreError, naming the nearest, unless `harm:` can stand for the column `name` after `wanted` scored."""
    from hhtui import api
    from hhtui.store.errors import StoreError
    from hhtui.store.scorers import columns_of, named_columns, slug

    with api.open(path) as database:
        columns = named_columns(database.reader())
    for one in (column for scorer in wanted for column in columns_of(_unstored(scorer))):
        columns.setdefault(one.name, one)
        columns.setdefault(one.column.name, one)
    scorer, _, column = name.lower().rpartition(".")
    found = columns.get(f"{slug(scorer)}.{column}" if scorer else column)
    if found is None:
        near = get_close_matches(name, columns, n=1, cutoff=0)[0]
        there = ", ".join(one for one in columns if "." in one)
        raise StoreError(f"no scorer has a column {name!r}, nothing was scored; did you mean {near}? Columns: {there}")
    if not found.sides:
        raise StoreError(f"{found.name} is a number of the pair; --harm needs one that both sides have")


def _unstored(scorer: "Scorer | PairScorer") -> "StoredScorer":
    from hhtui.store.scorers import StoredScorer

    return StoredScorer(0, scorer.name, "", "", scorer.columns, scorer.units, {}, {})


def _given(context: click.Context) -> list[str]:
    return [name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT]


def _option(context: click.Context, name: str) -> str:
    return next(one.opts[0] for one in context.command.params if one.name == name)
