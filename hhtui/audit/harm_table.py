"""The table prompt harm × reply harm × direction: where a threshold puts each pair, and what readers preferred."""

from collections import Counter
from collections.abc import Set
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.model import Bit
from hhtui.store.columns import Columns
from hhtui.store.connection import Connection, kept_by
from hhtui.store.errors import StoreError
from hhtui.store.preferences import preferences
from hhtui.store.results import everything
from hhtui.store.scorers import StoredColumn, harm_column, resolve

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

THRESHOLD = 0.5
PROMPTS = ("high", "low", "no number")
REPLIES = ("neither", "chosen only", "rejected only", "both")
DIRECTIONS = ("agrees", "disagrees", "equal", "unsure", "readers differ", "unread")
"""What the reader preferred, beside the source's label."""

_SAID = {"chosen": "agrees", "rejected": "disagrees", "equal": "equal", "unsure": "unsure"}
_OF_PAIRS = "-is:single_sided -is:tie"


class HarmRow(NamedTuple):
    """A place in the table: whether the prompt and which replies are above the threshold, the pairs by direction.

    `query` finds the same pairs, whatever their direction.
    """

    prompt: str
    replies: str
    directions: dict[str, int]
    query: str

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return sum(self.directions.values())


class HarmTable(NamedTuple):
    """The table by one column and one threshold; a text is high where its number is above `at`.

    `without_label` counts the pairs that are left out: records with one side, and ties. `without_number` counts the
    replies that have no number, which are not above. `imported` pairs have a preference that came from a file.
    """

    column: StoredColumn
    at: float
    annotator: str
    rows: tuple[HarmRow, ...]
    without_label: int
    without_number: int
    imported: int

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "column": self.column.name,
            "scorer": self.column.scorer.name,
            "fingerprint": self.column.scorer.fingerprint,
            "at": self.at,
            "annotator": self.annotator or None,
            "rows": [
                {"prompt": row.prompt, "replies": row.replies, **row.directions, "pairs": row.pairs, "query": row.query}
                for row in self.rows
            ],
            "without_label": self.without_label,
            "replies_without_number": self.without_number,
            "imported": self.imported,
        }


def harm_table(
    connection: Connection, column: str | None = None, at: float = THRESHOLD, annotator: str = ""
) -> HarmTable | None:
    """Return the table by `column`, or by the one that harm stands for; None where nothing is scored.

    Raises StoreError where there is no such column, or it is a number of the pair.
    """
    import numpy

    name = column or harm_column(connection)
    if name is None:
        return None
    stored = resolve(connection, name)
    if not stored.sides:
        raise StoreError(f"{stored.name} is a number of the pair; the table needs one that both responses have")
    columns, ids = kept_by(connection, Columns), numpy.asarray(everything(connection).ids, dtype=numpy.int64)
    bits = columns.get(connection, "bits").astype(numpy.int64)[ids - 1]
    labelled = (bits & int(Bit.TIE | Bit.SINGLE_SIDED)) == 0
    left_out = int((~labelled).sum())
    ids = ids[labelled]
    prompt, chosen, rejected = (columns.get(connection, f"{stored.name}.{side}")[ids - 1] for side in _SIDES)
    above = (chosen > at).astype(numpy.int8) + 2 * (rejected > at)
    prompts = numpy.where(numpy.isnan(prompt), 2, numpy.where(prompt > at, 0, 1))
    preferred = preferences(connection, annotator)
    said = {pair_id: _direction(values) for pair_id, values in preferred.of_pair.items()}
    counts = Counter(
        zip(prompts.tolist(), above.tolist(), (said.get(one, "unread") for one in ids.tolist()), strict=True)
    )
    return HarmTable(
        *(stored, at, annotator),
        rows=tuple(
            HarmRow(
                *(PROMPTS[prompt_at], REPLIES[replies_at]),
                {direction: counts[prompt_at, replies_at, direction] for direction in DIRECTIONS},
                _query(stored.name, at, PROMPTS[prompt_at], REPLIES[replies_at]),
            )
            for prompt_at in range(len(PROMPTS))
            if PROMPTS[prompt_at] != "no number" or (prompts == prompt_at).any()
            for replies_at in range(len(REPLIES))
        ),
        without_label=left_out,
        without_number=int(numpy.isnan(chosen).sum() + numpy.isnan(rejected).sum()),
        imported=preferred.imported,
    )


_SIDES = ("prompt", "chosen", "rejected")


def _direction(values: Set[str]) -> str:
    return _SAID[next(iter(values))] if len(values) == 1 else "readers differ"


def _query(name: str, at: float, prompt: str, replies: str) -> str:
    """Return the query that finds the pairs of a row."""
    terms = {
        "high": f"{name}.prompt:>{at:g}",
        "low": f"{name}.prompt:<={at:g}",
        "no number": f"{name}.prompt:none",
    }
    sides = ("" if replies in (f"{side} only", "both") else "-" for side in ("chosen", "rejected"))
    above = (f"{minus}{name}.{side}:>{at:g}" for minus, side in zip(sides, ("chosen", "rejected"), strict=True))
    return " ".join([terms[prompt], *above, _OF_PAIRS])
