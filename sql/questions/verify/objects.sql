-- One row a table, view, index, type and schema of a database: its kind, name, text and comment.
select 'table' as kind, table_name as name, sql as body, comment from duckdb_tables() where not internal
union all
select 'view', view_name, sql, comment from duckdb_views() where not internal
union all
select 'index', index_name, sql, comment from duckdb_indexes()
union all
select 'sequence', sequence_name, sql, comment from duckdb_sequences()
union all
select 'type', type_name, logical_type, comment from duckdb_types() where not internal
union all
select 'schema', schema_name, null, comment from duckdb_schemas() where not internal
