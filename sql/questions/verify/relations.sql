-- One row a table and view of a database: its name and which of the two it is.
select table_name as name, 'table' as kind from duckdb_tables() where not internal
union all
select view_name, 'view' from duckdb_views() where not internal
