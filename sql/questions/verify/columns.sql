-- One row a column of a table or view: its place, name, type, default and comment.
select table_name, column_index, column_name, data_type, is_nullable, column_default, comment
from duckdb_columns()
where not internal
