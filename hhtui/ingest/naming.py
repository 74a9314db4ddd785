"""What a source is called: subset and split, from its own name or from the user."""

from dataclasses import dataclass
from pathlib import Path

from hhtui.ingest.errors import LoadError

SUBSETS = ("harmless-base", "helpful-base", "helpful-rejection-sampled", "helpful-online")
"""The folders of the hh-rlhf repository that hold pairs; `facts.md` has their sizes."""
SPLITS = ("train", "test")
ALL = "all"
SUFFIXES = (".jsonl", ".json", ".ndjson")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class Naming:
    """What a source is called, and where it came from; see the table `source`."""

    uri: str
    subset: str
    split: str
    configuration: str | None = None
    data_dir: str | None = None
    revision: str | None = None


def stem(path: Path) -> str:
    """Return a file's name without the endings of JSON files and of compression."""
    name = path.name
    for endings in (COMPRESSIONS, SUFFIXES):
        for ending in endings:
            if name.lower().endswith(ending) and len(name) > len(ending):
                name = name[: -len(ending)]
                break
    return name


def is_json(path: Path) -> bool:
    """Say whether a file's name is that of a JSON file, compressed or not."""
    name = path.name.lower()
    return any(name.endswith(one + other) for one in SUFFIXES for other in ("", *COMPRESSIONS))


def of_file(path: Path) -> tuple[str, str]:
    """Return the subset and split that a file's place says.

    In the layout of hh-rlhf they are the folder and the file's name, else its name and "all".
    """
    folder, name = path.resolve().parent.name, stem(path)
    return (folder, name) if folder in SUBSETS and name in SPLITS else (name, ALL)


def checked(option: str, name: str) -> str:
    """Return `name`; raises LoadError where it cannot be part of a key. `option` is "subset" or "split"."""
    if not name.strip() or "/" in name or any(ord(character) < 0x20 for character in name):
        raise LoadError(f"{name!r} cannot be a {option}: it may not be empty or hold '/'; give another with --{option}")
    return name
