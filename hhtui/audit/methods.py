"""What a methods section has to say of a database: data, scores, readers, samples, and how to print them again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from hhtui import __version__
from hhtui.audit.commands import command, load_command
from hhtui.audit.findings import Agreed, Sampled, agreed, samples
from hhtui.audit.harm_table import THRESHOLD, HarmTable, harm_table
from hhtui.audit.markdown import code
from hhtui.store import frames, pairs, scorers, taxonomies
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.frames import Frame
from hhtui.store.scorers import StoredScorer
from hhtui.store.sources import StoredSource, all_sources
from hhtui.store.work import Work, work


class Scored(NamedTuple):
    """A scorer, the columns of its that are shown, and how many pairs have its scores, by kind of text."""

    scorer: StoredScorer
    columns: tuple[str, ...]
    done: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Methods:
    """Everything that a report tells; `database` is the file's name, `annotator` whose work it is, "" for everybody's.

    `in_use` counts the pairs that have each label now, `taxonomy` is the version of the labels there are.
    """

    database: str
    version: str
    annotator: str
    pairs: int
    sources: tuple[StoredSource, ...]
    scored: tuple[Scored, ...]
    harm_column: str | None
    work: Work
    frames: tuple[Frame, ...]
    samples: tuple[Sampled, ...]
    agreed: tuple[Agreed, ...]
    taxonomy: str
    in_use: Mapping[str, int]
    harm: HarmTable | None

    def command(self, *words: str) -> str:
        """Return a command about this database."""
        return command(words[0], self.database, *words[1:])

    def source(self, *words: str) -> str:
        """Return, in Markdown, the command that numbers come from."""
        return f"Source: {code(self.command(*words))}"

    def commands(self) -> dict[str, str]:
        """Return the commands that make the database, and print each figure again, by what they are for."""
        by = ["--by", self.annotator] if self.annotator else []
        told = {f"load {source.subset}/{source.split}": load_command(source, self.database) for source in self.sources}
        told |= {f"score {one.scorer.name}": self.command("score", "--scorer", one.scorer.name) for one in self.scored}
        told["data and structure"] = self.command("stats", "--json")
        told["decisions, one by one"] = self.command("log", *by, "--json")
        told |= {f"sample: {one.title}": one.command for one in self.samples}
        told |= {f"agreement: {one.what}": one.command for one in self.agreed}
        at = [] if self.harm is None else ["--column", self.harm.column.name, "--at", f"{self.harm.at:g}"]
        told["this report"] = self.command("report", *at, *by)
        return told

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "database": self.database,
            "hhtui": self.version,
            "annotator": self.annotator or None,
            "pairs": self.pairs,
            "refused": sum(source.rows_refused for source in self.sources),
            "sources": [_source_json(source) for source in self.sources],
            "scorers": [_scored_json(one) for one in self.scored],
            "harm_column": self.harm_column,
            "readers": [{**one._asdict(), "decisions": dict(one.decisions)} for one in self.work.readers],
            "at_once": [{**one._asdict(), "decisions": dict(one.decisions)} for one in self.work.at_once],
            "lanes": [one._asdict() for one in self.work.drawn],
            "retracted": self.work.retracted,
            "decisions_about_pairs_elsewhere": self.work.elsewhere,
            "session_versions": list(self.work.versions),
            "frames": [{**one._asdict(), "sources": list(one.sources)} for one in self.frames],
            "samples": [{"lane": one.lane, **one.estimate.to_json(), "command": one.command} for one in self.samples],
            "agreement": [
                one.agreement.to_json() if one.agreement else {"what": one.what, "reason": one.reason}
                for one in self.agreed
            ],
            "taxonomy": {
                "version": self.taxonomy,
                "of_labels_given": list(self.work.taxonomies),
                "pairs": dict(self.in_use),
            },
            "harm_table": None if self.harm is None else self.harm.to_json(),
            "commands": self.commands(),
        }


def gather(
    connection: Connection, database: str, *, annotator: str = "", column: str | None = None, at: float = THRESHOLD
) -> Methods:
    """Return what a report on the database with the file's name `database` tells, of `annotator` or of everybody.

    `column` and the threshold `at` are those of the table of harm. Raises StoreError where there is no such column, or
    nobody of that name decided anything.
    """
    done = work(connection, annotator)
    if annotator and done.is_empty:
        raise StoreError(f"{annotator} has decided nothing here; hhtui stats names those who did")
    shown = scorers.score_columns(connection)
    return Methods(
        *(database, __version__, annotator, pairs.count(connection)),
        sources=tuple(source for source in all_sources(connection).values() if not source.replaced),
        scored=tuple(
            Scored(one, columns, {str(unit): last for unit, last in scorers.done(connection, one).items()})
            for one in scorers.known(connection)
            if (columns := tuple(name for name, its in shown.items() if its.scorer.id == one.id))
        ),
        harm_column=scorers.harm_column(connection),
        work=done,
        frames=tuple(frames.all_frames(connection)),
        samples=tuple(samples(connection, database, done)),
        agreed=tuple(agreed(connection, database, done)),
        taxonomy=taxonomies.current(connection).version,
        in_use=taxonomies.in_use(connection),
        harm=harm_table(connection, column, at, annotator),
    )


def _source_json(source: StoredSource) -> dict[str, Any]:
    left_out = ("id", "json_style", "lines_done", "replaced")
    told = {name: value for name, value in asdict(source).items() if name not in left_out}
    return {**told, "columns": list(source.columns)}


def _scored_json(one: Scored) -> dict[str, Any]:
    scorer = one.scorer
    return {
        "name": scorer.name,
        "version": scorer.version,
        "fingerprint": scorer.fingerprint,
        "columns": list(one.columns),
        "parameters": dict(scorer.parameters),
        "findings": dict(scorer.findings),
        "pairs_done": dict(one.done),
    }
