"""DuckDB's types and values as PostgreSQL's, and back."""
