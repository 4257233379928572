"""Questions from the command line: at a loss, for a model to come, of a run, and of a file of one's own."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import process_time

import duckdb
import jsonschema
import numpy as np
import polars as pl
import pytest

import pipelines
from pipelines.reader.ask import _read_off
from pipelines.warehouse.questions import read_question
from tests.pipelines.commands.test_cli import emergence, home

SCHEMA = json.loads((Path(str(pipelines.__file__)).parent / "reader" / "ask.schema.json").read_text())
__all__ = ["home"]


def asked(home: str, *arguments: str) -> dict:  # type: ignore[type-arg]
    result = emergence("--home", home, "ask", "--corpus", "pile_test", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict = json.loads(result.output)  # type: ignore[type-arg]
    jsonschema.validate(found, SCHEMA, cls=jsonschema.Draft202012Validator)
    return found


def test_a_loss_gives_the_tasks_above_chance_the_surest_first(home: str) -> None:
    found = asked(home, "--loss", "1.9")
    group = [t for t in found["tasks"] if t["comparability_group"] == "pile_test mixed"]
    assert {t["task"] for t in group} >= {"hellaswag", "piqa", "winogrande"}
    sure = [t["p_above_chance"] for t in group if not t["chance_disputed"]]
    assert sure == sorted(sure, reverse=True)
    for task in group:
        assert task["low"] <= task["score"] <= task["high"]
        assert not task["extrapolated"]
        assert task["source"] == "cerebras_gpt"
    assert "cerebras_gpt" in found["basis"]


def test_nothing_is_called_above_a_disputed_chance(home: str) -> None:
    group = [
        t for t in asked(home, "--loss", "1.9")["tasks"] if t["comparability_group"] == "pile_test mixed"
    ]
    disputed = [t for t in group if t["chance_disputed"]]
    assert {t["task"] for t in disputed} == {"arc_challenge", "openbookqa"}
    assert group[-len(disputed) :] == disputed
    sure = sum((t["p_above_chance"] or 0) >= 0.95 for t in group if not t["chance_disputed"])
    known = sum(t["p_above_chance"] is not None for t in group if not t["chance_disputed"])
    shown = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", "1.9", "--all").output
    assert f"{sure} of {known} settings above chance" in shown
    assert f"{len(disputed)} not counted: what guessing scores there is in dispute" in shown
    assert "0.25?" in shown
    assert "? chance in dispute" in shown
    assert "CHANCE IN DISPUTE for 2 tasks" in shown.splitlines()[-1]


def test_a_short_name_is_answered_for_each_comparability_group(home: str) -> None:
    groups = {s["comparability_group"] for s in asked(home, "--loss", "1.0")["scenarios"]}
    assert len(groups) == 2
    (one,) = groups - {"pile_test mixed"}
    result = emergence("--home", home, "ask", "--corpus", one, "--loss", "1.0", "--json")
    assert {t["comparability_group"] for t in json.loads(result.output)["tasks"]} == {one}


def test_beyond_the_losses_seen_it_says_so_or_nothing(home: str) -> None:
    below = asked(home, "--loss", "1.45")["tasks"]
    mixed = [t for t in below if t["comparability_group"] == "pile_test mixed"]
    assert all(t["extrapolated"] for t in mixed)
    assert all(t["status"] == "beyond_reach" and t["score"] is None for t in below if t not in mixed)
    shown = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", "1.45").output
    assert "* extrapolated" in shown
    assert "EXTRAPOLATED" in shown.splitlines()[-1]
    near = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", "1.9").output
    assert "*" not in near
    options = ("--corpus", "pile_test mixed", "--loss", "9", "--task", "hellaswag")
    none = emergence("--home", home, "ask", *options).output
    assert "too far" in none
    assert "*" not in none, "no row is marked, so nothing is to be explained"
    far = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", "9").output
    assert "no answer, too far from the losses seen" in far
    assert far.splitlines()[-1].startswith("No answer: none of the ")


def test_a_model_to_come_goes_through_the_law_of_loss(home: str) -> None:
    found = asked(home, "--params", "2e9", "--tokens", "4e10")
    assert found["scenarios"]
    for scenario in found["scenarios"]:
        assert scenario["loss_low"] <= scenario["loss"] <= scenario["loss_high"]
    larger = asked(home, "--params", "8e9", "--tokens", "1.6e11")
    loss = {s["scenario"]: s["loss"] for s in found["scenarios"]}
    assert all(s["loss"] < loss[s["scenario"]] for s in larger["scenarios"] if s["scenario"] in loss)
    assert "law" in found["basis"]


def test_one_curve_of_one_run_is_said_so() -> None:
    rows = pl.DataFrame({"series_id": ["a", "a"], "source": ["own", "pythia"], "n_runs": [1, 3]})
    assert _read_off(rows) == "1 curve of score by loss, up to 1 run of own, up to 3 runs of pythia"


def test_a_task_is_narrowed_to_with_all_its_settings(home: str) -> None:
    found = asked(home, "--loss", "1.9", "--task", "hellaswag")
    assert {t["task"] for t in found["tasks"]} == {"hellaswag"}
    assert {t["n_shot"] for t in found["tasks"] if t["source"] == "cerebras_gpt"} == {0, 5}


def test_the_screen_is_short_and_ends_with_what_it_rests_on(home: str) -> None:
    output = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", "1.9").output
    lines = output.rstrip().splitlines()
    assert len(lines) < 20
    assert "settings above chance" in lines[0]
    assert lines[-1].startswith("Rests on ")
    whole = emergence("--home", home, "ask", "--corpus", "pile_test", "--loss", "1.9", "--all").output
    assert len(whole.splitlines()) > len(lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--corpus", "pile_tset", "--loss", "2"), "the nearest are pile_test"),
        (("--corpus", "pile_test", "--loss", "2", "--task", "helaswag"), "the nearest are hellaswag"),
        (("--corpus", "pile_test", "--loss", "-2"), "--loss -2.0: a number above zero"),
        (("--corpus", "pile_test", "--loss", "nan"), "a number above zero"),
        (("--corpus", "pile_test", "--params", "inf", "--tokens", "1"), "a number above zero"),
        (("--corpus", "pile_test"), "give --loss X, or --params N"),
        (("--corpus", "pile_test", "--loss", "2", "--params", "1e9"), "give --loss X, or --params N"),
        (("--corpus", "pile_test", "--loss", "2", "--tokens", "1e9"), "--tokens needs --params"),
        (("--loss", "2"), "--corpus"),
        (("--corpus", "pile_validation", "--params", "1e9"), "give --loss, or a corpus with a law: `"),
    ],
)
def test_a_wrong_question_is_one_line_and_exit_code_2(
    home: str, arguments: tuple[str, ...], words: str
) -> None:
    result = emergence("--home", home, "ask", *arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_what_an_answer_is_read_off_is_named_column_by_column() -> None:
    # Else a release made before a column would fail where it is read, and not say that it is older.
    assert "*" not in read_question("ask/curves").rpartition("select")[2]


def test_an_answer_comes_at_once(home: str) -> None:
    asked(home, "--loss", "1.9")
    started = process_time()
    asked(home, "--loss", "1.9")
    assert process_time() - started < 1.0


def test_a_run_is_compared_with_the_others(home: str) -> None:
    run = "cerebras_gpt/cerebras-gpt-6.7b"
    result = emergence("--home", home, "compare", run)
    assert result.exit_code == 0, result.output
    assert result.output.startswith(run)
    assert result.output.splitlines()[-1].startswith("Rests on ")
    found = json.loads(emergence("--home", home, "compare", run, "--json").output)
    assert {row["checkpoint_id"].split("@")[0] for row in found["rows"]} <= {run}
    wrong = emergence("--home", home, "compare", "cerebras_gpt/cerebras-gpt-6.7")
    assert wrong.exit_code == 2
    assert "the nearest are cerebras_gpt/" in wrong.output


def test_all_scores_are_counted_where_only_scores_that_stand_out_are_on_record(home: str) -> None:
    off = "anomalies inner join checkpoints using (checkpoint_id) inner join metrics using (metric)"
    curves = "thresholds inner join metrics using (metric)"
    compared = "role = 'accuracy' and not circular"
    run = _queried(home, f"select run_id from {off} where {compared} order by run_id")["run_id"]
    # Each score once, though it meets two curves: losses are on record per token and per byte.
    scores = "count(distinct (task, format, metric, n_shot)) as n"
    told = _queried(home, f"select {scores} from {curves} where source = 'cerebras_gpt' and {compared}")
    rows = json.loads(emergence("--home", home, "compare", str(run), "--json").output)["rows"]
    assert {row["n_met"] for row in rows} == {told["n"]}
    assert 0 < len(rows) < int(str(told["n"]))


def _queried(home: str, text: str) -> dict[str, object]:
    """Return the first row that a query gives."""
    with duckdb.connect(str(Path(home) / "emergence.duckdb"), read_only=True) as con:
        return con.sql(text).pl().row(0, named=True)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(7)
    loss = np.tile(np.linspace(2.0, 3.2, 24), 10)
    score = 0.25 + 0.4 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.01, loss.size)
    frame = pl.DataFrame({"loss": loss, "score": score, "run": np.repeat(np.arange(10), 24)})
    frame.write_csv(tmp_path / "scores.csv")
    frame.write_parquet(tmp_path / "scores.parquet")
    return tmp_path / "scores.csv"


def test_a_file_of_ones_own_is_fitted(table: Path) -> None:
    options = ("--loss", "loss", "--score", "score", "--run", "run", "--chance", "0.25")
    result = emergence("fit", str(table), *options)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("gradual")
    assert "0.02 above its floor" in result.output
    assert "240 checkpoints of 10 runs" in result.output
    by_name = emergence("fit", str(table), "--chance", "0.25")
    assert by_name.output == result.output, "columns that bear the usual names need not be named"
    assert "columns  loss, score, run" in by_name.output
    as_csv = json.loads(emergence("fit", str(table), *options, "--json").output)
    as_parquet = json.loads(emergence("fit", str(table.with_suffix(".parquet")), *options, "--json").output)
    assert as_csv == as_parquet
    assert as_csv["eta_low"] < 2.6 < as_csv["eta_high"]


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        (
            "loss,score\n2,0.5\n",
            ("--loss", "los", "--score", "score"),
            "no column 'los'; there are loss, score",
        ),
        ("nats,acc\n2,0.5\n", (), "which column is the loss? --loss NAME; there are nats, acc"),
        (
            "loss,score\na,0.5\n",
            ("--loss", "loss", "--score", "score"),
            "line 2, column 'loss': 'a' is no number; loss wants one",
        ),
        ("loss,score\n2,0.5\n-1,0.5\n", (), "bad.csv: line 3, column 'loss': -1 is not above 0"),
        ("", ("--loss", "loss", "--score", "score"), "cannot be read"),
        ("loss,score\n", (), "a header and rows wanted"),
        ("loss,score\n2,0.5\nNaN,0.5\n", (), "line 3, column 'loss': NaN is not finite"),
        ("loss,score\n2,0.5\n3,inf\n", (), "line 3, column 'score': inf is not finite"),
        ("loss,score,n_items\n2,0.5,100\n3,0.5,0\n", (), "line 3, column 'n_items': 0 is less than one item"),
        ("loss,score,run\n2,0.5,a\n3,0.5\n", (), "line 3: expected 3 fields, found 2"),
        ("loss,score,run\n2,0.5,a\n3,0.5,b,c\n", (), "line 3: expected 3 fields, found 4"),
        ("loss,score\n2,\n,0.5\n", (), "no row has both a loss and a score"),
    ],
)
def test_a_file_that_cannot_be_fitted_is_one_line(
    tmp_path: Path, content: str, arguments: tuple[str, ...], words: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(content)
    result = emergence("fit", str(file), *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_rows_that_are_left_out_are_counted_and_perplexities_are_named(tmp_path: Path) -> None:
    loss = [10.9, 9.8, *np.linspace(4, 2, 20).tolist()]
    rows = "\n".join(f"{x:.3f},{0.25 + 0.1 * (x < 3):.3f}" for x in loss)
    file = tmp_path / "scores.csv"
    file.write_text(f"loss,score\n{rows}\n3.0,\n")
    output = emergence("fit", str(file)).output
    assert "left out 1 row without a loss or a score" in output
    assert "left out 2 rows with a loss above 1.5 times the median" in output
    assert "perplexities?" not in output
    file.write_text("loss,score\n" + "\n".join(f"{np.exp(x):.3f},0.3{k}" for k, x in enumerate(loss[2:])))
    assert "perplexities? The loss is their logarithm" in emergence("fit", str(file)).output


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", ", "),
        lambda text: "# made by me\n" + text,
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.replace(".", "#").replace(",", ";").replace("#", ","),
    ],
)
def test_a_table_is_read_however_its_cells_are_parted(table: Path, write: Callable[[str], str]) -> None:
    plain = emergence("fit", str(table), "--json").output
    table.write_text(write(table.read_text()))
    assert emergence("fit", str(table), "--json").output == plain


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "scores.xlsx"
    file.write_bytes(b"x")
    result = emergence("fit", str(file), "--loss", "loss", "--score", "score")
    assert result.exit_code == 2
    assert "ending in .csv or .parquet" in result.output


def test_a_loss_stands_as_it_was_asked_and_unlike_the_end_that_it_lies_beyond(home: str) -> None:
    sql = "select min(loss) as least from loss_scores where comparability_group = 'pile_test mixed'"
    least = json.loads(emergence("--home", home, "query", sql, "--format", "json").output)[0]["least"]
    loss = round(least - 0.00004, 5)
    shown = emergence("--home", home, "ask", "--corpus", "pile_test mixed", "--loss", str(loss)).output
    assert f"loss {loss} nats" in " ".join(shown.split())
    told = re.search(r"beyond those seen \(([\d.]+) to", " ".join(shown.split()))
    assert told is not None, shown
    assert float(told[1]) > loss
