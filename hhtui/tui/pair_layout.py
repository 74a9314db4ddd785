"""Where the prompt and the two responses stand within a rectangle."""

from dataclasses import dataclass

from textual.geometry import Region

from hhtui.model import Side

TITLE = 1
LEAST_PROMPT = 3
PROMPT_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Heights:
    """How many lines, without titles, each text takes at the width it would have."""

    prompt: int
    responses: int


def arrange(width: int, height: int, heights: Heights, *, only: Side | None, whole_prompt: bool) -> dict[Side, Region]:
    """Return the region of each pane that is shown.

    The prompt stands above the responses, which stand beside each other, or of which `only` one is shown. Where not
    everything fits, the responses get what they need as far as two fifths of the height, and at least three
    lines, are left to the prompt. `whole_prompt` leaves the responses just one line each.
    """
    room = max(0, height - 2 * TITLE)
    if whole_prompt:
        prompt = max(0, room - 1)
    elif heights.prompt + heights.responses <= room:
        prompt = heights.prompt
    else:
        least = min(heights.prompt, max(LEAST_PROMPT, int(room * PROMPT_SHARE)))
        prompt = min(heights.prompt, max(least, room - heights.responses), max(0, room - 1))
    top = min(height, TITLE + prompt)
    regions: dict[Side, Region] = {"prompt": Region(0, 0, width, top)}
    if only is not None:
        regions[only] = Region(0, top, width, height - top)
        return regions
    left = (width + 1) // 2
    regions["chosen"] = Region(0, top, left, height - top)
    regions["rejected"] = Region(left, top, width - left, height - top)
    return regions
