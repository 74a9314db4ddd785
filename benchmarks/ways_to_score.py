"""Ways to send texts through a detoxify model: the package's own, and ours; each takes turns with the others."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.score.scorer import Scorer

LIST = 32
SEED = 0
GOLDEN = 0.6180339887498949


class Way(NamedTuple):
    """One way to score: each step scores some texts and yields their places."""

    name: str
    threads: int
    steps: Iterator[Sequence[int]]


class Corpus(NamedTuple):
    """The texts, and how many tokens `Detoxify.predict` reads of each; `fits` tells where those are all there are."""

    texts: list[str]
    tokens: list[int]
    fits: list[bool]

    def count(self, places: Sequence[int]) -> int:
        """Return the tokens of the texts at these places."""
        return sum(self.tokens[place] for place in places)


class Predicted(NamedTuple):
    """The detoxify package's own scorer, and what it has found, by place of the text."""

    model: Any
    found: dict[int, list[float]]

    def predict(self, corpus: Corpus, places: Sequence[int]) -> None:
        """Score these texts as one list, or as one text where it is one, as `Detoxify.predict` takes them."""
        texts = [corpus.texts[place] for place in places]
        answer = self.model.predict(texts if len(texts) > 1 else texts[0])
        columns = [values if len(texts) > 1 else [values] for values in answer.values()]
        self.found.update(zip(places, map(list, zip(*columns, strict=True)), strict=True))


def spread(tokens: Sequence[int]) -> list[int]:
    """Return the places of texts in an order of which every beginning has short and long ones in their proportion."""
    by_length = sorted(range(len(tokens)), key=lambda place: tokens[place])
    ranks = sorted(range(len(tokens)), key=lambda rank: rank * GOLDEN % 1)
    return [by_length[rank] for rank in ranks]


def one_by_one(predicted: Predicted, corpus: Corpus) -> Iterator[Sequence[int]]:
    """Predict one text after another, for ever."""
    for place in cycle(spread(corpus.tokens)):
        predicted.predict(corpus, [place])
        yield [place]


def in_lists(predicted: Predicted, corpus: Corpus) -> Iterator[Sequence[int]]:
    """Predict lists of 32 texts as they come, for ever."""
    for start in cycle(range(0, len(corpus.texts), LIST)):
        places = range(start, min(start + LIST, len(corpus.texts)))
        predicted.predict(corpus, places)
        yield places


def in_batches(scorer: Scorer, corpus: Corpus) -> Iterator[Sequence[int]]:
    """Score all texts in the scorer's own batches, for ever."""
    while True:
        for batch in scorer.batches(corpus.texts):
            scorer.score([corpus.texts[place] for place in batch])
            yield batch


def rate(way: Way, corpus: Corpus, seconds: float) -> float:
    """Return the tokens a second of a way, over as many steps as fill the seconds and at least one."""
    import torch

    torch.set_num_threads(way.threads)
    tokens, begin = 0, time.perf_counter()
    while (taken := time.perf_counter() - begin) < seconds or not tokens:
        tokens += corpus.count(next(way.steps))
    return tokens / taken


def read_corpus(database: Path, count: int, tokenizer: Any) -> Corpus:
    """Return `count` distinct responses of a database, in an order by chance, with their tokens."""
    from hhtui.store.database import Database
    from hhtui.store.samples import responses

    with Database.open(database, read_only=True) as opened:
        texts = responses(opened.reader(), count, SEED)
    whole = [len(ids) for ids in tokenizer(texts, truncation=False, verbose=False)["input_ids"]]
    read = [len(ids) for ids in tokenizer(texts, truncation=True)["input_ids"]]
    return Corpus(texts, read, [all_there <= kept for all_there, kept in zip(whole, read, strict=True)])
