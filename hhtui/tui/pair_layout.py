"""Where the prompt and the two responses stand within a rectangle."""

from typing import Literal, NamedTuple

from textual.geometry import Region

from hhtui.tui.presentation import Place

Part = Place | Literal["prompt", "extra"]
"""What has a pane of its own: the prompt, the responses at the left and right, or what else the source says."""

TITLE = 1
LEAST_PROMPT = 3
PROMPT_SHARE = 0.4
MOST_EXTRA = 4


class Heights(NamedTuple):
    """How many lines, without titles, each text takes at the width it would have; `extra` is 0 where there is none."""

    prompt: int
    responses: int
    extra: int = 0


def arrange(width: int, height: int, heights: Heights, *, only: Place | None, whole_prompt: bool) -> dict[Part, Region]:
    """Return the region of each pane that is shown.

    The prompt stands above the responses, which stand beside each other, or of which `only` one is shown; what else
    the source says stands below, in at most four lines. Where not everything fits, the responses get what they
    need as far as two fifths of the height, and at least three lines, are left to the prompt. `whole_prompt` gives
    the prompt what it needs, as far as one line is left to the responses.
    """
    extra = TITLE + min(heights.extra, MOST_EXTRA) if heights.extra and height > 4 * MOST_EXTRA else 0
    prompt = _prompt_height(max(0, height - extra - 2 * TITLE), heights, whole_prompt)
    top = min(height, TITLE + prompt)
    bottom = height - extra
    regions: dict[Part, Region] = {"prompt": Region(0, 0, width, top)}
    if only is not None:
        regions[only] = Region(0, top, width, bottom - top)
    else:
        left = (width + 1) // 2
        regions["left"] = Region(0, top, left, bottom - top)
        regions["right"] = Region(left, top, width - left, bottom - top)
    if extra:
        regions["extra"] = Region(0, bottom, width, extra)
    return regions


def _prompt_height(room: int, heights: Heights, whole_prompt: bool) -> int:
    if whole_prompt:
        return min(heights.prompt, max(0, room - 1))
    if heights.prompt + heights.responses <= room:
        return heights.prompt
    least = min(heights.prompt, max(LEAST_PROMPT, int(room * PROMPT_SHARE)))
    return min(heights.prompt, max(least, room - heights.responses), max(0, room - 1))
