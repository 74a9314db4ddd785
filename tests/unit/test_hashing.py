"""What identifies a pair and a text."""

import hashlib

import pytest

from hhtui.hashing import content_hash, hash_of_parts, text_hash


def test_hashes_are_sixteen_bytes_of_sha256() -> None:
    assert content_hash("a", "é") == hashlib.sha256(b"a\0\xc3\xa9").digest()[:16]
    assert content_hash("ab", "") != content_hash("a", "b")
    assert hash_of_parts(b"p", b"a", "é".encode()) == content_hash("pa", "pé")
    assert text_hash("a") == hashlib.sha256(b"a").digest()[:16]


def test_a_lone_surrogate_has_no_hash() -> None:
    with pytest.raises(UnicodeEncodeError):
        content_hash("a", "\ud800")
