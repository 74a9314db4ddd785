"""How much a reply resembles the rejected ones: a preference model that never saw the pair which it scores."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from hhtui.model import PairTexts, ScoreColumn, Unit
from hhtui.score.explain.words import strongest
from hhtui.score.preference import fold_weights, ngrams
from hhtui.score.preference.bradley_terry import learn
from hhtui.score.preference.fold_weights import FoldModel
from hhtui.score.preference.learning_set import LearningSet, gather
from hhtui.score.preference.proportion import CONFIDENCE, Proportion, proportion
from hhtui.score.scorer import NO_OPTIONS, Fitted, Options, TooFewPairsError, WordWeight, fingerprint

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FOLDS = 5
SEED = 0
REGULARISATION = 0.3
"""The best of some between 0.1 and 1 by held-out accuracy on hh-rlhf harmless-base test, with other seeds than here."""

LEAST_PAIRS = 1000
LEAST_SEEN = LEAST_PAIRS // 2
"""How many labelled pairs each of the models must have seen, however unequal the folds are."""

DISPREFERRED = ScoreColumn(
    name="dispreferred",
    low=0.0,
    high=1.0,
    meaning="How much the words of a reply resemble the rejected replies of this data: the probability that a linear "
    "model, learned from pairs that share no family, reply or prompt with it, gives for a typical reply being "
    "preferred to this one.",
    fails="It learns the annotators' habits, and length and style with them, does not see the prompt, on "
    "hh-rlhf is right on few more pairs than the rule that the shorter reply wins, and by itself says nothing of truth "
    "or harm.",
)
DISAGREEMENT = ScoreColumn(
    name="disagreement",
    low=-1.0,
    high=1.0,
    meaning="dispreferred of the chosen reply less that of the rejected one: above 0 the model disagrees with the "
    "label, so the highest pairs are candidates for label errors.",
    fails="They are candidates and no more: of the first 15 on hh-rlhf harmless-base test about a third are plausible "
    "label errors, the others are the model's own.",
    of_pair=True,
)


class PreferenceModel:
    """Linear Bradley–Terry models over hashed words and pairs of words, cross-fitted over families of pairs.

    Families, and pairs that share a reply or a prompt, fall together into one of five folds by a hash of their names
    and the seed, whatever the order of pairs, and a pair is scored by the model that learned from the other four.
    Replies are shared that have the same words and pairs of words, down to a single common word: what a model has
    seen of a reply tells the label of its other pairs. `dispreferred` is the logistic function of the reply's
    margin less the mean margin of the replies that the model learned from. The difference makes the folds comparable,
    since a model of differences leaves a reply's own level open; the margin is not divided by its spread, so the
    number stays a probability: that of the model for a reply of mean margin being preferred to this one.

    Pairs that are ties or have one side, pairs of equal texts, and those with a reply without words are scored where
    they can be and not learned from. A reply without words has NaN. The same pairs in the same order and the same seed
    give the same bits; in another order the numbers differ by about 1e-3, where the fit ends.
    """

    version = "2"
    columns = (DISPREFERRED, DISAGREEMENT)
    units: tuple[Unit, ...] = ("pair",)

    def __init__(self, name: str = "preference-model", options: Options = NO_OPTIONS, *, seed: int = SEED) -> None:
        """Describe the scorer; nothing is loaded yet. `seed` draws the folds."""
        self.name = name
        self.seed = seed

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """How texts become features, how the models are fitted, and the libraries that hash and compute.

        Another numpy or scipy rounds differently, which moves the place where the fit ends.
        """
        return {
            "preparation": "fold",
            "held out together": "families, shared replies, shared prompts",
            "ngrams": [1, ngrams.LONGEST],
            "features": ngrams.FEATURES,
            "values": "presence, length 1",
            "folds": FOLDS,
            "seed": self.seed,
            "regularisation": REGULARISATION,
            "scikit-learn": version("scikit-learn"),
            **{library: ".".join(version(library).split(".")[:2]) for library in ("numpy", "scipy")},
        }

    @cached_property
    def fingerprint(self) -> str:
        """The hash over version and parameters, to which a database adds the pairs that were learned from."""
        return fingerprint(self.name, self.version, self.parameters)

    def fit(self, pairs: Iterable[PairTexts]) -> Fitted:
        """Learn from `pairs` and score them: dispreferred.chosen, dispreferred.rejected, disagreement, shape (n, 3).

        Raises TooFewPairsError below 1,000 labelled pairs, and where most of them hang together.
        """
        import numpy

        learning_set = gather(pairs, self.seed)
        folds = (learning_set.components % FOLDS).astype(numpy.int64)
        _refuse_too_few(learning_set, folds)
        levels = numpy.empty((len(folds), 2))
        models = []
        for fold in range(FOLDS):
            model, margins = _model(learning_set, learning_set.labelled & (folds != fold))
            levels[folds == fold] = (margins - model.centre)[folds == fold]
            models.append(model)
        levels[~learning_set.worded] = numpy.nan
        findings = _findings(learning_set, levels, self.seed)
        learned = fold_weights.to_bytes(models, self.seed, learning_set.draws, learning_set.components)
        return Fitted(_numbers(levels), findings, learned)

    def words(self, model: bytes, group: bytes, text: str, most: int = 12) -> list[WordWeight]:
        """Return at most `most` n-grams of `text` that move its `dispreferred` furthest, strongest first.

        `model` is what `fit` returned, `group` the family of the pair that the text stands in. All weights together
        are the text's margin, and `dispreferred` the logistic function of the margin less the model's centre. n-grams
        of the text that hash to one feature have one weight together, and are named together, between slashes.
        n-grams that no pair showed to the model have none.
        """
        grams = list(dict.fromkeys(ngrams.ngrams(text)))
        if not grams:
            return []
        weights = fold_weights.unseen_by(model, group).weights
        row = ngrams.rows([text])
        shares = dict(zip(row.indices.tolist(), (row.data * weights[row.indices]).tolist(), strict=True))
        names: dict[int, list[str]] = {}
        for gram, feature in zip(grams, ngrams.features(grams).tolist(), strict=True):
            names.setdefault(feature, []).append(gram)
        return strongest((WordWeight(" / ".join(names[feature]), share) for feature, share in shares.items()), most)


def _refuse_too_few(learning_set: LearningSet, folds: "NDArray[numpy.int64]") -> None:
    import numpy

    labelled = int(learning_set.labelled.sum())
    if labelled < LEAST_PAIRS:
        raise TooFewPairsError(
            f"preference-model learns from labelled pairs and needs {LEAST_PAIRS:,}; here are {labelled:,} with two "
            "different replies: load more pairs into this database, or leave out preference-model"
        )
    largest = int(numpy.bincount(folds[learning_set.labelled], minlength=FOLDS).max())
    if labelled - largest < LEAST_SEEN:
        raise TooFewPairsError(
            f"preference-model must learn from other pairs than it scores, and {largest:,} of the {labelled:,} "
            "labelled pairs belong to one or a few families, or share replies or prompts: load more pairs into this "
            "database, or leave out preference-model"
        )


def _model(learning_set: LearningSet, seen: "NDArray[numpy.bool_]") -> "tuple[FoldModel, NDArray[numpy.float64]]":
    """Return the model learned from the pairs that are `seen`, and its margins for all replies, (n, 2)."""
    import numpy

    weights = learn(learning_set.blocks, seen, REGULARISATION).astype(numpy.float16)
    single = weights.astype(numpy.float32)
    margins = numpy.concatenate([block @ single for block in learning_set.blocks]).astype(numpy.float64).reshape(-1, 2)
    return FoldModel(weights, float(margins[seen].mean())), margins


def _numbers(levels: "NDArray[numpy.float64]") -> "NDArray[numpy.float32]":
    import numpy
    from scipy.special import expit

    dispreferred = expit(levels)
    disagreement = dispreferred[:, 0] - dispreferred[:, 1]
    return numpy.column_stack([dispreferred, disagreement]).astype(numpy.float32)


def _findings(learning_set: LearningSet, levels: "NDArray[numpy.float64]", seed: int) -> Mapping[str, Any]:
    """Return what was measured on labelled pairs, each of them held out from the model that judged it."""
    labelled = learning_set.labelled
    families = learning_set.components[labelled]
    model = proportion(_wins(levels[labelled]), families)
    shorter = proportion(_wins(learning_set.lengths[labelled]), families)
    return {
        "summary": f"right on {_percent(model)} of {len(families):,} labelled pairs that it did not see; the rule "
        f"that the shorter reply is chosen {_percent(shorter)}",
        "pairs": len(labelled),
        "labelled_pairs": len(families),
        "families": len(set(families.tolist())),
        "folds": FOLDS,
        "seed": seed,
        "confidence": CONFIDENCE,
        "held_out_accuracy": model.share,
        "held_out_accuracy_interval": [model.low, model.high],
        "shorter_reply_accuracy": shorter.share,
        "shorter_reply_accuracy_interval": [shorter.low, shorter.high],
    }


def _wins(of_replies: "NDArray[Any]") -> "NDArray[numpy.float64]":
    """Return 1 for each pair whose chosen reply has the smaller number, 0 for the larger, a half for equal ones."""
    import numpy

    chosen, rejected = of_replies[:, 0], of_replies[:, 1]
    wins: NDArray[numpy.float64] = (chosen < rejected) + 0.5 * (chosen == rejected)
    return wins


def _percent(found: Proportion) -> str:
    return f"{found.share:.1%} ({found.low:.1%} to {found.high:.1%})"
