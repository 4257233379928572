"""What a source gives is the same in every process: nothing hangs on the order in which a set yields."""

import json
import os
import subprocess
import sys
from pathlib import Path

READ_ALL = """
import json, sys
from pathlib import Path
from pipelines.intake.ingest import ingest
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse.store import Store

home = Path(sys.argv[1])
settings = Settings(home=home, mirror=Settings.from_environment().mirror, offline=True)
digests = {}
for source in SOURCES:
    records = ingest(source, settings, Store(home))
    # When a source was read is told beside it.
    digests |= {name: one.digest for name, one in records.items() if not name.endswith("_sources")}
print(json.dumps(digests))
"""


def digests_of(home: Path, seed: str) -> dict[str, str]:
    """Return the digest of all that every source gives, in a process whose sets have an order of their own."""
    environment = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(home)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_every_source_gives_the_same_bytes_whatever_the_order_of_sets(tmp_path: Path) -> None:
    one, other = (digests_of(tmp_path / seed, seed) for seed in ("1", "2"))
    assert len(one) > 100
    assert [name for name in one if one[name] != other[name]] == []
