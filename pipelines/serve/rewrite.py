"""Questions about PostgreSQL's catalog, asked in its own dialect, said so that DuckDB can answer them."""

import re
from functools import cache

from pipelines.warehouse.questions import read_question

_ASKS_CATALOG = re.compile(
    r"\bpg_|\breg(?:class|type|proc|namespace|role)\b|\boperator\s*\(|\binformation_schema\b|\bversion\s*\("
    r"|\bcurrent_setting\b|\bset_config\b|\b(?:session|current)_user\b|\b\w+_description\s*\("
    r"|\bcurrent_schemas?\s*\(|\bhas_\w+_privilege\b"
    r"|\bformat_type\s*\(|::\s*\"?(?:name|oid|char|int2vector|oidvector)\b|\bquote_ident\b|\bto_reg\w+\s*\(",
    re.IGNORECASE,
)


@cache
def ours() -> frozenset[str]:
    """Names of the relations and macros that sql/questions/serve/catalog.sql makes."""
    text = read_question("serve/catalog")
    return frozenset(re.findall(r"^create (?:view|macro) memory\.pg\.(\w+)", text, re.MULTILINE))


def rewritten(sql: str) -> str:
    """A query on the catalog in DuckDB's terms; every other, and what can't be read, exactly as it came."""
    if not _ASKS_CATALOG.search(sql):
        return sql
    # Read only when a client asks for the catalog: the import costs more than most queries.
    from pipelines.serve.dialect import translate

    return translate(sql, ours()) or sql
