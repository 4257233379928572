-- PostgreSQL's catalog over the attached release: what psql, drivers and SQL tools ask to list tables and columns.
-- Only the columns that clients read; relations of things that a release has none of (indexes, triggers, …) are empty.

create macro memory.pg.type_oid(type_name) as (
    case
        when type_name like 'DECIMAL%[]' then 1231
        when type_name like '%[]' then coalesce((
            select max(k.array_oid) from memory.pg.kinds as k
            join (values ('BOOLEAN', 'bool'), ('BIGINT', 'int8'), ('SMALLINT', 'int2'), ('INTEGER', 'int4'), ('VARCHAR', 'text'),
                ('FLOAT', 'float4'), ('DOUBLE', 'float8'), ('DATE', 'date'), ('TIMESTAMP', 'timestamp'),
                ('UUID', 'uuid')) as n(duckdb_name, name) on n.name = k.name
            where n.duckdb_name = type_name[:-3]
        ), 114)
        when type_name like 'DECIMAL%' then 1700
        when type_name like 'STRUCT%' or type_name like 'MAP%' or type_name like 'UNION%' then 114
        when type_name in ('UBIGINT', 'HUGEINT', 'UHUGEINT') then 1700
        when type_name in ('TINYINT', 'UTINYINT', 'SMALLINT') then 21
        when type_name in ('USMALLINT', 'INTEGER') then 23
        when type_name in ('UINTEGER', 'BIGINT') then 20
        when type_name like 'TIMESTAMP WITH%' then 1184
        when type_name like 'TIMESTAMP%' then 1114
        when type_name = 'FLOAT' then 700
        when type_name = 'DOUBLE' then 701
        when type_name = 'BOOLEAN' then 16
        when type_name = 'DATE' then 1082
        when type_name = 'TIME' then 1083
        when type_name = 'INTERVAL' then 1186
        when type_name = 'UUID' then 2950
        when type_name = 'BLOB' then 17
        when type_name = 'JSON' then 114
        else 25
    end
);

create view memory.pg.pg_namespace as
select oid, schema_name as nspname, 10::bigint as nspowner, null::varchar[] as nspacl
from duckdb_schemas()
where database_name = 'emergence' and schema_name not in ('pg_catalog', 'information_schema')
union all select 11, 'pg_catalog', 10, null
union all select 13000, 'information_schema', 10, null;

create view memory.pg.relations as
select table_oid as oid, table_name as name, schema_oid, schema_name, 'r' as kind, estimated_size::float as rows,
    column_count as columns, comment, null::varchar as definition
from duckdb_tables() where database_name = 'emergence'
union all
select view_oid, view_name, schema_oid, schema_name, 'v', -1, column_count, comment, sql
from duckdb_views() where database_name = 'emergence' and not internal;

create view memory.pg.pg_class as
select oid, name as relname, schema_oid as relnamespace, 0::bigint as reltype, 0::bigint as reloftype,
    10::bigint as relowner, 2::bigint as relam, oid as relfilenode, 0::bigint as reltablespace, 0 as relpages,
    rows as reltuples, 0 as relallvisible, 0::bigint as reltoastrelid, false as relhasindex, false as relisshared,
    'p' as relpersistence, kind as relkind, columns::smallint as relnatts, 0::smallint as relchecks,
    false as relhasrules, false as relhastriggers, false as relhassubclass, false as relrowsecurity,
    false as relforcerowsecurity, true as relispopulated, 'd' as relreplident, false as relispartition,
    0::bigint as relrewrite, 0::bigint as relfrozenxid, 0::bigint as relminmxid, null::varchar[] as relacl,
    null::varchar[] as reloptions, null::varchar as relpartbound, false as relhasoids, 1259::bigint as tableoid
from memory.pg.relations;

create view memory.pg.pg_attribute as
select c.table_oid as attrelid, c.column_name as attname, memory.pg.type_oid(c.data_type) as atttypid,
    -1 as attstattarget, -1::smallint as attlen, c.column_index::smallint as attnum, 0 as attndims,
    -1 as attcacheoff, -1 as atttypmod, false as attbyval, 'i' as attalign, 'x' as attstorage, '' as attcompression,
    not c.is_nullable as attnotnull, false as atthasdef, false as atthasmissing, '' as attidentity,
    '' as attgenerated, false as attisdropped, true as attislocal, 0::smallint as attinhcount,
    0::bigint as attcollation, null::varchar[] as attacl, null::varchar[] as attoptions,
    null::varchar[] as attfdwoptions, null::varchar as attmissingval
from duckdb_columns() as c where c.database_name = 'emergence' and not c.internal;

create view memory.pg.pg_type as
select oid, name as typname, 11::bigint as typnamespace, 10::bigint as typowner, size::smallint as typlen,
    size > 0 as typbyval, 'b' as typtype,
    case
        when element_oid <> 0 then 'A' when oid in (20, 21, 23, 700, 701, 1700) then 'N'
        when oid = 16 then 'B' when oid in (1082, 1083, 1114, 1184) then 'D' when oid = 1186 then 'T'
        when oid in (25) then 'S' else 'U'
    end as typcategory,
    false as typispreferred, true as typisdefined, ',' as typdelim, 0::bigint as typrelid, 0::bigint as typsubscript,
    element_oid as typelem, array_oid as typarray, name || '_in' as typinput, name || '_out' as typoutput,
    case when element_oid <> 0 then 'array_recv' else name || 'recv' end as typreceive,
    '-' as typmodin, '-' as typmodout, 'i' as typalign, 'x' as typstorage, false as typnotnull,
    0::bigint as typbasetype, -1 as typtypmod, 0 as typndims, 0::bigint as typcollation,
    null::varchar as typdefault, null::varchar[] as typacl
from memory.pg.kinds;

create view memory.pg.pg_description as
select oid as objoid, 1259::bigint as classoid, 0 as objsubid, comment as description
from memory.pg.relations where comment is not null
union all
select table_oid, 1259, column_index, comment
from duckdb_columns() where database_name = 'emergence' and comment is not null;

create view memory.pg.pg_database as
select 5::bigint as oid, 'emergence' as datname, 10::bigint as datdba, 6 as encoding, 'c' as datlocprovider,
    false as datistemplate, true as datallowconn, -1 as datconnlimit, 1663::bigint as dattablespace,
    'C.UTF-8' as datcollate, 'C.UTF-8' as datctype, null::varchar as daticulocale, null::varchar as datcollversion,
    0::bigint as datfrozenxid, 0::bigint as datlastsysoid, 0::bigint as datminmxid, null::varchar[] as datacl;

create view memory.pg.pg_roles as
select 10::bigint as oid, 'reader' as rolname, false as rolsuper, true as rolinherit, false as rolcreaterole,
    false as rolcreatedb, true as rolcanlogin, false as rolreplication, -1 as rolconnlimit, '********' as rolpassword,
    null::timestamp as rolvaliduntil, false as rolbypassrls, null::varchar[] as rolconfig;

create view memory.pg.pg_user as
select 'reader' as usename, 10::bigint as usesysid, false as usecreatedb, false as usesuper, false as userepl,
    false as usebypassrls, '********' as passwd, null::timestamp as valuntil, null::varchar[] as useconfig;

create view memory.pg.pg_settings as
select name, setting, null::varchar as unit, 'Preset Options' as category, '' as short_desc, '' as extra_desc,
    'internal' as context, 'string' as vartype, 'default' as source, null::varchar as min_val,
    null::varchar as max_val, null::varchar[] as enumvals, setting as boot_val, setting as reset_val
from (values ('server_version', '15.0'), ('server_version_num', '150000'), ('server_encoding', 'UTF8'),
    ('client_encoding', 'UTF8'), ('max_index_keys', '32'), ('max_identifier_length', '63'), ('TimeZone', 'UTC'),
    ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'postgres'), ('standard_conforming_strings', 'on'),
    ('integer_datetimes', 'on'), ('search_path', 'main'), ('default_transaction_read_only', 'on'),
    ('transaction_isolation', 'read committed'), ('is_superuser', 'off'), ('bytea_output', 'hex')) as t(name, setting);

create view memory.pg.pg_am as
select 2::bigint as oid, 'heap' as amname, '-' as amhandler, 't' as amtype;

create view memory.pg.pg_tablespace as
select 1663::bigint as oid, 'pg_default' as spcname, 10::bigint as spcowner, null::varchar[] as spcacl,
    null::varchar[] as spcoptions;

create view memory.pg.pg_tables as
select schema_name as schemaname, name as tablename, 'reader' as tableowner, null::varchar as tablespace,
    false as hasindexes, false as hasrules, false as hastriggers, false as rowsecurity
from memory.pg.relations where kind = 'r';

create view memory.pg.pg_views as
select schema_name as schemaname, name as viewname, 'reader' as viewowner, definition
from memory.pg.relations where kind = 'v';

create view memory.pg.pg_stat_user_tables as
select oid as relid, schema_name as schemaname, name as relname, 0::bigint as seq_scan, rows::bigint as n_live_tup,
    0::bigint as n_dead_tup
from memory.pg.relations where kind = 'r';

create view memory.pg.pg_index as
select 0::bigint as indexrelid, 0::bigint as indrelid, 0::smallint as indnatts, 0::smallint as indnkeyatts,
    false as indisunique, false as indnullsnotdistinct, false as indisprimary, false as indisexclusion,
    false as indimmediate, false as indisclustered, false as indisvalid, false as indcheckxmin, false as indisready,
    false as indislive, false as indisreplident, []::integer[] as indkey, []::bigint[] as indcollation,
    []::bigint[] as indclass, []::integer[] as indoption, ''::varchar as indexprs, ''::varchar as indpred
where false;

create view memory.pg.pg_constraint as
select 0::bigint as oid, ''::varchar as conname, 0::bigint as connamespace, ''::varchar as contype,
    false as condeferrable, false as condeferred, false as convalidated, 0::bigint as conrelid, 0::bigint as contypid,
    0::bigint as conindid, 0::bigint as conparentid, 0::bigint as confrelid, ''::varchar as confupdtype,
    ''::varchar as confdeltype, ''::varchar as confmatchtype, false as conislocal, 0::smallint as coninhcount,
    false as connoinherit, []::integer[] as conkey, []::integer[] as confkey, []::bigint[] as conpfeqop,
    []::bigint[] as conexclop, ''::varchar as conbin
where false;

create view memory.pg.pg_attrdef as
select 0::bigint as oid, 0::bigint as adrelid, 0::smallint as adnum, ''::varchar as adbin where false;

create view memory.pg.pg_collation as
select 0::bigint as oid, ''::varchar as collname, 0::bigint as collnamespace, 0::bigint as collowner,
    ''::varchar as collprovider, false as collisdeterministic, 0 as collencoding, ''::varchar as collcollate,
    ''::varchar as collctype, ''::varchar as colliculocale
where false;

create view memory.pg.pg_inherits as
select 0::bigint as inhrelid, 0::bigint as inhparent, 0 as inhseqno, false as inhdetachpending where false;

create view memory.pg.pg_proc as
select 0::bigint as oid, ''::varchar as proname, 0::bigint as pronamespace, 0::bigint as proowner, 0::bigint as prolang,
    ''::varchar as prokind, 0::bigint as prorettype, []::bigint[] as proargtypes, []::varchar[] as proargnames,
    []::varchar[] as proargmodes, []::bigint[] as proallargtypes, ''::varchar as prosrc, false as proisstrict,
    false as proretset, ''::varchar as provolatile, ''::varchar as proparallel, false as prosecdef,
    null::varchar[] as proacl, 0::bigint as provariadic, 0::smallint as pronargs
where false;

create view memory.pg.pg_trigger as
select 0::bigint as oid, 0::bigint as tgrelid, 0::bigint as tgparentid, ''::varchar as tgname, 0::bigint as tgfoid,
    0::smallint as tgtype, ''::varchar as tgenabled, false as tgisinternal, 0::bigint as tgconstrrelid,
    0::bigint as tgconstrindid, 0::bigint as tgconstraint, false as tgdeferrable, false as tginitdeferred
where false;

create view memory.pg.pg_policy as
select 0::bigint as oid, ''::varchar as polname, 0::bigint as polrelid, ''::varchar as polcmd, false as polpermissive,
    []::bigint[] as polroles, ''::varchar as polqual, ''::varchar as polwithcheck
where false;

create view memory.pg.pg_rewrite as
select 0::bigint as oid, ''::varchar as rulename, 0::bigint as ev_class, ''::varchar as ev_type,
    ''::varchar as ev_enabled, false as is_instead
where false;

create view memory.pg.pg_depend as
select 0::bigint as classid, 0::bigint as objid, 0 as objsubid, 0::bigint as refclassid, 0::bigint as refobjid,
    0 as refobjsubid, ''::varchar as deptype
where false;

create view memory.pg.pg_sequence as
select 0::bigint as seqrelid, 0::bigint as seqtypid, 0::bigint as seqstart, 0::bigint as seqincrement,
    0::bigint as seqmax, 0::bigint as seqmin, 0::bigint as seqcache, false as seqcycle
where false;

create view memory.pg.pg_statistic_ext as
select 0::bigint as oid, 0::bigint as stxrelid, ''::varchar as stxname, 0::bigint as stxnamespace,
    0::bigint as stxowner, 0 as stxstattarget, []::integer[] as stxkeys, []::varchar[] as stxkind
where false;

create view memory.pg.pg_publication as
select 0::bigint as oid, ''::varchar as pubname, 0::bigint as pubowner, false as puballtables where false;

create view memory.pg.pg_publication_rel as
select 0::bigint as oid, 0::bigint as prpubid, 0::bigint as prrelid, ''::varchar as prqual, []::integer[] as prattrs
where false;

create view memory.pg.pg_publication_namespace as
select 0::bigint as oid, 0::bigint as pnpubid, 0::bigint as pnnspid where false;

create view memory.pg.pg_enum as
select 0::bigint as oid, 0::bigint as enumtypid, 0::float as enumsortorder, ''::varchar as enumlabel where false;

create view memory.pg.pg_range as
select 0::bigint as rngtypid, 0::bigint as rngsubtype, 0::bigint as rngmultitypid where false;

create view memory.pg.pg_opclass as
select 0::bigint as oid, ''::varchar as opcname, 0::bigint as opcnamespace, false as opcdefault, 0::bigint as opcmethod
where false;

create view memory.pg.pg_language as
select 0::bigint as oid, ''::varchar as lanname where false;

create view memory.pg.pg_aggregate as
select ''::varchar as aggfnoid, ''::varchar as aggkind where false;

create view memory.pg.pg_operator as
select 0::bigint as oid, ''::varchar as oprname, 0::bigint as oprnamespace where false;

create view memory.pg.pg_extension as
select 0::bigint as oid, ''::varchar as extname, ''::varchar as extversion, 0::bigint as extnamespace where false;

create view memory.pg.pg_event_trigger as
select 0::bigint as oid, ''::varchar as evtname where false;

create view memory.pg.pg_foreign_table as
select 0::bigint as ftrelid, 0::bigint as ftserver, null::varchar[] as ftoptions where false;

create view memory.pg.pg_foreign_server as
select 0::bigint as oid, ''::varchar as srvname where false;

create view memory.pg.pg_partitioned_table as
select 0::bigint as partrelid, ''::varchar as partstrat, []::integer[] as partattrs where false;

create view memory.pg.pg_matviews as
select ''::varchar as schemaname, ''::varchar as matviewname, ''::varchar as definition where false;

create view memory.pg.pg_indexes as
select ''::varchar as schemaname, ''::varchar as tablename, ''::varchar as indexname, ''::varchar as indexdef
where false;

create view memory.pg.pg_auth_members as
select 0::bigint as roleid, 0::bigint as member, 0::bigint as grantor, false as admin_option where false;

create view memory.pg.pg_shdescription as
select 0::bigint as objoid, 0::bigint as classoid, ''::varchar as description where false;

create view memory.pg.pg_locks as
select ''::varchar as locktype, 0::bigint as pid, ''::varchar as mode, false as granted where false;

create view memory.pg.pg_stat_activity as
select 0::bigint as pid, ''::varchar as datname, ''::varchar as usename, ''::varchar as state, ''::varchar as query
where false;

create view memory.pg.is_tables as
select * from system.information_schema.tables where table_catalog = 'emergence';

create view memory.pg.is_columns as
select * from system.information_schema.columns where table_catalog = 'emergence';

create view memory.pg.is_schemata as
select * from system.information_schema.schemata
where catalog_name = 'emergence' and schema_name not in ('pg_catalog', 'information_schema');

create view memory.pg.is_views as
select 'emergence' as table_catalog, schema_name as table_schema, name as table_name, definition as view_definition,
    'NONE' as check_option, 'NO' as is_updatable
from memory.pg.relations where kind = 'v';

create macro memory.pg.version() as 'PostgreSQL 15.0 (the emergence warehouse on DuckDB, read-only)';
create macro memory.pg.current_user() as 'reader';
create macro memory.pg.session_user() as 'reader';
create macro memory.pg.current_setting(setting_name) as (
    select max(s.setting) from memory.pg.pg_settings as s where lower(s.name) = lower(setting_name)
), (setting_name, missing_ok) as (
    select max(s.setting) from memory.pg.pg_settings as s where lower(s.name) = lower(setting_name)
);
create macro memory.pg.set_config(setting_name, new_value, is_local) as new_value;
create macro memory.pg.pg_get_userbyid(role_oid) as 'reader';
create macro memory.pg.pg_table_is_visible(the_object) as true;
create macro memory.pg.pg_type_is_visible(the_object) as true;
create macro memory.pg.pg_function_is_visible(the_object) as true;
create macro memory.pg.pg_get_expr(expression, the_relation) as expression,
    (expression, the_relation, pretty) as expression;
create macro memory.pg.pg_get_viewdef(the_view) as (
    select max(r.definition) from memory.pg.relations as r where r.oid = the_view
), (the_view, pretty) as (select max(r.definition) from memory.pg.relations as r where r.oid = the_view);
create macro memory.pg.pg_get_constraintdef(constraint_oid) as null::varchar,
    (constraint_oid, pretty) as null::varchar;
create macro memory.pg.pg_get_indexdef(index_oid) as null::varchar,
    (index_oid, column_number, pretty) as null::varchar;
create macro memory.pg.pg_get_serial_sequence(the_table_name, the_column_name) as null::varchar;
create macro memory.pg.pg_get_triggerdef(trigger_oid) as null::varchar, (trigger_oid, pretty) as null::varchar;
create macro memory.pg.pg_get_ruledef(rule_oid) as null::varchar, (rule_oid, pretty) as null::varchar;
create macro memory.pg.pg_get_partkeydef(the_relation) as null::varchar;
create macro memory.pg.pg_get_statisticsobjdef_columns(the_object) as null::varchar;
create macro memory.pg.pg_get_function_result(function_oid) as null::varchar;
create macro memory.pg.pg_get_function_arguments(function_oid) as null::varchar;
create macro memory.pg.pg_get_function_identity_arguments(function_oid) as null::varchar;
create macro memory.pg.pg_encoding_to_char(encoding) as 'UTF8';
create macro memory.pg.pg_relation_is_publishable(the_relation) as false;
create macro memory.pg.pg_is_in_recovery() as false;
create macro memory.pg.pg_backend_pid() as 0;
create macro memory.pg.pg_tablespace_location(space_oid) as '';
create macro memory.pg.pg_table_size(the_relation) as null::bigint;
create macro memory.pg.pg_total_relation_size(the_relation) as null::bigint;
create macro memory.pg.pg_relation_size(the_relation) as null::bigint;
create macro memory.pg.pg_database_size(the_database_name) as null::bigint;
create macro memory.pg.pg_size_pretty(size) as size || ' bytes';
create macro memory.pg.array_upper(items, dimension) as case when len(items) > 0 then len(items) end;
create macro memory.pg.array_to_string(items, separator) as list_aggregate(items::varchar[], 'string_agg', separator);
create macro memory.pg.has_table_privilege(relation, privilege) as upper(privilege) = 'SELECT',
    (role, relation, privilege) as upper(privilege) = 'SELECT';
create macro memory.pg.has_schema_privilege(namespace, privilege) as upper(privilege) = 'USAGE',
    (role, namespace, privilege) as upper(privilege) = 'USAGE';
create macro memory.pg.has_database_privilege(the_database_name, privilege) as upper(privilege) = 'CONNECT',
    (role, the_database_name, privilege) as upper(privilege) = 'CONNECT';
create macro memory.pg.has_any_column_privilege(relation, privilege) as upper(privilege) = 'SELECT',
    (role, relation, privilege) as upper(privilege) = 'SELECT';
create macro memory.pg.obj_description(the_object) as (
    select max(d.description) from memory.pg.pg_description as d where d.objoid = the_object and d.objsubid = 0
), (the_object, catalog_name) as (
    select max(d.description) from memory.pg.pg_description as d
    where d.objoid = the_object and d.objsubid = 0 and catalog_name = 'pg_class'
);
create macro memory.pg.col_description(the_table, column_number) as (
    select max(d.description) from memory.pg.pg_description as d
    where d.objoid = the_table and d.objsubid = column_number and column_number > 0
);
create macro memory.pg.shobj_description(the_object, catalog_name) as null::varchar;
create macro memory.pg.quote_ident(identifier) as '"' || replace(identifier, '"', '""') || '"';
create macro memory.pg.format_type(the_type, the_type_mod) as coalesce((
    select max(k.sql_name) from memory.pg.kinds as k where k.oid = the_type
), case the_type when 19 then 'name' when 26 then 'oid' when 1043 then 'character varying' else '???' end);
create macro memory.pg.type_name(the_type) as memory.pg.format_type(the_type, null);
create macro memory.pg.class_name(object) as coalesce((
    select max(r.name) from memory.pg.relations as r where r.oid = try_cast(object as bigint)
), object::varchar);
create macro memory.pg.namespace_name(object) as coalesce((
    select max(n.nspname) from memory.pg.pg_namespace as n where n.oid = try_cast(object as bigint)
), object::varchar);
create macro memory.pg.to_regclass(object) as coalesce(try_cast(object as bigint), (
    select max(r.oid) from memory.pg.relations as r
    where replace(object, '"', '') in (r.name, r.schema_name || '.' || r.name, 'emergence.' || r.schema_name || '.' || r.name)
), case split_part(object, '.', -1) when 'pg_class' then 1259 when 'pg_type' then 1247 when 'pg_namespace' then 2615
    when 'pg_proc' then 1255 when 'pg_database' then 1262 when 'pg_constraint' then 2606 end);
create macro memory.pg.to_regtype(type_text) as coalesce(try_cast(type_text as bigint), (
    select max(k.oid) from memory.pg.kinds as k where lower(type_text) in (k.name, k.sql_name)
));
create macro memory.pg.to_regnamespace(object) as coalesce(try_cast(object as bigint), (
    select max(n.oid) from memory.pg.pg_namespace as n where n.nspname = replace(object, '"', '')
));
