"""Shares for people: as bars in block characters, an eighth of a cell fine, and in percent."""

EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, columns: int) -> str:
    """Return a bar of up to `columns` blocks for a share from 0 to 1, in eighths; a share above 0 is never empty."""
    eighths = min(8 * columns, max(round(share * columns * 8), 1 if share > 0 else 0))
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share from 0 to 1 in percent, a dash where it cannot be told."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"
