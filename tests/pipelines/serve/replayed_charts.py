"""Questions of the shape that tools that draw charts ask.

The wording is ours; what each asks for, and by which joins, functions and casts, is what these programs ask as they
connect, list what there is, and show one table. Beside each: the rows, or of what is the server's own the number of columns.
"""

Rows = list[tuple[object, ...]]
RELATIONS: Rows = [("leaderboard",), ("losses",), ("releases",), ("thresholds",)]

METABASE: list[tuple[str, Rows | int]] = [
    ("set session characteristics as transaction isolation level read uncommitted", 0),
    (
        """select nspname as "TABLE_SCHEM" from pg_catalog.pg_namespace
        where nspname <> 'pg_toast' and (nspname !~ '^pg_temp_' or nspname = (pg_catalog.current_schemas(true))[1])
        and nspname !~ '^pg_' and nspname <> 'information_schema' order by 1""",
        [("main",)],
    ),
    (
        """with rights as (
            select t.schema, t.object, pg_catalog.has_any_column_privilege(current_user,
                '"' || replace(t.schema, '"', '""') || '"."' || replace(t.object, '"', '""') || '"', 'select') as reads,
                pg_catalog.has_table_privilege(current_user, '"' || t.schema || '"."' || t.object || '"', 'delete') as deletes
            from (select schemaname as schema, tablename as object from pg_catalog.pg_tables
                union select schemaname, viewname from pg_catalog.pg_views
                union select schemaname, matviewname from pg_catalog.pg_matviews) t
            where t.schema !~ '^pg_' and t.schema <> 'information_schema'
            and pg_catalog.has_schema_privilege(current_user, t.schema, 'usage'))
        select object, reads, deletes from rights order by 1""",
        [(name, True, False) for (name,) in RELATIONS],
    ),
    (
        """select c.relname, case c.relkind when 'r' then 'TABLE' when 'v' then 'VIEW' end as type, d.description is null,
            coalesce(s.n_live_tup, -1) >= -1
        from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        left join pg_catalog.pg_description as d on c.oid = d.objoid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
        left join pg_stat_user_tables as s on n.nspname = s.schemaname and c.relname = s.relname
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'f', 'm')
        and n.nspname in ('main') order by type, 1""",
        [
            ("losses", "TABLE", True, True),
            ("releases", "TABLE", True, True),
            ("thresholds", "TABLE", False, True),
            ("leaderboard", "VIEW", True, True),
        ],
    ),
    (
        """select c.column_name, case when c.udt_schema in ('public', 'pg_catalog') then format('%s', c.udt_name)
                else format('"%s"."%s"', c.udt_schema, c.udt_name) end as kind, c.ordinal_position - 1,
            pk.column_name is not null, col_description(cast(cast(format('%I.%I', cast(c.table_schema as text),
                cast(c.table_name as text)) as regclass) as oid), c.ordinal_position),
            (column_default is not null and column_default like '%nextval(%') or is_identity != 'NO'
        from information_schema.columns as c
        left join (select tc.table_schema, tc.table_name, kc.column_name from information_schema.table_constraints as tc
            join information_schema.key_column_usage as kc on tc.constraint_name = kc.constraint_name
                and tc.table_schema = kc.table_schema and tc.table_name = kc.table_name
            where tc.constraint_type = 'PRIMARY KEY') as pk
        on c.table_schema = pk.table_schema and c.table_name = pk.table_name and c.column_name = pk.column_name
        where c.table_schema !~ '^information_schema|catalog_history|pg_' and c.column_name in ('eta', 'aliases')
            and c.table_name in ('thresholds')
        union all
        select a.attname, format('%s', t.typname), a.attnum - 1, false, null, false from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid join pg_catalog.pg_type as t on t.oid = a.atttypid
        where c.relkind = 'm' and a.attnum >= 1 order by 1""",
        [
            ("aliases", "_text", 11, False, None, False),
            ("eta", "float8", 6, False, "Threshold, nats per token", False),
        ],
    ),
    (
        """select ns.nspname, t.relname, a.attname from pg_constraint as c join pg_class as t on c.conrelid = t.oid
        join pg_namespace as ns on c.connamespace = ns.oid join pg_attribute as a on c.conrelid = a.attrelid
        where ns.nspname !~ '^information_schema|catalog_history|pg_' and c.contype = 'f'::char and a.attnum = any(c.conkey)""",
        [],
    ),
    (
        """select trim(both '"' from pg_catalog.pg_get_indexdef(x.oid, x.pos, false)) from (
            select ci.oid, (information_schema._pg_expandarray(i.indkey)).n as pos from pg_catalog.pg_class as ct
            join pg_catalog.pg_index as i on ct.oid = i.indrelid join pg_catalog.pg_class as ci on ci.oid = i.indexrelid
            where pg_catalog.pg_get_expr(i.indpred, i.indrelid) is null) as x where x.pos = 1""",
        [],
    ),
    (
        """select date_trunc('month', fitted_on) as m, count(*) from "main"."thresholds"
        where fitted_on >= date_trunc('year', cast('2026-05-01' as timestamp)) group by date_trunc('month', fitted_on) order by 1""",
        2,
    ),
]

SUPERSET: list[tuple[str, Rows | int]] = [
    (
        "select nspname from pg_namespace where nspname not like 'pg_%' order by nspname",
        [("information_schema",), ("main",)],
    ),
    (
        """select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind = any (array['r', 'p', 'f', 'v', 'm']) and c.relpersistence != 't' and n.nspname = 'main' order by 1""",
        RELATIONS,
    ),
    (
        "select proname from pg_catalog.pg_proc p join pg_namespace n on p.pronamespace = n.oid where n.nspname = 'main'",
        1,
    ),
    ("explain select task from main.thresholds", 2),
    (
        """select date_trunc('day', fitted_on) as "__timestamp", avg(eta) as "AVG(eta)" from main.thresholds
        where fitted_on >= to_date('2026-01-01', 'YYYY-MM-DD') group by date_trunc('day', fitted_on) order by 2 desc limit 50000""",
        2,
    ),
]

GRAFANA: list[tuple[str, Rows | int]] = [
    ("select current_setting('server_version_num')::int / 100 >= 1500", [(True,)]),
    ("select extversion from pg_extension where extname = 'timescaledb'", []),
    (
        """select case when quote_ident(table_schema) in (
            select case when trim(s[i]) = '"$user"' then user else trim(s[i]) end
            from generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i,
                string_to_array(current_setting('search_path'), ',') s)
            then quote_ident(table_name) else quote_ident(table_schema) || '.' || quote_ident(table_name) end as "table"
        from information_schema.tables
        where quote_ident(table_schema) not in ('information_schema', 'pg_catalog', '_timescaledb_cache') order by 1""",
        RELATIONS,
    ),
    (
        """select quote_ident(column_name) as "column", data_type as "type" from information_schema.columns
        where case when array_length(parse_ident('thresholds'), 1) = 2
            then quote_ident(table_schema) = (parse_ident('thresholds'))[1] and quote_ident(table_name) = (parse_ident('thresholds'))[2]
            else quote_ident(table_name) = 'thresholds' and quote_ident(table_schema) in (
                select case when trim(s[i]) = '"$user"' then user else trim(s[i]) end
                from generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                    array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i,
                    string_to_array(current_setting('search_path'), ',') s) end
        and column_name in ('eta', 'fitted_on')""",
        [("eta", "double precision"), ("fitted_on", "date")],
    ),
    (
        """select floor(extract(epoch from fitted_on) / 864000) * 864000 as "time", avg(eta) as eta from thresholds
        where fitted_on between '2026-01-01T00:00:00Z' and '2026-02-01T00:00:00Z' group by 1 order by 1""",
        2,
    ),
]

POWER_BI: list[tuple[str, Rows | int]] = [
    ("discard all", 0),
    ("select version()", 1),
    (
        """select ns.nspname, a.typname, a.oid, case when p.proname = 'array_recv' then 'a' else a.typtype end as type,
            case when p.proname = 'array_recv' then a.typelem when a.typtype = 'r' then rngsubtype else 0 end as elemoid,
            case when p.proname in ('array_recv', 'oidvectorrecv') then 3 when a.typtype = 'r' then 2 when a.typtype = 'd' then 1 else 0 end as ord
        from pg_type as a join pg_namespace as ns on ns.oid = a.typnamespace join pg_proc as p on p.oid = a.typreceive
        left outer join pg_class as cls on cls.oid = a.typrelid left outer join pg_type as b on b.oid = a.typelem
        left outer join pg_class as elemcls on elemcls.oid = b.typrelid left outer join pg_range on pg_range.rngtypid = a.oid
        where a.typtype in ('b', 'r', 'e', 'd') or (a.typtype = 'c' and cls.relkind = 'c') order by ord""",
        6,
    ),
    (
        "select pg_type.oid, enumlabel from pg_enum join pg_type on pg_type.oid = enumtypid order by oid, enumsortorder",
        [],
    ),
    ("select character_set_name from INFORMATION_SCHEMA.character_sets", [("UTF8",)]),
    (
        """select TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.tables
        where TABLE_SCHEMA not in ('information_schema', 'pg_catalog') order by TABLE_SCHEMA, TABLE_NAME""",
        [("main", name, "VIEW" if name == "leaderboard" else "BASE TABLE") for (name,) in RELATIONS],
    ),
    (
        """select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE,
            case when (data_type like '%unsigned%') then DATA_TYPE || ' unsigned' else DATA_TYPE end as DATA_TYPE
        from INFORMATION_SCHEMA.columns where TABLE_SCHEMA = 'main' and TABLE_NAME = 'leaderboard'
        order by TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION""",
        [("task", 1, "YES", "text"), ("eta", 2, "YES", "double precision")],
    ),
    (
        """select pkcol.COLUMN_NAME as PK_COLUMN_NAME, fkcol.TABLE_SCHEMA as FK_TABLE_SCHEMA, fkcol.ORDINAL_POSITION as ORDINAL,
            fkcon.CONSTRAINT_SCHEMA || '_' || fkcol.TABLE_NAME || '_' || 'losses' || '_' || fkcon.CONSTRAINT_NAME as FK_NAME
        from (select distinct constraint_catalog, constraint_schema, unique_constraint_schema, constraint_name, unique_constraint_name
            from INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS) fkcon
        inner join INFORMATION_SCHEMA.KEY_COLUMN_USAGE fkcol
            on fkcon.CONSTRAINT_SCHEMA = fkcol.CONSTRAINT_SCHEMA and fkcon.CONSTRAINT_NAME = fkcol.CONSTRAINT_NAME
        inner join INFORMATION_SCHEMA.KEY_COLUMN_USAGE pkcol
            on fkcon.UNIQUE_CONSTRAINT_SCHEMA = pkcol.CONSTRAINT_SCHEMA and fkcon.UNIQUE_CONSTRAINT_NAME = pkcol.CONSTRAINT_NAME
        where pkcol.TABLE_SCHEMA = 'main' and pkcol.TABLE_NAME = 'losses' and pkcol.ORDINAL_POSITION = fkcol.ORDINAL_POSITION
        order by FK_NAME, fkcol.ORDINAL_POSITION""",
        [],
    ),
    (
        """select i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME as INDEX_NAME, ii.COLUMN_NAME, ii.ORDINAL_POSITION,
            case when i.CONSTRAINT_TYPE = 'PRIMARY KEY' then 'Y' else 'N' end as PRIMARY_KEY
        from INFORMATION_SCHEMA.table_constraints i inner join INFORMATION_SCHEMA.key_column_usage ii
            on i.CONSTRAINT_SCHEMA = ii.CONSTRAINT_SCHEMA and i.CONSTRAINT_NAME = ii.CONSTRAINT_NAME
            and i.TABLE_SCHEMA = ii.TABLE_SCHEMA and i.TABLE_NAME = ii.TABLE_NAME
        where i.TABLE_SCHEMA = 'main' and i.TABLE_NAME = 'thresholds' and i.CONSTRAINT_TYPE in ('PRIMARY KEY', 'UNIQUE')
        order by i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME, ii.TABLE_SCHEMA, ii.TABLE_NAME, ii.ORDINAL_POSITION""",
        [],
    ),
    (
        'select "$Table"."task" as "task", "$Table"."eta" as "eta" from "main"."thresholds" "$Table" limit 1000',
        2,
    ),
]
