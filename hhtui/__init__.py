"""hhtui: a terminal browser for RLHF preference data."""

__version__ = "0.1.0"
