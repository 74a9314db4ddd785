"""A model of PyTorch becomes a file for ONNX Runtime: written out, its layers fused, checked, rounded to 8 bits.

The rounding is ONNX Runtime's dynamic quantisation: weights once, to signed 8 bits with a scale for each output
channel; activations as they come, to unsigned 8 bits. Only the products of matrices and the projections of attention
are rounded; the embeddings, the pooler and the classifier, which cost next to nothing, stay in fp32.
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html)
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhtui.score.detoxify.checkpoint import first_line
from hhtui.score.scorer import ScoreError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.score.detoxify.batching import Ids

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "probabilities"
OPERATOR_SET = 17
ROUNDED_OPERATORS = ("MatMul", "Attention")
LARGEST_DIFFERENCE = 1e-4
"""Between the probabilities of PyTorch and of ONNX Runtime in fp32."""


def write_fp32(model: Any, columns: int, rows: "Sequence[Ids]", folder: Path) -> Path:
    """Write `model` in fp32, giving the first `columns` probabilities, into `folder`; return the file.

    `rows` are token ids of windows, by which the file is checked against PyTorch. Raises ScoreError where it cannot be
    written, or gives other numbers than PyTorch.
    """
    plain, fused = folder / "plain.onnx", folder / "fused.onnx"
    model.set_attn_implementation("eager")
    with _quiet():
        try:
            expected = _write(model, columns, rows, plain)
            _fuse(plain, model.config, fused)
        except Exception as error:
            raise ScoreError(f"the model cannot be written for ONNX Runtime: {first_line(error)}") from error
    difference = max(
        float(abs(found - wanted).max()) for found, wanted in zip(_through_onnx(fused, rows), expected, strict=True)
    )
    if difference > LARGEST_DIFFERENCE:
        raise ScoreError(
            f"ONNX Runtime gives other numbers than PyTorch, by up to {difference:.2g}, before anything is rounded"
        )
    return fused


def write_int8(fp32: Path, target: Path) -> None:
    """Write the model in the file `fp32`, rounded to 8 bits, to `target`; raises ScoreError where that fails."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        try:
            quantize_dynamic(
                fp32,
                target,
                op_types_to_quantize=list(ROUNDED_OPERATORS),
                per_channel=True,
                weight_type=QuantType.QInt8,
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        except Exception as error:
            raise ScoreError(f"the model cannot be rounded to 8 bits: {first_line(error)}") from error


def _write(model: Any, columns: int, rows: "Sequence[Ids]", target: Path) -> "list[NDArray[numpy.float32]]":
    """Write the model as it is; return the probabilities that it gives for each of `rows`."""
    import torch

    class Probabilities(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> Any:
            return torch.sigmoid(self.model(input_ids=ids, attention_mask=mask)[0])[:, :columns]

    axes = {0: "windows", 1: "tokens"}
    whole = Probabilities().eval()
    with torch.inference_mode():
        inputs = [torch.tensor(row, dtype=torch.int64)[None] for row in rows]
        expected: list[NDArray[numpy.float32]] = [whole(ids, torch.ones_like(ids)).numpy() for ids in inputs]
    with torch.no_grad():
        example = max(inputs, key=lambda ids: ids.shape[1]).repeat(2, 1).clone()
        torch.onnx.export(
            whole,
            (example, torch.ones_like(example)),
            str(target),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes={**dict.fromkeys(INPUTS, axes), OUTPUT: {0: "windows"}},
            opset_version=OPERATOR_SET,
            dynamo=False,
        )
    return expected


def _fuse(plain: Path, config: Any, target: Path) -> None:
    """Write the model with attention, GELU and layer normalisation as one operator each, which is much faster."""
    from onnxruntime.transformers import optimizer

    fused = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
        use_gpu=False,
    )
    fused.save_model_to_file(str(target))


def _through_onnx(model: Path, rows: "Sequence[Ids]") -> "list[NDArray[numpy.float32]]":
    import numpy
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    inputs = [numpy.asarray(row, dtype=numpy.int64)[numpy.newaxis] for row in rows]
    return [session.run(None, dict(zip(INPUTS, (ids, numpy.ones_like(ids)), strict=True)))[0] for ids in inputs]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep warnings and remarks of the libraries, which are about their own insides, from the terminal."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
