"""Refusals and clarifying questions, by readable rules."""
