"""A user's own results: `formats/` reads a file, `reading/` is what formats share, the rest settles a run."""
