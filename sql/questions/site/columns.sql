-- One row a table and column of the release, with its type and meaning.
select
    duckdb_columns.table_name as relation,
    duckdb_columns.column_name as name,
    duckdb_columns.data_type as type,
    coalesce(duckdb_columns.comment, '') as meaning,
from duckdb_columns()
where duckdb_columns.database_name = current_database() and duckdb_columns.schema_name = 'main'
order by duckdb_columns.table_name, duckdb_columns.column_index
