-- Functions of PostgreSQL 15 that readers of its catalog call, with its answers.
-- Use: run after the relations stand; a function of pg_catalog that is not here is refused by the door.

create macro memory.pg.quote_literal(written) as '''' || replace(written::varchar, '''', '''''') || '''';
create macro memory.pg.quote_nullable(written) as coalesce(memory.pg.quote_literal(written), 'NULL');
create macro memory.pg.format_type(the_type, the_type_mod) as if(the_type is null, null, coalesce((
    select max(t.sql_name) from memory.made.types as t where t.oid = the_type
), '???') || case
    when the_type = 1700 and the_type_mod >= 4 then '(' || ((the_type_mod - 4) >> 16) || ',' || ((the_type_mod - 4) & 65535) || ')'
    when the_type in (1042, 1043) and the_type_mod >= 4 then '(' || (the_type_mod - 4) || ')' else '' end);
create macro memory.pg.type_name(the_type) as if(the_type = 0, '-', memory.pg.format_type(the_type, null));
create macro memory.pg.class_name(object) as coalesce((
    select max(if(r.schema_name = 'information_schema', r.schema_name || '.', '') || memory.pg.quote_ident(r.name))
    from memory.made.relations as r where r.oid = try_cast(object as bigint)
), (select max(memory.pg.quote_ident(k.name)) from memory.made.keys as k where k.index_oid = try_cast(object as bigint)), object::varchar);
create macro memory.pg.namespace_name(object) as coalesce((
    select max(n.nspname) from memory.made.namespaces as n where n.oid = try_cast(object as bigint)
), object::varchar);
create macro memory.pg.role_name(object) as if(object::varchar = '10', 'reader', object::varchar);
create macro memory.pg.proc_name(object) as coalesce((
    select max(f.name) from memory.made.functions as f where f.oid = try_cast(object as bigint)
), object::varchar);
create macro memory.pg.to_regclass(object) as coalesce(try_cast(object as bigint), (
    select min(r.oid order by r.schema_name = 'information_schema') from memory.made.relations as r
    where if(contains(object::varchar, '"'), replace(object::varchar, '"', ''), lower(object::varchar))
        in (if(r.schema_name <> 'information_schema', r.name, null), r.schema_name || '.' || r.name, 'emergence.' || r.schema_name || '.' || r.name)
), (select max(k.index_oid) from memory.made.keys as k where k.kind <> 'f' and k.name = replace(object::varchar, '"', '')));
create macro memory.pg.relation_oid(object) as coalesce(memory.pg.to_regclass(object), if(object is null, null, error('relation "' || object || '" does not exist')));
create macro memory.pg.to_regtype(type_text) as coalesce(try_cast(type_text as bigint), (
    select max(t.oid) from memory.made.types as t
    where regexp_replace(lower(type_text::varchar), '^pg_catalog\.', '') in (t.name, t.sql_name)
), case lower(type_text::varchar) when 'int' then 23 when 'float' then 701 when 'decimal' then 1700 end);
create macro memory.pg.type_number(object) as coalesce(memory.pg.to_regtype(object), if(object is null, null, error('type "' || object || '" does not exist')));
create macro memory.pg.to_regnamespace(object) as coalesce(try_cast(object as bigint), (
    select max(n.oid) from memory.made.namespaces as n where n.nspname = replace(object::varchar, '"', '')
));
create macro memory.pg.namespace_number(object) as coalesce(memory.pg.to_regnamespace(object), if(object is null, null, error('schema "' || object || '" does not exist')));
create macro memory.pg.to_regrole(object) as coalesce(try_cast(object as bigint), if(object::varchar = 'reader', 10, null));
create macro memory.pg.to_regproc(object) as coalesce(try_cast(object as bigint), (
    select min(f.oid) from memory.made.functions as f where f.name = regexp_replace(object::varchar, '^pg_catalog\.', '')
));

create macro memory.pg.version() as 'PostgreSQL 15.0 (the emergence warehouse on DuckDB, read-only)';
create macro memory.pg.current_user() as 'reader';
create macro memory.pg.session_user() as 'reader';
create macro memory.pg."user"() as 'reader';
create macro memory.pg.current_role() as 'reader';
create macro memory.pg.current_database() as 'emergence';
create macro memory.pg.current_catalog() as 'emergence';
create macro memory.pg.current_schema() as 'main';
create macro memory.pg.current_schemas(with_implied) as if(with_implied, ['pg_catalog', 'main'], ['main']);
create macro memory.pg.current_setting(setting_name) as coalesce((
    select max(s.setting) from memory.made.settings as s where lower(s.name) = lower(setting_name)
), error('unrecognized configuration parameter "' || setting_name || '"')), (setting_name, missing_ok) as (
    select max(s.setting) from memory.made.settings as s where lower(s.name) = lower(setting_name)
);
create macro memory.pg.set_config(setting_name, new_value, is_local) as new_value;
create macro memory.pg.pg_get_userbyid(role_oid) as if(role_oid = 10, 'reader', 'unknown (OID=' || role_oid || ')');
create macro memory.pg.pg_table_is_visible(the_object) as coalesce((
    select bool_or(r.schema_name <> 'information_schema') from memory.made.relations as r where r.oid = the_object
), (select bool_or(true) from memory.made.keys as k where k.index_oid = the_object));
create macro memory.pg.pg_type_is_visible(the_object) as true;
create macro memory.pg.pg_function_is_visible(the_object) as true;
create macro memory.pg.pg_operator_is_visible(the_object) as true;
create macro memory.pg.pg_collation_is_visible(the_object) as true;
create macro memory.pg.pg_opclass_is_visible(the_object) as true;
create macro memory.pg.pg_opfamily_is_visible(the_object) as true;
create macro memory.pg.pg_conversion_is_visible(the_object) as true;
create macro memory.pg.pg_statistics_obj_is_visible(the_object) as true;
create macro memory.pg.pg_ts_config_is_visible(the_object) as true;
create macro memory.pg.pg_ts_dict_is_visible(the_object) as true;
create macro memory.pg.pg_ts_parser_is_visible(the_object) as true;
create macro memory.pg.pg_ts_template_is_visible(the_object) as true;
create macro memory.pg.pg_is_other_temp_schema(the_object) as false;
create macro memory.pg.pg_my_temp_schema() as 0;
create macro memory.pg.pg_get_expr(expression, the_relation) as expression::varchar,
    (expression, the_relation, pretty) as expression::varchar;
create macro memory.pg.pg_get_viewdef(the_view) as (
    select max(r.definition) from memory.made.relations as r where r.oid = try_cast(memory.pg.relation_oid(the_view) as bigint)
), (the_view, pretty) as (
    select max(r.definition) from memory.made.relations as r where r.oid = try_cast(memory.pg.relation_oid(the_view) as bigint)
);
create macro memory.pg.pg_get_constraintdef(constraint_oid) as memory.made.constraint_words(constraint_oid),
    (constraint_oid, pretty) as memory.made.constraint_words(constraint_oid);
create macro memory.pg.pg_get_indexdef(of_index) as memory.made.index_words(of_index),
    (of_index, column_number, pretty) as if(column_number = 0, memory.made.index_words(of_index), (
        select max(c.name) from memory.made.keys as k join memory.made.columns as c on c.relation = k.relation
        where k.index_oid = of_index and c.number = k.numbers[column_number]
    ));
create macro memory.pg.pg_get_serial_sequence(the_table_name, the_column_name) as null::varchar;
create macro memory.pg.pg_get_triggerdef(trigger_oid) as null::varchar, (trigger_oid, pretty) as null::varchar;
create macro memory.pg.pg_get_ruledef(rule_oid) as null::varchar, (rule_oid, pretty) as null::varchar;
create macro memory.pg.pg_get_partkeydef(the_relation) as null::varchar;
create macro memory.pg.pg_get_partition_constraintdef(the_relation) as null::varchar;
create macro memory.pg.pg_get_statisticsobjdef_columns(the_object) as null::varchar;
create macro memory.pg.pg_get_function_result(function_oid) as (
    select max(memory.pg.format_type(memory.made.type_oid(f.return_type), null)) from memory.made.functions as f where f.oid = function_oid
);
create macro memory.pg.pg_get_function_arguments(function_oid) as (
    select max(coalesce(a.words, '')) from memory.made.functions as f left join memory.made.arguments as a on a.function = f.oid
    where f.oid = function_oid
);
create macro memory.pg.pg_get_function_identity_arguments(function_oid) as memory.pg.pg_get_function_arguments(function_oid);
create macro memory.pg.pg_get_function_sqlbody(function_oid) as null::varchar;
create macro memory.pg.pg_get_functiondef(function_oid) as null::varchar;
create macro memory.pg.pg_get_keywords() as table
    select keyword_name as word, if(keyword_category = 'reserved', 'R', 'U') as catcode, null::boolean as barelabel,
        keyword_category as catdesc, ''::varchar as baredesc
    from duckdb_keywords();
create macro memory.pg.pg_encoding_to_char(encoding) as if(encoding = 6, 'UTF8', '');
create macro memory.pg.pg_char_to_encoding(encoding_name) as if(upper(encoding_name) in ('UTF8', 'UTF-8'), 6, -1);
create macro memory.pg.getdatabaseencoding() as 'UTF8';
create macro memory.pg.pg_client_encoding() as 'UTF8';
create macro memory.pg.pg_relation_is_publishable(the_relation) as false;
create macro memory.pg.pg_relation_is_updatable(the_relation, with_triggers) as 0;
create macro memory.pg.pg_column_is_updatable(the_relation, column_number, with_triggers) as false;
create macro memory.pg.pg_is_in_recovery() as false;
create macro memory.pg.pg_is_wal_replay_paused() as false;
create macro memory.pg.pg_last_xact_replay_timestamp() as null::timestamptz;
create macro memory.pg.pg_postmaster_start_time() as (select opened_at from memory.made.opened);
create macro memory.pg.pg_conf_load_time() as (select opened_at from memory.made.opened);
create macro memory.pg.pg_backend_pid() as 0;
create macro memory.pg.pg_blocking_pids(pid) as []::integer[];
create macro memory.pg.pg_advisory_unlock_all() as null::varchar;
create macro memory.pg.txid_current() as 1;
create macro memory.pg.xid_age(xid) as if(xid is null, null, 1);
create macro memory.pg.parse_ident(written) as list_transform(
    regexp_extract_all(written::varchar, '"(?:[^"]|"")*"|[^".]+'),
    lambda part: if(part like '"%', replace(part[2:-2], '""', '"'), lower(part))
);
create macro memory.pg.inet_server_addr() as null::varchar;
create macro memory.pg.inet_server_port() as null::integer;
create macro memory.pg.inet_client_addr() as null::varchar;
create macro memory.pg.inet_client_port() as null::integer;
create macro memory.pg.pg_tablespace_location(space_oid) as '';
create macro memory.pg.pg_tablespace_size(space_oid) as null::bigint;
create macro memory.pg.pg_relation_filenode(the_relation) as null::bigint;
create macro memory.pg.pg_table_size(the_relation) as null::bigint;
create macro memory.pg.pg_indexes_size(the_relation) as null::bigint;
create macro memory.pg.pg_total_relation_size(the_relation) as null::bigint;
create macro memory.pg.pg_relation_size(the_relation) as null::bigint, (the_relation, fork) as null::bigint;
create macro memory.pg.pg_database_size(the_database_name) as null::bigint;
create macro memory.pg.pg_stat_get_numscans(the_relation) as 0;
create macro memory.pg.pg_size_pretty(size) as case
    when abs(size) < 10240 then size || ' bytes'
    when abs(size) < 10240 * 1024 then round(size / 1024.0)::bigint || ' kB'
    when abs(size) < 10240 * 1024 * 1024::bigint then round(size / 1048576.0)::bigint || ' MB'
    else round(size / 1073741824.0)::bigint || ' GB' end;
create macro memory.pg.pg_options_to_table(options) as table
    select split_part(o, '=', 1) as option_name, split_part(o, '=', 2) as option_value from (select unnest(options) as o);
create macro memory.pg.pg_typeof(anything) as memory.pg.format_type(memory.made.type_oid(typeof(anything)), null);
create macro memory.pg.array_upper(items, dimension) as case when dimension = 1 and len(items) > 0 then len(items) end;
create macro memory.pg.array_lower(items, dimension) as case when dimension = 1 and len(items) > 0 then 1 end;
create macro memory.pg.array_length(items, dimension) as case when dimension = 1 and len(items) > 0 then len(items) end;
create macro memory.pg.array_remove(items, unwanted) as list_filter(items, lambda i: i is distinct from unwanted);
create macro memory.pg.array_cat(items, others) as list_concat(items, others);
create macro memory.pg.cardinality(items) as len(items);
create macro memory.pg.array_to_string(items, separator) as list_aggregate(items::varchar[], 'string_agg', separator),
    (items, separator, for_null) as list_aggregate(list_transform(items::varchar[], lambda i: coalesce(i, for_null)), 'string_agg', separator);
create macro memory.pg.has_table_privilege(relation, privilege) as list_has_any(string_split(upper(privilege), ', '), ['SELECT']),
    (role, relation, privilege) as list_has_any(string_split(upper(privilege), ', '), ['SELECT']);
create macro memory.pg.has_column_privilege(relation, the_column, privilege) as upper(privilege) = 'SELECT',
    (role, relation, the_column, privilege) as upper(privilege) = 'SELECT';
create macro memory.pg.has_any_column_privilege(relation, privilege) as upper(privilege) = 'SELECT',
    (role, relation, privilege) as upper(privilege) = 'SELECT';
create macro memory.pg.has_schema_privilege(namespace, privilege) as upper(privilege) = 'USAGE',
    (role, namespace, privilege) as upper(privilege) = 'USAGE';
create macro memory.pg.has_database_privilege(the_database_name, privilege) as upper(privilege) = 'CONNECT',
    (role, the_database_name, privilege) as upper(privilege) = 'CONNECT';
create macro memory.pg.has_function_privilege(function_name, privilege) as true,
    (role, function_name, privilege) as true;
create macro memory.pg.has_sequence_privilege(the_sequence, privilege) as false,
    (role, the_sequence, privilege) as false;
create macro memory.pg.has_type_privilege(the_type, privilege) as true, (role, the_type, privilege) as true;
create macro memory.pg.has_language_privilege(the_language, privilege) as true, (role, the_language, privilege) as true;
create macro memory.pg.has_tablespace_privilege(the_space, privilege) as false, (role, the_space, privilege) as false;
create macro memory.pg.has_server_privilege(the_server, privilege) as false, (role, the_server, privilege) as false;
create macro memory.pg.has_foreign_data_wrapper_privilege(the_wrapper, privilege) as false,
    (role, the_wrapper, privilege) as false;
create macro memory.pg.pg_has_role(role, privilege) as true, (member, role, privilege) as true;
create macro memory.pg.row_security_active(the_relation) as false;
create macro memory.pg.acldefault(kind, the_owner) as null::varchar[];
create macro memory.pg.aclexplode(acl) as table
    select 0::bigint as grantor, 0::bigint as grantee, ''::varchar as privilege_type, false as is_grantable where false;
create macro memory.pg.obj_description(the_object) as (
    select max(d.description) from memory.made.pg_description as d where d.objoid = the_object and d.objsubid = 0
), (the_object, catalog_name) as (
    select max(d.description) from memory.made.pg_description as d
    where d.objoid = the_object and d.objsubid = 0 and d.classoid = memory.pg.to_regclass(catalog_name)
);
create macro memory.pg.col_description(the_table, column_number) as (
    select max(d.description) from memory.made.pg_description as d
    where d.objoid = the_table and d.objsubid = column_number and d.classoid = 1259 and column_number > 0
);
create macro memory.pg.shobj_description(the_object, catalog_name) as (
    select max(d.description) from memory.made.pg_shdescription as d where d.objoid = the_object and catalog_name = 'pg_database'
);
create macro memory.info._pg_expandarray(items) as unnest(list_transform(items, lambda v, i: {'x': v, 'n': i::integer}));
create macro memory.info._pg_truetypid(a, t) as a.atttypid;
create macro memory.info._pg_truetypmod(a, t) as a.atttypmod;
create macro memory.info._pg_char_max_length(type_oid, type_mod) as if(type_oid in (1042, 1043) and type_mod >= 4, type_mod - 4, null);
create macro memory.info._pg_numeric_precision(type_oid, type_mod) as
    case type_oid when 21 then 16 when 23 then 32 when 20 then 64 when 700 then 24 when 701 then 53 end;
create macro memory.info._pg_numeric_scale(type_oid, type_mod) as case when type_oid in (20, 21, 23) then 0 end;
