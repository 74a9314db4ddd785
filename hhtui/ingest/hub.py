"""Datasets of the hub, or of a local folder in its layout, through `datasets.load_dataset`."""

import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hhtui.ingest.errors import LoadError
from hhtui.ingest.naming import SUBSETS, Naming, checked
from hhtui.ingest.resolving import Choice
from hhtui.ingest.sources import DatasetSource
from hhtui.progress import Observer, Progress

if TYPE_CHECKING:
    from datasets import Dataset

DATA_DIRS = {"Anthropic/hh-rlhf": SUBSETS}
"""Datasets whose default configuration merges subsets without a column that tells them apart."""
PATIENCE = 5.0
_COMMIT = re.compile(r"@([0-9a-f]{40})/")


def open_hub(
    name: str, choice: Choice, observer: Observer, *, data_dirs: Sequence[str] | None = None
) -> Iterator[DatasetSource]:
    """Yield the subsets and splits of the dataset `name`, `owner/name` on the hub or the path of a local folder.

    `data_dirs` are walked one by one, each a subset of its own; by default those of `DATA_DIRS`, or the one in
    `choice`. Raises LoadError where the hub cannot be reached and the dataset is not in the local cache, and
    where there is no such dataset, configuration, revision or split.
    """
    known = data_dirs or DATA_DIRS.get(name) or ()
    walked: list[str | None] = list(known)
    if choice.data_dir:
        walked = [choice.data_dir]
    elif choice.subset in walked:
        walked = [choice.subset]
    for data_dir in walked or [None]:
        subset = choice.subset or (
            data_dir.strip("/").replace("/", "-") if data_dir else name.rstrip("/").split("/")[-1]
        )
        observer(Progress("reading", 0, 0, "bytes", name=f"{name} {data_dir or ''}".strip()))
        for split, dataset in _load(name, data_dir, choice):
            yield DatasetSource(
                dataset,
                Naming(
                    name,
                    checked("subset", subset),
                    checked("split", split),
                    choice.configuration,
                    data_dir,
                    _commit(dataset) or choice.revision,
                ),
            )


def _load(name: str, data_dir: str | None, choice: Choice) -> list[tuple[str, "Dataset"]]:
    local = os.path.isdir(name)
    with _offline(not local and not _reachable()):
        import datasets

        datasets.disable_progress_bars()
        try:
            found = datasets.load_dataset(
                name, choice.configuration, data_dir=data_dir, revision=None if local else choice.revision
            )
        except ConnectionError:
            raise LoadError(
                f"the hub cannot be reached, and {name} is not in the local cache; "
                "download its files elsewhere and load them: hhtui load FILE.jsonl.gz --db DB"
            ) from None
        except (datasets.exceptions.DatasetsError, ValueError, OSError) as error:
            raise LoadError(f"{name} cannot be loaded: {_first_line(error)}; check its name and options") from None
    if choice.split is None:
        return [(str(split), found[split]) for split in found]
    if choice.split not in found:
        raise LoadError(f"{name} has no split {choice.split}; it has {', '.join(map(str, found))}")
    return [(choice.split, found[choice.split])]


def _reachable() -> bool:
    """Ask the hub for a sign of life, for a few seconds at most; `datasets` by itself retries for half a minute."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def _offline(wanted: bool) -> Iterator[None]:
    """Make `datasets` look only into its cache for a while."""
    import datasets
    from huggingface_hub import constants

    before = datasets.config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE
    if wanted:
        datasets.config.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE = before


def _commit(dataset: "Dataset") -> str | None:
    """Return the hub's commit that the files were downloaded from, None where the dataset does not say."""
    for address in dataset.info.download_checksums or {}:
        if found := _COMMIT.search(address):
            return found[1]
    return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
