"""Texts chosen by chance from a database, the same ones every time."""

import random
import sqlite3

from hhtui.dialogue import parse, response_text

AT_ONCE = 500


def responses(connection: sqlite3.Connection, count: int, seed: int) -> list[str]:
    """Return `count` distinct responses that are not empty, or all where there are fewer, in an order by chance.

    Both responses of a pair come together. The same pairs and `seed` give the same texts.
    """
    ids = [pair_id for (pair_id,) in connection.execute("SELECT id FROM body ORDER BY id")]
    random.Random(seed).shuffle(ids)
    found: dict[str, None] = {}
    for start in range(0, len(ids), AT_ONCE):
        if len(found) >= count:
            break
        some = ids[start : start + AT_ONCE]
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT id, chosen, rejected FROM body WHERE id IN ({marks})", some)
        sides = {pair_id: (chosen, rejected) for pair_id, chosen, rejected in rows}
        texts = (response_text(parse(transcript)) for pair_id in some for transcript in sides[pair_id])
        found.update((text, None) for text in texts if text)
    return list(found)[:count]
