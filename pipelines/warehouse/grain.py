"""The check that every model gets from its own head: no two rows have one key."""

from sqlglot import exp

from pipelines.warehouse.apart import SHARES

DIALECT = "duckdb"


def grain_query(relation: str, grain: tuple[str, ...]) -> str:
    """Return the query of the rows of a relation that share their key, with their number.

    Millions of keys are first counted by their digest, which is a tenth of the work; only those that meet are
    compared.
    """
    table = exp.to_table(relation, dialect=DIALECT)
    key = [exp.column(name) for name in grain]
    digest = exp.func("hash", *key, dialect=DIALECT)
    doubled = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    met = exp.select(digest.as_("digest")).from_(table).group_by("digest").having(doubled)
    shared = exp.In(this=digest, query=exp.Subquery(this=exp.select("digest").from_("met")))
    rows = exp.select(*key, exp.Count(this=exp.Star()).as_("n")).from_(table).where(shared)
    query = rows.group_by(*key).having(doubled).with_("met", as_=met)
    return query.sql(dialect=DIALECT, identify=True, pretty=True)


def met_query(grain: tuple[str, ...]) -> str:
    """Return the query of the keys that two relations share, which are seen as the two of ``SHARES``."""
    key = [exp.column(name) for name in grain]
    published, own = (exp.select(*key).from_(exp.to_table(share, dialect=DIALECT)) for share in SHARES)
    return published.intersect(own).sql(dialect=DIALECT, identify=True, pretty=True)
