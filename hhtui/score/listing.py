"""The signals there are, as a list describes them; no library of theirs is loaded."""

from typing import Any, NamedTuple

from hhtui.model import LENGTH, ScoreColumn
from hhtui.score.scorer import REGISTRY, ScoreError, create


class Signal(NamedTuple):
    """A scorer in a list: its name, its version or why there is none, its columns."""

    name: str
    version: str
    columns: tuple[ScoreColumn, ...]

    @property
    def kind(self) -> str:
        """What scorers of one kind share: `detoxify` for all of its models, those in int8 too."""
        return self.name.partition(":")[0].removesuffix("-int8")

    def to_json(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        return {
            "name": self.name,
            "version": self.version,
            "columns": [column._asdict() for column in self.columns],
        }


def signals() -> list[Signal]:
    """Return every scorer, and the length of a response, which needs none."""
    found = []
    for name in REGISTRY:
        scorer = create(name)
        try:
            version = scorer.version
        except ScoreError as error:
            version = f"({error})"
        found.append(Signal(name, version, scorer.columns))
    return [*found, Signal("length", "", (LENGTH,))]
