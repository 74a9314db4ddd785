"""Pairs leave the database as files."""
