"""A process that converts blocks of lines for a load."""

import sys

from hhtui.ingest.converting.messages import receive_block, receive_conversion, send_batch


def main() -> None:
    """Answer each block on standard input with its batch on standard output, until the load has ended."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        convert = receive_conversion(questions)
        while True:
            send_batch(answers, convert(receive_block(questions)))
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main()
