"""Texts that are nearly the same: found by MinHash, verified letter by letter, kept as groups of pairs."""
