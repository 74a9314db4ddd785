"""How many texts to look at between two looks at whether to stop."""

FIRST_ROWS = 8
MOST_ROWS = 4_096
FEWEST_ROWS = 1
SHORT_SECONDS = 0.015
LONG_SECONDS = 0.04


class Pace:
    """Grows the number of rows while they are looked at quickly: patterns differ in speed by a factor of thousands."""

    def __init__(self) -> None:
        self.rows = FIRST_ROWS
        """How many rows to look at next."""

    def took(self, rows: int, seconds: float) -> None:
        """So many rows took a thread so many seconds of work."""
        if seconds > LONG_SECONDS:
            fitting = int(rows * LONG_SECONDS / seconds)
            self.rows = max(FEWEST_ROWS, min(self.rows, fitting))
        elif seconds < SHORT_SECONDS and rows >= self.rows:
            self.rows = min(MOST_ROWS, self.rows * 2)
