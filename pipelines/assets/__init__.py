"""The only room that knows Dagster: assets, checks, jobs, and the run in this process."""
