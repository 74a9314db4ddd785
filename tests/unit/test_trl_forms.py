"""TRL's forms: the prompt never holds text of a reply, and what holds no preference is left out and counted."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from hhtui import api
from hhtui.dialogue import NO_BITS, pair_up
from hhtui.export import trl
from hhtui.model import Bit, Pair
from tests.command_line import ROWS, hhtui, write_rows
from tests.transcripts import dialogue


def made(chosen: str, rejected: str, *, number: int = 1, bits: Bit = NO_BITS) -> Pair:
    """Return a pair of these transcripts."""
    return Pair(number, f"made/all/{number}", b"", "made", "all", number, pair_up(chosen, rejected), bits, None, None)


def rows_of(form: str, *pairs: Pair) -> list[dict[str, Any]]:
    """Return the rows of pairs in a form."""
    return list(trl.Rows(form, lambda: pairs))


def test_replies_that_begin_alike_share_nothing_with_the_prompt() -> None:
    prompt, good, bad = dialogue("Can you?"), "\n\nAssistant: I can do that.", "\n\nAssistant: I can not."
    pair = made(prompt + good, prompt + bad)
    assert rows_of("trl-implicit", pair) == [{"chosen": prompt + good, "rejected": prompt + bad}]
    assert rows_of("trl-explicit", pair) == [{"prompt": prompt, "chosen": good, "rejected": bad}]
    assert rows_of("trl-unpaired", pair) == [
        {"prompt": prompt, "completion": good, "label": True},
        {"prompt": prompt, "completion": bad, "label": False},
    ]
    assert rows_of("trl-conversational", pair) == [
        {
            "prompt": [{"role": "user", "content": "Can you?"}],
            "chosen": [{"role": "assistant", "content": "I can do that."}],
            "rejected": [{"role": "assistant", "content": "I can not."}],
        }
    ]


def test_replies_of_several_turns_and_none_keep_their_turns() -> None:
    (row,) = rows_of("trl-conversational", made(dialogue("a", "b", "c", "d"), dialogue("a", "")))
    assert [message["role"] for message in row["chosen"]] == ["assistant", "user", "assistant"]
    assert row["rejected"] == [{"role": "assistant", "content": ""}]


def test_text_before_the_first_marker_is_a_system_message_alone_one_of_the_side() -> None:
    (row,) = rows_of("trl-conversational", made("Be kind." + dialogue("a", "b"), "Be kind." + dialogue("a", "c")))
    assert row["prompt"] == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "a"}]


def test_what_holds_no_preference_is_left_out_and_counted() -> None:
    both = dialogue("a", "b"), dialogue("a", "c")
    pairs = [
        made(*both, bits=Bit.TIE),
        made(*both, bits=Bit.SINGLE_SIDED),
        made(dialogue("x", "b"), dialogue("y", "c")),
        made(*both),
    ]
    for form, left_out in (
        ("trl-implicit", {"tie": 1, "single_sided": 1}),
        ("trl-explicit", {"tie": 1, "single_sided": 1, "no_prompt": 1}),
        ("trl-conversational", {"tie": 1, "single_sided": 1, "no_prompt": 1}),
        ("trl-unpaired", {"tie": 1, "single_sided": 1, "no_prompt": 1}),
    ):
        rows = trl.Rows(form, lambda: pairs)
        written = len(list(rows))
        assert rows.left_out == left_out
        assert len(list(rows)) == written
        assert rows.left_out == left_out
        assert written == (4 - sum(left_out.values())) * (2 if form == "trl-unpaired" else 1)


def test_a_swapped_pair_changes_sides() -> None:
    pair = made(dialogue("a", "b"), dialogue("a", "c"), number=3)
    (row,) = trl.Rows("trl-explicit", lambda: [pair], swapped={3})
    assert (row["chosen"], row["rejected"]) == ("\n\nAssistant: c", "\n\nAssistant: b")


def test_of_the_real_file_prompts_are_whole_turns(real_file: Path) -> None:
    transcripts = [json.loads(line) for line in gzip.decompress(real_file.read_bytes()).splitlines()]
    pairs = [made(row["chosen"], row["rejected"], number=number) for number, row in enumerate(transcripts)]
    rows = rows_of("trl-explicit", *pairs)
    assert len(rows) == 2312
    assert all(row["chosen"].startswith("\n\nAssistant:") for row in rows)
    assert sum(not row["chosen"].removeprefix("\n\nAssistant:").strip() for row in rows) == 4


@pytest.mark.parametrize("form", sorted(trl.FORMS))
def test_export_writes_the_forms_as_lines_and_as_tables(tmp_path: Path, form: str) -> None:
    from pyarrow import parquet

    rows = [*ROWS, {"chosen": dialogue("One?", "a"), "rejected": dialogue("Two?", "b")}]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    said = hhtui("export", tmp_path / "a.db", "--all", "--format", form)
    written = [json.loads(line) for line in said.stdout.splitlines()]
    assert list(written[0]) == list(trl.FEATURES[form])
    expected = 5 if form == "trl-implicit" else 8 if form == "trl-unpaired" else 4
    assert len(written) == expected
    assert ("1 of them have no place in" in said.stderr) == (form != "trl-implicit")
    hhtui("export", tmp_path / "a.db", "--all", "--format", form, "-o", tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == written
    manifest = json.loads((tmp_path / "out.parquet.manifest.json").read_bytes())
    assert manifest["left_out"] == ({} if form == "trl-implicit" else {"no_prompt": 1})


def test_export_writes_the_sources_columns_as_a_table(tmp_path: Path) -> None:
    from pyarrow import parquet

    rows = [{**row, "score_chosen": number} for number, row in enumerate(ROWS)]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    refused = hhtui("export", tmp_path / "a.db", "--all", "--format", "parquet")
    assert (refused.exit_code, "name it with -o" in refused.stderr) == (2, True)
    hhtui("export", tmp_path / "a.db", "--query", "row:1..2", "--format", "parquet", "-o", tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == rows[1:3]
