"""A BERT with random weights in detoxify's own checkpoint format, with a tokenizer learned from given texts.

It says nothing about any text, but costs what a trained model of its shape costs. It needs torch and transformers, as
detoxify itself does, and no network.

    python -m benchmarks.detoxify_model FILE FOLDER base

makes one, with word pieces of an hh file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.corpus import open_text
from hhtui.score.detoxify.published import ORIGINAL_CLASSES

SPREAD = 0.35
"""The standard deviation of the classifier's random weights, large enough for texts to differ in their scores."""
SEED = 0
SIDES = ("chosen", "rejected")


class Shape(NamedTuple):
    """The size of a BERT: numbers a token, layers, heads of attention, numbers between, tokens at once, pieces."""

    hidden: int
    layers: int
    heads: int
    between: int
    window: int
    vocabulary: int

    @property
    def weights(self) -> int:
        """How many weights each token is multiplied with: all but embeddings, pooler and classifier."""
        return self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.between)

    def operations(self, tokens: int) -> int:
        """Return the floating-point operations for a text of so many tokens, a product and its sum being two."""
        return 2 * self.weights * tokens + 4 * tokens**2 * self.hidden * self.layers


SHAPES = {
    "base": Shape(768, 12, 12, 3072, 512, 30_522),
    "tiny": Shape(32, 2, 2, 64, 64, 2_000),
}
"""`base` is BERT-base (https://arxiv.org/abs/1810.04805), as `detoxify:original` is; `tiny` is made in a second."""


class Made(NamedTuple):
    """A checkpoint that Detoxify(checkpoint=…) opens offline, and the folder with its config.json and tokenizer."""

    checkpoint: Path
    config_dir: Path


def make(folder: Path, texts: Iterable[str], shape: Shape) -> Made:
    """Make a model of this shape in `folder`, its word pieces learned from `texts`.

    The checkpoint names the folder as its base model: the detoxify package would ask the hub for any other name.
    """
    import transformers
    from tokenizers import BertWordPieceTokenizer

    config_dir = folder / "config"
    config_dir.mkdir(parents=True, exist_ok=True)
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(texts, vocab_size=shape.vocabulary, show_progress=False)
    tokenizer.save_model(str(config_dir))
    settings = {"do_lower_case": True, "model_max_length": shape.window}
    (config_dir / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    config = transformers.BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.between,
        max_position_embeddings=shape.window,
    )
    config.save_pretrained(str(config_dir))
    config.num_labels = len(ORIGINAL_CLASSES)
    checkpoint = folder / "random.ckpt"
    save(checkpoint, config, (str(config_dir), "BertForSequenceClassification", "BertTokenizer"), ORIGINAL_CLASSES)
    return Made(checkpoint, config_dir)


def save(file: Path, config: Any, names: tuple[str, str, str], classes: Sequence[str], seed: int = SEED) -> None:
    """Write a model with random weights in detoxify's format.

    `names` are the base model (a name on the hub or a folder) and the transformers package's classes of model and
    tokenizer; `config.num_labels` is how many numbers the model gives.
    """
    import torch
    import transformers

    base, model_name, tokenizer_name = names
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = getattr(transformers, model_name)(config)
        torch.nn.init.normal_(model.classifier.weight, std=SPREAD)
    arguments = {
        "num_classes": config.num_labels,
        "model_type": base,
        "model_name": model_name,
        "tokenizer_name": tokenizer_name,
    }
    described = {"arch": {"args": arguments}, "dataset": {"args": {"classes": list(classes)}}}
    torch.save({"state_dict": model.state_dict(), "config": described}, file)


def main() -> None:
    """Make a model whose word pieces are those of an hh file."""
    parser = argparse.ArgumentParser(description="Make a checkpoint with random weights in detoxify's format.")
    parser.add_argument("source", type=Path, help="an hh file to learn word pieces from")
    parser.add_argument("folder", type=Path)
    parser.add_argument("shape", choices=SHAPES)
    arguments = parser.parse_args()
    with open_text(arguments.source) as lines:
        rows = map(json.loads, filter(str.strip, lines))
        made = make(arguments.folder, (row[side] for row in rows for side in SIDES), SHAPES[arguments.shape])
    print(made.checkpoint)


if __name__ == "__main__":
    main()
