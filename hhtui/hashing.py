"""What identifies a pair and a text, whatever database they are in."""

from hashlib import sha256


def content_hash(chosen: str, rejected: str) -> bytes:
    """Return a pair's identity: 16 bytes of SHA-256 over chosen, a zero byte and rejected, in UTF-8."""
    return hash_of_parts(b"", chosen.encode(), rejected.encode())


def hash_of_parts(prompt: bytes, chosen: bytes, rejected: bytes) -> bytes:
    """Return the `content_hash` of the transcripts that begin with `prompt`; all three are in UTF-8."""
    return sha256(b"".join((prompt, chosen, b"\0", prompt, rejected))).digest()[:16]


def text_hash(text: str) -> bytes:
    """Return a text's identity for scores: 16 bytes of SHA-256 over its UTF-8 form."""
    return sha256(text.encode()).digest()[:16]
