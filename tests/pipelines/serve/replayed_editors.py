"""Questions of the shape that tools that show a database ask.

The wording is ours; what each asks for, and by which joins, functions and casts, is what these programs ask as they
connect, list what there is, and show one table. Beside each: the rows, or of what is the server's own the number of columns.
"""

Rows = list[tuple[object, ...]]
RELATIONS: Rows = [("leaderboard",), ("losses",), ("releases",), ("thresholds",)]

DBEAVER: list[tuple[str, Rows | int]] = [
    ("select current_schema(), session_user", [("main", "reader")]),
    ("select db.oid, db.* from pg_catalog.pg_database db where datname = 'emergence'", 17),
    ("select * from pg_catalog.pg_settings where name = 'standard_conforming_strings'", 17),
    (
        "select string_agg(word, ',') from pg_catalog.pg_get_keywords() where word <> all ('{a,abs,absolute}'::text[])",
        1,
    ),
    ("select * from pg_catalog.pg_enum where 1 <> 1 limit 1", []),
    (
        """select n.oid, n.*, d.description from pg_catalog.pg_namespace n left outer join pg_catalog.pg_description d
        on d.objoid = n.oid and d.objsubid = 0 and d.classoid = 'pg_namespace'::regclass order by nspname""",
        6,
    ),
    (
        """select t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description
        from pg_catalog.pg_type t left outer join pg_catalog.pg_type et on et.oid = t.typelem
        left outer join pg_catalog.pg_class c on c.oid = t.typrelid left outer join pg_catalog.pg_description d on t.oid = d.objoid
        where t.typname is not null and (c.relkind is null or c.relkind = 'c') and (et.typcategory is null or et.typcategory <> 'C')""",
        36,
    ),
    (
        """select typinput = 'pg_catalog.array_in'::regproc as is_array, typtype, typname from pg_catalog.pg_type
        left join (select ns.oid as nspoid, ns.nspname, r.r from pg_namespace as ns
            join (select s.r, (current_schemas(false))[s.r] as nspname
                from generate_series(1, array_upper(current_schemas(false), 1)) as s(r)) as r using (nspname)) as sp
        on sp.nspoid = typnamespace where pg_type.oid = 1009 order by sp.r, pg_type.oid desc""",
        [(True, "b", "_text")],
    ),
    (
        """select c.relname, pg_catalog.pg_get_expr(c.relpartbound, c.oid), d.description from pg_catalog.pg_class c
        left outer join pg_catalog.pg_description d on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
        where c.relnamespace = (select oid from pg_namespace where nspname = 'main') and c.relkind not in ('i', 'I', 'c') order by 1""",
        [
            ("leaderboard", None, None),
            ("losses", None, None),
            ("releases", None, None),
            ("thresholds", None, "One row a task: where it leaves chance"),
        ],
    ),
    (
        """select c.relname, a.attname, a.attnum, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid
        from pg_catalog.pg_attribute a join pg_catalog.pg_class c on a.attrelid = c.oid
        left outer join pg_catalog.pg_attrdef ad on a.attrelid = ad.adrelid and a.attnum = ad.adnum
        left outer join pg_catalog.pg_description dsc on c.oid = dsc.objoid and a.attnum = dsc.objsubid
        left outer join pg_depend dep on dep.refobjid = a.attrelid and dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid
        where not a.attisdropped and c.relname = 'thresholds' and a.attname = 'eta' order by a.attnum""",
        [("thresholds", "eta", 7, None, "Threshold, nats per token", None)],
    ),
    (
        """select c.oid, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description,
            case c.contype when 'c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy
        from pg_catalog.pg_constraint c join pg_catalog.pg_class t on t.oid = c.conrelid
        left outer join pg_catalog.pg_class rt on rt.oid = c.confrelid left outer join pg_catalog.pg_description d on d.objoid = c.oid
        where c.conrelid = 'main.losses'::regclass order by c.oid""",
        [],
    ),
    (
        "select pg_catalog.pg_get_viewdef('main.leaderboard'::regclass::oid, true) like '%ORDER BY eta%'",
        [(True,)],
    ),
    (
        "select coalesce(pg_total_relation_size(c.oid), 0) >= 0, coalesce(pg_relation_size(c.oid), 0) >= 0 from pg_class c where c.relname = 'losses'",
        [(True, True)],
    ),
]

DATAGRIP: list[tuple[str, Rows | int]] = [
    ("select current_database() as a, current_schemas(false) as b", [("emergence", ["main"])]),
    ("select round(extract(epoch from pg_postmaster_start_time() at time zone 'UTC')) > 1e9", [(True,)]),
    (
        """select l.transactionid::varchar::bigint as transaction_id from pg_catalog.pg_locks l
        where l.transactionid is not null order by pg_catalog.age(l.transactionid) desc limit 1""",
        [],
    ),
    (
        "select case when pg_catalog.pg_is_in_recovery() then null else (pg_catalog.txid_current() % 4294967296)::varchar::bigint end as t",
        1,
    ),
    (
        """select n.oid::bigint as id, datname as name, d.description, datistemplate, datallowconn,
            pg_catalog.pg_get_userbyid(n.datdba) as "owner"
        from pg_catalog.pg_database n left join pg_catalog.pg_shdescription d on n.oid = d.objoid
        order by case when datname = pg_catalog.current_database() then -1::bigint else n.oid::bigint end""",
        6,
    ),
    (
        """select n.oid::bigint as id, n.xmin as state_number, nspname as name, pg_catalog.pg_get_userbyid(n.nspowner) as "owner"
        from pg_catalog.pg_namespace n order by case when nspname = pg_catalog.current_schema() then -1::bigint else n.oid::bigint end""",
        4,
    ),
    (
        "select name, is_dst from pg_catalog.pg_timezone_names union distinct select abbrev as name, is_dst from pg_catalog.pg_timezone_abbrevs",
        2,
    ),
    (
        """select r.oid::bigint as role_id, rolname, rolsuper is_super, rolconnlimit conn_limit, rolvaliduntil valid_until, rolconfig config
        from pg_catalog.pg_roles r left join pg_catalog.pg_shdescription d on d.objoid = r.oid""",
        6,
    ),
    (
        "select member id, roleid role_id, admin_option from pg_catalog.pg_auth_members order by id, roleid::text",
        3,
    ),
    (
        "select t.oid::bigint, t.spcname, pg_catalog.pg_tablespace_location(t.oid), t.spcoptions from pg_catalog.pg_tablespace t",
        4,
    ),
    (
        """select t.relname as table_name, t.relkind as table_kind, t.xmin as table_state_number,
            pg_catalog.age(t.xmin) >= 0, array_to_string(t.reloptions, ', '), (select array_agg(inhparent::bigint order by inhseqno)
                from pg_catalog.pg_inherits where t.oid = inhrelid) as ancestors, pg_catalog.pg_get_userbyid(t.relowner) is null
        from pg_catalog.pg_class t where t.relnamespace = 'main'::regnamespace::oid and t.relkind in ('r', 'm', 'v', 'f', 'p') order by 1""",
        7,
    ),
    (
        """with t as (select t.oid as object_id, t.relname as table_name from pg_catalog.pg_class t
            where t.relnamespace = 'main'::regnamespace::oid and t.relkind in ('r', 'm', 'v', 'f', 'p'))
        select t.table_name, c.attnum as column_position, c.attname as column_name, c.atttypmod as type_mod, c.attndims as dimensions,
            pg_catalog.format_type(c.atttypid, c.atttypmod) as type_spec, c.attnotnull as mandatory,
            pg_catalog.pg_get_expr(d.adbin, c.attrelid) as default_expression, pg_catalog.col_description(t.object_id, c.attnum) as comment
        from t join pg_catalog.pg_attribute c on t.object_id = c.attrelid
        left join pg_catalog.pg_attrdef d on (c.attrelid, c.attnum) = (d.adrelid, d.adnum)
        where attnum > 0 and not attisdropped and c.attname in ('eta', 'aliases') and t.table_name = 'thresholds' order by attnum""",
        [
            ("thresholds", 7, "eta", -1, 0, "double precision", False, None, "Threshold, nats per token"),
            ("thresholds", 12, "aliases", -1, 1, "text[]", False, None, None),
        ],
    ),
    ("select ssl from pg_catalog.pg_stat_ssl where pid = pg_backend_pid()", 1),
]

PGADMIN: list[tuple[str, Rows | int]] = [
    (
        "select set_config('bytea_output', 'hex', false) from pg_catalog.pg_settings where name = 'bytea_output'",
        [("hex",)],
    ),
    (
        "select gss_authenticated, encrypted from pg_catalog.pg_stat_gssapi where pid = pg_catalog.pg_backend_pid()",
        2,
    ),
    (
        """select roles.rolname, roles.rolsuper, 'pg_signal_backend' = any(array(with recursive cte as (
            select pg_roles.oid, pg_roles.rolname from pg_roles where pg_roles.oid = roles.oid
            union all select m.roleid, pgr.rolname from cte join pg_auth_members m on m.member = cte.oid
            join pg_roles pgr on pgr.oid = m.roleid) select rolname from cte)) as can_signal
        from pg_catalog.pg_roles as roles where rolname = current_user""",
        3,
    ),
    (
        """select db.oid as did, db.datname as name, pg_catalog.pg_encoding_to_char(encoding) as serverencoding,
            pg_catalog.has_database_privilege(db.oid, 'CREATE') as cancreate, datallowconn, descr.description
        from pg_catalog.pg_database db left outer join pg_catalog.pg_tablespace ta on db.dattablespace = ta.oid
        left outer join pg_catalog.pg_shdescription descr on db.oid = descr.objoid and descr.classoid = 'pg_database'::regclass
        where db.datname = 'emergence' order by datname""",
        6,
    ),
    (
        """select rel.relname as name, (select count(*) from pg_catalog.pg_trigger where tgrelid = rel.oid and tgisinternal = false) as triggercount,
            (select count(*) from pg_catalog.pg_inherits where inhrelid = rel.oid limit 1) as is_inherits, des.description is not null
        from pg_catalog.pg_class rel left outer join pg_catalog.pg_description des
            on des.objoid = rel.oid and des.objsubid = 0 and des.classoid = 'pg_class'::regclass
        where rel.relkind in ('r', 's', 't', 'p') and rel.relnamespace = 'main'::regnamespace::oid and not rel.relispartition order by 1""",
        [("losses", 0, 0, False), ("releases", 0, 0, False), ("thresholds", 0, 0, True)],
    ),
    (
        """select att.attname as name, att.attnum as "number", pg_catalog.format_type(ty.oid, att.atttypmod) as displaytypname,
            case when ty.typtype = 'd' then 1 else 0 end, des.description, seq.seqrelid,
            (select count(1) from pg_catalog.pg_constraint where conrelid = att.attrelid and contype = 'p' and att.attnum = any(conkey)) as is_pk
        from pg_catalog.pg_attribute att join pg_catalog.pg_type ty on ty.oid = atttypid join pg_catalog.pg_class cl on cl.oid = att.attrelid
        left outer join pg_catalog.pg_description des on des.objoid = att.attrelid and des.objsubid = att.attnum and des.classoid = 'pg_class'::regclass
        left outer join (pg_catalog.pg_depend join pg_catalog.pg_class cs on classid = 'pg_class'::regclass and objid = cs.oid and cs.relkind = 'S')
            on refobjid = att.attrelid and refobjsubid = att.attnum
        left outer join pg_catalog.pg_sequence seq on cs.oid = seq.seqrelid
        where att.attrelid = 'main.thresholds'::regclass and att.attnum > 0 and att.attisdropped is false and attname = 'eta' order by att.attnum""",
        [("eta", 7, "double precision", 0, "Threshold, nats per token", None, 0)],
    ),
    (
        """select 'session_stats' as chart_name, pg_catalog.row_to_json(t) as chart_data from (
            select (select count(*) from pg_catalog.pg_stat_activity) as "Total",
            (select count(*) from pg_catalog.pg_stat_activity where state = 'active') as "Active") t""",
        2,
    ),
]

SEQUELIZE: list[tuple[str, Rows | int]] = [
    (
        """select table_name from information_schema.tables where table_schema = 'public'
        and table_type like '%TABLE' and table_name != 'spatial_ref_sys'""",
        [],
    ),
    (
        """select table_name from information_schema.tables where table_schema = 'main'
        and table_type like '%TABLE' and table_name != 'spatial_ref_sys' order by 1""",
        [("losses",), ("releases",), ("thresholds",)],
    ),
]
