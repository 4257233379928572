-- One row a table and view of the release: what a row of it is.
select table_name as relation, coalesce(comment, '') as meaning
from duckdb_tables()
where database_name = current_database() and schema_name = 'main'
union all
select view_name, coalesce(comment, '')
from duckdb_views()
where database_name = current_database() and schema_name = 'main' and not internal
order by relation
