"""What `has:` finds in a text, each by one regular expression."""

from typing import NamedTuple


class Found(NamedTuple):
    """Something that a text may hold: the `pattern`, in RE2's syntax and in any case, and its meaning."""

    pattern: str
    meaning: str


_BYTE = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_LINK = r"""(?:https?://|ftp://|www\.)[a-z0-9](?:[^\s<>"“”]*[^\s<>"“”.,;:!?)\]'’])?"""
_SITE = r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|mil|info|io|co\.uk)\b"

PATTERNS: dict[str, Found] = {
    "email": Found(r"\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", "an e-mail address"),
    "phone": Found(
        r"(?:\+1[ .-]?|\b1[ .-])?(?:\([2-9][0-9]{2}\)[ .-]?|\b[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}\b",
        "a telephone number as the United States write it, its parts apart",
    ),
    "ssn": Found(
        r"\b(?:00[1-9]|0[1-9][0-9]|[1-57-8][0-9]{2}|6(?:[0-57-9][0-9]|6[0-57-9]))"
        r"-(?:0[1-9]|[1-9][0-9])-(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)\b",
        "a social security number of the United States, of those that can be given out",
    ),
    "url": Found(
        rf"\b(?:{_LINK}|{_SITE})",
        "a link, or the name of a site, that of an e-mail address too",
    ),
    "card": Found(
        r"(?:^|[^0-9])(?:[0-9]{13,16}|(?:2[2-7]|[3-6][0-9])[0-9]{2}(?:[ -][0-9]{4}){3}"
        r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})(?:[^0-9]|$)",
        "13 to 16 digits on end, or parted as on a payment card; the check digit is not looked at",
    ),
    "street": Found(
        r"\b[0-9]{1,5} (?:(?-i:[A-Z0-9])[a-z0-9.]* ){1,3}"
        r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr)\b",
        "a house number and the name of a street, in capitals",
    ),
    "ipv4": Found(rf"\b(?:{_BYTE}\.){{3}}{_BYTE}\b", "an address of a machine, four numbers up to 255"),
    "handle": Found(r"\B@[a-z_][a-z0-9_]{1,29}\b", "the name of an account, after an @"),
}
"""By what stands after `has:`; a pattern finds the form alone, whether something exists there it cannot know.

The numbers that can be given out are those of the Social Security Administration's randomisation of 2011: no area 000,
666 or from 900, no group 00, no serial 0000.
"""
