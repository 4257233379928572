-- Rows of pg_catalog: for each relation the columns that a release has something to say of; the rest is filled in by type.
-- Use: run after catalog.sql; relations of PostgreSQL 15 that are not named here are empty, with all their columns.

create view memory.made.pg_namespace as select oid, nspname, 10 as nspowner from memory.made.namespaces;

create view memory.made.pg_class as
select r.oid, r.name as relname, n.oid as relnamespace, 10 as relowner, if(r.kind = 'r', 2, 0) as relam, r.oid as relfilenode,
    r.rows as reltuples, exists (from memory.made.keys as k where k.relation = r.oid and k.kind <> 'f') as relhasindex,
    'p' as relpersistence, r.kind as relkind, (select count(*) from memory.made.columns as c where c.relation = r.oid) as relnatts,
    r.kind = 'v' as relhasrules, true as relispopulated, if(r.kind = 'r', 'd', 'n') as relreplident
from memory.made.relations as r join memory.made.namespaces as n on n.nspname = r.schema_name
union all
select k.index_oid, k.name, n.oid, 10, 403, k.index_oid, r.rows, false, 'p', 'i', len(k.numbers), false, true, 'n'
from memory.made.keys as k join memory.made.relations as r on r.oid = k.relation
join memory.made.namespaces as n on n.nspname = r.schema_name
where k.kind <> 'f';

create view memory.made.pg_attribute as
select c.relation as attrelid, c.name as attname, t.oid as atttypid, -1 as attstattarget, t.size as attlen, c.number as attnum,
    if(t.category = 'A', 1, 0) as attndims, -1 as attcacheoff, -1 as atttypmod, t.by_value as attbyval, t.align as attalign,
    t.storage as attstorage, not c.is_nullable or coalesce(g.kind = 'p' and list_contains(g.numbers, c.number), false) as attnotnull,
    true as attislocal, t.collation_oid as attcollation
from memory.made.columns as c join memory.made.types as t on t.oid = c.type_oid
left join memory.made.grains as g on g.relation = c.relation
union all
select k.index_oid, c.name, t.oid, -1, t.size, u.place, 0, -1, -1, t.by_value, t.align, t.storage, false, true, t.collation_oid
from (select relation, index_oid, unnest(numbers) as number, generate_subscripts(numbers, 1) as place from memory.made.keys where kind <> 'f') as u
join memory.made.keys as k on k.index_oid = u.index_oid
join memory.made.columns as c on c.relation = u.relation and c.number = u.number
join memory.made.types as t on t.oid = c.type_oid;

create view memory.made.pg_type as
select oid, name as typname, 11 as typnamespace, 10 as typowner, size as typlen, by_value as typbyval, type as typtype,
    category as typcategory, is_preferred as typispreferred, true as typisdefined, ',' as typdelim,
    if(category = 'A', 'array_subscript_handler', '-') as typsubscript, element_oid as typelem, array_oid as typarray,
    input as typinput, output as typoutput, receive as typreceive, send as typsend, '-' as typmodin, '-' as typmodout,
    '-' as typanalyze, align as typalign, storage as typstorage, -1 as typtypmod, collation_oid as typcollation
from memory.made.types;

create view memory.made.pg_description as
select oid as objoid, 1259 as classoid, 0 as objsubid, comment as description from memory.made.relations where comment is not null
union all
select relation, 1259, number, comment from memory.made.columns where comment is not null
union all
select oid, 2615, 0, 'the tables of the newest release' from memory.made.namespaces where nspname = 'main'
union all
select oid, 1255, 0, description from memory.made.functions where description is not null;

create view memory.made.pg_shdescription as
select 5 as objoid, 1262 as classoid, 'published evaluations and losses, read-only' as description;

create view memory.made.pg_constraint as
select k.oid, k.name as conname, n.oid as connamespace, k.kind as contype, true as convalidated, k.relation as conrelid,
    if(k.kind <> 'f', k.index_oid, coalesce(o.index_oid, 0)) as conindid, k.other as confrelid,
    if(k.kind = 'f', 'a', ' ') as confupdtype, if(k.kind = 'f', 'a', ' ') as confdeltype,
    if(k.kind = 'f', 's', ' ') as confmatchtype, true as conislocal, true as connoinherit, k.numbers as conkey,
    if(k.kind = 'f', k.other_numbers, null) as confkey
from memory.made.keys as k join memory.made.relations as r on r.oid = k.relation
join memory.made.namespaces as n on n.nspname = r.schema_name
left join memory.made.keys as o on o.relation = k.other and o.kind = 'p';

create view memory.made.pg_index as
select index_oid as indexrelid, relation as indrelid, len(numbers) as indnatts, len(numbers) as indnkeyatts, true as indisunique,
    kind = 'p' as indisprimary, true as indimmediate, true as indisvalid, true as indisready, true as indislive,
    numbers as indkey, list_transform(numbers, lambda n: 0) as indcollation,
    list_transform(numbers, lambda n: 0) as indclass, list_transform(numbers, lambda n: 0) as indoption
from memory.made.keys where kind <> 'f';

create view memory.made.pg_indexes as
select r.schema_name as schemaname, r.name as tablename, k.name as indexname, memory.made.index_words(k.index_oid) as indexdef
from memory.made.keys as k join memory.made.relations as r on r.oid = k.relation where k.kind <> 'f';

create view memory.made.pg_depend as
select 1259 as classid, index_oid as objid, 2606 as refclassid, oid as refobjid, 'i' as deptype from memory.made.keys where kind <> 'f';

create view memory.made.pg_proc as
select f.oid, f.name as proname, 11 as pronamespace, 10 as proowner, 12 as prolang, 1 as procost, if(f.kind = 'aggregate', 'a', 'f') as prokind,
    true as proisstrict, 'i' as provolatile, 's' as proparallel, len(f.arguments) as pronargs,
    coalesce(memory.made.type_oid(f.return_type), 2276) as prorettype,
    coalesce(a.type_oids, []) as proargtypes, f.argument_names as proargnames, f.name as prosrc
from memory.made.functions as f left join memory.made.arguments as a on a.function = f.oid;

create view memory.made.pg_database as
select 5 as oid, 'emergence' as datname, 10 as datdba, 6 as encoding, 'c' as datlocprovider, true as datallowconn,
    -1 as datconnlimit, 1663 as dattablespace, 'C.UTF-8' as datcollate, 'C.UTF-8' as datctype;

create view memory.made.pg_roles as
select 10 as oid, 'reader' as rolname, true as rolinherit, true as rolcanlogin, -1 as rolconnlimit, '********' as rolpassword;
create view memory.made.pg_authid as select oid, rolname, rolinherit, rolcanlogin, rolconnlimit from memory.made.pg_roles;
create view memory.made.pg_user as
select 'reader' as usename, 10 as usesysid, false as usecreatedb, false as usesuper, false as userepl, false as usebypassrls, '********' as passwd;
create view memory.made.pg_shadow as select usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls from memory.made.pg_user;

create view memory.made.pg_settings as
select name, setting, 'Preset Options' as category, '' as short_desc, 'internal' as context, 'string' as vartype,
    'default' as source, setting as boot_val, setting as reset_val, false as pending_restart
from memory.made.settings;

create view memory.made.pg_am as
select * from (values (2, 'heap', 'heap_tableam_handler', 't'), (403, 'btree', 'bthandler', 'i')) as a(oid, amname, amhandler, amtype);
create view memory.made.pg_tablespace as
select * from (values (1663, 'pg_default', 10), (1664, 'pg_global', 10)) as t(oid, spcname, spcowner);
create view memory.made.pg_language as
select * from (values (12, 'internal', 10, false, false), (14, 'sql', 10, false, true)) as l(oid, lanname, lanowner, lanispl, lanpltrusted);
create view memory.made.pg_collation as
select * from (values (100, 'default', 11, 10, 'd', true, -1), (950, 'C', 11, 10, 'c', true, -1), (951, 'POSIX', 11, 10, 'c', true, -1))
    as c(oid, collname, collnamespace, collowner, collprovider, collisdeterministic, collencoding);
create view memory.made.pg_opclass as
select 3124 as oid, 403 as opcmethod, 'any_ops' as opcname, 11 as opcnamespace, 10 as opcowner, true as opcdefault;

create view memory.made.pg_tables as
select schema_name as schemaname, name as tablename, 'reader' as tableowner,
    exists (from memory.made.grains as g where g.relation = r.oid) as hasindexes, false as hasrules, false as hastriggers, false as rowsecurity
from memory.made.relations as r where kind = 'r';
create view memory.made.pg_views as
select schema_name as schemaname, name as viewname, 'reader' as viewowner, definition from memory.made.relations where kind = 'v';

create view memory.made.pg_stat_user_tables as
select oid as relid, schema_name as schemaname, name as relname, 0 as seq_scan, 0 as seq_tup_read, rows as n_live_tup, 0 as n_dead_tup
from memory.made.relations where kind = 'r' and is_released;
create view memory.made.pg_stat_all_tables as from memory.made.pg_stat_user_tables;
create view memory.made.pg_statio_user_tables as
select oid as relid, schema_name as schemaname, name as relname from memory.made.relations where kind = 'r' and is_released;
create view memory.made.pg_stat_database as select 5 as datid, 'emergence' as datname, 1 as numbackends;
create view memory.made.pg_rewrite as
select 300000 + oid as oid, '_RETURN' as rulename, oid as ev_class, '1' as ev_type, 'O' as ev_enabled, true as is_instead
from memory.made.relations where kind = 'v' and is_released;

create view memory.made.pg_stat_activity as
select 5 as datid, 'emergence' as datname, 0 as pid, 10 as usesysid, 'reader' as usename, 'active' as state, 'client backend' as backend_type;
create view memory.made.pg_stat_ssl as select 0 as pid, false as ssl;
create view memory.made.pg_stat_gssapi as select 0 as pid, false as gss_authenticated, false as encrypted;
create view memory.made.pg_timezone_names as select name, abbrev, utc_offset, is_dst from pg_timezone_names();
