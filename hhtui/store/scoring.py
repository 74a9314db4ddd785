"""The work of scoring as the database sees it: texts without a score, their new scores, packed columns."""

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import parse, prompt_text, response_text
from hhtui.hashing import text_hash
from hhtui.model import SIDES, Bit, PairTexts, ScoreColumn, Side, Unit
from hhtui.store.columns import Columns, pack
from hhtui.store.database import Database
from hhtui.store.scorers import StoredScorer, score_columns

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_VARIABLES = 900
SAMPLED = 300
SIDES_OF_UNIT: dict[Unit, tuple[Side, ...]] = {
    "response": ("chosen", "rejected"),
    "prompt": ("prompt",),
    "pair": ("chosen", "rejected"),
}
UNLABELLED = Bit.TIE | Bit.SINGLE_SIDED

TextRow = tuple[bytes, int, str, int]
PairRow = tuple[int, int, str]


class LackingPair(NamedTuple):
    """What a scorer lacks of one pair: the texts to be scored, and all sides' texts where they are not linked yet."""

    pair_id: int
    texts: tuple[str, ...]
    unlinked: tuple[str, str, str] | None


def lacking(
    connection: sqlite3.Connection, scorer: StoredScorer, unit: Unit, after: int, upto: int
) -> Iterator[LackingPair]:
    """Yield the pairs with `after` < id ≤ `upto` of which `scorer` lacks a text of this kind, in the order of ids.

    Of single turns it is not known which have a score: all pairs are given. An empty text is left out.
    """
    unread = "1" if unit == "turn" else " OR ".join(_lacks(side) for side in SIDES_OF_UNIT[unit])
    rows = connection.execute(
        "SELECT body.id, body.prompt, body.chosen, body.rejected, pair_text.pair_id IS NOT NULL "
        "FROM body LEFT JOIN pair_text ON pair_text.pair_id = body.id "
        f"WHERE body.id > :after AND body.id <= :upto AND (pair_text.pair_id IS NULL OR {unread}) ORDER BY body.id",
        {"scorer": scorer.id, "after": after, "upto": upto},
    )
    for pair_id, prompt, chosen, rejected, linked in rows:
        transcripts: dict[Side, str] = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
        known = SIDES_OF_UNIT.get(unit, ()) if linked else SIDES
        judged = {side: _judged(side, transcripts[side]) for side in known}
        if unit == "turn":
            texts = [turn.text.strip() for one in transcripts.values() for turn in parse(one)]
        else:
            texts = [judged[side] for side in SIDES_OF_UNIT[unit]]
        unlinked = None if linked else (judged["prompt"], judged["chosen"], judged["rejected"])
        yield LackingPair(pair_id, tuple(text for text in texts if text), unlinked)


def characters(connection: sqlite3.Connection, unit: Unit) -> float:
    """Return how many characters of this kind of text a pair has on average, by a sample of 300 pairs."""
    ids = "SELECT id FROM pair ORDER BY id * 2654435761 % 4294967296 LIMIT ?"
    total = pairs = 0
    for row in connection.execute(f"SELECT prompt, chosen, rejected FROM body WHERE id IN ({ids})", (SAMPLED,)):
        sides = dict(zip(SIDES, row, strict=True))
        read = sides.values() if unit == "turn" else [_judged(side, sides[side]) for side in SIDES_OF_UNIT[unit]]
        total += sum(map(len, read))
        pairs += 1
    return max(total / pairs, 1.0) if pairs else 1.0


def missing(connection: sqlite3.Connection, scorer: StoredScorer, hashes: Sequence[bytes]) -> list[bytes]:
    """Return those of `hashes` that have no score by `scorer`, in their order."""
    found: set[bytes] = set()
    for start in range(0, len(hashes), MOST_VARIABLES):
        some = hashes[start : start + MOST_VARIABLES]
        marks = ",".join("?" * len(some))
        found.update(
            digest
            for (digest,) in connection.execute(
                f"SELECT text_hash FROM score WHERE text_hash IN ({marks}) AND scorer_id = ?", (*some, scorer.id)
            )
        )
    return [digest for digest in hashes if digest not in found]


def text_rows(
    scorer: StoredScorer,
    hashes: Sequence[bytes],
    values: "NDArray[numpy.float32]",
    windows: "NDArray[numpy.int32] | None" = None,
) -> list[TextRow]:
    """Return what `insert_texts` stores of these texts' scores, one row of `values` each.

    A number that is not finite becomes null.
    """
    counts = [1] * len(hashes) if windows is None else map(int, windows)
    return [
        (digest, scorer.id, json.dumps([_number(one) for one in numbers]), count)
        for digest, numbers, count in zip(hashes, values, counts, strict=True)
    ]


def pair_rows(scorer: StoredScorer, pair_ids: Sequence[int], values: "NDArray[numpy.float32]") -> list[PairRow]:
    """Return what `insert_pairs` stores of these pairs' scores; see `hhtui.score.scorer.Fitted` for `values`."""
    return [
        (int(pair_id), scorer.id, json.dumps(_nested(scorer.columns, [_number(one) for one in numbers])))
        for pair_id, numbers in zip(pair_ids, values, strict=True)
    ]


def insert_texts(connection: sqlite3.Connection, some: Iterable[TextRow]) -> None:
    """Store texts' scores, within the caller's transaction; a text that has scores keeps them."""
    connection.executemany("INSERT OR IGNORE INTO score VALUES (?, ?, ?, ?)", some)


def insert_pairs(connection: sqlite3.Connection, some: Iterable[PairRow]) -> None:
    """Store pairs' scores, within the caller's transaction; a pair that has scores keeps them."""
    connection.executemany("INSERT OR IGNORE INTO pair_score VALUES (?, ?, ?)", some)


def link(connection: sqlite3.Connection, pairs: Iterable[tuple[int, bytes | None, bytes | None, bytes | None]]) -> None:
    """Store the hashes of pairs' texts by side, None where one is empty, within the caller's transaction."""
    connection.executemany("INSERT OR REPLACE INTO pair_text VALUES (?, ?, ?, ?)", pairs)


def finish(connection: sqlite3.Connection, scorer: StoredScorer, unit: Unit, pair_id: int) -> None:
    """Write down that every pair up to `pair_id` has its scores of this kind, within the caller's transaction."""
    connection.execute(
        "INSERT INTO scored_unit VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET pairs_done = max(pairs_done, excluded.pairs_done)",
        (scorer.id, unit, pair_id),
    )


def keep_model(connection: sqlite3.Connection, scorer: StoredScorer, model: bytes) -> None:
    """Store what a scorer of pairs has learned, within the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO scorer_model VALUES (?, ?)", (scorer.id, model))


def model_of(connection: sqlite3.Connection, scorer: StoredScorer) -> bytes | None:
    """Return what a scorer of pairs has learned, None where nothing is kept."""
    row = connection.execute("SELECT data FROM scorer_model WHERE scorer_id = ?", (scorer.id,)).fetchone()
    return row[0] if row else None


def learning_pairs(connection: sqlite3.Connection) -> Iterator[PairTexts]:
    """Yield every pair as a scorer of pairs learns from it, in the order of ids."""
    rows = connection.execute(
        "SELECT coalesce(root.hash, pair.hash), body.prompt, body.chosen, body.rejected, pair.bits "
        "FROM pair JOIN body ON body.id = pair.id LEFT JOIN pair AS root ON root.id = pair.family ORDER BY pair.id"
    )
    for group, prompt, chosen, rejected, bits in rows:
        replies = _judged("chosen", chosen), _judged("rejected", rejected)
        yield PairTexts(group, *replies, not bits & UNLABELLED, text_hash(prompt) if prompt else b"")


def pairs_digest(connection: sqlite3.Connection) -> str:
    """Return a hash over all pairs that `learning_pairs` gives and their ids, in hexadecimal.

    What a scorer of pairs learns may depend on their order in the last digits.
    """
    rows = connection.execute(
        "SELECT pair.id, pair.hash, coalesce(root.hash, pair.hash), pair.bits & ? "
        "FROM pair LEFT JOIN pair AS root ON root.id = pair.family ORDER BY pair.id",
        (int(UNLABELLED),),
    )
    digest = hashlib.sha256()
    for pair_id, pair_hash, group, unlabelled in rows:
        digest.update(pair_id.to_bytes(8) + pair_hash + group + bytes([unlabelled > 0]))
    return digest.hexdigest()


def pair_ids(connection: sqlite3.Connection) -> list[int]:
    """Return the ids of all pairs, in the order of `learning_pairs`."""
    return [pair_id for (pair_id,) in connection.execute("SELECT id FROM pair ORDER BY id")]


def is_packed(connection: sqlite3.Connection, scorer: StoredScorer, unit: Unit, pair_id: int) -> bool:
    """Return whether the packed columns that are shown from `scorer` for this kind of text reach up to `pair_id`."""
    return all(
        connection.execute(
            "SELECT 1 FROM packed_column WHERE name = ? AND scorer_id = ? AND pairs >= ?", (name, scorer.id, pair_id)
        ).fetchone()
        for names in _packed(connection, scorer, unit)
        for name in names
    )


def pack_scores(database: Database, scorer: StoredScorer, unit: Unit, columns: Columns, pair_id: int) -> None:
    """Pack the columns that are shown from `scorer` for this kind of text, for the pairs up to `pair_id`.

    `columns` keeps what it has read from one call to the next. Both responses share their percentiles, the prompts
    have their own: the k-th is the least value that k percent of the texts, each at every place, do not exceed.
    """
    import numpy

    reader = database.reader()
    here = numpy.array(pair_ids(reader), dtype=numpy.int64) - 1
    here = here[here < pair_id]
    for names in _packed(reader, scorer, unit):
        arrays = {name: columns.get(reader, name)[:pair_id].astype(numpy.float32) for name in names}
        together = numpy.concatenate([values[here] for values in arrays.values()])
        scored = together[~numpy.isnan(together)]
        percentiles = list(numpy.percentile(scored, range(101), method="inverted_cdf")) if scored.size else None
        for name, values in arrays.items():
            with database.writing(durable=False) as connection:
                pack(connection, name, values, scorer_id=scorer.id, percentiles=percentiles)


def _packed(connection: sqlite3.Connection, scorer: StoredScorer, unit: Unit) -> list[tuple[str, ...]]:
    if unit == "turn":
        return []
    return [
        names
        for column in score_columns(connection).values()
        for names in column.packed
        if column.scorer.id == scorer.id and names[0].endswith(".prompt") == (unit == "prompt")
    ]


def _lacks(side: Side) -> str:
    return (
        f"(pair_text.{side} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM score WHERE score.text_hash = pair_text.{side} AND score.scorer_id = :scorer))"
    )


def _judged(side: Side, transcript: str) -> str:
    turns = parse(transcript)
    return prompt_text(turns) if side == "prompt" else response_text(turns)


def _nested(columns: Sequence[ScoreColumn], numbers: Sequence[float | None]) -> list[object]:
    """Group the numbers of a pair's two sides, column by column."""
    rest = iter(numbers)
    return [next(rest) if column.of_pair else [next(rest), next(rest)] for column in columns]


def _number(value: "numpy.float32") -> float | None:
    return float(str(value)) if math.isfinite(value) else None
