"""What a load and the processes that convert for it say to each other: plain values, each behind its length."""

import marshal
from typing import IO, Any

from hhtui.ingest.containers import Record
from hhtui.ingest.converting.conversion import Block, Conversion
from hhtui.ingest.opening import Opening
from hhtui.jsonstyle import JsonStyle
from hhtui.store.loading import Batch, NewPair, RefusedRow

LENGTH_BYTES = 8


def send_conversion(stream: IO[bytes], conversion: Conversion) -> None:
    """Say how blocks are to be converted."""
    opening = conversion.opening
    style = opening.style.to_json() if opening.style else None
    _send(stream, (opening.format, tuple(opening.columns), style, conversion.name, conversion.strict))


def receive_conversion(stream: IO[bytes]) -> Conversion:
    """Hear how blocks are to be converted; raises EOFError where the other process has ended."""
    form, columns, style, name, strict = _receive(stream)
    return Conversion(Opening(form, columns, JsonStyle.from_json(style) if style else None), name, strict=strict)


def send_block(stream: IO[bytes], block: Block) -> None:
    """Ask for a block's batch; its records are lines that are not parsed yet."""
    _send(stream, (block.row, block.line, [(record.line, record.raw) for record in block.records]))


def receive_block(stream: IO[bytes]) -> Block:
    """Hear of a block; raises EOFError where the other process has ended."""
    row, line, records = _receive(stream)
    return Block(row, line, [Record(number, raw, None) for number, raw in records])


def send_batch(stream: IO[bytes], batch: Batch) -> None:
    """Answer with a batch."""
    pairs, refused = [tuple(pair) for pair in batch.pairs], [tuple(one) for one in batch.refused]
    _send(stream, (pairs, refused, batch.rows_read, batch.lines_done))


def receive_batch(stream: IO[bytes]) -> Batch:
    """Hear the answer; raises EOFError where the other process has ended."""
    pairs, refused, rows_read, lines_done = _receive(stream)
    return Batch([NewPair(*pair) for pair in pairs], [RefusedRow(*one) for one in refused], rows_read, lines_done)


def _send(stream: IO[bytes], message: tuple[Any, ...]) -> None:
    content = marshal.dumps(message)
    stream.write(len(content).to_bytes(LENGTH_BYTES, "little"))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    length = int.from_bytes(_exactly(stream, LENGTH_BYTES), "little")
    return marshal.loads(_exactly(stream, length))


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content
