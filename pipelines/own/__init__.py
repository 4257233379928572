"""A user's own results: `formats/` and `reading/` read files; `settling/` makes a run, with its `card/`."""
