"""The way to a hit in another pair: one frame, in which the hit is in view, whatever the layout was before."""

from pathlib import Path

import pytest

from tests.transcripts import dialogue
from tests.tui.desk import fill, reading

LONG = "\n".join(f"Line {at} of a long text." for at in range(40))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Pairs of which 1 has a quay at the end of a long response, and 2 at the beginning of a long prompt."""
    texts = [
        ("A?", "One harbour.", "Two harbours."),
        ("B?\nWhich?\nThis?", f"{LONG}\nSome quay.\nAnd more.", "Two harbours."),
        (f"A quay?\n{LONG}\nWhich?", "One harbour.", "Two harbours."),
    ]
    rows = [{"chosen": dialogue(prompt, one), "rejected": dialogue(prompt, other)} for prompt, one, other in texts]
    return fill(tmp_path / "hits.db", rows)


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_hit_below_the_view_of_the_next_pair_is_in_the_first_frame(path: Path, size: tuple[int, int]) -> None:
    async with reading(path, size=size) as desk:
        await desk.search("quay OR turns:>0")
        drawn: list[str] = []
        desk.app.when_drawn(lambda _drawn: drawn.append(desk.text()))
        for row in (1, 2):
            drawn.clear()
            await desk.press("n")
            assert desk.row == row
            assert drawn[0].count("│▸") == 1
            assert set(drawn) == {drawn[0]}, "a later frame changed the picture"
        await desk.press("N")
        assert (desk.row, desk.text().count("│▸")) == (1, 1)
