"""Shards of texts through a pool of Ray Data actors, each of which is the scorer; finished shards are written at once.

The shards are read on this machine and travel through Ray, so that no other one needs to see the folder.
"""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, Self

from hhtui.score.ray.cluster import cluster, one_line
from hhtui.score.ray.manifest import Shard, ShardManifest
from hhtui.score.ray.shard_meter import ShardMeter
from hhtui.score.ray.shards import TEXTS, Scores, write_scores
from hhtui.score.ray.worker import Worker
from hhtui.score.scorer import Options, ScoreError

READING_CPUS = 0
"""What reading a shard takes in Ray's accounts: with more, it would wait for CPUs that the actors never give back."""


OF_PYTORCH = "detoxify:"
"""How the names of scorers begin that PyTorch runs, and that a GPU makes quicker."""


class RayOptions(NamedTuple):
    """Where and how to score with Ray.

    `address` is that of a cluster's head, `host:port` or "auto", None for a Ray of this machine alone; `actors` are how
    many scorers work at once, None for as many as there are CPUs or GPUs for; `shards` is the folder of the
    shards, which is kept, None for one beside the database that goes once it is merged.
    """

    address: str | None = None
    actors: int | None = None
    shards: Path | None = None

    def to_json(self) -> str:
        """Return the fields as a JSON object."""
        return json.dumps(self._asdict(), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the options that `to_json` wrote."""
        told = json.loads(text)
        return cls(**{**told, "shards": None if told["shards"] is None else Path(told["shards"])})


class Pool(NamedTuple):
    """How many actors work at once, and what each takes of the cluster."""

    actors: int
    cpus: int
    gpus: int


def score_shards(
    folder: Path, manifest: ShardManifest, shards: Sequence[Shard], how: RayOptions, meter: ShardMeter
) -> None:
    """Score these shards of `folder` and write their scores there, each as soon as it is whole.

    Raises ScoreError where Ray is missing or fails, or where a worker has not the manifest's scorer.
    """
    asked = Options.from_json(manifest.options)
    cpus = share(asked).cpus
    paths = [os.fspath((folder / TEXTS / shard.name).resolve()) for shard in shards]
    with cluster(how.address, cpus * (how.actors or 1)) as ray:
        resources = ray.cluster_resources()
        options = for_workers(manifest.name, asked, resources)
        arguments = (manifest.name, options.to_json(), manifest.fingerprint)
        each = share(options)
        actors = how.actors or _room(resources, each)
        meter.ready()
        try:
            tables = _tables(ray, paths, arguments, each._replace(actors=min(actors, len(shards))))
            _collect(tables, folder, manifest, shards, meter)
        except ray.exceptions.RayError as error:
            raise ScoreError(
                f"Ray failed: {one_line(error)}; finished shards are kept, the same command goes on"
            ) from error


def for_workers(scorer: str, asked: Options, resources: Mapping[str, float]) -> Options:
    """Return how the workers make the scorer: on as many threads as they get CPUs, without downloading anything.

    Where no device is asked for, it is a GPU if the scorer can use one and the cluster has any.
    """
    best = "cuda" if scorer.startswith(OF_PYTORCH) and resources.get("GPU", 0) >= 1 else "cpu"
    return asked._replace(device=asked.device or best, threads=asked.threads or 1, download=False)


def share(options: Options) -> Pool:
    """Return what one actor takes; raises ScoreError for a GPU by number, which Ray gives out itself."""
    device = str(options.device)
    if device.startswith("cuda:"):
        raise ScoreError("with Ray every actor gets a GPU of its own: say --device cuda, and how many with --actors")
    return Pool(1, options.threads or 1, int(device == "cuda"))


def _room(resources: dict[str, float], each: Pool) -> int:
    """Return for how many actors the cluster has room; raises ScoreError where for none."""
    room = int(resources.get("CPU", 0) // each.cpus)
    if each.gpus:
        room = min(room, int(resources.get("GPU", 0) // each.gpus))
    if not room:
        wanted = f"{each.cpus} CPUs" + " and a GPU" * each.gpus
        raise ScoreError(f"Ray has no {wanted} here for an actor; ask for fewer --threads, or for --device cpu")
    return room


def _tables(ray: Any, paths: Sequence[str], arguments: tuple[str, str, str], pool: Pool) -> Generator[Any, None, None]:
    """Yield what the workers, made with `arguments`, give for the texts in the files `paths`: tables of any size."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.use_datasource_v2 = False
    texts = ray.data.read_parquet(
        list(paths),
        override_num_blocks=len(paths),
        num_cpus=READING_CPUS,
        label_selector={"ray.io/node-id": ray.get_runtime_context().get_node_id()},
    )
    scored = texts.map_batches(
        Worker,
        fn_constructor_args=arguments,
        compute=ray.data.ActorPoolStrategy(size=pool.actors),
        batch_size=None,
        batch_format="pyarrow",
        num_cpus=pool.cpus,
        num_gpus=pool.gpus or None,
    )
    yield from scored.iter_batches(batch_size=None, batch_format="pyarrow")


def _collect(
    tables: Generator[Any, None, None],
    folder: Path,
    manifest: ShardManifest,
    shards: Sequence[Shard],
    meter: ShardMeter,
) -> None:
    """Write each shard's scores when all of its rows are there, whatever tables they came in."""
    import pyarrow
    import pyarrow.compute

    open_shards = {shard.number: shard for shard in shards}
    parts: dict[int, list[Any]] = {}
    with closing(tables):
        for table in tables:
            errors = table["error"].drop_null()
            if len(errors):
                raise ScoreError(errors[0].as_py())
            for number in pyarrow.compute.unique(table["shard"]).to_pylist():
                parts.setdefault(number, []).append(table.filter(pyarrow.compute.equal(table["shard"], number)))
                if sum(part.num_rows for part in parts[number]) == open_shards[number].rows:
                    whole = pyarrow.concat_tables(parts.pop(number))
                    write_scores(folder, manifest, open_shards[number], _scores(whole, len(manifest.columns)))
                    meter.scored(open_shards.pop(number), pyarrow.compute.sum(whole["tokens"]).as_py())
    if open_shards:
        raise ScoreError(f"Ray ended without the scores of {len(open_shards)} shards; the same command goes on")


def _scores(table: Any, columns: int) -> Scores:
    import numpy

    numbers = numpy.array(table["numbers"].combine_chunks().flatten(), dtype=numpy.float32)
    return Scores(
        table["text_hash"].to_pylist(), numbers.reshape(-1, columns), numpy.array(table["windows"], dtype=numpy.int32)
    )
