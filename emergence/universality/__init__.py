"""Do tasks share one threshold? Joint draws, the common threshold, and agreement of ranks."""
