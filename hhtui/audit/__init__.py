"""Checks over pairs: how well the numbers of a database rank what people labelled."""
