"""PostgreSQL's catalog beside a release, and questions about it in PostgreSQL's dialect."""
