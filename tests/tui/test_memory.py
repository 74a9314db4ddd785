"""Where the browser's process takes its memory from."""

import os
import subprocess
import sys

import pyarrow
import pytest

from hhtui.tui.memory import ARROW_POOL

TOLD = (
    "from hhtui.tui.memory import use_one_allocator\n"
    "use_one_allocator()\n"
    "import pyarrow\n"
    "print(pyarrow.default_memory_pool().backend_name)\n"
)


@pytest.mark.parametrize("wanted", [None, *sorted(set(pyarrow.supported_memory_backends()) - {"system"})])
def test_arrow_takes_memory_where_all_else_does_unless_told_otherwise(wanted: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != ARROW_POOL}
    if wanted is not None:
        environment[ARROW_POOL] = wanted
    told = subprocess.run([sys.executable, "-c", TOLD], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == (wanted or "system")
