"""The signals there are, as a list describes them; no library of theirs is loaded."""

from typing import Any, NamedTuple, Protocol, runtime_checkable

from hhtui.model import LENGTH, ScoreColumn
from hhtui.score.scorer import REGISTRY, ScoreError, create


@runtime_checkable
class WithWeights(Protocol):
    """A scorer whose weights may be elsewhere.

    `described` are the columns of the weights that it is named after; `state` says in a few words whether they are
    here, or raises ScoreError.
    """

    def described(self) -> tuple[ScoreColumn, ...]:
        """The columns, known without weights."""

    def state(self) -> str:
        """Where the weights are."""


class Signal(NamedTuple):
    """A scorer in a list: its name, its columns, its version, where it has weights, and why it cannot be used."""

    name: str
    version: str
    columns: tuple[ScoreColumn, ...]
    state: str = ""

    @property
    def kind(self) -> str:
        """What scorers of one kind share: `detoxify` for all of its models, those in int8 too."""
        return self.name.partition(":")[0].removesuffix("-int8")

    def to_json(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        return {
            "name": self.name,
            "version": self.version,
            "state": self.state,
            "columns": [column._asdict() for column in self.columns],
        }


def signals() -> list[Signal]:
    """Return every scorer, and the length of a response, which needs none."""
    return [*map(_signal, REGISTRY), Signal("length", "", (LENGTH,))]


def _signal(name: str) -> Signal:
    """Return the scorer `name` as a list has it; one that cannot be used is described all the same."""
    scorer = create(name)
    try:
        state = scorer.state() if isinstance(scorer, WithWeights) else ""
        return Signal(name, scorer.version, scorer.columns, state)
    except ScoreError as error:
        columns = scorer.described() if isinstance(scorer, WithWeights) else scorer.columns
        return Signal(name, "", columns, str(error))
