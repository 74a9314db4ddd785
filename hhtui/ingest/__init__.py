"""A source becomes pairs."""
