"""What a folder of shards says of itself: the scorer, which texts went out, and what came back of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.model import ScoreColumn, Unit
from hhtui.score.ray import checked
from hhtui.score.scorer import Options, ScoreError, Scorer
from hhtui.store.placing import placed

FILE = "manifest.json"
FORMAT = 1


class Shard(NamedTuple):
    """One file of texts of one kind: how many there are, how many characters they have, the file's SHA-256."""

    number: int
    unit: Unit
    rows: int
    characters: int
    sha256: str

    @property
    def name(self) -> str:
        """The name of its file of texts in the folder `texts`, and of that of their scores in `scores`."""
        return f"{self.number:06d}.parquet"


@dataclass(frozen=True, slots=True)
class ShardManifest:
    """The scorer that is to read the texts of `shards`, and how it is made where they are read.

    `units` are the kinds of text it reads, `sent` those that go out. It describes a scorer as
    `hhtui.score.scorer.Described` does, and `options` is what `Options.to_json` gives.
    """

    name: str
    version: str
    fingerprint: str
    columns: tuple[ScoreColumn, ...]
    units: tuple[Unit, ...]
    parameters: Mapping[str, Any]
    findings: Mapping[str, Any]
    options: str
    sent: tuple[Unit, ...]
    shards: tuple[Shard, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            "format": FORMAT,
            **fields,
            "columns": [column._asdict() for column in self.columns],
            "parameters": dict(self.parameters),
            "findings": dict(self.findings),
            "options": json.loads(self.options),
            "shards": [shard._asdict() for shard in self.shards],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "ShardManifest":
        """Return the manifest that `to_json` made `fields` from; raises ValueError or KeyError where it did not."""
        units = checked.units(fields, "units")
        sent = checked.units(fields, "sent", units)
        return cls(
            name=checked.scorer_name(fields),
            version=checked.line(fields, "version"),
            fingerprint=checked.hexadecimal(fields, "fingerprint"),
            columns=checked.columns(fields),
            units=units,
            parameters=checked.mapping(fields, "parameters"),
            findings=checked.findings(fields),
            options=json.dumps(checked.mapping(fields, "options")),
            sent=sent,
            shards=tuple(_shard(*numbered, sent) for numbered in enumerate(checked.objects(fields, "shards"))),
        )


def describe(scorer: Scorer, options: Options, units: Sequence[Unit]) -> ShardManifest:
    """Return the manifest of `scorer`, made with `options`, before any text of these kinds has gone out."""
    return ShardManifest(
        name=scorer.name,
        version=scorer.version,
        fingerprint=scorer.fingerprint,
        columns=scorer.columns,
        units=scorer.units,
        parameters=scorer.parameters,
        findings=scorer.findings,
        options=options.to_json(),
        sent=tuple(units),
    )


def _shard(number: int, fields: Mapping[str, Any], sent: Sequence[Unit]) -> Shard:
    """Return what a manifest says of its shard `number`."""
    rows, characters = checked.count(fields, "rows"), checked.count(fields, "characters")
    if checked.count(fields, "number") != number or fields["unit"] not in sent or not rows:
        raise ValueError(f"shard {number} is empty, out of order or of texts that were not sent")
    return Shard(number, fields["unit"], rows, characters, checked.hexadecimal(fields, "sha256"))


def read(folder: Path) -> ShardManifest:
    """Return the manifest of `folder`; raises ScoreError where there is none that can be read."""
    path = folder / FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise ScoreError(f"{path} is of format {fields['format']!r}, this hhtui knows {FORMAT}; upgrade hhtui")
        return ShardManifest.from_json(fields)
    except FileNotFoundError:
        raise ScoreError(f"{folder} holds no {FILE}; name the folder that hhtui score --engine ray wrote") from None
    except KeyError as error:
        raise ScoreError(f"{path} is damaged (it does not say {error}); delete {folder} and score again") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ScoreError(f"{path} is damaged ({error}); delete {folder} and score again") from None


def is_draft(path: Path) -> bool:
    """Return whether `path` is a manifest that a kill left half written."""
    return path.match(f".{FILE}.*.draft")


def write(folder: Path, manifest: ShardManifest) -> None:
    """Write the manifest of `folder`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(manifest.to_json(), indent=1, ensure_ascii=False)
    with placed(folder / FILE, force=True) as draft:
        draft.write_text(text + "\n", encoding="utf-8")
