"""Tokens a second of a detoxify model by several ways over the same texts, in a process of its own.

    python -m benchmarks.detoxify_speed DB CHECKPOINT CONFIG_DIR SHAPE [--int8 FOLDER] [--texts 500] [--seconds 15]

Prints one JSON object. The ways take turns, some seconds each, so that all of them meet the same machine; a text
counts as the tokens that `Detoxify.predict` reads of it, special ones included and padding left out, whoever reads it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.detoxify_model import SHAPES, Shape
from benchmarks.ways_to_score import Corpus, Predicted, Way, in_batches, in_lists, one_by_one, rate, read_corpus
from hhtui.score.scorer import Options, Scorer, create

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float32]

ONE_BY_ONE, LISTS, FP32, INT8 = "one by one", "lists of 32", "fp32", "int8"
ROUNDS = 3
GEMM_ROWS = 512
"""Rows of the measured products: as many tokens as our batches hold on a CPU."""
GEMM_REPEATS = 40
DEVICE_PASSES = 3


def gemm(shape: Shape, threads: int) -> float:
    """Return the most GFLOP/s that PyTorch reaches in fp32 over the products of matrices of one layer."""
    import torch

    torch.set_num_threads(threads)
    hidden, between = shape.hidden, shape.between
    sizes = [(hidden, hidden)] * 4 + [(hidden, between), (between, hidden)]
    products = [(torch.randn(GEMM_ROWS, size[0]), torch.randn(size)) for size in sizes]
    operations = sum(2 * GEMM_ROWS * rows * columns for rows, columns in sizes)
    taken = []
    with torch.inference_mode():
        for _ in range(GEMM_REPEATS):
            begin = time.perf_counter()
            for left, right in products:
                torch.matmul(left, right)
            taken.append(time.perf_counter() - begin)
    return operations / min(taken) / 1e9


def difference(predicted: Predicted, scorer: Scorer, corpus: Corpus) -> tuple[int, float]:
    """Return on how many texts that fit `predict` and our scorer were compared, and their largest difference."""
    import numpy

    places = [place for place in sorted(predicted.found) if corpus.fits[place]]
    texts = [corpus.texts[place] for place in places]
    ours: Numbers = numpy.empty((len(texts), len(scorer.columns)), dtype=numpy.float32)
    for batch in scorer.batches(texts):
        ours[list(batch)] = scorer.score([texts[at] for at in batch]).numbers
    theirs = numpy.array([predicted.found[place] for place in places])
    return len(places), float(numpy.abs(ours - theirs).max())


def loaded(name: str, options: Options) -> Scorer:
    """Return a scorer of texts, its weights loaded."""
    scorer = create(name, options)
    assert isinstance(scorer, Scorer)
    scorer.load()
    return scorer


def on_device(make: Callable[[str], Scorer], device: str, corpus: Corpus) -> list[float]:
    """Return the tokens a second of passes of our scorer over all texts on a device, after one to warm up."""
    scorer = make(device)
    found = []
    for _ in range(1 + DEVICE_PASSES):
        begin = time.perf_counter()
        for batch in scorer.batches(corpus.texts):
            scorer.score([corpus.texts[place] for place in batch])
        found.append(corpus.count(range(len(corpus.texts))) / (time.perf_counter() - begin))
    return found[1:]


def accelerators() -> list[str]:
    """Return the devices of PyTorch that are here besides the CPU."""
    import torch

    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [device for device, available in here.items() if available]


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return everything that was measured, by way and by number of threads."""
    from detoxify import Detoxify

    shape = SHAPES[arguments.shape]

    def ours(device: str) -> Scorer:
        given = Options(checkpoint=arguments.checkpoint, config_dir=arguments.config_dir, device=device)
        return loaded("detoxify:original", given)

    predicted = Predicted(Detoxify(checkpoint=str(arguments.checkpoint)), {})
    corpus = read_corpus(arguments.database, arguments.texts, predicted.model.tokenizer)
    fp32 = ours("cpu")
    ways: list[Way] = []
    counts = sorted({1, os.cpu_count() or 1})
    for threads in counts:
        ways.append(Way(ONE_BY_ONE, threads, one_by_one(predicted, corpus)))
        ways.append(Way(LISTS, threads, in_lists(predicted, corpus)))
        ways.append(Way(FP32, threads, in_batches(fp32, corpus)))
        if arguments.int8:
            rounded = loaded("detoxify-int8:original", Options(model=arguments.int8, threads=threads))
            ways.append(Way(INT8, threads, in_batches(rounded, corpus)))
    peaks: dict[int, list[float]] = {threads: [] for threads in counts}
    rates: dict[str, dict[int, list[float]]] = {way.name: {threads: [] for threads in counts} for way in ways}
    for _ in range(ROUNDS):
        for threads in counts:
            peaks[threads].append(gemm(shape, threads))
        for way in ways:
            rates[way.name][way.threads].append(rate(way, corpus, arguments.seconds))
    compared, largest = difference(predicted, fp32, corpus)
    tokens = corpus.count(range(len(corpus.texts)))
    return {
        "texts": len(corpus.texts),
        "tokens": tokens,
        "operations_per_token": sum(map(shape.operations, corpus.tokens)) / tokens,
        "gflops": peaks,
        "rates": rates,
        "compared": compared,
        "difference": largest,
        "devices": {device: on_device(ours, device, corpus) for device in accelerators()},
    }


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("config_dir", type=Path)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--int8", type=Path, metavar="FOLDER", help="a model that hhtui scorer export wrote")
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn of each way; there are three")
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
