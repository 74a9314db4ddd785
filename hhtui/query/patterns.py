"""What `has:` finds in a text, each by one regular expression."""

from typing import NamedTuple


class Found(NamedTuple):
    """Something that a text may hold: the `pattern`, in RE2's syntax and in any case, and its meaning."""

    pattern: str
    meaning: str


PATTERNS: dict[str, Found] = {
    "email": Found(r"\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", "an e-mail address"),
    "phone": Found(
        r"(?:^|[^0-9-])(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}(?:[^0-9-]|$)",
        "a telephone number as the United States write it",
    ),
    "ssn": Found(
        r"(?:^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:[^0-9-]|$)",
        "nine digits as a social security number of the United States has them",
    ),
    "url": Found(
        r"\b(?:https?://|www\.)[^\s<>]+|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|io|co\.uk)\b",
        "a link or the name of a site",
    ),
    "card": Found(r"(?:^|[^0-9])(?:[0-9][ -]?){12,18}[0-9](?:[^0-9]|$)", "13 to 19 digits, as cards for payment have"),
    "street": Found(
        r"\b[0-9]{1,5} (?:[a-z0-9.]+ ){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct)\b",
        "a house number and a street",
    ),
    "ipv4": Found(
        r"(?:^|[^0-9.])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:[^0-9.]|$)",
        "an address of a machine, four numbers up to 255",
    ),
}
"""By what stands after `has:`; a pattern finds the form alone, whether something exists there it cannot know."""
