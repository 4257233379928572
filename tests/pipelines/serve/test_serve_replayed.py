"""Clients that cannot run here, replayed: questions of the shape that they ask, and what this release has to say."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.pipelines.serve.replayed_charts import GRAFANA, METABASE, POWER_BI, SUPERSET
from tests.pipelines.serve.replayed_editors import DATAGRIP, DBEAVER, PGADMIN, SEQUELIZE

Client = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def client(door: int) -> Iterator[Client]:
    address = f"host=127.0.0.1 port={door} user=me dbname=emergence"
    with psycopg.connect(address, autocommit=True) as client:
        yield client


REPLAYED = {
    "Metabase": METABASE, "Superset": SUPERSET, "Grafana": GRAFANA, "DBeaver": DBEAVER, "DataGrip": DATAGRIP,
    "pgAdmin": PGADMIN, "Power BI": POWER_BI, "Sequelize": SEQUELIZE,
}  # fmt: skip


@pytest.mark.parametrize("name", REPLAYED)
def test_what_a_client_asks_has_its_answer(client: Client, name: str) -> None:
    for asked, wanted in REPLAYED[name]:
        cursor = client.execute(asked)  # type: ignore[arg-type]
        width = len(cursor.description or ())
        rows = cursor.fetchall() if width else []
        assert (rows if isinstance(wanted, list) else width) == wanted, asked
        assert rows or not wanted or "pg_auth_members" in asked or "pg_proc" in asked, asked
