"""Bars in block characters, an eighth of a cell fine."""

EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, columns: int) -> str:
    """Return a bar of up to `columns` blocks for a share from 0 to 1, in eighths; a share above 0 is never empty."""
    eighths = min(8 * columns, max(round(share * columns * 8), 1 if share > 0 else 0))
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()
