"""Which fold a family of pairs belongs to: a function of its name and a seed, whatever else is in a database."""

from hashlib import blake2b

DRAW_BYTES = 8


def draw(group: bytes, seed: int) -> int:
    """Return a number below 2**64 for `group`: the same one always for the same `seed`, unrelated between seeds."""
    key = seed.to_bytes(DRAW_BYTES, "big", signed=True)
    return int.from_bytes(blake2b(group, key=key, digest_size=DRAW_BYTES).digest(), "big")


def fold_of(group: bytes, seed: int, folds: int) -> int:
    """Return the fold of `group`, from 0 to `folds` - 1."""
    return draw(group, seed) % folds
