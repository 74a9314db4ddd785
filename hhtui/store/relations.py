"""How pairs relate over the whole database: families of continued dialogues, rows with the same opening."""

import time
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hhtui.dialogue import MARKER, opening
from hhtui.model import Bit
from hhtui.store.database import Database

if TYPE_CHECKING:
    import sqlite3

CHUNK = 2000
PAUSE = 0.002
CONTINUED = Bit.CONTINUED_CHOSEN.value | Bit.CONTINUED_REJECTED.value
_BITS = (Bit.CONTINUED_CHOSEN.value, Bit.CONTINUED_REJECTED.value)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a pair has to do with others: its `continued` bits, and the smallest id of its family and its opening."""

    bits: int = 0
    family: int | None = None
    opening: int | None = None


def relate(database: Database, wanted: Mapping[int, Relation]) -> None:
    """Set `continued`, family and opening of every pair as in `wanted`, where they are not."""
    connection = database.reader()
    nothing = Relation()
    stored = {
        number: Relation(bits, family, opening)
        for number, bits, family, opening in connection.execute(
            f"SELECT id, bits & {CONTINUED}, family, opening FROM pair "
            f"WHERE family IS NOT NULL OR opening IS NOT NULL OR bits & {CONTINUED}"
        )
    }
    differing = [
        (relation.bits, relation.family, relation.opening, number)
        for number in sorted(wanted.keys() | stored.keys())
        if (relation := wanted.get(number, nothing)) != stored.get(number, nothing)
    ]
    for start in range(0, len(differing), CHUNK):
        with database.writing(durable=False) as writer:
            writer.executemany(
                f"UPDATE pair SET bits = (bits & ~{CONTINUED}) | ?, family = ?, opening = ? WHERE id = ?",
                differing[start : start + CHUNK],
            )
        time.sleep(PAUSE)


def relations(connection: "sqlite3.Connection") -> dict[int, Relation]:
    """Return the relation of every pair that has one.

    Texts are compared by hash first; those with the same hash are read again and compared as they are.
    """
    hashes = _hash_texts(connection)
    bits, families = _continued(connection, hashes)
    first = _openings(connection, hashes)
    return {
        number: Relation(bits.get(number, 0), families.get(number), first.get(number))
        for number in bits.keys() | families.keys() | first.keys()
    }


@dataclass(frozen=True, slots=True)
class _Hashes:
    """Hashes of texts, and the pair that each is of; `dialogues` holds both sides of a pair one after the other."""

    pairs: "array[int]" = field(default_factory=lambda: array("q"))
    dialogues: "array[int]" = field(default_factory=lambda: array("q"))
    openings: "array[int]" = field(default_factory=lambda: array("q"))
    prefixes: "array[int]" = field(default_factory=lambda: array("q"))
    prefix_pairs: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, number: int, prompt: str, chosen: str, rejected: str) -> None:
        self.pairs.append(number)
        self.dialogues.append(hash(prompt + chosen))
        self.dialogues.append(hash(prompt + rejected))
        first = opening(prompt) or opening(prompt + chosen)
        self.openings.append(hash(first) if first else 0)
        for end in _turn_ends(prompt):
            self.prefixes.append(hash(prompt[:end]))
            self.prefix_pairs.append(number)


def _turn_ends(prompt: str) -> Iterator[int]:
    """Yield where each turn of a prompt ends."""
    for marker in MARKER.finditer(prompt):
        if marker.start():
            yield marker.start()
    if prompt:
        yield len(prompt)


def _hash_texts(connection: "sqlite3.Connection") -> _Hashes:
    hashes = _Hashes()
    for row in connection.execute("SELECT id, prompt, chosen, rejected FROM body"):
        hashes.add(*row)
    return hashes


def _continued(connection: "sqlite3.Connection", hashes: _Hashes) -> tuple[dict[int, int], dict[int, int]]:
    """Return the `continued` bits and the family of every pair that has them."""
    import numpy

    dialogues, prefixes = numpy.array(hashes.dialogues), numpy.array(hashes.prefixes)
    common = numpy.intersect1d(dialogues, prefixes)
    bits: dict[int, int] = defaultdict(int)
    groups = _Groups()
    begun: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place in numpy.flatnonzero(numpy.isin(dialogues, common)).tolist():
        begun[hashes.dialogues[place]].append((hashes.pairs[place // 2], place % 2))
    continuing: dict[int, list[int]] = defaultdict(list)
    for place in numpy.flatnonzero(numpy.isin(prefixes, common)).tolist():
        continuing[hashes.prefixes[place]].append(hashes.prefix_pairs[place])
    for digest, dialogues_of in begun.items():
        texts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, side in dialogues_of:
            texts[_dialogue(connection, number, side)].append((number, side))
        prompts = {number: _prompt(connection, number) for number in continuing[digest]}
        for text, members in texts.items():
            following = [number for number, prompt in prompts.items() if _begins(prompt, text)]
            if following:
                for number, side in members:
                    bits[number] |= _BITS[side]
                groups.join([*(number for number, _ in members), *following])
    return bits, groups.smallest()


def _openings(connection: "sqlite3.Connection", hashes: _Hashes) -> dict[int, int]:
    """Return for every pair that shares its first human turn the smallest id among those that do."""
    import numpy

    openings = numpy.array(hashes.openings)
    values, counts = numpy.unique(openings, return_counts=True)
    several = values[(counts > 1) & (values != 0)]
    sharing: dict[str, list[int]] = defaultdict(list)
    for place in numpy.flatnonzero(numpy.isin(openings, several)).tolist():
        number = hashes.pairs[place]
        prompt = _prompt(connection, number)
        sharing[opening(prompt) or opening(_dialogue(connection, number, 0))].append(number)
    return {number: min(members) for members in sharing.values() if len(members) > 1 for number in members}


def _dialogue(connection: "sqlite3.Connection", number: int, side: int) -> str:
    row = connection.execute("SELECT prompt, chosen, rejected FROM body WHERE id = ?", (number,)).fetchone()
    return f"{row[0]}{row[1 + side]}"


def _prompt(connection: "sqlite3.Connection", number: int) -> str:
    return str(connection.execute("SELECT prompt FROM body WHERE id = ?", (number,)).fetchone()[0])


def _begins(prompt: str, dialogue: str) -> bool:
    """Say whether the turns of `dialogue` are the first turns of `prompt`."""
    end = len(dialogue)
    return prompt.startswith(dialogue) and (end == len(prompt) or MARKER.match(prompt, end) is not None)


class _Groups:
    """Numbers that belong together, and the smallest of each group."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def join(self, members: Sequence[int]) -> None:
        smallest = min(map(self._root, members))
        for member in members:
            self._parent[self._root(member)] = smallest

    def smallest(self) -> dict[int, int]:
        return {member: self._root(member) for member in list(self._parent)}

    def _root(self, member: int) -> int:
        root = member
        while (above := self._parent.setdefault(root, root)) != root:
            root = above
        while (above := self._parent[member]) != root:
            self._parent[member], member = root, above
        return root
