"""The first frame: the widgets are styled once for it, as they are made."""

from pathlib import Path

import pytest
from textual.dom import DOMNode
from textual.widget import Widget

from tests.tui.desk import fill, numbered, reading

SIZES = [(80, 24), (160, 45)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_widgets_have_the_styles_of_a_full_update(tmp_path: Path, size: tuple[int, int]) -> None:
    made = fill(tmp_path / "made.db", numbered(3))
    async with reading(made, size=size) as desk:
        before = styles(desk.browse)
        desk.browse.update_node_styles(animate=False)
        assert styles(desk.browse) == before


def styles(root: Widget) -> list[object]:
    """Return the rules of every widget under `root`, and of its component classes."""
    found: list[object] = []
    for node in root.walk_children(with_self=True):
        assert isinstance(node, DOMNode)
        components = {name: one.base.get_rules() for name, one in node._component_styles.items()}
        found.append((repr(node), node.styles.base.get_rules(), components))
    return found
