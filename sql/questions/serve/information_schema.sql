-- Rows of information_schema: tables, columns, keys and views of the release, in the words of the SQL standard.
-- Use: run after catalog.sql; what is not named here is empty, with all its columns.

create view memory.made_info.information_schema_catalog_name as select 'emergence' as catalog_name;
create view memory.made_info.schemata as
select 'emergence' as catalog_name, nspname as schema_name, 'reader' as schema_owner from memory.made.namespaces;

create view memory.made_info.tables as
select 'emergence' as table_catalog, schema_name as table_schema, name as table_name, if(kind = 'v', 'VIEW', 'BASE TABLE') as table_type,
    'NO' as is_insertable_into, 'NO' as is_typed
from memory.made.relations;

create view memory.made_info.columns as
select 'emergence' as table_catalog, c.schema_name as table_schema, c.table_name, c.name as column_name, c.number as ordinal_position,
    if(c.is_nullable and not coalesce(g.kind = 'p' and list_contains(g.numbers, c.number), false), 'YES', 'NO') as is_nullable,
    if(t.category = 'A', 'ARRAY', t.sql_name) as data_type,
    case t.name when 'int2' then 16 when 'int4' then 32 when 'int8' then 64 when 'float4' then 24 when 'float8' then 53 end as numeric_precision,
    case when t.name in ('int2', 'int4', 'int8', 'float4', 'float8') then 2 end as numeric_precision_radix,
    case when t.name in ('int2', 'int4', 'int8') then 0 end as numeric_scale,
    case when t.name in ('timestamp', 'timestamptz', 'time') then 6 when t.name = 'date' then 0 end as datetime_precision,
    case when t.name in ('text', 'varchar') then 1073741824 end as character_octet_length,
    'emergence' as udt_catalog, 'pg_catalog' as udt_schema, t.name as udt_name, c.number::varchar as dtd_identifier,
    'NO' as is_self_referencing, 'NO' as is_identity, 'NO' as identity_cycle, 'NEVER' as is_generated, 'NO' as is_updatable
from memory.made.columns as c join memory.made.types as t on t.oid = c.type_oid
left join memory.made.grains as g on g.relation = c.relation;

create view memory.made_info.views as
select 'emergence' as table_catalog, schema_name as table_schema, name as table_name, definition as view_definition,
    'NONE' as check_option, 'NO' as is_updatable, 'NO' as is_insertable_into, 'NO' as is_trigger_updatable,
    'NO' as is_trigger_deletable, 'NO' as is_trigger_insertable_into
from memory.made.relations where kind = 'v';

create view memory.made_info.table_constraints as
select 'emergence' as constraint_catalog, r.schema_name as constraint_schema, k.name as constraint_name, 'emergence' as table_catalog,
    r.schema_name as table_schema, r.name as table_name, case k.kind when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end as constraint_type,
    'NO' as is_deferrable, 'NO' as initially_deferred, 'YES' as enforced
from memory.made.keys as k join memory.made.relations as r on r.oid = k.relation;

create view memory.made_info.key_column_usage as
select 'emergence' as constraint_catalog, c.schema_name as constraint_schema, u.name as constraint_name, 'emergence' as table_catalog,
    c.schema_name as table_schema, c.table_name, c.name as column_name, u.place as ordinal_position, if(u.kind = 'f', 1, null) as position_in_unique_constraint
from (select relation, name, kind, unnest(numbers) as number, generate_subscripts(numbers, 1) as place from memory.made.keys) as u
join memory.made.columns as c on c.relation = u.relation and c.number = u.number;

create view memory.made_info.constraint_column_usage as
select 'emergence' as table_catalog, c.schema_name as table_schema, c.table_name, c.name as column_name, 'emergence' as constraint_catalog,
    c.schema_name as constraint_schema, u.name as constraint_name
from (
    select if(kind <> 'f', relation, other) as relation, name, unnest(if(kind <> 'f', numbers, other_numbers)) as number from memory.made.keys
) as u
join memory.made.columns as c on c.relation = u.relation and c.number = u.number;

create view memory.made_info.constraint_table_usage as
select distinct table_catalog, table_schema, table_name, constraint_catalog, constraint_schema, constraint_name
from memory.made_info.constraint_column_usage;

create view memory.made_info.referential_constraints as
select 'emergence' as constraint_catalog, r.schema_name as constraint_schema, k.name as constraint_name, 'emergence' as unique_constraint_catalog,
    r.schema_name as unique_constraint_schema, o.name as unique_constraint_name, 'NONE' as match_option, 'NO ACTION' as update_rule,
    'NO ACTION' as delete_rule
from memory.made.keys as k join memory.made.relations as r on r.oid = k.relation
join memory.made.keys as o on o.relation = k.other and o.kind = 'p'
where k.kind = 'f';

create view memory.made_info.table_privileges as
select 'reader' as grantor, 'reader' as grantee, 'emergence' as table_catalog, schema_name as table_schema, name as table_name,
    'SELECT' as privilege_type, 'NO' as is_grantable, 'YES' as with_hierarchy
from memory.made.relations;
create view memory.made_info.role_table_grants as from memory.made_info.table_privileges;
create view memory.made_info.column_privileges as
select 'reader' as grantor, 'reader' as grantee, 'emergence' as table_catalog, schema_name as table_schema, table_name, name as column_name,
    'SELECT' as privilege_type, 'NO' as is_grantable
from memory.made.columns;
create view memory.made_info.enabled_roles as select 'reader' as role_name;
create view memory.made_info.applicable_roles as select 'reader' as grantee, 'reader' as role_name, 'NO' as is_grantable;
create view memory.made_info.character_sets as
select 'UTF8' as character_set_name, 'UCS' as character_repertoire, 'UTF8' as form_of_use, 'emergence' as default_collate_catalog,
    'pg_catalog' as default_collate_schema, 'C.UTF-8' as default_collate_name;
create view memory.made_info.collations as
select 'emergence' as collation_catalog, 'pg_catalog' as collation_schema, collname as collation_name, 'NO PAD' as pad_attribute
from memory.made.pg_collation;
create view memory.made_info.routines as
select 'emergence' as specific_catalog, 'pg_catalog' as specific_schema, name || '_' || oid as specific_name, 'emergence' as routine_catalog,
    'pg_catalog' as routine_schema, name as routine_name, if(kind = 'aggregate', null, 'FUNCTION') as routine_type, 'EXTERNAL' as routine_body
from memory.made.functions;
create view memory.made_info.sql_features as
select 'E011' as feature_id, 'Numeric data types' as feature_name, '' as sub_feature_id, '' as sub_feature_name, 'YES' as is_supported;
