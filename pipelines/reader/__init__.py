"""Questions to a release: ask, compare, show, query, and fits of a user's own file."""
