"""CONTRIBUTING.md's worked example, followed word by word in a copy of the project."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMMIT = "example/loss-tables/0123456789abcdef0123456789abcdef01234567"
RUNS = (
    "run,params,tokens,c4_loss,piqa_acc\n"
    "a,1000000,20000000,4.5,0.51\n"
    "a,1000000,40000000,4.2,0.53\n"
    "b,2000000,40000000,oops,0.55\n"
    "b,2000000,80000000,-1,0.6\n"
)
SCRIPT = """
import json, sys
from pathlib import Path
from pipelines.sources import SOURCES
from tests.tools.built import Built

mine = [source for source in SOURCES if source.name == "example_runs"]
built = Built(Path("home"), Path("mirror"), mine).ingest().run()
print(json.dumps({
    "pairs": built.sql("select checkpoint_id, loss, score, chance from loss_scores order by all").rows(),
    "rejects": built.sql("select rule, place from rejects order by all").rows(),
    "sources": built.sql("select status, rows_kept, rows_rejected from sources where files > 0").rows(),
    "final": built.sql("select checkpoint_id from checkpoints where is_final order by all").rows(),
}))
"""


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language in CONTRIBUTING.md."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)


def test_a_module_a_sql_file_and_a_line_add_a_source(tmp_path: Path) -> None:
    for folder in ("emergence", "pipelines", "sql", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pipelines/sources/example_runs.py").write_text(blocks("python")[0])
    (tmp_path / "sql/staging/stg_example_runs.sql").write_text(blocks("sql")[0])
    listing = tmp_path / "pipelines/sources/__init__.py"
    listing.write_text(listing.read_text().replace("NAMES = (\n", "NAMES = (\n" + blocks("text")[0]))
    runs = tmp_path / "mirror" / COMMIT / "runs.csv"
    runs.parent.mkdir(parents=True)
    runs.write_text(RUNS)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["pairs"] == [
        ["example_runs/a@20000000", 4.5, 0.51, 0.5],
        ["example_runs/a@40000000", 4.2, 0.53, 0.5],
    ]
    assert found["rejects"] == [
        ["loss_not_positive", "row 4, column c4_loss"],
        ["not_a_number", "row 3, column c4_loss"],
    ]
    assert found["sources"] == [["ok", 6, 2]]
    assert found["final"] == [["example_runs/a@40000000"], ["example_runs/b@80000000"]]
