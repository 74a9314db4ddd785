"""What `has:` takes for an address, a number or a link, and what it leaves alone."""

import pyarrow
import pytest
from pyarrow import compute

from hhtui.query.patterns import PATTERNS
from hhtui.query.regex import check

HAS = {
    "email": ("a.b+c@mail.example.org", "(ME@EXAMPLE.COM)", "to:x_1@a-b.co, then"),
    "phone": (
        "(212) 555-0143",
        "call 212.555.0143.",
        "+1 212 555 0143",
        "1-212-555-0143",
        "a\n(212)555-0143\nb",
        "+1(212) 555-0143",
    ),
    "ssn": ("219-09-9999", "is 001-01-0001.", "SSN:772-20-0010"),
    "url": (
        "http://a",
        "see www.example.net/x?y=1.",
        "FTP://host",
        "Example.co.uk",
        "it's on a-b.example.org",
        "me@example.com",
    ),
    "card": (
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "n3400 000000 00009.",
        "6011000000000004",
        "2221 0000 0000 0009",
    ),
    "street": ("12 Main Street", "at 1600 Pennsylvania Ave.", "5 W. 44th St", "77 Old Mill House road"),
    "ipv4": ("127.0.0.1", "at 255.255.255.255.", "10.0.0.1:80"),
    "handle": ("@someone", "ask @some_1, please", "medium.com/@writer"),
}
HAS_NOT = {
    "email": ("a@b", "a @ b.com", "@example.com", "a@b.c", "user@.com"),
    "phone": (
        "2125550143",
        "112-555-0143",
        "212-155-0143",
        "555-0143",
        "12212-555-0143",
        "212-555-01434",
        "2012-2013-2014",
    ),
    "ssn": (
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123-456-789",
        "1123-45-6789",
        "123-45-67890",
    ),
    "url": ("http://", "www.", "end.Then", "a.community", "1.5", "e.g. this", "etc.org1"),
    "card": (
        "123456789012",
        "12345678901234567",
        "2012 2013 2014 2015",
        "1 2 3 4 5 6 7 8 9 10 11 12 13",
        "9111 1111 1111 1111",
    ),
    "street": (
        "the 2016 Supreme Court",
        "5 miles down the road",
        "10 minutes drive",
        "Main Street",
        "12 Main Streets",
        "123456 Main Street",
    ),
    "ipv4": ("1.2.3", "256.1.1.1", "1.2.3.1000", "1,2,3,4"),
    "handle": ("me@example.com", "@ home", "@1", "a@b"),
}


def found(name: str, texts: tuple[str, ...]) -> list[str]:
    """Return those of the texts that have what `name` stands for."""
    hits = compute.match_substring_regex(pyarrow.array(texts), check(PATTERNS[name].pattern).re2, ignore_case=True)
    return [text for text, hit in zip(texts, hits.to_pylist(), strict=True) if hit]


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_finds_the_form_and_nothing_that_is_only_like_it(name: str) -> None:
    assert found(name, HAS[name]) == list(HAS[name])
    assert found(name, HAS_NOT[name]) == []
