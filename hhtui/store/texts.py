"""Pairs and sides are found by a text: a response's, or a whole transcript's."""

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from hhtui.dialogue import MARKER, parse, response_text
from hhtui.model import RESPONSES, Side


class Place(NamedTuple):
    """Where a text stands: a pair's local id, and its side."""

    pair_id: int
    side: Side


def places_of(connection: sqlite3.Connection, texts: Collection[str]) -> dict[str, list[Place]]:
    """Return where each of `texts` stands, in the order of the pairs; texts that stand nowhere are left out.

    A text is compared stripped, with a side's whole transcript, with its response as it was loaded, with and without
    role markers, and with what the side is judged by (its Assistant turns joined by blank lines). Every pair is read.
    """
    wanted = {text.strip() for text in texts} - {""}
    found: dict[str, list[Place]] = {}
    for pair_id, prompt, *responses in connection.execute("SELECT id, prompt, chosen, rejected FROM body ORDER BY id"):
        for side, response in zip(RESPONSES, responses, strict=True):
            for text in wanted.intersection(_forms(prompt, response)):
                found.setdefault(text, []).append(Place(pair_id, side))
    return found


def _forms(prompt: str, response: str) -> set[str]:
    forms = {f"{prompt}{response}".strip(), response.strip()}
    markers = MARKER.findall(response)
    if len(markers) == 1 and response.startswith("\n\n"):
        return forms | {MARKER.split(response)[2].strip()}
    return forms | {response_text(parse(response))} if markers else forms
