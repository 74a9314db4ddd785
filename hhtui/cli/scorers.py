"""What `hhtui score --list` says: the scorers there are, and how far each is in a database."""

from pathlib import Path
from typing import Any

from hhtui.cli import output


def show(path: Path | None, as_json: bool) -> None:
    """Print every scorer with its columns, and how far it is in the database at `path` where one is named."""
    from hhtui.score.scorer import REGISTRY, create

    known = [create(name) for name in REGISTRY]
    stored = state(path) if path is not None else {}
    if as_json:
        available = [
            {"name": one.name, "version": one.version, "columns": [column.name for column in one.columns]}
            for one in known
        ]
        output.data_json({"available": available, **stored})
        return
    for one in known:
        output.data(f"{one.name} {one.version}")
        for column in one.columns:
            output.data(f"  {column.name}  {column.low:g} to {column.high:g}  {column.meaning} {column.fails}")
    for told in stored.get("scorers", ()):
        output.data(f"in {path}: {told['name']} {told['version']}, {told['pairs']:,} of {told['of']:,} pairs")
    if stored:
        output.data(f"harm: stands for {stored['harm'] or 'nothing yet'}")


def state(path: Path) -> dict[str, Any]:
    """Return the scorers of the database at `path` in JSON's types, and the column that `harm:` stands for."""
    from hhtui import api
    from hhtui.store import scorers
    from hhtui.store.scores import progress

    with api.open(path) as database:
        connection = database.reader()
        return {
            "scorers": [
                {
                    "name": one.scorer.name,
                    "version": one.scorer.version,
                    "fingerprint": one.scorer.fingerprint,
                    "columns": [column.name for column in one.scorer.columns],
                    "pairs": one.pairs,
                    "of": one.pairs_total,
                }
                for one in progress(connection)
            ],
            "harm": scorers.harm_column(connection),
        }


def choose(path: Path, column: str) -> None:
    """Let `harm:` and `gap:` stand for `column` in the database at `path`."""
    from hhtui import api
    from hhtui.store.scorers import choose_harm_column

    with api.open(path) as database, database.writing() as connection:
        choose_harm_column(connection, column)
