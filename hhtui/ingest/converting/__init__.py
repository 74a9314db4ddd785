"""Blocks of records become batches of pairs, in this process or in others beside it."""
