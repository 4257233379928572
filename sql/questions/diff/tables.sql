-- One row a table of either release: how many rows it has in each, and columns that came or went.
-- Reads two attached databases, a (older) and b (newer).
--
-- rows_a: rows in a; empty where a has no such table
-- rows_b: rows in b; empty where b has no such table
-- columns_added: columns that only b has, in order
-- columns_gone: columns that only a has, in order
-- columns_retyped: columns whose type differs, as name: type in a → type in b
with sizes as (
    select
        table_name,
        max(estimated_size) filter (where database_name = 'a') as rows_a,
        max(estimated_size) filter (where database_name = 'b') as rows_b,
    from duckdb_tables()
    where database_name in ('a', 'b')
    group by table_name
),
columns as (
    select
        table_name,
        column_name,
        max(data_type) filter (where database_name = 'a') as type_a,
        max(data_type) filter (where database_name = 'b') as type_b,
    from duckdb_columns()
    where database_name in ('a', 'b')
    group by table_name, column_name
),
changes as (
    select
        table_name,
        string_agg(column_name, ', ' order by column_name) filter (where type_a is null) as columns_added,
        string_agg(column_name, ', ' order by column_name) filter (where type_b is null) as columns_gone,
        string_agg(column_name || ': ' || type_a || ' → ' || type_b, ', ' order by column_name)
            filter (where type_a <> type_b) as columns_retyped,
    from columns
    group by table_name
)
select
    sizes.table_name,
    sizes.rows_a,
    sizes.rows_b,
    changes.columns_added,
    changes.columns_gone,
    changes.columns_retyped,
from sizes
inner join changes on changes.table_name = sizes.table_name
order by sizes.table_name
