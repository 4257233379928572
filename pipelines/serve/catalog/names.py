"""Where the catalog that PostgreSQL clients ask about stands in the database that answers them."""

CATALOG = "memory"
SCHEMA = "pg"
INFORMATION = "info"
