"""Figures of detoxify's models: our batches in fp32 and int8 beside the package's own ways and the machine's peak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.commands import hhtui, own_home, python, run
from benchmarks.figures_score import load_source
from benchmarks.table import Figure, Target
from benchmarks.workplace import Workplace

DETOXIFY = ("torch", "transformers", "detoxify")
ONNX = ("onnx", "onnxruntime", "tokenizers")
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
SECONDS = 15.0
TEXTS = 500
LARGEST_DIFFERENCE = 1e-5


class Best(NamedTuple):
    """The tokens a second of a way with as many threads as do best, and what each number of threads gives."""

    samples: Sequence[float]
    note: str


def best(rates: Mapping[str, Sequence[float]]) -> Best:
    """Return the best of a way's rates by number of threads."""
    chosen = max(rates, key=lambda threads: median(rates[threads]))
    told = ", ".join(f"{median(found):.0f} with {threads}" for threads, found in rates.items())
    return Best(rates[chosen], f"{told} thread{'s' if len(rates) > 1 else ''}")


def scoring(place: Workplace, shape: str = "base", seconds: float = SECONDS) -> list[Figure]:
    """Tokens a second of a model with random weights over real responses, by every way, best number of threads each."""
    if absent := missing(DETOXIFY):
        return [Figure("detoxify fp32", "tokens/s", (), note=f"{absent} not installed: hhtui[detoxify]")]
    with place.scratch() as folder, own_home(folder) as home:
        environment = {**home, **OFFLINE}
        database = load_source(place, folder, environment)
        run(python("-m", "benchmarks.detoxify_model", str(place.source.resolve()), str(folder), shape), environment)
        checkpoint, config_dir = str(folder / "random.ckpt"), str(folder / "config")
        argv = ["-m", "benchmarks.detoxify_speed", str(database), checkpoint, config_dir, shape]
        argv += ["--texts", str(TEXTS), "--seconds", str(seconds)]
        exported = {}
        if not missing(ONNX):
            exported = export(database, checkpoint, config_dir, folder / "int8", environment)
            argv += ["--int8", str(folder / "int8")]
        report = run(python(*argv), environment).json()
    return [*fp32(report), *int8(report, exported), *devices(report)]


def missing(packages: Sequence[str]) -> str:
    """Return which of the packages are not installed, in words."""
    return ", ".join(package for package in packages if find_spec(package) is None)


def export(
    database: Path, checkpoint: str, config_dir: str, target: Path, environment: dict[str, str]
) -> dict[str, Any]:
    """Export the model in int8, whatever its rank correlation is; return how far both agree."""
    argv = hhtui("scorer", "export", str(database), "--checkpoint", checkpoint, "--config-dir", config_dir)
    finished = run([*argv, "-o", str(target), "--sample", str(TEXTS), "--accept-below", "--json"], environment)
    agreement: dict[str, Any] = finished.json()["agreement"]
    return agreement


def fp32(report: Mapping[str, Any]) -> list[Figure]:
    """Return our figures in fp32 beside the package's own ways and what the machine could do at most."""
    ours = best(report["rates"]["fp32"])
    peers = {name: best(report["rates"][name]) for name in ("one by one", "lists of 32")}
    peaks = {threads: max(found) for threads, found in report["gflops"].items()}
    peak = max(peaks.values())
    allowed = peak * 1e9 / report["operations_per_token"]
    texts = f"{report['texts']} responses, {report['tokens']:,} tokens; ours {ours.note}"
    figures = [
        Figure(
            "detoxify fp32", "tokens/s", ours.samples, peer=f"predict {name}", peer_samples=peers[name].samples,
            must=Target("at least", limit, "times"), note=f"{texts}; predict {peers[name].note}",
        )
        for name, limit in (("one by one", 1.5), ("lists of 32", 3.5))
    ]  # fmt: skip
    by_threads = ", ".join(f"{most:.0f} with {threads}" for threads, most in peaks.items())
    return [
        *figures,
        Figure(
            "detoxify fp32", "tokens/s", ours.samples, peer="as fast as products of matrices", peer_samples=[allowed],
            note=f"a layer's products reach {peak:.0f} GFLOP/s ({by_threads} threads)",
        ),
        Figure(
            "detoxify fp32, largest difference to predict", "", [report["difference"]],
            must=Target("at most", LARGEST_DIFFERENCE), note=f"{report['compared']} texts that fit, every column",
        ),
    ]  # fmt: skip


def int8(report: Mapping[str, Any], agreement: Mapping[str, Any]) -> list[Figure]:
    """Return our figures in int8 beside fp32 and predict one by one, or what is missing."""
    if "int8" not in report["rates"]:
        return [Figure("detoxify int8", "tokens/s", (), note=f"{missing(ONNX)} not installed: hhtui[onnx]")]
    ours = best(report["rates"]["int8"])
    beside = [("our fp32", "fp32", 1.5), ("predict one by one", "one by one", 3.0)]
    ranks = agreement["smallest_rank_correlation"]
    return [
        *(
            Figure(
                "detoxify int8", "tokens/s", ours.samples, peer=told,
                peer_samples=best(report["rates"][name]).samples, must=Target("at least", limit, "times"),
                note=ours.note,
            )
            for told, name, limit in beside
        ),
        Figure(
            "detoxify int8, least rank correlation with fp32", "", () if ranks is None else [ranks],
            note=f"{agreement['texts']} responses, {len(agreement['rank_correlation'])} columns, random weights",
        ),
    ]  # fmt: skip


def devices(report: Mapping[str, Any]) -> list[Figure]:
    """Return our figures on the accelerators that are here."""
    ours = best(report["rates"]["fp32"])
    return [
        Figure(f"detoxify fp32 on {device}", "tokens/s", rates, peer="our fp32 on the CPU", peer_samples=ours.samples)
        for device, rates in report["devices"].items()
    ]
