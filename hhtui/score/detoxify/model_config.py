"""The folder with a base model's configuration and tokenizer: its files, and how much the model reads at once."""

import json
from pathlib import Path
from typing import Any

from hhtui.score.scorer import ScoreError

VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model")
"""Files of which a tokenizer has at least one."""
CONFIG_FILES = (
    "config.json",
    "tokenizer_config.json",
    *VOCABULARIES,
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
)
"""All that is read of a base model: what its tokenizer and its shape depend on."""
OFFSET_MODELS = ("roberta", "xlm-roberta", "camembert")
"""Kinds of models whose positions count from the padding id + 1, so that they read fewer tokens than positions."""
OVERLAPS = 8
"""A window shares this part of its size with the next one: 64 tokens of 512."""


def lacks(folder: Path) -> str | None:
    """Return what `folder` lacks to describe a model and its tokenizer, None where it has all."""
    if not (folder / "config.json").is_file():
        return "config.json"
    if not any((folder / name).is_file() for name in VOCABULARIES):
        return f"tokenizer (one of {', '.join(VOCABULARIES)})"
    return None


def window_size(config_dir: Path) -> int:
    """Return the most tokens that a model reads at once, special ones included, from its config.json and tokenizer.

    Raises ScoreError where the files do not say it.
    """
    config = _json_object(config_dir / "config.json")
    positions, kind, padding = (config.get(key) for key in ("max_position_embeddings", "model_type", "pad_token_id"))
    if not isinstance(positions, int):
        raise ScoreError(f"{config_dir / 'config.json'} says no max_position_embeddings")
    if kind in OFFSET_MODELS:
        positions -= (padding if isinstance(padding, int) else 1) + 1
    settings = config_dir / "tokenizer_config.json"
    longest = _json_object(settings).get("model_max_length") if settings.is_file() else None
    size = int(min(positions, longest)) if isinstance(longest, int | float) else positions
    if size < OVERLAPS:
        raise ScoreError(f"{config_dir} describes a model that reads {size} tokens at once, too few for any text")
    return size


def _json_object(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScoreError(f"{file} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise ScoreError(f"{file} is not a JSON object")
    return value
