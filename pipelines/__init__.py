"""Thin glue: when and where things run, never how they are computed."""
