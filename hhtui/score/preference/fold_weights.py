"""What a cross-fitted linear model learned, as bytes: for each fold the weights that did not see its pairs."""

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.score.preference.folds import draw

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class FoldModel(NamedTuple):
    """The model of one fold: a weight for each feature, and the mean margin of the replies that it learned from.

    The weights are in half precision, and scores are computed with them as they are, so that an explanation adds up
    to the number that it explains.
    """

    weights: "NDArray[numpy.float16]"
    centre: float


def to_bytes(
    models: list[FoldModel],
    seed: int,
    draws: "NDArray[numpy.uint64]",
    components: "NDArray[numpy.uint64]",
) -> bytes:
    """Return the models of all folds as numpy's compressed archive .npz.

    `draws` and `components` are what pairs' families drew with `seed` and what they drew together with others, see
    `folds.joined`; only the families are kept whose own draw names another fold.
    """
    import numpy

    file = io.BytesIO()
    weights: dict[str, Any] = {f"weights{fold}": model.weights for fold, model in enumerate(models)}
    centres = numpy.array([model.centre for model in models])
    folds = (components % len(models)).astype(numpy.uint8)
    moved = folds != draws % len(models)
    families, first = numpy.unique(draws[moved], return_index=True)
    numpy.savez_compressed(
        file, centres=centres, seed=numpy.int64(seed), moved=families, moved_to=folds[moved][first], **weights
    )
    return file.getvalue()


def unseen_by(data: bytes, group: bytes) -> FoldModel:
    """Return, from what `to_bytes` wrote, the model that did not see the family `group`; the others are not read."""
    import numpy

    with numpy.load(io.BytesIO(data)) as archive:
        centres, moved = archive["centres"], archive["moved"]
        own = draw(group, int(archive["seed"]))
        at = int(numpy.searchsorted(moved, numpy.uint64(own)))
        fold = int(archive["moved_to"][at]) if own in moved[at : at + 1] else own % len(centres)
        return FoldModel(archive[f"weights{fold}"], float(centres[fold]))
