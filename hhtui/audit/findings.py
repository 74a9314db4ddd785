"""What was found by reading: the random samples as they stand, and how far annotators agree."""

from typing import NamedTuple

from hhtui.audit.agreement import Agreement, agree
from hhtui.audit.commands import command
from hhtui.audit.errors import AuditError
from hhtui.audit.estimates import Estimate, estimate
from hhtui.audit.samples import sample_of
from hhtui.model import Question
from hhtui.store import frames
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.questions import parse_question
from hhtui.store.readings import SAMPLED
from hhtui.store.work import Drawn, Work


class Sampled(NamedTuple):
    """A random sample as it stands: in which lane it was read, what it says of its frame, and its command."""

    lane: str
    estimate: Estimate
    command: str

    @property
    def title(self) -> str:
        """What was asked of what, and by whom it was read."""
        sample = self.estimate.sample
        return (
            f"{sample.question} of {sample.frame.query or 'all pairs'}, {sample.annotator or 'anybody'} ({self.lane})"
        )


class Agreed(NamedTuple):
    """How far annotators agree on `what`, or why that cannot be told."""

    what: str
    agreement: Agreement | None
    reason: str
    command: str


def samples(connection: Connection, database: str, done: Work) -> list[Sampled]:
    """Return what the samples say, of each reader alone, and of all where there are several."""
    by_question: dict[tuple[str, str], list[Drawn]] = {}
    for one in done.drawn:
        if one.lane in SAMPLED and one.frame and one.what:
            by_question.setdefault((one.frame, one.what), []).append(one)
    found = []
    for (frame_id, what), readers in by_question.items():
        frame, question = frames.get(connection, frame_id), _question(what)
        if frame is None or question is None:
            continue
        names = list(dict.fromkeys(one.annotator for one in readers))
        lanes = sorted({one.lane for one in readers})
        for name in [*names, *([""] if len(names) > 1 and lanes != ["check"] else [])]:
            size = max(one.size for one in readers if name in ("", one.annotator))
            sample = sample_of(connection, frame, question, size, annotator=name)
            whose = ["--by", name] if name else ["--everyone"]
            asked = ["--decision", what, "--no-apply"] if lanes == ["check"] else ["--what", what]
            words = [frame.query, *asked, "--n", str(size), "--seed", str(frame.seed), *whose, "--no-screen"]
            line = command("check" if lanes == ["check"] else "estimate", database, *words)
            found.append(Sampled(" and ".join(lanes), estimate(connection, sample), line))
    return found


def agreed(connection: Connection, database: str, done: Work) -> list[Agreed]:
    """Return how far people agree on what the pairs that they share were asked, and on the preference."""
    shared = [one for one in done.drawn if one.lane in ("overlap", "repeat")]
    asked = dict.fromkeys(["preference", *(_agreeable(one.what) for one in shared)]) if shared else {}
    found = []
    for what in asked:
        line = command("agreement", database, "--what", what)
        try:
            found.append(Agreed(what, agree(connection, what), "", line))
        except AuditError as error:
            found.append(Agreed(what, None, str(error), line))
    return found


def _question(what: str) -> Question | None:
    """Return what was asked; None for what a log that was merged asks, and this version cannot."""
    try:
        return parse_question(what)
    except StoreError:
        return None


def _agreeable(what: str) -> str:
    """Return what agreement is asked of, for a question: `drop` for `drop:yes`, `label:SLUG` as it is."""
    return what if what.startswith("label") else what.partition(":")[0] or "preference"
