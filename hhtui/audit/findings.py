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
from hhtui.store.frames import Frame
from hhtui.store.questions import parse_question
from hhtui.store.readings import SAMPLED, asked_at_random
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
    """Return what the samples say, of each reader alone, and of all where there are several.

    Where nothing in particular was asked, that is what `asked_at_random` finds.
    """
    by_question: dict[tuple[Frame, Question], list[Drawn]] = {}
    for one in done.drawn:
        frame = frames.get(connection, one.frame) if one.lane in SAMPLED else None
        if frame is not None:
            for question in _questions(connection, frame, one):
                by_question.setdefault((frame, question), []).append(one)
    found = []
    for (frame, question), readers in by_question.items():
        what = str(question)
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


def _questions(connection: Connection, frame: Frame, read: Drawn) -> list[Question]:
    """Return what `read` answers of `frame`; nothing where a log that was merged asks what this version cannot."""
    if not read.what:
        return asked_at_random(connection, frame) if read.lane == "random" else []
    try:
        return [parse_question(read.what)]
    except StoreError:
        return []


def _agreeable(what: str) -> str:
    """Return what agreement is asked of, for a question: `drop` for `drop:yes`, `label:SLUG` as it is."""
    return what if what.startswith("label") else what.partition(":")[0] or "preference"
