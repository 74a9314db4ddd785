"""What a cross-fitted linear model learned, as bytes: for each fold the weights that did not see its families."""

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.score.preference.folds import fold_of

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


def to_bytes(models: list[FoldModel], seed: int) -> bytes:
    """Return the models of all folds, which were drawn with `seed`, as numpy's compressed archive .npz."""
    import numpy

    file = io.BytesIO()
    weights: dict[str, Any] = {f"weights{fold}": model.weights for fold, model in enumerate(models)}
    centres = numpy.array([model.centre for model in models])
    numpy.savez_compressed(file, centres=centres, seed=numpy.int64(seed), **weights)
    return file.getvalue()


def unseen_by(data: bytes, group: bytes) -> FoldModel:
    """Return, from what `to_bytes` wrote, the model that did not see the family `group`; the others are not read."""
    import numpy

    with numpy.load(io.BytesIO(data)) as archive:
        centres = archive["centres"]
        fold = fold_of(group, int(archive["seed"]), len(centres))
        return FoldModel(archive[f"weights{fold}"], float(centres[fold]))
