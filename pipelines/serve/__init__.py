"""The network door: the released database as read-only SQL over the PostgreSQL protocol (3.0).

Our own, since the one Python package that speaks it over DuckDB (buenavista 0.5.0, of 2024) has no limits on
queries or messages, opens a session before it has seen a password, and sends errors without SQLSTATE.
"""
