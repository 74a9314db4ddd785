"""The real file as a database with scores and decisions, and as plain rows."""

import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy

from hhtui.dialogue import shape
from hhtui.hashing import content_hash
from hhtui.model import RESPONSES, SIDES, ScoreColumn, Side
from hhtui.store import index, loading, scorers
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.columns import Columns, pack
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from tests.store.obvious import Decided, Row, texts_of

ANNOTATORS = ("ann", "bob")
NOTES = ("Wrong label?", "don’t keep", "C++")
LABELS = ("harmful", "self-harm", "of_an-import")


def fill(database: Database, transcripts: Sequence[tuple[str, str]], subset: str, split: str) -> None:
    """Load transcripts as one source, as a load does, and index them."""
    pairs = []
    for row, (chosen, rejected) in enumerate(transcripts):
        form = shape(chosen, rejected)
        digest = content_hash(chosen, rejected)
        pairs.append(
            loading.NewPair(
                *(row, digest, form.turns, form.lengths, form.divergence, int(form.bits)),
                *(form.prompt.encode(), form.chosen.encode(), form.rejected.encode(), None, None),
            )
        )
    with database.writing() as connection:
        columns = ("chosen", "rejected")
        source = loading.NewSource("-", None, None, split, subset, None, "hh-rlhf", columns, None)
        number = loading.begin(connection, source)
        loading.identify(connection, number, f"{subset}/{split}")
        loading.append(connection, number, 0, loading.Batch(pairs, (), len(pairs), len(pairs)))
        loading.finish(connection, number)
    index.extend(database)


def score(database: Database, names: Sequence[str] = ("toxicity", "refusal")) -> None:
    """Give every pair random scores, some of them equal and some missing; 64ths, whose differences are exact."""
    drawn = random.Random(1)
    with database.writing() as connection:
        size = connection.execute("SELECT max(id) FROM pair").fetchone()[0]
        columns = [ScoreColumn(name, 0, 1, "", "") for name in names]
        scorer = scorers.register(
            *(connection,),
            name="made",
            version="1",
            fingerprint="made",
            columns=columns,
            units=("response", "prompt"),
            parameters={},
        )
        for name in names:
            for side in SIDES:
                values = [drawn.randrange(65) / 64 if drawn.random() > 0.05 else float("nan") for _ in range(size)]
                pack(connection, f"made.{name}.{side}", numpy.array(values, dtype="<f4"), scorer_id=scorer.id)


def decide(database: Database) -> None:
    """Let two people decide on some of the pairs."""
    drawn = random.Random(2)
    size = database.reader().execute("SELECT max(id) FROM pair").fetchone()[0]
    for name in ANNOTATORS:
        person = Annotator.begin(database, name)
        for label in LABELS:
            for sides in (("chosen",), ("rejected",), RESPONSES):
                some = drawn.sample(range(1, size + 1), min(size, 20))
                person.decide(some, "label", "yes", sides=sides, label=label)
            person.decide(some[:5], "label", "no", sides=("chosen",), label=label)
        for kind, values in (
            ("flag", ("yes", "no")),
            ("drop", ("yes",)),
            ("preference", ("chosen", "rejected", "equal", "unsure", "")),
            ("note", NOTES),
        ):
            for value in values:
                person.decide(drawn.sample(range(1, size + 1), min(size, 40)), kind, value)  # type: ignore[arg-type]
        person.undo()


def rows_of(database: Database, transcripts: Sequence[tuple[str, str]]) -> list[Row]:
    """Return every pair as a plain row; the texts come from `transcripts`, in the order of the ids."""
    connection, columns = database.reader(), Columns()
    stored = {"row": columns.get(connection, "row").tolist()}
    for name in ("turns", "length", "made.toxicity", "made.refusal"):
        for side in SIDES:
            values = columns.get(connection, f"{name}.{side}")
            stored[f"{name.removeprefix('made.')}.{side}"] = values.tolist()
    decisions: dict[int, list[Decided]] = {}
    for pair_id, annotator, kind, side, value in connection.execute(
        "SELECT pair_id, annotator, kind, side, CASE kind WHEN 'label' THEN label ELSE value END FROM decision"
    ):
        decisions.setdefault(pair_id, []).append((annotator, f"{kind}.{side}" if side else kind, value))
    denied, tokens = denials(database), tokens_of(database)
    groups = {name: columns.get(connection, f"dupe.{name}").tolist() for name in SIDES}
    found = []
    for pair_id, key, bits, family, opening in connection.execute(
        f"SELECT id, {PAIR_KEY}, bits, family, opening FROM pair"
    ):
        numbers = {name: values[pair_id - 1] for name, values in stored.items()}
        texts = texts_of(*transcripts[pair_id - 1])
        said = decisions.get(pair_id, [])
        words: dict[str, str] = {side: f" {' '.join(tokens.get((pair_id, side), ()))} " for side in SIDES}
        alike: dict[str, int] = {side: groups[side][pair_id - 1] for side in SIDES}
        no = denied.get(pair_id, [])
        found.append(Row(pair_id, key, texts, numbers, bits, family, opening, said, words, no, alike))
    return found


def tokens_of(database: Database) -> dict[tuple[int, Side], list[str]]:
    """Return the words of every pair's sides as SQLite's index has them, in their order."""
    connection = sqlite3.connect(f"{database.path.as_uri()}?mode=ro", uri=True)
    connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, pair_fts, instance)")
    found: dict[tuple[int, Side], list[str]] = {}
    for pair_id, side, term in connection.execute('SELECT doc, col, term FROM word ORDER BY doc, col, "offset"'):
        found.setdefault((pair_id, side), []).append(term)
    connection.close()
    return found


def denials(database: Database) -> dict[int, list[Decided]]:
    """Return the marks and labels to which somebody said no last, by a plain reading of the log."""
    steps = database.reader().execute(
        "SELECT event.step, event.annotator, kind, side, label, value, target, pairs.id FROM event "
        "LEFT JOIN pairs ON pairs.key = event.pair_key ORDER BY made_at, uuid"
    )
    log: list[tuple[str, tuple[int, str, str, str], str]] = []
    undone: set[str] = set()
    undoes: dict[str, str] = {}
    for step, annotator, kind, side, label, value, target, pair_id in steps:
        if kind != "retract":
            log.append((step, (pair_id, annotator, f"{kind}.{side}" if side else kind, label or "yes"), value))
        elif target in undoes:
            undone.discard(undoes[target])
        else:
            undoes[step] = target
            undone.add(target)
    last = {place: value for step, place, value in log if step not in undone}
    found: dict[int, list[Decided]] = {}
    for (pair_id, *decided), value in last.items():
        if value == "no":
            found.setdefault(pair_id, []).append((decided[0], decided[1], decided[2]))
    return found


def new_database(path: Path, transcripts: Sequence[tuple[str, str]]) -> Database:
    """Return a database of these transcripts with scores and decisions."""
    database = Database.create(path)
    fill(database, transcripts, "harmless-base", "test")
    score(database)
    decide(database)
    return database
