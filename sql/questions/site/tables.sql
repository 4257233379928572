-- One row a table of the release: what a row is, how many there are, how many columns.
select
    table_name as relation,
    coalesce(comment, '') as meaning,
    estimated_size as n_rows,
    column_count as n_columns,
from duckdb_tables()
where database_name = current_database() and schema_name = 'main'
order by table_name
