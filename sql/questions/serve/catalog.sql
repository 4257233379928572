-- What the emulated catalog is made from: the release's relations, columns and keys, numbered as PostgreSQL numbers them.
-- Use: run once when a release is opened; memory.made.types, .shapes and .duckdb_types stand already (pipelines/serve/catalog/emulated.py).

create table memory.made.namespaces as
select oid, nspname from (values (11, 'pg_catalog'), (2200, 'main'), (13000, 'information_schema')) as n(oid, nspname);

create table memory.made.opened as select now() as opened_at;

create table memory.made.relations as
with released as (
    select table_name as name, schema_name, 'r' as kind, estimated_size::float as rows, comment, null::varchar as definition,
        true as is_released
    from duckdb_tables() where database_name = 'emergence'
    union all
    select view_name, schema_name, 'v', -1, comment,
        ' ' || rtrim(regexp_replace(sql, '^CREATE VIEW .*? AS\s+', '', 's'), ';\n ') || ';', true
    from duckdb_views() where database_name = 'emergence' and not internal
)
select 16383 + row_number() over (order by schema_name, name) as oid, * from released
union all
select oid, name, schema_name, kind, -1, null, null, false from memory.made.shapes;

create table memory.made.columns as
select r.oid as relation, r.schema_name, r.name as table_name, c.column_name as name, c.column_index as number, t.oid as type_oid,
    c.is_nullable, c.comment, c.column_default as written_default
from duckdb_columns() as c
join memory.made.relations as r on r.name = c.table_name and r.schema_name = c.schema_name and r.is_released
left join memory.made.duckdb_types as t on t.duckdb_name = c.data_type
where c.database_name = 'emergence' and not c.internal
union all
select s.oid, s.schema_name, s.name, split_part(s.written, ' ', 1), s.number, t.oid, true, null, null
from (
    select oid, schema_name, name, unnest(string_split(columns, ',')) as written, generate_subscripts(string_split(columns, ','), 1) as number
    from memory.made.shapes
) as s
left join memory.made.types as t on t.name = split_part(s.written, ' ', 2);

-- A table's comment ends with its grain: that is its primary key.
create table memory.made.grains as
with written as (
    select oid as relation, name, kind, string_split(regexp_extract(comment, 'Grain: ([\w, ]+)\.', 1), ', ') as columns
    from memory.made.relations where is_released and comment like '%Grain: %'
)
select w.relation, 'p' as kind, any_value(w.name) as name, any_value(w.columns) as columns, list(c.number::smallint order by list_position(w.columns, c.name)) as numbers
from written as w join memory.made.columns as c on c.relation = w.relation and list_contains(w.columns, c.name)
where w.kind = 'r'
group by w.relation
having count(*) = len(any_value(w.columns));

create table memory.made.functions as
select 50000 + row_number() over (order by name, arguments) as oid, *
from (
    select function_name as name, parameter_types as arguments, any_value(parameters) as argument_names,
        any_value(return_type) as return_type, any_value(function_type) as kind, any_value(description) as description
    from duckdb_functions()
    where database_name = 'system' and regexp_full_match(function_name, '[a-z]\w*') and function_type in ('scalar', 'aggregate')
    group by all
    union all -- what reads and writes each type, which pg_type names
    select distinct unnest([input, output, receive, send]), []::varchar[], []::varchar[], null, 'scalar', null from memory.made.types
);

-- Types that PostgreSQL has no word for are any: 2276.
create table memory.made.arguments as
select f.oid as function, list(coalesce(t.oid, 2276) order by f.place) as type_oids, string_agg(coalesce(k.sql_name, 'any'), ', ' order by f.place) as words
from (select oid, unnest(arguments) as type_name, generate_subscripts(arguments, 1) as place from memory.made.functions) as f
left join memory.made.duckdb_types as t on t.duckdb_name = f.type_name
left join memory.made.types as k on k.oid = t.oid
group by f.oid;
