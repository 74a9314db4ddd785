"""The checkpoints that detoxify publishes: where they are, how large, and what each of their numbers means.

Names, addresses and classes are those of detoxify 0.5.4 (https://github.com/unitaryai/detoxify). The size of `original`
is that of the file; the others are the parameters of their models at four bytes each.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hhtui.model import ScoreColumn

RELEASES = "https://github.com/unitaryai/detoxify/releases/download"
HUB = "https://huggingface.co"

ORIGINAL_CLASSES = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
UNBIASED_CLASSES = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "identity_attack",
    "insult",
    "threat",
    "sexual_explicit",
)
RENAMED: Mapping[str, str] = MappingProxyType(
    {"toxic": "toxicity", "severe_toxic": "severe_toxicity", "identity_hate": "identity_attack"}
)
"""Class names of a checkpoint, and what detoxify calls them."""


class Published(NamedTuple):
    """A checkpoint of detoxify's: its address, its size in MB, and the base model whose tokenizer it needs.

    `base_megabytes` is the size of the base model's configuration and tokenizer. `classes` are named as in the file.
    """

    url: str
    megabytes: int
    base: str
    base_megabytes: int
    classes: tuple[str, ...]
    trained_on: str
    languages: str = "English"

    @property
    def file_name(self) -> str:
        """The file's name, in torch's cache too."""
        return self.url.rpartition("/")[2]

    @property
    def sha256_start(self) -> str:
        """The first hexadecimal digits of the file's SHA-256: the end of its name, as torch's hub has it."""
        return self.file_name.rpartition("-")[2].partition(".")[0]


WIKIPEDIA = "comments on Wikipedia's talk pages"
NEWS = "comments on Wikipedia's talk pages and news sites"

PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        "original": Published(
            f"{RELEASES}/v0.1-alpha/toxic_original-c1212f89.ckpt",
            438,
            "bert-base-uncased",
            1,
            ORIGINAL_CLASSES,
            WIKIPEDIA,
        ),
        "unbiased": Published(
            f"{RELEASES}/v0.3-alpha/toxic_debiased-c7548aa0.ckpt", 499, "roberta-base", 3, UNBIASED_CLASSES, NEWS
        ),
        "multilingual": Published(
            f"{RELEASES}/v0.4-alpha/multilingual_debiased-0b549669.ckpt",
            1112,
            "xlm-roberta-base",
            14,
            UNBIASED_CLASSES,
            NEWS,
            "English, French, Spanish, Italian, Portuguese, Turkish and Russian",
        ),
        "original-small": Published(
            f"{RELEASES}/v0.1.2/original-albert-0e1d6498.ckpt", 47, "albert-base-v2", 2, ORIGINAL_CLASSES, WIKIPEDIA
        ),
        "unbiased-small": Published(
            f"{RELEASES}/v0.1.2/unbiased-albert-c8519128.ckpt",
            47,
            "albert-base-v2",
            2,
            UNBIASED_CLASSES,
            "comments on news sites",
        ),
    }
)
"""The variants by name, as detoxify calls them."""

LABELLED: Mapping[str, str] = MappingProxyType(
    {
        "toxicity": "rude, disrespectful or likely to make people leave a discussion",
        "severe_toxicity": "very hateful, aggressive or disrespectful",
        "obscene": "obscene or vulgar",
        "threat": "a threat of harm to someone",
        "insult": "insulting to someone",
        "identity_attack": "hateful about a group that people are born into or belong to",
        "sexual_explicit": "sexually explicit",
    }
)
"""What crowdworkers were asked about a comment, by column, after the instructions of Jigsaw's three challenges."""

FAILINGS: Mapping[str, str] = MappingProxyType(
    {
        "toxicity": "profanity scores high whatever the intent, words that name groups of people raise it, and polite "
        "instructions for a crime score near 0",
        "severe_toxicity": "few comments in training had this label, so that nearly all texts score near 0, and "
        "profanity raises it whatever the intent",
        "obscene": "it follows swear words, quoted or joking ones too, and misses vulgar meaning in clean words",
        "threat": "few comments in training had this label; violent words raise it in stories and warnings, and a "
        "threat in polite words scores near 0",
        "insult": "words of insult raise it where they are quoted or rejected, and contempt in polite words is missed",
        "identity_attack": "words that name groups of people raise it, in neutral texts and in texts by those groups "
        "too, and prejudice in polite words is missed",
        "sexual_explicit": "it follows sexual words, in medical and educational texts too",
    }
)


def columns_of(classes: Sequence[str], published: Published | None) -> tuple[ScoreColumn, ...]:
    """Return the columns for the `classes` of a checkpoint, in their order.

    `published` is what it is, None where it may be any checkpoint of this format: of its training nothing is said then.
    """
    if published is None:
        labelled, training = "the texts of its training that were labelled as", "It knows only texts like those"
    else:
        labelled = f"{published.trained_on} that crowdworkers labelled as"
        training = (
            f"It was trained on short public comments in {published.languages}, not on dialogues with an assistant"
        )
    return tuple(
        ScoreColumn(
            name=name,
            low=0.0,
            high=1.0,
            meaning=f"How much a text resembles {labelled} {LABELLED.get(name, name)}, as the probability that the "
            "model gives.",
            fails=f"{training}: {FAILINGS.get(name, FAILINGS['toxicity'])}.",
        )
        for name in column_names(classes)
    )


def column_names(classes: Sequence[str]) -> tuple[str, ...]:
    """Return detoxify's names for `classes`, made fit for a query: letters, digits and `_`, each name once."""
    names: list[str] = []
    for one in classes:
        plain = re.sub(r"[^a-z0-9]+", "_", RENAMED.get(one, one).lower()).strip("_") or "class"
        stem = plain if plain[0].isalpha() else f"class_{plain}"
        number = 2
        name = stem
        while name in names:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
    return tuple(names)
