"""Results: choose an analysis, run it, watch hospitals answer, read, keep, compare."""
