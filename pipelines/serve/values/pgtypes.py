"""DuckDB's types as PostgreSQL's: the numbers, sizes and names that clients know."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class PgType:
    """A PostgreSQL type: number, bytes of a value (-1: they vary), names, and the number of its array."""

    oid: int
    size: int
    name: str
    sql_name: str
    array_oid: int = 0
    element: "PgType | None" = None


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    type: PgType


BOOL = PgType(16, 1, "bool", "boolean", 1000)
BYTEA = PgType(17, -1, "bytea", "bytea", 1001)
INT8 = PgType(20, 8, "int8", "bigint", 1016)
INT2 = PgType(21, 2, "int2", "smallint", 1005)
INT4 = PgType(23, 4, "int4", "integer", 1007)
CHAR = PgType(18, 1, "char", '"char"', 1002)
NAME = PgType(19, 64, "name", "name", 1003)
INT2VECTOR = PgType(22, -1, "int2vector", "int2vector", 1006)
OIDVECTOR = PgType(30, -1, "oidvector", "oidvector", 1013)
OID = PgType(26, 4, "oid", "oid", 1028)
TEXT = PgType(25, -1, "text", "text", 1009)
JSON = PgType(114, -1, "json", "json", 199)
FLOAT4 = PgType(700, 4, "float4", "real", 1021)
FLOAT8 = PgType(701, 8, "float8", "double precision", 1022)
DATE = PgType(1082, 4, "date", "date", 1182)
TIME = PgType(1083, 8, "time", "time without time zone", 1183)
TIMESTAMP = PgType(1114, 8, "timestamp", "timestamp without time zone", 1115)
TIMESTAMPTZ = PgType(1184, 8, "timestamptz", "timestamp with time zone", 1185)
INTERVAL = PgType(1186, 16, "interval", "interval", 1187)
NUMERIC = PgType(1700, -1, "numeric", "numeric", 1231)
UUID_ = PgType(2950, 16, "uuid", "uuid", 2951)

BY_DUCKDB = {
    "BOOLEAN": BOOL,
    "BLOB": BYTEA,
    "TINYINT": INT2,
    "UTINYINT": INT2,
    "SMALLINT": INT2,
    "USMALLINT": INT4,
    "INTEGER": INT4,
    "UINTEGER": INT8,
    "BIGINT": INT8,
    "UBIGINT": NUMERIC,
    "HUGEINT": NUMERIC,
    "UHUGEINT": NUMERIC,
    "VARCHAR": TEXT,
    "JSON": JSON,
    "FLOAT": FLOAT4,
    "DOUBLE": FLOAT8,
    "DATE": DATE,
    "TIME": TIME,
    "TIMESTAMP": TIMESTAMP,
    "TIMESTAMP_S": TIMESTAMP,
    "TIMESTAMP_MS": TIMESTAMP,
    "TIMESTAMP_NS": TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": TIMESTAMPTZ,
    "INTERVAL": INTERVAL,
    "UUID": UUID_,
}
# Types of the catalog's columns, which drivers read otherwise than text and numbers; and what DuckDB holds.
_VECTORS = {"int2vector": (INT2VECTOR, INT2), "oidvector": (OIDVECTOR, INT8)}
_CATALOG = {CHAR: TEXT, NAME: TEXT, OID: INT8}
SCALARS = tuple({kind.oid: kind for kind in [*BY_DUCKDB.values(), *_CATALOG, INT2VECTOR, OIDVECTOR]}.values())
ARRAYS = tuple(
    PgType(kind.array_oid, -1, "_" + kind.name, kind.sql_name + "[]", element=kind) for kind in SCALARS
)
BY_OID = {kind.oid: kind for kind in SCALARS + ARRAYS}


def pg_type(duckdb_type: str) -> PgType:
    """The PostgreSQL type that a DuckDB type, by its name, is sent as; nested ones go as JSON."""
    if duckdb_type in BY_DUCKDB:
        return BY_DUCKDB[duckdb_type]
    if array := re.fullmatch(r"(.+)\[\d*\]", duckdb_type):
        element = pg_type(array[1])
        return BY_OID[element.array_oid] if element.array_oid and element is not JSON else JSON
    if duckdb_type.startswith("DECIMAL"):
        return NUMERIC
    return JSON if duckdb_type.startswith(("STRUCT", "MAP", "UNION")) else TEXT


def as_said(kind: PgType, said: str | None) -> PgType:
    """The catalog's type of that name, where it stands for the type that DuckDB gave; else the latter."""
    for special, held in _CATALOG.items():
        if said == special.name and kind is held:
            return special
        if said in _VECTORS and kind is BY_OID[_VECTORS[said][1].array_oid]:
            return _VECTORS[said][0]
        if said == "_" + special.name and kind.element is held:
            return BY_OID[special.array_oid]
    return kind
