"""The panel of facets and histograms: its lines, the thread that counts, and its keys."""
