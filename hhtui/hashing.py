"""What identifies a pair and a text, whatever database they are in."""

from hashlib import sha256


def content_hash(chosen: str, rejected: str) -> bytes:
    """Return a pair's identity: 16 bytes of SHA-256 over chosen, a zero byte and rejected, in UTF-8."""
    return sha256(f"{chosen}\0{rejected}".encode()).digest()[:16]


def text_hash(text: str) -> bytes:
    """Return a text's identity for scores: 16 bytes of SHA-256 over its UTF-8 form."""
    return sha256(text.encode()).digest()[:16]
