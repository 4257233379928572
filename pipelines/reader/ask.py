"""``emergence ask``: which tasks are above chance at a loss, how sure, and from whose data."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import InputError
from emergence.score_curves.read_grids import read_grids
from pipelines.keys import COMPARABLE, LAW_KEYS, SERIES, SERIES_ID
from pipelines.reader.name_matching import known_name, same_name, unknown
from pipelines.release.open_release import Questions, open_release
from pipelines.words import apart, counted

NAMED = 5
WITH_LAW = (
    'emergence query "select distinct corpus from loss_laws semi join score_curves using (corpus) '
    'where rmse is not null"'
)
TASK_FIELDS = ("task", "format", "metric", "n_shot", "score", "low", "high", "chance", "p_above_chance")
OF_THE_FIT = ("loss_at_2_points", "verdict", "chance_disputed", "coverage_within", "coverage_beyond")
NEW_SIZE = pl.col("extrapolated") | pl.col("is_larger")
"""Where a forecast is no better known than that of the largest size by the smaller ones."""
MORE_FIELDS = (
    "chance_disputed",
    SERIES_ID,
    "loss_at_2_points",
    "verdict",
    "source",
    "extrapolated",
    "is_larger",
    "scenario",
    *COMPARABLE,
    "loss",
    "n_runs",
    "n_runs_near",
    "runs_near",
    "measured_coverage",
    "status",
)


@dataclass(frozen=True)
class Question:
    """What is asked: a corpus, and a loss there or a model to come; narrowed to one task or not."""

    corpus: str
    loss: float | None = None
    params: float | None = None
    tokens: float | None = None
    task: str | None = None


@dataclass(frozen=True)
class Answer:
    """A row a scenario and curve, surest above chance first; the scenarios; what all of it rests on.

    Rows whose chance is in dispute come last: above it is not yet above guessing.
    """

    rows: pl.DataFrame
    scenarios: pl.DataFrame
    basis: str

    def as_json(self) -> dict[str, Any]:
        """The answer in the published shape (``ask.schema.json`` beside this file)."""
        columns = ["scenario", *COMPARABLE, "loss", "loss_low", "loss_high"]
        return {
            "tasks": self.rows.select(*TASK_FIELDS, *MORE_FIELDS).to_dicts(),
            "scenarios": self.scenarios.select(columns).to_dicts(),
            "basis": self.basis,
        }


def answer(home: Path, question: Question) -> Answer:
    """Ask the newest release.

    Raises InputError for a corpus or task that it does not know, with the nearest names, for a loss or size
    that is none, and for a model on a corpus without a law.
    """
    _check(question)
    with open_release(home) as questions:
        axes = _axes(questions, question.corpus)
        groups = axes["comparability_group"].to_list()
        question = replace(question, task=_task(questions, question.task))
        scenarios = _scenarios(questions, question, axes)
        grids = questions.ask("ask/curves", groups=groups, task=question.task)
        if grids.is_empty():
            raise InputError(f"no curve of {question.task or 'any task'} on {question.corpus}")
        told = read_grids(grids, scenarios, [SERIES_ID, *SERIES])
        known = grids.select(SERIES_ID, *OF_THE_FIT).unique()
        rows = _sorted(_with_coverage(told.join(known, on=SERIES_ID, how="left")))
        basis = _basis(questions, rows, scenarios)
    return Answer(rows, scenarios, basis)


def _check(question: Question) -> None:
    if (question.loss is None) == (question.params is None):
        raise InputError("ask: give --loss X, or --params N, and --tokens D where it is known")
    if question.tokens is not None and question.params is None:
        raise InputError("ask: --tokens needs --params")
    for name in ("loss", "params", "tokens"):
        value = getattr(question, name)
        if value is not None and not 0 < value < float("inf"):
            raise InputError(f"--{name} {value}: a number above zero wanted")


def _axes(questions: Questions, corpus: str) -> pl.DataFrame:
    axes = questions.ask("ask/axes")
    asked = axes.filter(
        pl.any_horizontal(
            pl.col(c).map_elements(lambda held: same_name(held, corpus), return_dtype=pl.Boolean)
            for c in ("corpus", "comparability_group")
        )
    )
    if asked.is_empty():
        if any(same_name(held, corpus) for held in questions.whole("corpora")["corpus"]):
            raise InputError(f"corpus {corpus!r} has losses, but no scores whose curve stands on them")
        known = axes["corpus"].unique().sort().to_list()
        raise unknown("corpus", corpus, known, "emergence corpora")
    return asked


def _task(questions: Questions, task: str | None) -> str | None:
    if task is None:
        return None
    return known_name("task", task, questions.ask("ask/tasks")["task"].to_list(), "emergence tasks")


def _scenarios(questions: Questions, question: Question, axes: pl.DataFrame) -> pl.DataFrame:
    """Return the losses asked about, one an axis, or one a law of the corpus."""
    empty = [pl.lit(None, pl.Float64).alias(c) for c in ("loss_low", "loss_high")]
    if question.loss is not None:
        loss = pl.lit(float(question.loss)).alias("loss")
        return axes.select(*COMPARABLE, pl.lit("as asked").alias("scenario"), loss, *empty)
    from emergence.laws.planned_models import best_laws, plan_losses

    groups = axes["comparability_group"].to_list()
    laws, draws = (questions.ask(f"ask/{name}", groups=groups) for name in ("laws", "draws"))
    if question.tokens is None:
        laws = laws.filter(pl.col("form") == "L(N)")
    keys = [key for key, (_, law) in best_laws(laws, draws, LAW_KEYS).items() if law.fitted]
    if not keys:
        raise _no_law(question, questions.ask("ask/law_axes")["corpus"].to_list())
    planned = pl.DataFrame(keys, schema=LAW_KEYS, orient="row").with_columns(
        scenario=pl.format("{} ({})", "family", "source"),
        params=pl.lit(float(question.params or 0)),
        tokens=pl.lit(question.tokens, pl.Float64),
    )
    return plan_losses(planned, laws, draws, LAW_KEYS).drop("source", "family")


def _no_law(question: Question, known: list[str]) -> InputError:
    """Return the error for a model to come on a corpus whose losses no law of its kind foretells."""
    if question.tokens is None and question.corpus in known:
        return InputError(f"no law of size alone foretells losses on {question.corpus}; give --tokens too")
    return InputError(
        f"no law foretells losses on {question.corpus}; give --loss, or a corpus with a law: `{WITH_LAW}`"
    )


def _with_coverage(rows: pl.DataFrame) -> pl.DataFrame:
    """Add how often such intervals held what was left out: runs within the data, the largest size beyond
    them and for a model larger than all.
    """
    held = pl.when(NEW_SIZE).then("coverage_beyond").otherwise("coverage_within")
    return rows.with_columns(measured_coverage=held).drop("coverage_within", "coverage_beyond")


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows surest above chance first, those of a disputed chance last.

    How far above, in standard deviations, breaks a tie.
    """
    far = (pl.col("score") - pl.col("chance")) / pl.col("sd")
    rows = rows.with_columns(_far=far).rename(
        {"score_low": "low", "score_high": "high", "loss_asked": "loss"}
    )
    order = [*COMPARABLE, "scenario", "chance_disputed", "p_above_chance", "_far", "task", "source"]
    falling = [name in ("p_above_chance", "_far") for name in order]
    return rows.sort(order, descending=falling, nulls_last=True).drop("_far")


def _basis(questions: Questions, told: pl.DataFrame, scenarios: pl.DataFrame) -> str:
    rows = told.filter(pl.col("status") != "beyond_reach")
    if rows.is_empty():
        return f"No answer: none of the {counted(told[SERIES_ID].n_unique(), 'curve')} there reaches so far."
    sources = rows["source"].unique().sort().to_list()
    cited = "; ".join(
        f"{name} ({cite})" for name, cite in questions.ask("ask/credits", sources=sources).iter_rows()
    )
    parts = [
        _read_off(rows),
        "90 % intervals for one new run",
        *_held(rows),
        *_near(rows),
        *_disputed(rows),
    ]
    if "form" in scenarios.columns:
        forms = ", ".join(scenarios["form"].unique().sort())
        laws = counted(scenarios.height, "law")
        parts.append(f"the loss foretold by {laws} {forms} and its error carried along")
    beyond = rows.filter(pl.col("extrapolated"))
    if beyond.height:
        ends = beyond.select(pl.col("loss_min").min(), pl.col("loss_max").max()).row(0)
        digits = apart(beyond["loss"], ends)
        parts.append(
            f"EXTRAPOLATED for {beyond.height} of {rows.height}: the loss lies beyond those seen "
            f"({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
        )
    return f"Rests on {'; '.join(parts)}. Data: {cited or ', '.join(sources)}."


def _read_off(rows: pl.DataFrame) -> str:
    """How many curves of how many runs an answer is read off."""
    runs = rows.group_by("source").agg(pl.col("n_runs").max()).sort("source").rows()
    most = ", ".join(f"up to {counted(n, 'run')} of {source}" for source, n in runs)
    return f"{counted(rows[SERIES_ID].n_unique(), 'curve')} of score by loss, {most}"


def _held(rows: pl.DataFrame) -> list[str]:
    """How often such intervals have held what was left out."""
    told = []
    for beyond, whom in ((False, "runs left out"), (True, "largest sizes left out")):
        known = rows.filter(NEW_SIZE if beyond else ~NEW_SIZE)["measured_coverage"].drop_nulls()
        if known.len():
            told.append(f"such intervals held {whom} in {100 * float(known.mean()):.0f} %")  # type: ignore[arg-type]
    return told


def _near(rows: pl.DataFrame) -> list[str]:
    """Which runs surround the loss, where they are so few that they can be named."""
    few = rows.filter(pl.col("status") == "within_run", ~pl.col("extrapolated"))
    if few.is_empty():
        return []
    names = few["runs_near"].explode().drop_nulls().unique().sort().to_list()
    shown = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    return [f"WITHIN RUN for {few.height} of {rows.height}: fewer than three runs have losses near ({shown})"]


def _disputed(rows: pl.DataFrame) -> list[str]:
    """Which chances are in dispute, so that nothing is called above them."""
    tasks = rows.filter("chance_disputed")["task"].unique().sort().to_list()
    if not tasks:
        return []
    shown = ", ".join(tasks[:NAMED]) + (", …" if len(tasks) > NAMED else "")
    number = counted(len(tasks), "task")
    return [f"CHANCE IN DISPUTE for {number}, none called above it ({shown}; see table task_chance)"]
