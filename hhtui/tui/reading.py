"""What the screen reads of the database, row by row, without waiting."""

import json
from collections.abc import Sequence

from hhtui.dialogue import rebuild
from hhtui.model import RESPONSES, Decision, Pair, Score, Side
from hhtui.store import decisions, pairs, scorers, scores, settings
from hhtui.store.connection import Connection
from hhtui.tui.widgets.pair_rows import Marks, Percentiles

PLAIN_ORDERS = (
    ("length.chosen-", "the longest chosen replies first"),
    ("length.rejected-", "the longest rejected replies first"),
    ("turns-", "the longest dialogues first"),
    ("random(1)", "shuffled, the same for the same number"),
)


class Reader:
    """Reads pairs, decisions and scores for the screen of one annotator."""

    def __init__(self, connection: Connection, annotator: str) -> None:
        self._connection = connection
        self._annotator = annotator
        self._total: int | None = None
        self._descriptions: tuple[str, ...] | None = None

    def pair(self, pair_id: int) -> Pair | None:
        """Return a pair, or None where it is gone: a later revision of its source has replaced it."""
        try:
            return pairs.read(self._connection, pair_id)
        except KeyError:
            return None

    def headings(self, pair_ids: Sequence[int]) -> list[pairs.Heading]:
        """Return what the list shows of these pairs."""
        return pairs.headings(self._connection, pair_ids)

    def marks(self, pair_ids: Sequence[int]) -> dict[int, Marks]:
        """Return what the annotator decided about these pairs."""
        return {
            pair_id: _marks([one for one in found if one.annotator == self._annotator])
            for pair_id, found in decisions.current(self._connection, pair_ids).items()
        }

    def percentiles(self, pair_ids: Sequence[int]) -> dict[int, Percentiles]:
        """Return where both responses of these pairs rank in the column that the screen shows."""
        column = self.harm_column()
        if column is None:
            return {}
        page = scores.of_page(self._connection, pair_ids, column)
        return {pair_id: (_rank(found.get("chosen")), _rank(found.get("rejected"))) for pair_id, found in page.items()}

    def harm_column(self) -> str | None:
        """Return the qualified name of the column that numbers on the screen are of, None without scores."""
        return scorers.harm_column(self._connection)

    def scores(self, pair_id: int) -> dict[Side, Score]:
        """Return the scores of a pair's sides in the column that the screen shows."""
        column = self.harm_column()
        return scores.of_pair(self._connection, pair_id, column) if column else {}

    def total(self) -> int:
        """Return how many pairs the database holds."""
        if self._total is None:
            self._total = pairs.count(self._connection)
        return self._total

    def descriptions(self) -> tuple[str, ...]:
        """Return what the numbers are, from the longest form to the shortest, with SAMPLE where the data is that.

        The longest names the column, its scorer and version.
        """
        if self._descriptions is None:
            name = self.harm_column()
            column = scorers.score_columns(self._connection)[name] if name else None
            forms = (column.title, column.column.name) if column else ("no scores",)
            is_sample = bool(settings.get(self._connection, "sample"))
            self._descriptions = (*(f"SAMPLE  {form}" for form in forms), "SAMPLE") if is_sample else forms
        return self._descriptions

    def notes(self) -> tuple[str, ...]:
        """Return what is to be known about this database, a line each, for the help page."""
        return tuple(
            f"{stored.title(column.name)}: {column.meaning} {column.fails}"
            for stored in scorers.known(self._connection)
            for column in stored.columns
        )

    def orders(self) -> list[tuple[str, str]]:
        """Return the orders to choose from: the `sort:` column and what it brings first."""
        harm = self.harm_column()
        if harm is None:
            return list(PLAIN_ORDERS)
        columns = scorers.score_columns(self._connection)
        name, title = scorers.shortest_name(self._connection, harm), columns.pop(harm).title
        of_harm = [
            (f"{name}.min-", f"both responses high in {title} first"),
            (f"{name}-", f"either response high in {title} first"),
            (f"{name}.chosen-", f"chosen responses high in {title} first"),
            ("gap-", f"chosen above rejected in {title} first"),
        ]
        of_others = [
            (f"{scorers.shortest_name(self._connection, one.name)}.min-", f"both responses high in {one.title} first")
            if one.sides
            else (f"{scorers.shortest_name(self._connection, one.name)}-", f"pairs high in {one.title} first")
            for one in columns.values()
        ]
        return [*of_harm, *of_others, *PLAIN_ORDERS]

    def forget_numbers(self) -> None:
        """The database has changed: read counts and scores anew."""
        self._total = None
        self._descriptions = None

    def as_json(self, pair_id: int | None) -> str:
        """Return a pair as a JSON object: key, hash and both transcripts; "" where there is none."""
        pair = None if pair_id is None else self.pair(pair_id)
        if pair is None:
            return ""
        record = {"key": pair.key, "hash": pair.hash.hex()}
        record |= {side: rebuild((*pair.dialogues.prompt, *pair.dialogues.side(side))) for side in RESPONSES}
        return json.dumps(record, ensure_ascii=False)


def _marks(mine: Sequence[Decision]) -> Marks:
    values = {decision.kind: decision.value for decision in mine}
    return Marks("flag" in values, "drop" in values, values.get("preference", ""))


def _rank(score: Score | None) -> float | None:
    return score.percentile if score else None
