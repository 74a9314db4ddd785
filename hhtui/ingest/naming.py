"""What a source is called: subset and split, from its own name or from the user."""

from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from hhtui.ingest.errors import LoadError

SUBSETS = ("harmless-base", "helpful-base", "helpful-rejection-sampled", "helpful-online")
"""The folders of the hh-rlhf repository that hold pairs; `facts.md` has their sizes."""
SPLITS = ("train", "test")
ALL = "all"
SUFFIXES = (".jsonl", ".json", ".ndjson")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""The characters with Unicode's property Bidi_Control."""
NEVER = frozenset('/"' + BIDIRECTIONAL)
"""What a subset or split never holds: "/" parts a key, a quotation mark ends one in a query."""
UNSHOWN = ("Cc", "Cs", "Zl", "Zp")
"""The general categories of what it never holds either: controls, surrogates, line and paragraph separators."""


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
    """Return `name`; raises LoadError where no query could name a key with it. `option` is "subset" or "split"."""
    if wrong := _wrong_with(name):
        raise LoadError(f"{name!r} cannot be a {option}: {wrong}; give another with --{option}")
    return name


def _wrong_with(name: str) -> str:
    """Return why `name` cannot be part of a key, "" where it can."""
    if not name.strip():
        return "it is empty"
    if name != name.strip():
        return "it begins or ends with white space"
    found = next((one for one in name if one in NEVER or category(one) in UNSHOWN), None)
    if found is None:
        return ""
    return f"it holds {found!r}" if found.isprintable() else f"it holds the character U+{ord(found):04X}"
