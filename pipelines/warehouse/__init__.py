"""The home folder: its store, lock, SQL models, their lineage, and how they are run and checked."""
