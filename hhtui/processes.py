"""What a child process of hhtui is started with."""

import os
from pathlib import Path

PACKAGE_ROOT = Path(__file__).resolve().parents[1]
INSTALLED = ("site-packages", "dist-packages")


def environment() -> dict[str, str]:
    """Return this process's environment, in which the child finds this very package where it is not installed."""
    if PACKAGE_ROOT.name in INSTALLED:
        return dict(os.environ)
    there = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE_ROOT), *([there] if there else [])])}
