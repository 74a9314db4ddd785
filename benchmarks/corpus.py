"""Grow a file of preference pairs into a corpus of any size that keeps the shape of real ones.

    python -m benchmarks.corpus 170000 corpus.jsonl [--from FILE] [--seed 7]

Every new pair takes the outline of a pair of the source: its turns, their lengths, and how many of them both
sides share. Longer turns are filled with sentences of the source spoken by the same role, in which about one
word in twelve is another word of the source and a few are misspelt, so that the vocabulary grows with the
corpus. Turns too short to fill are kept as they are, so short answers repeat as they do in real data. Some
pairs go on with the rejected dialogue of an earlier pair: those are the families. Standard library only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from itertools import accumulate
from pathlib import Path
from typing import IO

SAMPLE = Path(__file__).resolve().parent.parent / "hhtui" / "sample" / "sample.jsonl"
BLOCK = 5_000
"""Pairs that are drawn from one random stream: the corpus does not depend on how many processes made it."""
CONTINUED_SHARE = 0.055
"""Share of pairs that go on with an earlier rejected dialogue (harmless-base test: 128 of 2,312)."""
REPLACED_SHARE = 1 / 12
MISSPELT_SHARE = 0.06
SHORTEST_FILLED = 22
"""Code points below which a turn is kept as it is."""
LETTERS, LETTER_WEIGHTS = "etaoinshrdlucmfwypvbgkjqxz", [26 - place for place in range(26)]

ROLE = re.compile(r"\n\n(Human|Assistant):")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
WORD = re.compile(r"[A-Za-z']+")

Turn = tuple[str, str]


@dataclass(frozen=True)
class Outline:
    """The turns of one source pair: those both sides share, and what each side adds."""

    shared: tuple[Turn, ...]
    chosen: tuple[Turn, ...]
    rejected: tuple[Turn, ...]


@dataclass(frozen=True)
class Material:
    """All that a corpus is drawn from."""

    outlines: tuple[Outline, ...]
    sentences: dict[str, tuple[str, ...]]
    words: tuple[str, ...]
    cumulative_weights: tuple[int, ...]


def split_turns(transcript: str) -> tuple[Turn, ...]:
    """Return the (role, stripped text) turns of an hh transcript."""
    parts = ROLE.split(transcript)
    return tuple((role, text.strip()) for role, text in zip(parts[1::2], parts[2::2], strict=True))


def join_turns(turns: tuple[Turn, ...]) -> str:
    """Return the hh transcript of these turns."""
    return "".join(f"\n\n{role}: {text}" if text else f"\n\n{role}:" for role, text in turns)


def outline(chosen: tuple[Turn, ...], rejected: tuple[Turn, ...]) -> Outline:
    """Part two dialogues at their longest common prefix of turns; each side keeps at least one turn."""
    most = min(len(chosen), len(rejected)) - 1
    shared = next((i for i in range(most) if chosen[i] != rejected[i]), most)
    return Outline(chosen[:shared], chosen[shared:], rejected[shared:])


def open_text(path: Path, mode: str = "r") -> IO[str]:
    """Open a text file, through gzip where the name ends in `.gz`."""
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.GzipFile(path, f"{mode}b", compresslevel=6), encoding="utf-8")
    return open(path, mode, encoding="utf-8")


def read_material(path: Path) -> Material:
    """Read the outlines, sentences and words of an hh file.

    Raises ValueError where the file holds no pair of `chosen` and `rejected` transcripts.
    """
    outlines: list[Outline] = []
    sentences: dict[str, list[str]] = {"Human": [], "Assistant": []}
    words: Counter[str] = Counter()
    with open_text(path) as lines:
        for line in filter(str.strip, lines):
            row = json.loads(line)
            sides = split_turns(row["chosen"]), split_turns(row["rejected"])
            if not all(sides):
                continue
            outlines.append(outline(*sides))
            for role, text in (*sides[0], *outlines[-1].rejected):
                sentences[role].extend(filter(None, SENTENCE_END.split(text)))
                words.update(WORD.findall(text))
    if not outlines or not all(sentences.values()):
        raise ValueError(f"{path} holds no hh pairs: each line needs the transcripts chosen and rejected")
    return Material(
        tuple(outlines),
        {role: tuple(spoken) for role, spoken in sentences.items()},
        tuple(words),
        tuple(accumulate(words.values())),
    )


class Writer:
    """Draws pairs from the material with one random stream."""

    def __init__(self, material: Material, seed: str) -> None:
        self.material = material
        self.random = random.Random(seed)
        self.continuable: defaultdict[int, deque[tuple[Turn, ...]]] = defaultdict(lambda: deque(maxlen=500))
        shapes = material.outlines
        long_enough = sum(len(shape.shared) >= 3 for shape in shapes)
        self.continued_share = CONTINUED_SHARE * len(shapes) / max(1, long_enough)

    def misspell(self, word: str) -> str:
        """Replace one letter of a word, or put one more in."""
        place = self.random.randrange(len(word))
        letter = self.random.choices(LETTERS, LETTER_WEIGHTS)[0]
        return word[:place] + letter + word[place + self.random.randrange(2) :]

    def vary(self, sentence: str) -> str:
        """Exchange some words of a sentence for words of the source, as frequent as they are there."""
        words = sentence.split(" ")
        count = int(len(words) * REPLACED_SHARE + self.random.random())
        drawn = self.random.choices(self.material.words, cum_weights=self.material.cumulative_weights, k=count)
        for word in drawn:
            misspelt = self.random.random() < MISSPELT_SHARE
            words[int(self.random.random() * len(words))] = self.misspell(word) if misspelt else word
        return " ".join(words)

    def fill(self, turn: Turn) -> Turn:
        """Write a turn of the same role and about the same length."""
        role, original = turn
        if len(original) < SHORTEST_FILLED:
            return turn
        spoken, length = [], 0
        while length < len(original) * 0.9:
            spoken.append(self.vary(self.random.choice(self.material.sentences[role])))
            length += len(spoken[-1]) + 1
        opens_a_turn = any(ROLE.match(f"\n\n{sentence}") for sentence in spoken)
        in_paragraphs = "\n" in original and len(spoken) > 2 and self.random.random() < 0.3
        return role, ("\n\n" if in_paragraphs and not opens_a_turn else " ").join(spoken)

    def prompt(self, shared: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """Write the shared turns, some of them after an earlier rejected dialogue, which is used once."""
        begun: tuple[Turn, ...] = ()
        if len(shared) >= 3 and self.random.random() < self.continued_share:
            for length in range(len(shared) - 1, 1, -1):
                if self.continuable[length]:
                    begun = self.continuable[length].popleft()
                    break
        return begun + tuple(self.fill(turn) for turn in shared[len(begun) :])

    def pair(self) -> dict[str, str]:
        """Write one pair in the hh format."""
        shape = self.random.choice(self.material.outlines)
        prompt = self.prompt(shape.shared)
        chosen = prompt + tuple(self.fill(turn) for turn in shape.chosen)
        rejected = prompt + tuple(self.fill(turn) for turn in shape.rejected)
        self.continuable[len(rejected)].append(rejected)
        return {"chosen": join_turns(chosen), "rejected": join_turns(rejected)}


def write_block(material: Material, seed: int, first: int, pairs: int) -> str:
    """Return the lines of one block: the pairs from number `first` of the corpus on."""
    writer = Writer(material, f"{seed}/{first}")
    return "".join(json.dumps(writer.pair(), ensure_ascii=False) + "\n" for _ in range(pairs))


def blocks(material: Material, pairs: int, seed: int) -> Iterator[str]:
    """Yield the corpus block by block, made by as many processes as there are cores."""
    starts = range(0, pairs, BLOCK)
    sizes = [min(BLOCK, pairs - start) for start in starts]
    if len(starts) < 2:
        yield from (write_block(material, seed, *block) for block in zip(starts, sizes, strict=True))
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(write_block, material, seed), starts, sizes)


def grow(pairs: int, out: Path, source: Path = SAMPLE, seed: int = 7) -> None:
    """Write a corpus of `pairs` pairs, about 1.7 KB each for hh data; the same seed gives the same file."""
    unfinished = out.with_name(f"unfinished-{out.name}")
    with open_text(unfinished, "w") as file:
        for block in blocks(read_material(source), pairs, seed):
            file.write(block)
    unfinished.replace(out)


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=int)
    parser.add_argument("out", type=Path, help="a name that ends in .gz is compressed")
    parser.add_argument("--from", dest="source", type=Path, default=SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    try:
        grow(arguments.pairs, arguments.out, arguments.source, arguments.seed)
    except (OSError, ValueError) as error:
        sys.exit(f"corpus: {error}")


if __name__ == "__main__":
    main()
