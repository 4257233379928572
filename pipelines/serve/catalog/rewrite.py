"""Questions about PostgreSQL's catalog, asked in its own dialect, said so that DuckDB can answer them."""

import re
from functools import cache, lru_cache

from pipelines.serve.catalog.emulated import shapes
from pipelines.serve.catalog.names import Names, Translation
from pipelines.warehouse.questions import read_question

_ASKS_CATALOG = re.compile(
    r"\bpg_|\breg(?:class|type|proc|procedure|namespace|role|oper|operator)\b|\boperator\s*\("
    r"|\binformation_schema\b|\bversion\s*\("
    r"|\bcurrent_setting\b|\bset_config\b|\b(?:session|current)_(?:user|role|catalog)\b|\b\w+_description\s*\("
    r"|\bcurrent_(?:schemas?|database)\s*\(|\bhas_\w+_privilege\b|\bselect\s+user\b|\btxid_current\b|\binet_\w+\s*\("
    r"|\bformat_type\s*\(|::\s*\"?(?:name|oid|char|xid|int2vector|oidvector)\b|\bquote_\w+\s*\(|\bto_reg\w+\s*\("
    r"|\bformat\s*\(\s*e?'[^']*%[-\d$]*[sil]",
    re.IGNORECASE,
)


_KEPT_LENGTH = 16_384


@cache
def ours() -> Names:
    """Names of the relations and functions that the catalog holds."""
    text = read_question("serve/catalog_functions") + read_question("serve/catalog_quoting")
    made = re.findall(r"^create macro memory\.(\w+)\.\"?(\w+)", text, re.MULTILINE)
    sets = re.findall(r"^create macro memory\.pg\.(\w+)\([^)]*\) as table", text, re.MULTILINE)
    return Names(
        frozenset(shape.name for shape in shapes() if shape.schema == "pg_catalog"),
        frozenset(shape.name for shape in shapes() if shape.schema == "information_schema"),
        frozenset(name for schema, name in made if schema == "pg"),
        frozenset(sets),
        frozenset(name for schema, name in made if schema == "info"),
    )


def rewritten(sql: str) -> Translation | None:
    """A query on the catalog in DuckDB's terms; None for every other.

    Raises QueryError (0A000) for a question about the catalog that is not understood.
    """
    if not _ASKS_CATALOG.search(sql):
        return None
    return _kept(sql) if len(sql) <= _KEPT_LENGTH else _translated(sql)


def _translated(sql: str) -> Translation | None:
    # Read only when a client asks for the catalog: the import costs more than most queries.
    from pipelines.serve.catalog.dialect import translate

    return translate(sql, ours())


# A question is described before it is asked, and asked again for every table.
_kept = lru_cache(256)(_translated)
