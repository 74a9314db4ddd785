"""Rows become a Parquet file or a saved folder of the `datasets` library, a batch at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

Row = Mapping[str, Any]

BATCH = 1000
DATASET_MARK = "dataset_info.json"
"""A file that every folder saved by `datasets` holds."""


def schema_of(features: Mapping[str, Any]) -> "pyarrow.Schema":
    """Return the schema of columns whose types are named as `trl.FEATURES` does."""
    import pyarrow

    return pyarrow.schema([(name, _type(said)) for name, said in features.items()])


def inferred(rows: Iterable[Row]) -> "pyarrow.Schema":
    """Return a schema that holds all `rows`, their columns in the order in which they first come.

    Numbers of several kinds become the wider one; a column whose values have no type in common is text, which holds
    them as JSON.
    """
    import pyarrow

    found: dict[str, pyarrow.DataType] = {}
    for batch in _batches(rows):
        for name in dict.fromkeys(chain.from_iterable(batch)):
            kind = _common([row[name] for row in batch if name in row])
            found[name] = _wider(found[name], kind) if name in found else kind
    known = {name: pyarrow.string() if pyarrow.types.is_null(kind) else kind for name, kind in found.items()}
    return pyarrow.schema(list(known.items()))


def write_parquet(path: Path, rows: Iterable[Row], schema: "pyarrow.Schema") -> None:
    """Write rows to a new Parquet file at `path`."""
    from pyarrow import parquet

    with parquet.ParquetWriter(path, schema) as writer:
        for batch in _tables(rows, schema):
            writer.write_table(batch)


def write_dataset(path: Path, rows: Iterable[Row], schema: "pyarrow.Schema") -> None:
    """Save rows in the folder `path` as `datasets.load_from_disk` reads them."""
    import pyarrow
    from datasets import Dataset, disable_progress_bars, enable_progress_bars, is_progress_bar_enabled

    shown = is_progress_bar_enabled()
    path.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=path) as folder:
        draft = Path(folder) / "rows.arrow"
        with pyarrow.OSFile(str(draft), "wb") as file, pyarrow.ipc.new_stream(file, schema) as writer:
            for batch in _tables(rows, schema):
                writer.write_table(batch)
        disable_progress_bars()
        try:
            Dataset.from_file(str(draft)).save_to_disk(str(path))
        finally:
            if shown:
                enable_progress_bars()


def _tables(rows: Iterable[Row], schema: "pyarrow.Schema") -> Iterator["pyarrow.Table"]:
    import pyarrow

    for batch in _batches(rows):
        columns = [_column([row.get(name) for row in batch], schema.field(name).type) for name in schema.names]
        yield pyarrow.table(columns, schema=schema)


def _column(values: list[Any], kind: "pyarrow.DataType") -> "pyarrow.Array":
    import pyarrow

    if pyarrow.types.is_string(kind):
        values = [value if value is None or isinstance(value, str) else _as_json(value) for value in values]
    return pyarrow.array(values, type=kind)


def _common(values: list[Any]) -> "pyarrow.DataType":
    import pyarrow

    try:
        kind = pyarrow.array(values).type
        return kind if _can_be_written(kind) else pyarrow.string()
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError, OverflowError):
        return pyarrow.string()


def _can_be_written(kind: "pyarrow.DataType") -> bool:
    """Return whether Parquet has the type: it has no objects without fields."""
    import pyarrow

    if pyarrow.types.is_list(kind):
        return _can_be_written(kind.value_type)
    if pyarrow.types.is_struct(kind):
        return kind.num_fields > 0 and all(_can_be_written(one.type) for one in kind)
    return True


def _wider(one: "pyarrow.DataType", other: "pyarrow.DataType") -> "pyarrow.DataType":
    import pyarrow

    schemas = [pyarrow.schema([("value", kind)]) for kind in (one, other)]
    try:
        return pyarrow.unify_schemas(schemas, promote_options="permissive").field("value").type
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.string()


def _type(said: Any) -> "pyarrow.DataType":
    import pyarrow

    if isinstance(said, list):
        return pyarrow.list_(pyarrow.struct([(name, _type(kind)) for name, kind in said[0].items()]))
    return {"string": pyarrow.string(), "bool": pyarrow.bool_()}[said]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while some := list(islice(waiting, BATCH)):
        yield some
