"""Text for terminals and text for matching, on hostile strings."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies

from hhtui.text import cells, clean, clean_line, fold

HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")
any_text = strategies.text(alphabet=strategies.characters())


@given(any_text)
def test_clean_leaves_nothing_that_a_terminal_would_obey(text: str) -> None:
    assert not HOSTILE.search(clean(text))
    assert "\t" not in clean(text)
    assert clean(text).count("\n") == text.count("\n")


@given(any_text)
def test_clean_line_is_one_line_of_the_same_length(text: str) -> None:
    line = clean_line(text)
    assert not HOSTILE.search(line)
    assert "\n" not in line and "\t" not in line
    assert len(line) == len(text)


@given(any_text)
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(strategies.text(alphabet=strategies.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])))
def test_text_without_controls_is_not_changed(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "␛[31m"),
        ("\x00\x07\r", "␀␇␍"),
        ("\x7f", "␡"),
        ("\x9b31m", "␦31m"),
        ("a\u202eb\u2069", "a⇄b⇄"),
        ("a\u2028b", "a␤b"),
        ("\ud800", "\ufffd"),
        ("a\tb", "a   b"),
        ("a\n\tb", "a\n    b"),
    ],
)
def test_clean_shows_controls_as_symbols(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_live_terminal_escapes_become_symbols(shared_data: Path) -> None:
    payloads = json.dumps(json.loads((shared_data / "nasty" / "ansi" / "garak_ansi.json").read_text()))
    texts = [text for text in re.findall(r'"((?:[^"\\]|\\.)*)"', payloads)]
    decoded = [json.loads(f'"{text}"') for text in texts]
    assert any("\x1b" in text for text in decoded)
    assert not any(HOSTILE.search(clean(text)) for text in decoded)


def test_naughty_strings_become_clean(shared_data: Path) -> None:
    files = [path for path in sorted((shared_data / "nasty" / "blns").iterdir()) if path.is_file()]
    texts = [text for path in files for text in path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")]
    assert len(texts) >= 515
    assert not any(HOSTILE.search(clean(text)) for text in texts)


@given(any_text)
def test_fold_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert [fold(character) for character in text] == list(fold(text))


@given(any_text)
def test_fold_of_folded_text_is_the_same(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("I’m", "i'm"),
        ("“A” «B»", '"a" "b"'),
        ("ΟΔΟΣ", "οδοσ"),
        ("οδος", "οδοσ"),
        ("İ", "i"),
        ("ß", "ß"),
        ("`´′", "'''"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_refusals_hide_behind_typographic_apostrophes(real_file: Path) -> None:
    import gzip

    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    assert sum("’" in row["chosen"] or "’" in row["rejected"] for row in rows) == 1825
    assert not any("’" in fold(row["chosen"]) for row in rows)


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("ひら", 4), ("é", 1), ("", 0), ("\U0001f44d", 2)])
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width
