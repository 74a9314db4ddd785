"""Long runs over hhtui: kills in the middle of deciding and loading, two writers at once, keys typed fast."""
