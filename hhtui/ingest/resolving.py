"""What a user names becomes sources: files, folders, standard input, hub names, datasets in memory."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from hhtui.ingest.errors import LoadError
from hhtui.ingest.naming import ALL, SPLITS, SUBSETS, Naming, checked, is_json, of_file
from hhtui.ingest.sources import STANDARD_INPUT, DatasetSource, FileSource, Source
from hhtui.progress import Observer, Progress

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    Named: TypeAlias = str | Path | Dataset | DatasetDict

HUB_NAME = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
SINGLE_DIALOGUES = "red-team-attempts"
WRITTEN_BY = b'"hhtui": "'
"""What hhtui's patches and manifests hold, before its version, in their `BEGINNING`, bytes."""
BEGINNING = 4096
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the named sources is wanted, and what it is to be called; see `Options`."""

    subset: str | None = None
    split: str | None = None
    configuration: str | None = None
    revision: str | None = None
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the user about what was left out."""

    text: str


def resolve(named: "Named", choice: Choice, observer: Observer) -> Iterator[Source | Note]:
    """Yield the sources that `named` stands for, opened one by one, and notes on what is left out.

    A string is a path, "-" for standard input, or where there is no such file the name of a dataset on the hub.
    Raises LoadError where it stands for nothing that can be read, and where a name in `choice` cannot be part of a key.
    """
    for option, name in (("subset", choice.subset), ("split", choice.split)):
        if name is not None:
            checked(option, name)
    if not isinstance(named, str | Path):
        yield from _datasets(named, choice)
    elif str(named) == STANDARD_INPUT:
        yield _standard_input(choice, observer)
    elif Path(named).is_dir():
        yield from _folder(Path(named), choice)
    elif Path(named).is_file():
        yield open_file(Path(named), choice)
    elif Path(named).exists():
        yield _pipe(Path(named), choice, observer)
    elif isinstance(named, str) and HUB_NAME.fullmatch(named):
        from hhtui.ingest.hub import open_hub

        yield from open_hub(named, choice, observer)
    else:
        raise LoadError(
            f"there is no file {named}; name a file, a folder, - for standard input, or OWNER/NAME of the hub"
        )


def open_one(named: "Named", choice: Choice, observer: Observer) -> Source:
    """Return the one source that `named` stands for; raises LoadError where it stands for several, or as `resolve`."""
    found: list[Source] = []
    for one in resolve(named, choice, observer):
        if isinstance(one, Source):
            found.append(one)
    if len(found) != 1:
        names = ", ".join(one.name for one in found)
        for one in found:
            one.close()
        raise LoadError(f"{named} holds {names or 'no source'}, and one is needed; name a file")
    return found[0]


def open_file(path: Path, choice: Choice) -> FileSource:
    """Return the source of one file; raises LoadError where it cannot be read."""
    return FileSource(_opened(path), _naming(str(path), choice, *of_file(path)))


def _pipe(path: Path, choice: Choice, observer: Observer) -> FileSource:
    """Return the source of what is no regular file and can be read only once: a named pipe, /dev/fd/63, a device."""
    with _opened(path) as stream:
        spool = _spooled(stream, str(path), observer)
    return FileSource(spool, _naming(str(path), choice, *of_file(path)))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}; check its permissions") from None


def _standard_input(choice: Choice, observer: Observer) -> FileSource:
    spool = _spooled(sys.stdin.buffer, "standard input", observer)
    return FileSource(spool, _naming(STANDARD_INPUT, choice, "stdin", ALL))


def _spooled(stream: BinaryIO, name: str, observer: Observer) -> BinaryIO:
    """Copy a stream to a temporary file, so that its hash is known before its first pair is stored."""
    spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
    observer(Progress("reading", 0, 0, "bytes", name=name))
    shutil.copyfileobj(stream, spool, 1024 * 1024)
    return spool


def _folder(folder: Path, choice: Choice) -> Iterator[Source | Note]:
    """Yield the files of a folder; in one laid out like hh-rlhf, `choice` picks among its subsets and splits."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and is_json(path))
    single = [path for path in files if SINGLE_DIALOGUES in path.relative_to(folder).parts[:-1]]
    if single:
        yield Note(
            f"left out {folder / SINGLE_DIALOGUES}: single dialogues with ratings, "
            "not pairs of a chosen and a rejected one"
        )
    ours = [path for path in files if _is_ours(path)]
    if ours:
        shown = ", ".join(str(path.relative_to(folder)) for path in ours[:SHOWN]) + (", …" if len(ours) > SHOWN else "")
        yield Note(f"left out {len(ours):,} patches and manifests that hhtui wrote: {shown}")
    files = [path for path in files if path not in {*single, *ours}]
    laid_out = [path for path in files if of_file(path)[1] in SPLITS]
    chosen = _chosen(laid_out, choice) if laid_out else files
    if not chosen:
        raise LoadError(f"{folder} holds {_holdings(laid_out)}; name a file, or another --subset and --split")
    for path in chosen:
        yield open_file(path, Choice() if laid_out else choice)


def _is_ours(path: Path) -> bool:
    """Say whether a file is a patch or a manifest that hhtui wrote; its name and its beginning tell."""
    if not (path.name == "manifest.json" or path.name.endswith((".patch.jsonl", ".manifest.json"))):
        return False
    with _opened(path) as file:
        return WRITTEN_BY in file.read(BEGINNING)


def _chosen(files: Sequence[Path], choice: Choice) -> list[Path]:
    """Return the files of the wanted subset and split; a name that is none of the layout's picks nothing."""
    return [
        path for path in files if (choice.subset or of_file(path)[0], choice.split or of_file(path)[1]) == of_file(path)
    ]


def _holdings(laid_out: Sequence[Path]) -> str:
    if not laid_out:
        return f"no JSON files of pairs (looked for folders {', '.join(SUBSETS)}, and for *.jsonl)"
    return f"only {', '.join('/'.join(of_file(path)) for path in laid_out)}"


def _datasets(named: "Dataset | DatasetDict", choice: Choice) -> Iterator[Source]:
    members = named.items() if isinstance(named, dict) else [(None, named)]
    for key, dataset in members:
        split = key or (str(dataset.split) if dataset.split else ALL)
        if key and choice.split not in (None, key):
            continue
        subset = dataset.info.dataset_name or "dataset"
        yield DatasetSource(dataset, _naming("memory", choice, subset, split))


def _naming(uri: str, choice: Choice, subset: str, split: str) -> Naming:
    return Naming(
        uri,
        checked("subset", choice.subset or subset),
        checked("split", choice.split or split),
        choice.configuration,
        choice.data_dir,
        choice.revision,
    )
