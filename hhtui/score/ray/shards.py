"""Parquet shards: texts on their way to be scored elsewhere, and the scores that came back, checked by SHA-256."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.model import Unit
from hhtui.score.ray.manifest import Shard, ShardManifest
from hhtui.score.scorer import ScoreError
from hhtui.store.placing import placed

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

TEXTS = "texts"
SCORES = "scores"
HASH_BYTES = 16


class Scores(NamedTuple):
    """The scores of n texts: their hashes, the numbers of shape (n, k), and in how many windows each was read."""

    hashes: Sequence[bytes]
    numbers: "NDArray[numpy.float32]"
    windows: "NDArray[numpy.int32]"


def write_texts(folder: Path, number: int, unit: Unit, texts: Mapping[bytes, str]) -> Shard:
    """Write `texts`, by their hashes, as shard `number`: columns shard, text_hash, text."""
    import pyarrow

    table = pyarrow.table(
        {
            "shard": pyarrow.array([number] * len(texts), pyarrow.int32()),
            "text_hash": pyarrow.array(list(texts), pyarrow.binary(HASH_BYTES)),
            "text": pyarrow.array(list(texts.values()), pyarrow.large_string()),
        }
    )
    shard = Shard(number, unit, len(texts), sum(map(len, texts.values())), "")
    path = folder / TEXTS / shard.name
    _write(path, table)
    return shard._replace(sha256=_sha256(path))


def write_scores(folder: Path, manifest: ShardManifest, shard: Shard, scores: Scores) -> None:
    """Write the scores of a shard, whole or not at all: columns text_hash, numbers, windows.

    `numbers` are in the order of the manifest's columns. The file says by whom they are, of which texts, and their
    SHA-256.
    """
    import pyarrow

    numbers = pyarrow.FixedSizeListArray.from_arrays(
        pyarrow.array(scores.numbers.ravel(), pyarrow.float32()), len(manifest.columns)
    )
    table = pyarrow.table(
        [scores.hashes, numbers, pyarrow.array(scores.windows, pyarrow.int32())], schema=_scores_schema(manifest)
    )
    _write(folder / SCORES / shard.name, table.replace_schema_metadata(_seal(manifest, shard, scores)))


def read_scores(folder: Path, manifest: ShardManifest, shard: Shard) -> Scores | None:
    """Return the scores of a shard; None where they are missing, damaged, or of another scorer or other texts."""
    import numpy
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(folder / SCORES / shard.name, page_checksum_verification=True)
        if not table.schema.equals(_scores_schema(manifest)) or any(column.null_count for column in table.columns):
            return None
        scores = Scores(
            table["text_hash"].to_pylist(),
            numpy.array(table["numbers"].combine_chunks().flatten(), dtype=numpy.float32).reshape(table.num_rows, -1),
            numpy.array(table["windows"], dtype=numpy.int32),
        )
        sealed = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
        whole = _seal(manifest, shard, scores).items() <= sealed.items()
    except (pyarrow.ArrowException, OSError, KeyError, ValueError, TypeError):
        return None
    whole = whole and scores.numbers.shape == (shard.rows, len(manifest.columns))
    return scores if whole else None


def unscored(folder: Path, manifest: ShardManifest) -> list[Shard]:
    """Return the shards whose scores are missing or damaged.

    Raises ScoreError where the texts of one of those are damaged too.
    """
    lacking = [shard for shard in manifest.shards if read_scores(folder, manifest, shard) is None]
    for shard in lacking:
        path = folder / TEXTS / shard.name
        if not path.is_file() or _sha256(path) != shard.sha256:
            raise ScoreError(f"{path} is missing or damaged; delete {folder} and give the same command again")
    return lacking


def _scores_schema(manifest: ShardManifest) -> "pyarrow.Schema":
    """Return which columns of which types a file of scores has."""
    import pyarrow

    return pyarrow.schema(
        [
            ("text_hash", pyarrow.binary(HASH_BYTES)),
            ("numbers", pyarrow.list_(pyarrow.float32(), len(manifest.columns))),
            ("windows", pyarrow.int32()),
        ]
    )


def _seal(manifest: ShardManifest, shard: Shard, scores: Scores) -> dict[str, str]:
    """Return what a file of scores says of its content, by which damage is found."""
    digest = hashlib.sha256(b"".join(scores.hashes))
    digest.update(scores.numbers.astype("<f4").tobytes())
    digest.update(scores.windows.astype("<i4").tobytes())
    return {
        "hhtui.scorer": manifest.fingerprint,
        "hhtui.texts": shard.sha256,
        "hhtui.sha256": digest.hexdigest(),
    }


def _write(path: Path, table: Any) -> None:
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    with placed(path, force=True) as draft:
        parquet.write_table(table, draft, compression="zstd", write_page_checksum=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
