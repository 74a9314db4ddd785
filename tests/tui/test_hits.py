"""Hits of the query: where they are marked, how many there are on each side, and the way from one to the next."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.segment import Segment

from hhtui.dialogue import pair_up
from hhtui.model import SIDES, Bit, Pair, Side
from hhtui.query.highlights import highlighter
from hhtui.query.parser import parse
from hhtui.store.triage import Item, Plan, begin
from hhtui.tui import seeking
from hhtui.tui.hits import Hits, forms, hits_of
from hhtui.tui.shield import Shielded
from hhtui.tui.transcript import transcript
from tests.transcripts import dialogue
from tests.tui.desk import ANNOTATOR, Desk, Row, fill, reading
from tests.tui.hostile import OWN, shared, single_rows

LONG = "\n".join(f"Line {at} of a long text." for at in range(40))


def pair(prompt: Sequence[str], chosen: str, rejected: str) -> Row:
    return {"chosen": dialogue(*prompt, chosen), "rejected": dialogue(*prompt, rejected)}


def rows() -> list[Row]:
    """Return pairs of which 0, 2 and 5 have a quay: on every side, in the rejected response, in the prompt."""
    early = ("A quay?", f"Which quay?\n{LONG}", "The old one.")
    return [
        pair(early, f"This quay.\n{LONG}\nA quay, and a quay.", "No quay."),
        pair(("A?",), "One harbour.", "Two harbours."),
        pair(("B?",), "One harbour.", "Some quay."),
        *(pair((f"C{at}?",), "One harbour.", "Two harbours.") for at in range(2)),
        pair(("The quay?", "Yes.", LONG), "One harbour.", "Two harbours."),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return fill(tmp_path / "hits.db", rows())


def titles(desk: Desk) -> list[str]:
    """Return the title lines of the panes that are on the screen, without their rules."""
    panes = desk.browse.pair
    return [
        panes.panes[part].render_line(0).text.strip("┌├┬─ ").replace("─", "")
        for part, region in panes.regions(panes.size).items()
        if region.height
    ]


def marked(desk: Desk) -> list[str]:
    """Return what is marked as the current hit on the screen, from the top."""
    lines = [list(strip) for strip in desk.browse.pair.panes["prompt"].app.screen._compositor.render_strips()]
    return [segment.text for line in lines for segment in line if _current(segment)]


def _current(segment: Segment) -> bool:
    return bool(segment.style and segment.style.bold and segment.style.reverse and segment.text == "quay")


async def test_each_side_says_how_many_hits_it_has_and_which_is_the_current_one(path: Path) -> None:
    async with reading(path, size=(160, 30)) as desk:
        await desk.search("quay OR turns:>0")
        prompt, chosen, rejected = titles(desk)
        assert prompt.startswith("▲ 2 earlier turns, 2 hits (p)")
        assert chosen.startswith("▸chosen · 3 hits")
        assert rejected.startswith("rejected · 1 hit")
        assert desk.text().count("│▸") == 0
        await desk.press("n")
        assert titles(desk)[0].startswith("prompt · hit 1 of 2")
        assert marked(desk) == ["quay"] and desk.text().count("│▸") == 1
        await desk.press("n", "n")
        assert titles(desk)[1].startswith("▸chosen · hit 1 of 3")
        await desk.press("n")
        assert titles(desk)[1].startswith("▸chosen · hit 2 of 3")
        assert marked(desk) == ["quay"], "the line was below the view"
        await desk.search("rejected:quay OR turns:>0")
        assert [title.partition(" · ")[2][:5] for title in titles(desk)[1:]] == ["", "1 hit"]
        assert "hits (p)" not in titles(desk)[0]


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_narrow_titles_say_it_too_and_a_lone_side_tells_of_the_other(path: Path, size: tuple[int, int]) -> None:
    async with reading(path, size=size) as desk:
        await desk.search("quay")
        assert titles(desk)[0].startswith("▲ 2 earlier turns, 2 hits (p)")
        both = size[0] == 80
        assert titles(desk)[1].startswith("▸chosen · 3 hits" if both else "▸chosen · 3 hits · 1 →")
        await desk.press("n", "n", "n", "n", "n")
        assert titles(desk)[1].startswith("▸chosen · hit 3 of 3" if both else "▸chosen · hit 3/3 · 1 →")
        assert marked(desk) == ["quay"]
        await desk.press("n")
        assert titles(desk)[-1].startswith("rejected · hit 1 of 1" if both else "▸rejected · hit 1")
        assert both or "chosen: 3 hits" in titles(desk)[-1] or "← 3" in titles(desk)[-1]
        assert marked(desk) == ["quay"]


async def test_hits_lead_on_to_the_next_pair_that_has_one_and_back(path: Path) -> None:
    async with reading(path, size=(120, 30)) as desk:
        await desk.search("quay OR turns:>0")
        await desk.burst(*"nnnnnn")
        assert desk.row == 0 and marked(desk) == ["quay"]
        await desk.press("n")
        assert desk.row == 2 and titles(desk)[2].startswith("rejected · hit 1 of 1")
        await desk.press("n")
        assert desk.row == 5 and marked(desk) == ["quay"], "the prompt is scrolled to it"
        await desk.press("n")
        assert desk.row == 5 and desk.footer == "no further hit from here to the end of the result"
        await desk.press("N", "N")
        assert desk.row == 0 and titles(desk)[2].startswith("rejected · hit 1 of 1"), "the last one of the pair before"
        await desk.burst(*"NNNNNN")
        assert desk.row == 0 and desk.footer == "no further hit from here back to the beginning of the result"
        assert titles(desk)[0].startswith("prompt · hit 1 of 2")


async def test_a_long_search_goes_on_beside_the_keys_and_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [pair((f"Stall {at}?",), "A quay." if at in (0, 30) else "None.", "Nothing.") for at in range(32)]
    async with reading(fill(tmp_path / "many.db", many), size=(120, 30)) as desk:
        await desk.search("quay OR turns:>0")
        monkeypatch.setattr(seeking, "SLICE", 0.0)
        await desk.press("n", "n")
        assert desk.row == 30
        await desk.press("N")
        assert desk.row == 0
        monkeypatch.setattr(seeking, "MOST_PAIRS", 20)
        await desk.press("n")
        assert desk.row == 0 and desk.footer == "no hit in the next 20 pairs; n looks further"
        await desk.press("n")
        assert desk.row == 30, "it went on where it had stopped"
        await desk.burst("N", "N")
        assert desk.row == 0, "the second key goes on where the first one has stopped"


@pytest.mark.parametrize("slice_seconds", [0.0, 10.0])
async def test_a_decision_is_about_the_pair_that_a_search_went_to_however_long_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_seconds: float
) -> None:
    many = [pair((f"Stall {at}?",), "A quay." if at in (0, 12, 25) else "None.", "Nothing.") for at in range(32)]
    async with reading(fill(tmp_path / "many.db", many), size=(120, 30)) as desk:
        await desk.search("quay OR turns:>0")
        monkeypatch.setattr(seeking, "SLICE", slice_seconds)
        await desk.press("n")
        await desk.burst("n", "f", "n", "x", "j", "f")
        assert desk.events() == [("flag", "yes", "12"), ("drop", "yes", "25"), ("flag", "yes", "26")]


@pytest.mark.parametrize(("ending", "row"), [("escape", 0), ("j", 1)])
async def test_escape_or_a_move_ends_a_search_and_no_key_decides_the_pair_that_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, row: int
) -> None:
    many = [pair((f"Stall {at}?",), "A quay." if at in (0, 30) else "None.", "Nothing.") for at in range(32)]
    async with reading(fill(tmp_path / "many.db", many), size=(120, 30)) as desk:
        await desk.search("quay OR turns:>0")
        go_on = seeking._Search.read_on
        monkeypatch.setattr(seeking._Search, "read_on", lambda *_: seeking._Found.NOT_YET)
        await desk.press("n")
        desk._post(["n"])
        await desk.until(lambda: desk.browse.gate.holds("hits"), "the search does not go on")
        assert desk.footer == "looking for the next hit in this direction; Esc stops"
        desk._post(["f"] if ending == "escape" else [])
        await desk.pilot.pause()
        await desk.burst(ending)
        assert (desk.row, desk.events()) == (row, [])
        monkeypatch.setattr(seeking._Search, "read_on", go_on)
        await desk.burst("n", "f")
        assert desk.events() == [("flag", "yes", "30")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "there is no query: / asks for words, and then this key goes from hit to hit"),
        ("turns:>0", "the query asks for no text, so there is no hit to go to; / adds words"),
        ("-nowhere", "the query asks for no text, so there is no hit to go to; / adds words"),
    ],
)
async def test_without_a_text_in_the_query_it_is_said_what_to_do(path: Path, query: str, said: str) -> None:
    async with reading(path, size=(120, 30)) as desk:
        await desk.search(query)
        await desk.press("n")
        assert (desk.row, desk.footer) == (0, said)


async def test_a_triage_is_not_left_for_a_hit(path: Path) -> None:
    async with reading(path, size=(120, 30)) as desk:
        items = tuple(Item(number, "queue") for number in (3, 1))
        desk.browse.triaging.begin(begin(desk.browse.database, ANNOTATOR, Plan("", "quay"), items))
        await desk.settle()
        await desk.press("n", "n")
        assert (desk.row, desk.footer) == (2, "no further hit in this pair; a triage goes on pair by pair")


async def test_blind_reading_shows_no_hits(path: Path) -> None:
    async with reading(path, size=(120, 30)) as desk:
        items = tuple(Item(number, "random", blind=True) for number in (1, 3))
        query = "chosen:quay OR rejected:/qu.y/ OR prompt:quay"
        desk.browse.triaging.begin(begin(desk.browse.database, ANNOTATOR, Plan("", query), items))
        await desk.settle()
        for _ in items:
            await desk.press("n")
            assert "is off while you read blind" in desk.footer
            assert not any("hit" in title for title in titles(desk)) and not marked(desk)
            assert not any(pane.content.hits.spans for pane in desk.browse.pair.panes.values())
            await desk.press("j")


async def test_masked_hits_are_counted_and_not_marked(path: Path) -> None:
    async with reading(path, size=(160, 30)) as desk:
        await desk.press("R", "R")
        await desk.search("quay OR /[*]/")
        assert "everything" in desk.header
        assert [title.partition(" · ")[2][:13] for title in titles(desk)[1:]] == ["3 hits masked", "1 hit masked "]
        assert not any(pane.content.hits.spans for pane in desk.browse.pair.panes.values()), "not of the masks either"
        await desk.press("n")
        assert desk.footer.endswith("the result but masked ones; r reveals a pair")


async def test_regular_expressions_are_marked_whatever_they_need(path: Path) -> None:
    async with reading(path, size=(160, 30)) as desk:
        await desk.search(r"chosen:/\p{Lu}h\w+ ([^x]*q)+uay/")
        assert titles(desk)[1].startswith("▸chosen · 1 hit") and "hit" not in titles(desk)[2]


async def test_what_cannot_be_marked_is_said_to_be_so(path: Path) -> None:
    async with reading(path, size=(160, 30)) as desk:
        await desk.search("turns:>0")
        desk.browse.finding.view = desk.browse.view._replace(highlighter=highlighter(parse("chosen:~quai")))
        desk.browse.show_pair()
        await desk.settle()
        assert titles(desk)[1].startswith("▸chosen · hits not marked") and "hits" not in titles(desk)[2]
        await desk.press("n")
        assert desk.footer == "the places that this query finds cannot be marked, so there is no hit to go to"


def nasty(shared_data: Path) -> list[str]:
    """Return hostile strings, each with tabs, wide and joined characters around the word."""
    texts = [text for text in (*OWN, *shared(shared_data)) if text.isprintable() or "\ud800" not in ascii(text)]
    return [f"\t {text}\t\u5b57 e\u0301 Qu\u00e1y\U0001f469\u200d\U0001f680 of\tquay" for text in texts]


def test_hits_are_the_words_whatever_comes_before_them(shared_data: Path) -> None:
    found = highlighter(parse("quay OR /(?i:QUÁY)/"))
    for text in nasty(shared_data):
        shown = of(pair((text, "Yes.", f" {text}"), text, f"{text} "))
        for side in SIDES:
            drawn = transcript(shown.pair.dialogues.side(side))
            spans = hits_of(side, shown, drawn, found).spans
            words = [drawn.text[start:end] for start, end in spans]
            assert words[-2:] == ["Qu\u00e1y", "quay"] and {word.casefold() for word in words} <= {"qu\u00e1y", "quay"}
            assert len(words) == (4 if side == "prompt" else 2)


def of(row: Row, masked: Side | None = None) -> Shielded:
    """Return a pair of this row as it is shown, one side's first turn masked."""
    dialogues = pair_up(str(row["chosen"]), str(row["rejected"]))
    made = Pair(1, "made/test/0", b"", "made", "test", 0, dialogues, Bit(0), 0, 0, {})
    if masked is None:
        return Shielded(made, made)
    first, *others = dialogues.side(masked)
    hidden = dialogues._replace(**{masked: (first._replace(text="***"), *others)})
    return Shielded(made._replace(dialogues=hidden), made)


def test_a_hit_may_reach_from_turn_to_turn_and_is_masked_with_either() -> None:
    row = pair(("A red", " quay ", "lies"), "there.", "here.")
    found = highlighter(parse('prompt:"red quay lies" OR prompt:quay'))
    shown = of(row)
    drawn = transcript(shown.pair.dialogues.prompt)
    (span,) = hits_of("prompt", shown, drawn, found).spans
    assert drawn.text[slice(*span)] == "red\nAssistant: quay\nHuman: lies"
    assert hits_of("prompt", of(row, "prompt"), drawn, found) == Hits((), 1)


def test_white_space_at_the_ends_of_turns_is_not_shown_and_no_hit() -> None:
    shown = of(pair(("A?",), " quay  ", "b"))
    drawn = transcript(shown.pair.dialogues.chosen, labelled=False)
    assert hits_of("chosen", shown, drawn, highlighter(parse(r"/\s+|ua/"))).spans == ((1, 3),)


@pytest.mark.parametrize(
    ("hits", "current", "above", "said"),
    [
        (Hits(), None, 0, ("", "")),
        (Hits(((0, 1),)), None, 0, ("1 hit", "1 hit")),
        (Hits(((0, 1), (2, 3))), 1, 0, ("hit 2 of 2", "hit 2/2")),
        (Hits(((0, 1), (2, 3))), None, 2, ("", "")),
        (Hits(((0, 1), (2, 3))), None, 1, ("2 hits", "2 hits")),
        (Hits(((0, 1),), 2, True), None, 0, ("1 hit, 2 masked, others not marked", "1 hit, 2 masked, not all")),
        (Hits((), 1), None, 0, ("1 hit masked", "1 hit masked")),
        (Hits(left_out=True), None, 0, ("hits not marked", "hits not marked")),
    ],
)
def test_hits_in_words(hits: Hits, current: int | None, above: int, said: tuple[str, str]) -> None:
    assert forms(hits, current, above) == said


async def test_marks_are_drawn_where_the_words_are(tmp_path: Path) -> None:
    text = "\n".join(f"{one}\t\u5b57 e\u0301 Qu\u00e1y\U0001f469\u200d\U0001f680 of\tquay" for one in OWN)
    async with reading(fill(tmp_path / "nasty.db", single_rows([text])), size=(60, 50)) as desk:
        await desk.search("quay")
        pane = desk.browse.pair.panes["left"]
        drawn = [one for row in range(len(pane.lines)) for one in list(pane.body_line(row))]
        marked = "".join(one.text for one in drawn if one.style and one.style.reverse)
        assert marked.replace("\u00e1", "a").casefold() == "quay" * 2 * len(OWN)
