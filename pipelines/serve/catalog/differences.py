"""Where PostgreSQL and DuckDB have another word for the same: types, lookups, functions, operators."""

from sqlglot import exp

PLAIN_TYPES = {
    **dict.fromkeys(("oid", "xid", "cid", "xid8"), "BIGINT"),
    **dict.fromkeys(
        ("name", "text", "char", "varchar", "bpchar", "cstring", "aclitem", "pg_node_tree"), "VARCHAR"
    ),
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float8": "DOUBLE",
    "float4": "FLOAT",
    "jsonb": "JSON",
    "sql_identifier": "VARCHAR",
    "character_data": "VARCHAR",
    "cardinal_number": "INTEGER",
    "yes_or_no": "VARCHAR",
    "oidvector": "BIGINT[]",
    "int2vector": "SMALLINT[]",
}
# From a text to a number, which fails where there is none; and from a number to the name shown for it.
LOOKUPS = {
    "regclass": ("relation_oid", "class_name"),
    "regtype": ("type_number", "type_name"),
    "regnamespace": ("namespace_number", "namespace_name"),
    "regrole": ("to_regrole", "role_name"),
    "regproc": ("to_regproc", "proc_name"),
    "regprocedure": ("to_regproc", "proc_name"),
    "regoper": ("to_regproc", "proc_name"),
    "regoperator": ("to_regproc", "proc_name"),
}
RENAMED = {
    "json_build_object": "json_object",
    "jsonb_build_object": "json_object",
    "json_build_array": "json_array",
    "json_agg": "json_group_array",
    "jsonb_agg": "json_group_array",
    "json_object_agg": "json_group_object",
    "string_to_array": "string_split",
    "btrim": "trim",
}
OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    ">": exp.GT,
    "<=": exp.LTE,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "~~": exp.Like,
    "~~*": exp.ILike,
    "||": exp.DPipe,
}
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.GT, exp.LTE, exp.GTE, exp.In)
VECTORS = ("int2vector", "oidvector")
SETS = ("unnest", "generate_series", "generate_subscripts", "range", "json_each")
NUMBERS = ("oid", "bigint", "int8", "integer", "int4", "int")
WRITES = ("quote_ident", "quote_literal", "quote_nullable", "array_to_string", "pg_typeof")
USERS = ("user", "current_user", "session_user", "current_role")
MATCHES = {"~": (False, False), "!~": (True, False), "~*": (False, True), "!~*": (True, True)}
