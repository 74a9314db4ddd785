"""Where detoxify's weights are on this machine, and how they are had where they are not: never without being asked."""

import os
from pathlib import Path
from typing import NamedTuple

from hhtui.score.detoxify.checkpoint import Header, first_line, read_header
from hhtui.score.detoxify.libraries import require
from hhtui.score.detoxify.model_config import CONFIG_FILES, lacks
from hhtui.score.detoxify.published import HUB, PUBLISHED, Published
from hhtui.score.scorer import NO_OPTIONS, Options, ScoreError

PACKAGES = ("torch", "transformers", "detoxify")
EXTRA = "detoxify"


class Found(NamedTuple):
    """A checkpoint on this machine, what it says of itself, and the folder of its base model's configuration."""

    checkpoint: Path
    header: Header
    config_dir: Path


def published(name: str) -> Published:
    """Return what is known of the scorer `name`, such as `detoxify:original`; raises ScoreError where it is unknown."""
    variant = name.partition(":")[2]
    if variant not in PUBLISHED:
        raise ScoreError(f"detoxify has no {variant!r}; it has {', '.join(PUBLISHED)}")
    return PUBLISHED[variant]


def recognised(name: str, weights: Path, sha256: str) -> Published | None:
    """Return what is known of `weights` with this SHA-256 as those of the scorer `name`, None for unknown weights.

    Raises ScoreError where detoxify publishes them as another variant, or the file has the name of the published one
    and is another.
    """
    family, _, variant = name.partition(":")
    for other, known in PUBLISHED.items():
        if not sha256.startswith(known.sha256_start):
            continue
        if other == variant:
            return known
        raise ScoreError(
            f"{weights} holds the weights of {family}:{other}, not of {name}; use --scorer {family}:{other}"
        )
    if weights.name == published(name).file_name:
        raise ScoreError(f"{weights} is damaged: its SHA-256 is {sha256[:8]}…; delete it and try again")
    return None


def find_checkpoint(name: str, options: Options = NO_OPTIONS) -> Path | None:
    """Return the checkpoint that is given, else the published one where it is in torch's cache, else None."""
    if options.checkpoint is not None:
        return options.checkpoint
    cached = torch_cache() / published(name).file_name
    return cached if cached.is_file() else None


def torch_cache() -> Path:
    """Return the folder where PyTorch keeps checkpoints: `torch.hub.get_dir()`/checkpoints, known without torch."""
    home = os.environ.get("TORCH_HOME")
    if home is None:
        home = os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def download_notice(name: str, options: Options = NO_OPTIONS) -> str | None:
    """Return one sentence on what has to be downloaded, how large it is and from whom; None where all is here.

    Raises ScoreError where a file or folder that `options` names is not what it should be.
    """
    known = published(name)
    parts = []
    checkpoint = find_checkpoint(name, options)
    if checkpoint is None:
        parts.append(f"the weights, about {known.megabytes:,} MB, from {known.url}")
    base = known.base if checkpoint is None else read_header(checkpoint).base
    if find_config_dir(base, options) is None:
        size = f"about {known.base_megabytes} MB" if base == known.base else "a few MB"
        parts.append(f"the configuration and tokenizer of {base}, {size}, from {HUB}/{base}")
    return f"{name} needs a download: {'; and '.join(parts)}." if parts else None


def obtain(name: str, options: Options = NO_OPTIONS) -> Found:
    """Return where the weights and the base model's configuration are, downloaded where `options.download` says so.

    Raises ScoreError that says what is missing and how to get it.
    """
    notice = download_notice(name, options)
    if notice is not None and not options.download:
        raise ScoreError(
            f"{notice} Run it again with --yes to download, or give --checkpoint FILE and --config-dir FOLDER"
        )
    checkpoint = find_checkpoint(name, options) or _download_checkpoint(published(name))
    header = read_header(checkpoint)
    config_dir = find_config_dir(header.base, options) or _download_config(header.base)
    return Found(checkpoint, header, config_dir)


def find_config_dir(base: str, options: Options = NO_OPTIONS) -> Path | None:
    """Return the folder with the config.json and tokenizer of `base`: the given one, or the one in the hub's cache.

    `base` is a name on the hub or a folder. Raises ScoreError where a given folder lacks a file.
    """
    given = options.config_dir or (Path(base) if Path(base).is_dir() else None)
    if given is not None:
        if lacking := lacks(given):
            raise ScoreError(f"{given} has no {lacking}; it must hold the config.json and the tokenizer of {base}")
        return given
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(base, "config.json")
    except HFValidationError as error:
        raise ScoreError(f"{base!r} is neither a folder nor a name on the hub; give --config-dir FOLDER") from error
    if not isinstance(cached, str) or lacks(Path(cached).parent):
        return None
    return Path(cached).parent


def _download_checkpoint(known: Published) -> Path:
    """Download a published checkpoint into torch's cache, checked by the hash in its name."""
    require_packages()
    import torch

    target = torch_cache() / known.file_name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(known.url, str(target), hash_prefix=known.sha256_start, progress=False)
    except (OSError, RuntimeError) as error:
        raise ScoreError(f"{known.url} cannot be downloaded to {target.parent}: {first_line(error)}") from error
    return target


def _download_config(base: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(base, allow_patterns=list(CONFIG_FILES)))
    except Exception as error:
        raise ScoreError(
            f"the configuration of {base} cannot be downloaded from {HUB}/{base}: {first_line(error)}"
        ) from error
    if lacking := lacks(folder):
        raise ScoreError(f"{HUB}/{base} has no {lacking}; give --config-dir FOLDER")
    return folder


def require_packages() -> None:
    """Raise ScoreError where a package that detoxify needs is not installed."""
    require(PACKAGES, EXTRA)
