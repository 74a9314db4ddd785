"""Arrow arrays from Python's texts and numpy's numbers and back, without pandas.

`pyarrow.array`, `pyarrow.scalar` and `to_numpy` import pandas where it is installed: 40 MB and a third of a second.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray


def text_array(texts: Sequence[str]) -> "pyarrow.StringArray":
    """Return texts of at most 2 GB together as one array; raises UnicodeEncodeError for lone surrogates."""
    import numpy
    import pyarrow

    encoded = [text.encode() for text in texts]
    ends = numpy.zeros(len(encoded) + 1, dtype=numpy.int64)
    numpy.cumsum([len(one) for one in encoded], out=ends[1:])
    if ends[-1] > numpy.iinfo(numpy.int32).max:
        raise OverflowError(f"{ends[-1]:,} bytes of text are too many for one array")
    buffers = pyarrow.py_buffer(ends.astype(numpy.int32)), pyarrow.py_buffer(b"".join(encoded))
    return pyarrow.StringArray.from_buffers(len(encoded), *buffers)


def number_array(numbers: "NDArray[numpy.int32] | NDArray[numpy.int64]") -> "pyarrow.Array":
    """Return whole numbers as an array that shares their memory."""
    import numpy
    import pyarrow

    held = numpy.ascontiguousarray(numbers)
    kind = {4: pyarrow.int32(), 8: pyarrow.int64()}[held.itemsize]
    return pyarrow.Array.from_buffers(kind, len(held), [None, pyarrow.py_buffer(held)])


def numbers_in(array: "pyarrow.Array") -> "NDArray[numpy.int32]":
    """Return the numbers of an array of int32 without nulls; they share its memory and cannot be changed."""
    import numpy

    return _shared(array, numpy.dtype(numpy.int32))


def release_unused() -> None:
    """Let the system take back what Arrow holds and does not need; that walks through all it holds, so do it seldom."""
    import pyarrow

    pyarrow.default_memory_pool().release_unused()


def mask_in(array: "pyarrow.BooleanArray") -> "NDArray[numpy.bool_]":
    """Return an array of booleans without nulls as a mask that cannot be changed."""
    import numpy
    import pyarrow

    return _shared(array.cast(pyarrow.uint8()), numpy.dtype(numpy.bool_))


def _shared(array: "pyarrow.Array", kind: "numpy.dtype[Any]") -> "NDArray[Any]":
    import numpy

    held = array.buffers()[1]
    if not len(array) or held is None:
        return numpy.zeros(0, dtype=kind)
    return numpy.frombuffer(held, kind, len(array), array.offset * kind.itemsize)
