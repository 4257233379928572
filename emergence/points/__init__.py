"""The points of a fit: checked series, groups by run, how a score scatters, and planted truths."""
