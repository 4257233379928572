-- Keys of the release, with the numbers of their indexes. Grain: oid.
-- Use: run after catalog.sql, once it is known which grains hold no unknown.

-- A column that alone is the grain of a table refers to that table: the one named after it, else the one of all series.
create table memory.made.keys as
with alone as (
    select columns[1] as column_name, relation, numbers from memory.made.grains where len(columns) = 1 and kind = 'p'
    qualify row_number() over (
        partition by columns[1] order by name = regexp_replace(columns[1], '_id$', '') || 's' desc, name = 'task_coverage' desc, name
    ) = 1
),
found as (
    select kind, relation, numbers, name || if(kind = 'p', '_pkey', '_key') as name, 0 as other, []::smallint[] as other_numbers from memory.made.grains
    union all
    select 'f', c.relation, [c.number::smallint], c.table_name || '_' || c.name || '_fkey', a.relation, a.numbers
    from memory.made.columns as c
    join memory.made.relations as r on r.oid = c.relation and r.is_released and r.kind = 'r'
    join alone as a on a.column_name = c.name and a.relation <> c.relation
)
select 100000 + row_number() over (order by kind, relation, name) as oid, 200000 + row_number() over (order by kind, relation, name) as index_oid, *
from found;
