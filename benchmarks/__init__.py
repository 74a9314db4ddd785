"""Benchmarks of hhtui: `python -m benchmarks` prints the table; `endurance` holds the long runs."""
