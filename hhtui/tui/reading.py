"""What the screen reads of the database, row by row, without waiting."""

import json
from collections.abc import Callable, Sequence

from hhtui.dialogue import rebuild
from hhtui.model import HUMAN, RESPONSES, Bit, Decision, Pair, Score, Side
from hhtui.store import decisions, pairs, scorers, scores, settings
from hhtui.store.connection import Connection
from hhtui.tui.presentation import OPEN, Blind, Presentation, presented, read_openly
from hhtui.tui.shield import Shield, Shielded
from hhtui.tui.widgets.pair_rows import Marks, Percentiles

UNCOUNTED = ("note", "skip")
"""The kinds of decision that leave a pair undecided."""


class Reader:
    """Reads pairs, decisions and scores for the screen of one annotator.

    `blinding` tells of a pair, by its id, whether it is read blind: of such a pair nothing is given that could tell
    which response is which, what was decided before, or why it is here. All texts come as `shield` lets them pass.
    """

    def __init__(
        self,
        connection: Connection,
        annotator: str,
        blinding: Callable[[int], Blind | None] = read_openly,
        shield: Shield | None = None,
    ) -> None:
        self._connection = connection
        self._annotator = annotator
        self._blinding = blinding
        self._shield = shield or Shield(connection)
        self._total: int | None = None
        self._descriptions: tuple[str, ...] | None = None

    def shown(self, pair_id: int) -> Shielded | None:
        """Return a pair as it is shown, or None where it is gone: a later revision of its source has replaced it."""
        try:
            return self._shield.pair(pairs.read(self._connection, pair_id))
        except KeyError:
            return None

    def pair(self, pair_id: int) -> Pair | None:
        """Return a pair with what is masked of its texts, or None where it is gone."""
        shown = self.shown(pair_id)
        return shown.pair if shown else None

    def presentation(self, pair_id: int) -> Presentation:
        """Return how a pair is presented."""
        blind = self._blinding(pair_id)
        pair = None if blind is None else self.pair(pair_id)
        return OPEN if blind is None or pair is None else presented(pair.hash, blind.seed)

    def headings(self, pair_ids: Sequence[int]) -> list[pairs.Heading]:
        """Return what the list shows of these pairs; a last Human turn in a response would tell which one it is."""
        found = self._shield.headings(pairs.headings(self._connection, pair_ids))
        return [self._without_responses(one) if self._blinding(one.id) else one for one in found]

    def _without_responses(self, heading: pairs.Heading) -> pairs.Heading:
        pair = self.pair(heading.id)
        shared = pair is not None and any(turn.role == HUMAN for turn in pair.dialogues.prompt)
        return heading._replace(bits=Bit(0)) if shared else heading._replace(last_human="", earlier="", bits=Bit(0))

    def decisions(self, pair_id: int) -> list[Decision]:
        """Return the current decisions about a pair; where it is read blind, the annotator's since then alone."""
        found = decisions.current(self._connection, [pair_id]).get(pair_id, [])
        blind = self._blinding(pair_id)
        if blind is None:
            return found
        return [one for one in found if one.annotator == self._annotator and one.made_at >= blind.since]

    def undecided(self, pair_ids: Sequence[int]) -> set[int]:
        """Return those of the pairs that the annotator has not decided; where read blind, not since then."""
        hidden = [one for one in pair_ids if self._blinding(one)]
        shown = [one for one in pair_ids if one not in hidden] if hidden else pair_ids
        found = decisions.undecided(self._connection, shown, self._annotator)
        return found | {one for one in hidden if all(made.kind in UNCOUNTED for made in self.decisions(one))}

    def marks(self, pair_ids: Sequence[int]) -> dict[int, Marks]:
        """Return what the annotator decided about these pairs."""
        hidden = [one for one in pair_ids if self._blinding(one)]
        shown = [one for one in pair_ids if one not in hidden] if hidden else pair_ids
        marks = {
            pair_id: _marks([one for one in found if one.annotator == self._annotator])
            for pair_id, found in decisions.current(self._connection, shown).items()
        }
        return marks | {
            one: Marks(something=True) for one in hidden if any(made.kind != "skip" for made in self.decisions(one))
        }

    def percentiles(self, pair_ids: Sequence[int]) -> dict[int, Percentiles]:
        """Return where both responses of these pairs rank in the column that the screen shows."""
        column = self.harm_column()
        if column is None:
            return {}
        page = scores.of_page(self._connection, [one for one in pair_ids if not self._blinding(one)], column)
        return {pair_id: (_rank(found.get("chosen")), _rank(found.get("rejected"))) for pair_id, found in page.items()}

    def harm_column(self) -> str | None:
        """Return the qualified name of the column that numbers on the screen are of, None without scores."""
        return scorers.harm_column(self._connection)

    def scores(self, pair_id: int) -> dict[Side, Score]:
        """Return the scores of a pair's sides in the column that the screen shows."""
        column = None if self._blinding(pair_id) else self.harm_column()
        return scores.of_pair(self._connection, pair_id, column) if column else {}

    def total(self) -> int:
        """Return how many pairs the database holds."""
        if self._total is None:
            self._total = pairs.count(self._connection)
        return self._total

    def descriptions(self, *, blind: bool = False) -> tuple[str, ...]:
        """Return what the numbers are, from the longest form to the shortest, with SAMPLE where the data is that.

        The longest names the column, its scorer and version; while a pair is read `blind`, there are no numbers.
        """
        if blind:
            return self._with_sample(("reading blind", "blind"))
        if self._descriptions is None:
            name = self.harm_column()
            column = scorers.score_columns(self._connection)[name] if name else None
            forms = (column.title, column.column.name) if column else ("no scores",)
            self._descriptions = self._with_sample(forms)
        return self._descriptions

    def _with_sample(self, forms: tuple[str, ...]) -> tuple[str, ...]:
        is_sample = bool(settings.get(self._connection, "sample"))
        return (*(f"SAMPLE  {form}" for form in forms), "SAMPLE") if is_sample else forms

    def notes(self) -> tuple[str, ...]:
        """Return what is to be known about this database, a line each, for the help page."""
        return tuple(
            f"{stored.title(column.name)}: {column.meaning} {column.fails}"
            for stored in scorers.known(self._connection)
            for column in stored.columns
        )

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


def read_ahead(connection: Connection, pair_id: int, page: Sequence[int]) -> None:
    """Read what the screen is going to ask for of a pair and of a page of others.

    What another connection has read is in memory: the screen, for which keys wait, then waits for no disk.
    """
    column = scorers.harm_column(connection)
    for one in pairs.read_many(connection, [pair_id]):
        if column is not None:
            scores.of_pair(connection, one.id, column)
    pairs.headings(connection, page)
    decisions.current(connection, page)
    if column is not None:
        scores.of_page(connection, page, column)


def _marks(mine: Sequence[Decision]) -> Marks:
    values = {decision.kind: decision.value for decision in mine}
    return Marks("flag" in values, "drop" in values, values.get("preference", ""), labelled="label" in values)


def _rank(score: Score | None) -> float | None:
    return score.percentile if score else None
