"""Transcripts for tests, as hh-rlhf writes them."""


def dialogue(*turns: str) -> str:
    """Return a transcript of these turns, the first by the Human."""
    return "".join(f"\n\n{'Assistant' if at % 2 else 'Human'}: {text}" for at, text in enumerate(turns))
