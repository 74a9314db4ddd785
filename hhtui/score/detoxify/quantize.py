"""A checkpoint of detoxify's becomes a model in int8, kept only where it ranks the user's own texts as fp32 does."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.score.detoxify.agreement import Agreement, compare
from hhtui.score.detoxify.checkpoint import sha256_of
from hhtui.score.detoxify.exported import MODEL, TOKENIZER, ExportManifest, draft_of, refuse_existing
from hhtui.score.detoxify.fp32 import Detoxify
from hhtui.score.detoxify.int8 import DetoxifyInt8, int8_name
from hhtui.score.detoxify.libraries import require
from hhtui.score.detoxify.model_config import OVERLAPS, window_size
from hhtui.score.detoxify.weights import Found, obtain
from hhtui.score.scorer import NO_OPTIONS, Options, ScoreError, Scorer, score_all
from hhtui.store.database import Database
from hhtui.store.samples import responses

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.score.detoxify.batching import Encode

LIMIT = 0.97
"""The least rank correlation between int8 and fp32, in every column."""
SAMPLE = 500
LEAST_SAMPLE = 50
SEED = 0
CHECKED_ROWS = 6
PACKAGES = ("onnx", "onnxruntime", "tokenizers")
EXTRAS = "detoxify,onnx"
NAMED_VERSIONS = ("detoxify", "torch", "transformers", *PACKAGES)

Report = Callable[[str], None]


class DisagreementError(ScoreError):
    """A model in int8 ranks texts too differently from fp32."""

    def __init__(self, message: str, agreement: Agreement) -> None:
        """Say so, and keep the figures."""
        super().__init__(message)
        self.agreement = agreement


class Exported(NamedTuple):
    """A model that was written: its scorer's name and fingerprint, its folder, size, and agreement with fp32."""

    name: str
    fingerprint: str
    folder: Path
    size: int
    agreement: Agreement

    def to_json(self) -> dict[str, Any]:
        """Return the fields in JSON's types, `size` in bytes."""
        return {**self._asdict(), "folder": str(self.folder), "agreement": self.agreement.to_json()}


def export_int8(
    database: Database,
    name: str = "detoxify:original",
    options: Options = NO_OPTIONS,
    *,
    folder: Path | None = None,
    sample: int = SAMPLE,
    accept_below: bool = False,
    force: bool = False,
    report: Report = lambda step: None,
) -> Exported:
    """Write the model of the scorer `name` in int8 to `folder`, by default where its scorer looks for it.

    Both score `sample` distinct responses of the database. Raises DisagreementError, and keeps nothing, where their
    rank correlation is below 0.97 or unknown in a column, unless `accept_below`. Only with `force` is an older export
    replaced. `report` is told each step. Raises ScoreError where weights, packages or texts are missing.
    """
    target_name = int8_name(name)
    target = folder if folder is not None else DetoxifyInt8(target_name).folder
    refuse_existing(target, force)
    require(PACKAGES, EXTRAS)
    texts = responses(database.reader(), sample, SEED)
    if len(texts) < LEAST_SAMPLE:
        raise ScoreError(f"{len(texts)} responses are too few to compare int8 with fp32; it takes {LEAST_SAMPLE}")
    found, source = obtain(name, options), Detoxify(name, options)
    with draft_of(target, force) as draft:
        report("writing the model for ONNX Runtime")
        manifest = _write(target_name, found, source, texts, draft)
        manifest.write(draft)
        rounded = DetoxifyInt8(target_name, Options(model=draft, threads=options.threads))
        report(f"scoring {len(texts)} responses in int8")
        numbers = score_all(rounded, texts)
        report(f"scoring {len(texts)} responses in fp32")
        agreement = compare([column.name for column in rounded.columns], score_all(source, texts), numbers)
        if not accept_below and not agreement.smallest.reaches(LIMIT):
            raise DisagreementError(_refusal(target_name, agreement), agreement)
        manifest._replace(findings=_findings(agreement, source)).write(draft)
    size = sum(file.stat().st_size for file in target.iterdir())
    return Exported(target_name, rounded.fingerprint, target, size, agreement)


def _write(name: str, found: Found, source: Scorer, texts: Sequence[str], folder: Path) -> ExportManifest:
    """Write model and tokenizer into `folder`; return what is known of them but for findings."""
    from hhtui.score.detoxify.onnx_model import write_fp32, write_int8
    from hhtui.score.detoxify.transformer import encoder, frame, open_model

    fingerprint = source.fingerprint
    opened = open_model(found)
    encode = encoder(opened.tokenizer, special=False)
    size = window_size(found.config_dir)
    window = frame(encode, encoder(opened.tokenizer, special=True), opened.tokenizer.pad_token_id, size)
    _write_tokenizer(opened.tokenizer, encode, texts, folder / TOKENIZER)
    with TemporaryDirectory(dir=folder, prefix="fp32-") as scratch:
        rows = _some_rows(encode, texts, window.before, window.after, window.room)
        fp32 = write_fp32(opened.model, len(found.header.classes), rows, Path(scratch))
        write_int8(fp32, folder / MODEL)
    return ExportManifest(
        name=name,
        classes=found.header.classes,
        window=window.size,
        overlap=size // OVERLAPS,
        before=tuple(map(int, window.before)),
        after=tuple(map(int, window.after)),
        padding=int(window.padding),
        checkpoint=sha256_of(found.checkpoint),
        source=fingerprint,
        versions={package: version(package) for package in NAMED_VERSIONS},
        sha256={file: sha256_of(folder / file) for file in (MODEL, TOKENIZER)},
    )


def _write_tokenizer(tokenizer: Any, encode: "Encode", texts: Sequence[str], target: Path) -> None:
    """Write a tokenizer of the transformers package for the tokenizers package, and check that both do the same."""
    from tokenizers import Tokenizer

    inner = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(inner, Tokenizer):
        raise ScoreError(f"{type(tokenizer).__name__} is not made with the tokenizers package and cannot be exported")
    written = Tokenizer.from_str(inner.to_str())
    written.no_truncation()
    written.no_padding()
    written.save(str(target))
    read = Tokenizer.from_file(str(target))
    found = [encoding.ids for encoding in read.encode_batch_fast(list(texts), add_special_tokens=False)]
    if [list(ids) for ids in encode(list(texts))] != found:
        raise ScoreError(f"{type(tokenizer).__name__} reads texts in another way once it is exported")


def _some_rows(
    encode: "Encode", texts: Sequence[str], before: Sequence[int], after: Sequence[int], room: int
) -> "list[NDArray[numpy.int32]]":
    """Return the first windows of a few texts, from the shortest to the longest."""
    import numpy

    ordered = sorted(encode(list(texts)), key=len)
    places = numpy.linspace(0, len(ordered) - 1, CHECKED_ROWS).astype(int)
    return [numpy.array([*before, *ordered[place][:room], *after], dtype=numpy.int32) for place in places]


def _findings(agreement: Agreement, source: Scorer) -> dict[str, Any]:
    """Return what was measured, after what is known of the weights."""
    summary = f"ranks {agreement.texts} responses as fp32 does to a Spearman correlation of {_figures(agreement)}"
    told = [source.findings["summary"]] if "summary" in source.findings else []
    return {
        "summary": "; ".join([*told, summary]),
        "against": "fp32",
        "limit": LIMIT,
        "seed": SEED,
        **agreement.to_json(),
    }


def _refusal(name: str, agreement: Agreement) -> str:
    return (
        f"{name} ranks {agreement.texts} responses unlike fp32, and was not kept: {LIMIT} is asked for in every "
        f"column, Spearman's correlation is {_figures(agreement)}; --accept-below keeps it all the same"
    )


def _figures(agreement: Agreement) -> str:
    return ", ".join(column.words for column in agreement.columns)
