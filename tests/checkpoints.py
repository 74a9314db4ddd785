"""Tiny checkpoints with random weights in detoxify's own format, each with a folder of configuration and tokenizer.

They need torch, transformers and sentencepiece, as detoxify itself does.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.detoxify_model import SPREAD, save
from hhtui.score.detoxify.published import ORIGINAL_CLASSES

WINDOW = 64
"""The most tokens that the tiny models read, special tokens included."""

WORDS = """
the a kind word costs nothing would you like to know how i can help with that please tell me about it and is are not
bread bake people weather today why what when sorry but no yes good bad very all some of in on for
"""
SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()[]<>/\\-_*#@&%$+=~`|{}^’“”–…éüñßøлюдиあ日本語🙂"


class TinyCheckpoint(NamedTuple):
    """A checkpoint file, the folder with its config.json and tokenizer, and its class names as in the file."""

    file: Path
    config_dir: Path
    classes: tuple[str, ...]


def tiny_bert(
    folder: Path, *, classes: Sequence[str] = ORIGINAL_CLASSES, outputs: int | None = None, seed: int = 0
) -> TinyCheckpoint:
    """Make a BERT of two layers; `outputs` is how many numbers it gives, more than its classes where wished."""
    import transformers

    config_dir = folder / "bert-config"
    config_dir.mkdir(parents=True, exist_ok=True)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SIGNS, *(f"##{sign}" for sign in SIGNS)]
    vocabulary = list(dict.fromkeys([*pieces, *WORDS.split(), "##s", "##ing", "##ed"]))
    (config_dir / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    _write_tokenizer_config(config_dir)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=WINDOW,
        initializer_range=SPREAD,
    )
    names = ("bert-base-uncased", "BertForSequenceClassification", "BertTokenizer")
    return _saved(folder / "tiny-bert.ckpt", config_dir, config, names, tuple(classes), outputs, seed)


def tiny_albert(
    folder: Path, *, classes: Sequence[str] = ORIGINAL_CLASSES, outputs: int | None = None, seed: int = 0
) -> TinyCheckpoint:
    """Make an ALBERT of two layers with a sentencepiece tokenizer; arguments as for `tiny_bert`."""
    import transformers

    config_dir = folder / "albert-config"
    config_dir.mkdir(parents=True, exist_ok=True)
    (config_dir / "spiece.model").write_bytes(_sentencepiece())
    _write_tokenizer_config(config_dir)
    tokenizer = transformers.AlbertTokenizer.from_pretrained(str(config_dir))
    tokenizer.save_pretrained(str(config_dir))
    config = transformers.AlbertConfig(
        vocab_size=len(tokenizer),
        embedding_size=16,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=WINDOW,
        initializer_range=SPREAD,
    )
    names = ("albert-base-v2", "AlbertForSequenceClassification", "AlbertTokenizer")
    return _saved(folder / "tiny-albert.ckpt", config_dir, config, names, tuple(classes), outputs, seed)


def contents(checkpoint: Path) -> dict[str, Any]:
    """Return what a checkpoint holds: `config` and `state_dict`."""
    import torch

    loaded: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return loaded


def for_detoxify(checkpoint: TinyCheckpoint) -> Path:
    """Return a copy of the checkpoint that the detoxify package itself can load offline: `Detoxify(checkpoint=…)`.

    The package asks the hub for the base model that the file names, also where it is given a folder; naming the
    folder in the file is what works.
    """
    import torch

    loaded = contents(checkpoint.file)
    loaded["config"]["arch"]["args"]["model_type"] = str(checkpoint.config_dir)
    copy = checkpoint.file.with_suffix(".local.ckpt")
    torch.save(loaded, copy)
    return copy


def _saved(
    file: Path,
    config_dir: Path,
    config: Any,
    names: tuple[str, str, str],
    classes: tuple[str, ...],
    outputs: int | None,
    seed: int,
) -> TinyCheckpoint:
    config.save_pretrained(str(config_dir))
    config.num_labels = outputs or len(classes)
    save(file, config, names, classes, seed)
    return TinyCheckpoint(file, config_dir, classes)


def _write_tokenizer_config(folder: Path) -> None:
    settings = {"do_lower_case": True, "model_max_length": WINDOW}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _sentencepiece() -> bytes:
    """Return a model of pieces with ALBERT's special ones, trained on a few made words."""
    import sentencepiece

    words = WORDS.split()
    lines = [" ".join(words[start : start + 8]) for start in range(len(words))] + [" ".join(SIGNS)]
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=written,
        model_type="unigram",
        vocab_size=200,
        hard_vocab_limit=False,
        character_coverage=1.0,
        pad_id=0,
        pad_piece="<pad>",
        unk_id=1,
        bos_id=-1,
        eos_id=-1,
        control_symbols=["[CLS]", "[SEP]"],
        user_defined_symbols=["[MASK]"],
        minloglevel=2,
    )
    return written.getvalue()
