"""A process that converts blocks of lines for a load."""

import os
import sys

from hhtui.ingest.converting.messages import receive_block, receive_conversion, send_batch


def main(answers: int) -> None:
    """Answer each block on standard input with its batch, written to the descriptor `answers`, until the load ends."""
    questions = sys.stdin.buffer
    try:
        with os.fdopen(answers, "wb") as stream:
            convert = receive_conversion(questions)
            while True:
                send_batch(stream, convert(receive_block(questions)))
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
