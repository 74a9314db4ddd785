"""Detoxify's model and tokenizer from local files: made by the package's own code, checked, never from the hub."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from hhtui.score.detoxify.batching import Encode, Frame
from hhtui.score.detoxify.checkpoint import first_line, load_state
from hhtui.score.detoxify.model_config import OVERLAPS
from hhtui.score.detoxify.weights import Found, require_packages
from hhtui.score.scorer import ScoreError

PROBE = "a"


class Opened(NamedTuple):
    """A model of PyTorch in fp32, on the CPU, ready to read, with its tokenizer."""

    model: Any
    tokenizer: Any


def frame(encode: Encode, encode_whole: Encode, padding: int, size: int) -> Frame:
    """Return the window of a model: `encode` gives token ids without special tokens, `encode_whole` with them.

    Raises ScoreError where the special tokens do not stand around a text.
    """
    (inner,), (whole,) = encode([PROBE]), encode_whole([PROBE])
    for start in range(len(whole) - len(inner) + 1):
        end = start + len(inner)
        if list(whole[start:end]) == list(inner):
            return Frame(size, tuple(whole[:start]), tuple(whole[end:]), padding, size // OVERLAPS)
    raise ScoreError("the tokenizer does not put its special tokens around a text")


def open_model(found: Found) -> Opened:
    """Return the model and tokenizer, made by detoxify's own function from local files only.

    Raises ScoreError where packages are missing, or weights and configuration do not fit together.
    """
    require_packages()
    import torch
    from detoxify.detoxify import get_model_and_tokenizer

    header, state = found.header, load_state(found.checkpoint)
    try:
        with _quiet():
            model, tokenizer = get_model_and_tokenizer(
                model_type=str(found.config_dir),
                model_name=header.model_name,
                tokenizer_name=header.tokenizer_name,
                num_classes=header.outputs,
                state_dict=state,
            )
    except Exception as error:
        raise ScoreError(
            f"{found.checkpoint} cannot be opened with the configuration in {found.config_dir}: {first_line(error)}"
        ) from error
    if lacking := [name for name, _ in model.named_parameters() if name not in state]:
        raise ScoreError(
            f"{found.checkpoint} lacks weights that its model needs: {lacking[0]} and {len(lacking)} in all"
        )
    if model.dtype != torch.float32:
        raise ScoreError(f"{found.config_dir / 'config.json'} asks for {model.dtype}; scores are made in float32 only")
    return Opened(model.eval(), tokenizer)


def encoder(tokenizer: Any, special: bool) -> Encode:
    """Return a function from texts to token ids by a tokenizer of the transformers package, without truncation."""

    def encode(texts: list[str]) -> Sequence[Sequence[int]]:
        ids: Sequence[Sequence[int]] = tokenizer(
            texts, add_special_tokens=special, return_attention_mask=False, return_token_type_ids=False, verbose=False
        )["input_ids"]
        return ids

    return encode


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the transformers package from printing bars and remarks while a model is made."""
    import transformers

    transformers_logging: Any = transformers.utils.logging
    level, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()
