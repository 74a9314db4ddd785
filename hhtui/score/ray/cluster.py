"""Ray on this machine alone, or a cluster that runs: joined, left, and told in one line where that fails."""

import logging
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from hhtui.score.scorer import ScoreError

REACH_SECONDS = 10.0
JOIN_SECONDS = 60.0
OBJECT_STORE_BYTES = 512 * 1024 * 1024
MISSING = "Ray is not installed here: pip install 'hhtui[ray]'"
QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}


@contextmanager
def cluster(address: str | None, cpus: int) -> Iterator[Any]:
    """Give the module `ray`, connected to the cluster at `address`, as `host:port` of its head or "auto".

    Without one that is a Ray of this machine alone with at least `cpus` CPUs, for this user only, which ends with
    this; one that this process has joined before is used as it is. Nothing is reported to anybody. Raises
    ScoreError where Ray is missing or the cluster cannot be joined, at the latest after a minute or so.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address is None and "ray" not in sys.modules:
        os.environ.update({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)})
    ray = _imported()
    if address is None and ray.is_initialized():
        yield ray
        return
    if address is None:
        _start(ray, cpus)
    else:
        _join(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def one_line(error: BaseException) -> str:
    """Return the last line of what an error says, where Ray puts the cause of a traceback that it quotes."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__


def _imported() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ScoreError(f"{MISSING} ({error})") from error
    return ray


def _start(ray: Any, cpus: int) -> None:
    try:
        ray.init(
            address="local",
            num_cpus=max(cpus, os.cpu_count() or 1),
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            **QUIET,
        )
    except (RuntimeError, OSError, ValueError) as error:
        raise ScoreError(f"Ray does not start on this machine: {one_line(error)}") from error


def _join(ray: Any, address: str) -> None:
    if "://" in address:
        raise ScoreError(
            f"{address} is no address of a cluster's head; give HOST:PORT on a machine of the cluster, or auto there"
        )
    if address != "auto":
        _reach(address)
    failures: list[Exception] = []

    def join() -> None:
        try:
            ray.init(address=address, **QUIET)
        except Exception as error:
            failures.append(error)

    joining = Thread(target=join, name="hhtui-ray-join", daemon=True)
    joining.start()
    joining.join(JOIN_SECONDS)
    if joining.is_alive():
        raise ScoreError(f"what listens at {address} did not answer as a Ray cluster within {JOIN_SECONDS:.0f} s")
    if failures:
        raise ScoreError(
            f"the Ray cluster at {address} cannot be joined: {one_line(failures[0])}; where it asks for a token, set "
            "RAY_AUTH_MODE=token here too"
        ) from failures[0]


def _reach(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ScoreError(f"--address {address} is not HOST:PORT, such as 10.0.0.5:6379, nor auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ScoreError(
            f"no Ray cluster can be reached at {address} ({error}); is it up, and started with: ray start --head"
        ) from error
