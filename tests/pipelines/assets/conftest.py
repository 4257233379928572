"""What the tests of assets share."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.assets.instance import instance_at_hand


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The instance of a process that knows of no deployment."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with instance_at_hand() as made:
        yield made
