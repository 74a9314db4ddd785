"""How pairs relate over the whole database: families of continued dialogues, rows with the same opening."""

import json
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hhtui.dialogue import HUMAN_MARKER, MARKER, opening
from hhtui.model import Bit
from hhtui.store.database import PAUSE, Database

if TYPE_CHECKING:
    import sqlite3

CHUNK = 2000
CONTINUED = Bit.CONTINUED_CHOSEN.value | Bit.CONTINUED_REJECTED.value
_BITS = (Bit.CONTINUED_CHOSEN.value, Bit.CONTINUED_REJECTED.value)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a pair has to do with others: its `continued` bits, and the smallest id of its family and its opening."""

    bits: int = 0
    family: int | None = None
    opening: int | None = None


def relate(database: Database, wanted: Mapping[int, Relation], holds: Callable[["sqlite3.Connection"], bool]) -> bool:
    """Set `continued`, family and opening of every pair as in `wanted`, where they are not.

    `holds` is asked in each transaction whether `wanted` still holds; return False, and set no more, once it does not.
    """
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
            if not holds(writer):
                return False
            writer.executemany(
                f"UPDATE pair SET bits = (bits & ~{CONTINUED}) | ?, family = ?, opening = ? WHERE id = ?",
                differing[start : start + CHUNK],
            )
        time.sleep(PAUSE)
    return True


def relations(connection: "sqlite3.Connection") -> dict[int, Relation]:
    """Return the relation of every pair that has one.

    Texts are compared by hash first; those with the same hash are read again and compared as they are. A dialogue
    that another pair continues begins with the same turn, so that most pairs need no more than that.
    """
    found = _read_openings(connection)
    bits, families = _continued(connection, _hash_texts(connection, _beginning_alike(found)))
    first = _openings(connection, found)
    return {
        number: Relation(bits.get(number, 0), families.get(number), first.get(number))
        for number in bits.keys() | families.keys() | first.keys()
    }


@dataclass(frozen=True, slots=True)
class _Openings:
    """Hashes of each pair's first human turn, 0 where it has none, and of the turns that its dialogues begin with."""

    pairs: "array[int]" = field(default_factory=lambda: array("q"))
    openings: "array[int]" = field(default_factory=lambda: array("q"))
    beginnings: "array[int]" = field(default_factory=lambda: array("q"))
    beginning_pairs: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, number: int, prompt: str, chosen: str | None, rejected: str | None) -> None:
        self.pairs.append(number)
        first = opening(f"{prompt}{chosen}" if chosen else prompt)
        self.openings.append(hash(first) if first else 0)
        for dialogue in [prompt] if prompt else [chosen or "", rejected or ""]:
            self.beginnings.append(hash(dialogue[: next(_turn_ends(dialogue), 0)]))
            self.beginning_pairs.append(number)


@dataclass(frozen=True, slots=True)
class _Hashes:
    """Hashes of texts, and the pair that each is of; `dialogues` holds both sides of a pair one after the other."""

    pairs: "array[int]" = field(default_factory=lambda: array("q"))
    dialogues: "array[int]" = field(default_factory=lambda: array("q"))
    prefixes: "array[int]" = field(default_factory=lambda: array("q"))
    prefix_pairs: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, number: int, prompt: str, chosen: str, rejected: str) -> None:
        self.pairs.append(number)
        self.dialogues.append(hash(prompt + chosen))
        self.dialogues.append(hash(prompt + rejected))
        for end in _turn_ends(prompt):
            self.prefixes.append(hash(prompt[:end]))
            self.prefix_pairs.append(number)


def _turn_ends(transcript: str) -> Iterator[int]:
    """Yield where each turn ends."""
    for marker in MARKER.finditer(transcript, 1):
        yield marker.start()
    if transcript:
        yield len(transcript)


def _read_openings(connection: "sqlite3.Connection") -> _Openings:
    """Read of each pair its prompt, and the responses only where the prompt does not say how a dialogue begins."""
    found = _Openings()
    for row in connection.execute(
        "SELECT id, prompt, CASE WHEN instr(prompt, ?) THEN NULL ELSE chosen END, "
        "CASE prompt WHEN '' THEN rejected END FROM body",
        (HUMAN_MARKER,),
    ):
        found.add(*row)
    return found


def _hash_texts(connection: "sqlite3.Connection", pairs: Sequence[int]) -> _Hashes:
    hashes = _Hashes()
    for row in _bodies(connection, pairs):
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
        numbers = [number for number, _ in dialogues_of]
        for (number, side), (_, prompt, *responses) in zip(dialogues_of, _bodies(connection, numbers), strict=True):
            texts[prompt + responses[side]].append((number, side))
        prompts = {number: prompt for number, prompt, _, _ in _bodies(connection, continuing[digest])}
        for text, members in texts.items():
            following = [number for number, prompt in prompts.items() if _begins(prompt, text)]
            if following:
                for number, side in members:
                    bits[number] |= _BITS[side]
                groups.join([*(number for number, _ in members), *following])
    return bits, groups.smallest()


def _beginning_alike(found: _Openings) -> list[int]:
    """Return the pairs with a dialogue whose first turn another dialogue has too, by its hash."""
    import numpy

    _, place, counts = numpy.unique(numpy.array(found.beginnings), return_inverse=True, return_counts=True)
    alike: list[int] = numpy.unique(numpy.array(found.beginning_pairs)[counts[place] > 1]).tolist()
    return alike


def _openings(connection: "sqlite3.Connection", found: _Openings) -> dict[int, int]:
    """Return for every pair that shares its first human turn the smallest id among those that do."""
    import numpy

    openings = numpy.array(found.openings)
    values, counts = numpy.unique(openings, return_counts=True)
    several = values[(counts > 1) & (values != 0)]
    sharing: dict[str, list[int]] = defaultdict(list)
    alike = numpy.array(found.pairs)[numpy.isin(openings, several)].tolist()
    for number, prompt, chosen, _ in _bodies(connection, alike):
        sharing[opening(prompt + chosen)].append(number)
    return {number: min(members) for members in sharing.values() if len(members) > 1 for number in members}


def _bodies(connection: "sqlite3.Connection", pairs: Sequence[int]) -> Iterator[tuple[int, str, str, str]]:
    """Yield the id, the prompt and the two responses of these pairs, in their order."""
    for start in range(0, len(pairs), CHUNK):
        yield from connection.execute(
            "SELECT body.id, prompt, chosen, rejected "
            "FROM json_each(?) AS wanted CROSS JOIN body ON body.id = wanted.value",
            (json.dumps(pairs[start : start + CHUNK]),),
        )


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
