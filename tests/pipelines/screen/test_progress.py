"""Progress of a run: what is announced, what is shown on a terminal, what is kept for the next one."""

import json
from pathlib import Path

from pipelines.screen.progress import FIRST, NOTE, expected, spelled
from tests.tools.terminals import on_terminal, plain

STEPS = """
import logging, sys, time
from pathlib import Path
from pipelines.screen.progress import following
with following(Path(sys.argv[1])):
    for name in ("losses", "scores", "thresholds"):
        logging.getLogger("emergence.step").info(name)
        logging.getLogger("emergence.fits").info("%s: 3 rows in 0.1 s", name)
        time.sleep(0.2)
"""


def test_a_terminal_shows_step_count_and_time_and_the_next_run_knows_them(tmp_path: Path) -> None:
    first, code = on_terminal(str(tmp_path), columns=80, boot=STEPS)
    assert code == 0
    assert "85 s of it compile the fits" in " ".join(plain(first).split())
    assert "step 3: thresholds" in plain(first)
    assert json.loads((tmp_path / NOTE).read_text())["steps"] == 3
    second, _ = on_terminal(str(tmp_path), columns=80, boot=STEPS)
    assert "step 2 of 3: scores" in plain(second)
    assert "0:00:00" in plain(second)
    assert "3 rows in 0.1 s" not in plain(second)


def test_what_is_announced() -> None:
    assert expected({}) == FIRST
    assert "took 3 min 20 s" in expected({"seconds": 200, "steps": 9})
    assert spelled(59.6) == "1 min 0 s"
