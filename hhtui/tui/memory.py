"""Where the browser's process takes its memory from."""

import os

ARROW_POOL = "ARROW_DEFAULT_MEMORY_POOL"
"""The variable that Arrow reads once, when it first takes memory."""


def use_one_allocator() -> None:
    """Let Arrow take memory where Python and SQLite do, unless the environment says otherwise.

    Its own allocator keeps what was given back: some 10 MiB after facets of 170,000 pairs.
    """
    os.environ.setdefault(ARROW_POOL, "system")
