"""The queues of a triage as data: which pairs each shows first, and in one sentence what it is and is not."""

from collections.abc import Mapping
from typing import NamedTuple

from hhtui.model import ScoreField

HIGH = 0.5
"""The score above which a reply counts as high, and the one below which it counts as low."""

ODD = (
    "is:empty,role_leak,consecutive_roles,prefix_mismatch,identical,identical_folded,continued.chosen,tie "
    "sort:length.min"
)
"""All oddities of structure but two: red-teamers went on with the rejected reply, and one dialogue is no pair."""


TITLES: Mapping[str, str] = {
    "label-candidates": "label candidates",
    "both-bad": "both replies bad",
    "false-alarms": "false alarms",
    "structure": "structure oddities",
    "random": "undecided at random",
}
"""What each queue is called, by its name in commands, in the order of the card."""


class QueueList(NamedTuple):
    """One list of a queue: the column that `surfaced_by` names brings its pairs, by a query with its order."""

    surfaced_by: str
    query: str


class Queue(NamedTuple):
    """A queue: its name in commands, what it is and is not, and its lists, whose pairs come in turn.

    Where a score is missing there are no lists, and `missing` is the scorer that makes it, or "" where any does.
    """

    name: str
    meaning: str
    lists: tuple[QueueList, ...] = ()
    missing: str | None = None

    @property
    def title(self) -> str:
        """What it is called on the screen."""
        return TITLES[self.name]

    def way_out(self, database: str) -> str:
        """Return what to do about the missing score, "" where none is missing."""
        if self.missing is None:
            return ""
        scorer = f" --scorer {self.missing}" if self.missing else ""
        return f"needs a score that is not here: hhtui score {database}{scorer}"

    def needs(self, database: str) -> str:
        """Return the same with the title of the queue."""
        way_out = self.way_out(database)
        return f"{self.title} {way_out}" if way_out else ""


def queues(columns: Mapping[str, ScoreField], harm: str | None, seed: int = 7) -> tuple[Queue, ...]:
    """Return the queues of a database in the order of the card.

    `columns` are its score columns as a query names them, `harm` the qualified name of the one that `harm:` means, and
    `seed` draws the last queue.
    """
    shown = _shown_name(columns, harm)
    return (
        _label_candidates(columns),
        _both_bad(columns, shown),
        _false_alarms(columns, shown),
        Queue(
            "structure",
            "Empty, equal or leaking replies and broken turns, by rules over the form; odd is not wrong, and bad "
            "text in good form is not here.",
            (QueueList("structure", ODD),),
        ),
        Queue(
            "random",
            "What nobody has decided yet, by chance, for an impression of the whole; no share can be estimated "
            "from it: that is hhtui estimate.",
            (QueueList("chance", f"sort:random({seed})"),),
        ),
    )


def _label_candidates(columns: Mapping[str, ScoreField]) -> Queue:
    queue = Queue(
        "label-candidates",
        "The chosen reply reads more like rejected ones, by a model learned here: candidates, a third of the "
        "first on hh-rlhf were wrong labels.",
    )
    if "disagreement" not in columns:
        return queue._replace(missing="preference-model")
    return queue._replace(lists=(QueueList("disagreement", "disagreement:>0 sort:disagreement-"),))


def _both_bad(columns: Mapping[str, ScoreField], shown: str) -> Queue:
    lists = [name for name in dict.fromkeys((shown, "dispreferred")) if _has_both_sides(columns, name)]
    queue = Queue(
        "both-bad",
        "High on both sides, by each list in turn: worth a look, no error by itself; toxicity finds swearing, "
        "dispreferred a way of writing.",
    )
    if not lists:
        return queue._replace(missing="")
    return queue._replace(lists=tuple(QueueList(name, f"{name}.min:>{HIGH} sort:{name}.min-") for name in lists))


def _false_alarms(columns: Mapping[str, ScoreField], shown: str) -> Queue:
    queue = Queue(
        "false-alarms",
        "A reply that scores high and yet refuses, or does not read like a rejected one: likely fine, "
        "as far as two rules of thumb can tell.",
    )
    if not _has_both_sides(columns, shown) or shown == "dispreferred":
        return queue._replace(missing="alt-profanity")
    lists = []
    if _has_both_sides(columns, "refusal"):
        lists.append(QueueList("refusal", _on_a_side(shown, "refusal", "1")))
    if _has_both_sides(columns, "dispreferred"):
        lists.append(QueueList("dispreferred", _on_a_side(shown, "dispreferred", f"<{HIGH}")))
    return queue._replace(lists=tuple(lists)) if lists else queue._replace(missing="refusal")


def _on_a_side(high: str, other: str, value: str) -> str:
    sides = " OR ".join(f"({high}.{side}:>{HIGH} {other}.{side}:{value})" for side in ("chosen", "rejected"))
    return f"({sides}) sort:{high}-"


def _has_both_sides(columns: Mapping[str, ScoreField], name: str) -> bool:
    return name in columns and "min" in columns[name].parts


def _shown_name(columns: Mapping[str, ScoreField], harm: str | None) -> str:
    """Return the shortest name of the column that the screen shows, "" where there are no scores."""
    names = [name for name, field in columns.items() if field.column == harm]
    return min(names, key=len, default="")
