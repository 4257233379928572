"""Gives every score its task, metric, format and shots as the warehouse names them, as a fraction."""

import re

import polars as pl

from pipelines.intake.safe_text import MAX_LENGTH, clipped
from pipelines.own.card.card import Card
from pipelines.own.card.fields import FORMATS
from pipelines.own.reading import known
from pipelines.own.reading.found import Broken, Question
from pipelines.own.reading.task_names import TaskName, read_task_name
from pipelines.own.settling.frame import Said
from pipelines.words import agreeing, listed, waiting

TYPES = {"format": pl.String(), "n_shot": pl.Int64()}
MOST_NAMED = 20
LARGEST_ERROR = 0.5
_SAYS_PERCENT = re.compile(r"%|(?:^|[^a-z])(?:pct|percent(?:age)?)(?:$|[^a-z])", re.I)
# Of these a format is part of the meaning: an answer is written out, then compared.
_GENERATED = r"^(?:exact_match|pass@|pass_at_|bleu|rouge)"
_RIGHT_OR_WRONG = r"^(?:acc|exact_match)"
_LIKELIHOODS = r"^mc[12]$"


def settle_scores(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Return the scores whose task, metric, format and shots are known and whose value is possible."""
    frame = _named(_short_names(_of_tasks(frame, said), said), card)
    untold = pl.col("format").is_null()
    frame = frame.with_columns(
        format=pl.when(untold & pl.col("metric").str.contains(_GENERATED))
        .then(pl.lit("generate"))
        .when(untold & pl.col("metric").str.contains(_LIKELIHOODS))
        .then(pl.lit("rc"))
        .otherwise("format")
    )
    frame = _asked(
        frame, card, said, "metric", "by which metric is the score of", ("acc", "acc_norm", "exact_match")
    )
    frame = _known_metrics(_metrics_told(frame, card), said)
    frame = _asked(frame, card, said, "format", "which format has", FORMATS)
    frame = _known_formats(frame, said)
    frame = _asked(frame, card, said, "n_shot", "how many examples stood in the prompt of", ("0", "5"))
    for name in frame["waits_for"].drop_nulls().unique(maintain_order=True):
        said.leave(frame.filter(waits_for=name), f"no {name} yet: see the question")
    frame = _scaled(frame.filter(pl.col("waits_for").is_null()), card, said)
    return _possible(frame, said)


def _of_tasks(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Refuse scores of which nothing tells the task: an empty cell, a file that names none."""
    bare = frame.filter(pl.col("task").is_null())
    for file, place, value in bare.select("file", "place", "value").head(MOST_NAMED).iter_rows():
        fix = "a score of no task: name its task in the file, or take the score out"
        said.broken.append(Broken(file, place, "no_task", f"{value:.15g}", fix))
    if bare.height > MOST_NAMED:
        said.leave(bare.slice(MOST_NAMED), f"no task, beyond the first {MOST_NAMED}")
    return frame.filter(pl.col("task").is_not_null())


def _short_names(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Refuse tasks whose names nobody can have meant."""
    long = (pl.col("task").str.len_chars() > MAX_LENGTH).fill_null(False)
    for file, task in frame.filter(long).select("file", "task").head(MOST_NAMED).iter_rows():
        fix = f"the name of a task is longer than {MAX_LENGTH} characters: map it, or take it away"
        said.broken.append(Broken(file, clipped(task, 40), "unsafe_name", None, fix))
    return frame.filter(~long)


def _named(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Name tasks and metrics as the warehouse does; a prompt of another form makes another task.

    What a name says of shots and format counts where neither the file nor the card's own words of it do.
    """
    tasks = frame["task"].unique(maintain_order=True).drop_nulls().to_list()
    names = {task: read_task_name(task) for task in tasks}
    unused = [task for task in tasks if card.of("scores", task).get("use") is False]
    published = pl.col("task")
    return frame.filter(published.is_null() | ~published.is_in(unused)).with_columns(
        published=published,
        waits_for=pl.lit(None, pl.String),
        format=_unless_told(card, names, "format"),
        n_shot=_unless_told(card, names, "n_shot"),
        task=published.replace({published: name.task for published, name in names.items()})
        + pl.when(pl.col("prompt").is_null()).then(pl.lit("")).otherwise("+" + pl.col("prompt")),
        metric=_metric(frame),
    )


def _unless_told(card: Card, names: dict[str, TaskName], field: str) -> pl.Expr:
    """Return a field of the file, else what the name of the task says of it and the card does not."""
    said = {
        task: value
        for task, name in names.items()
        if (value := getattr(name, field)) is not None and field not in card.of("scores", task)
    }
    return pl.coalesce(field, pl.col("task").replace_strict(said, default=None, return_dtype=TYPES[field]))


def _metric(frame: pl.DataFrame) -> pl.Expr:
    """Return the metric with its filter, under the warehouse's name where it has one."""
    whole = (
        pl.when(pl.col("filter").is_null())
        .then("metric")
        .otherwise(pl.col("metric") + "," + pl.col("filter"))
    )
    return _called(frame, whole)


def _called(frame: pl.DataFrame, metric: pl.Expr) -> pl.Expr:
    """Return metrics under the names that the warehouse has for them."""
    names = frame.select(metric).to_series().unique().drop_nulls()
    return metric.replace({name: known.metric_called(name) for name in names})


def _asked(
    frame: pl.DataFrame, card: Card, said: Said, name: str, text: str, options: tuple[str, ...]
) -> pl.DataFrame:
    """Fill in a field from the card, for a task or for all; ask where it says nothing, and mark those.

    They are taken out at the end, so that all questions come at once. ``unknown`` as an answer keeps the
    scores with the field empty.
    """
    general = card.told.get("scores", {}).get(name)
    unknown = pl.lit(general == "unknown")
    dtype = frame.schema[name]
    for task in frame.filter(pl.col(name).is_null())["published"].unique(maintain_order=True):
        told = card.of("scores", task or "").get(name, general)
        mine = pl.col("published").eq_missing(task)
        if told == "unknown":
            unknown = unknown | mine
        elif _is(told, dtype):
            filled = pl.when(mine & pl.col(name).is_null()).then(pl.lit(told, dtype)).otherwise(name)
            frame = frame.with_columns(filled.alias(name))
    rows = frame.filter(pl.col(name).is_null() & ~unknown)
    if rows.is_empty():
        return frame
    tasks = rows["published"].unique(maintain_order=True).drop_nulls().to_list()
    which = listed(tasks, 3)
    said.ask(
        Question(
            f"scores.{name}",
            f"{text} {which}? {waiting(rows.height, 'score')}",
            options,
            rows["file"][0],
        )
    )
    waits = pl.when(pl.col(name).is_null() & ~unknown).then(pl.lit(name))
    return frame.with_columns(waits_for=pl.coalesce("waits_for", waits))


def _is(told: object, dtype: pl.DataType) -> bool:
    if dtype == pl.Int64:
        return isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**31
    return isinstance(told, str)


def _metrics_told(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Call a metric that nobody knows what the card calls it, where a task has only one such."""
    strange = frame.filter(pl.col("metric").is_not_null() & ~pl.col("metric").is_in(list(known.metrics())))
    for (task,), rows in strange.group_by("published", maintain_order=True):
        told = card.of("scores", str(task)).get("metric")
        if isinstance(told, str) and rows["metric"].n_unique() == 1:
            mine = pl.col("published").eq_missing(task) & (pl.col("metric") == rows["metric"][0])
            frame = frame.with_columns(metric=pl.when(mine).then(pl.lit(told)).otherwise("metric"))
    return frame


def _known_metrics(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    names = known.metrics()
    frame = frame.with_columns(_called(frame, pl.col("metric")))
    strange = frame.filter(~pl.col("metric").is_in(list(names)))
    for metric in strange["metric"].unique(maintain_order=True).drop_nulls():
        near = known.nearest(metric, names)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        said.leave(strange.filter(metric=metric), f"no metric is called {metric}{hint}")
    return frame.filter(pl.col("metric").is_null() | pl.col("metric").is_in(list(names)))


def _known_formats(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    frame = frame.with_columns(pl.col("format").str.to_lowercase())
    strange = pl.col("format").is_not_null() & ~pl.col("format").is_in(FORMATS)
    for file, place, told in (
        frame.filter(strange).select("file", "place", "format").head(MOST_NAMED).iter_rows()
    ):
        fix = f"expected one of {', '.join(FORMATS)}"
        said.broken.append(Broken(file, place, "unknown_format", told, fix))
    return frame.filter(~strange)


def _scaled(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Turn percent into fractions: as the format says, else by whole columns, which is said.

    Of an untyped column in which one value is above 1 and others are not, nothing tells what it is.
    """
    metrics = pl.col("metric").replace_strict(
        {n: row["upper_bound"] == 1 for n, row in known.metrics().items()},
        default=False,
        return_dtype=pl.Boolean,
    )
    frame = frame.with_columns(is_fraction=metrics)
    frame = _scaled_as_told(frame, card)
    told = card.told.get("scores", {}).get("scale")
    untold = pl.col("scale").is_null() & pl.col("is_fraction")
    for (file,), rows in frame.filter(untold).group_by("file", maintain_order=True):
        columns = {str(key): own["value"] for (key,), own in rows.group_by("key", maintain_order=True)}
        scales = _scales_of(columns)
        if told in (1, 100):
            scales = dict.fromkeys(columns, float(told))
        for key, values in columns.items():
            mine = (pl.col("file") == file) & (pl.col("key") == key) & untold
            scale = scales[key]
            if scale is None:
                said.ask(_scale_question(str(file), key, columns, scales))
                said.leave(frame.filter(mine), "fraction or percent: see the question")
                frame = frame.filter(~mine)
                continue
            if scale == 100 and told == 100:
                _say_low(frame.filter(mine), f"{key} in {file}", said)
            elif scale == 100:
                said.note(f"{key} in {file} is taken as percent: its values go up to {_greatest(values):g}")
            frame = frame.with_columns(scale=pl.when(mine).then(pl.lit(scale)).otherwise("scale"))
    by = pl.when(pl.col("is_fraction")).then(pl.col("scale").fill_null(1.0)).otherwise(1.0)
    return frame.with_columns(value=pl.col("value") / by, stderr=pl.col("stderr") / by)


def _scaled_as_told(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Put in what the card says of single tasks."""
    for task in frame.filter(pl.col("scale").is_null())["published"].unique(maintain_order=True).drop_nulls():
        told = card.of("scores", task).get("scale")
        if told in (1, 100):
            mine = (pl.col("published") == task) & pl.col("scale").is_null()
            frame = frame.with_columns(scale=pl.when(mine).then(float(told)).otherwise("scale"))
    return frame


def _say_low(frame: pl.DataFrame, where: str, said: Said) -> None:
    """Say which tasks have no score above 1 where others do, and percent was told of all."""
    most = frame.group_by("published", maintain_order=True).agg(pl.col("value").max())
    low = most.filter(pl.col("value").is_between(0, 1, closed="right"))["published"].drop_nulls().to_list()
    if low and len(low) < most.height:
        said.note(
            f"{where} is taken as percent, as told, though {listed(low, 3)} never exceed 1: "
            f'scores."{low[0]}".scale = 1 if they are fractions'
        )


def _scales_of(columns: dict[str, pl.Series]) -> dict[str, float | None]:
    """Return what a full score of each column of a table is: 1, or 100 where all are above 1; None: untold.

    Columns of one table are of one kind: beside one in percent, values below 1 may be percent, too. A column
    that is called so, as `piqa (%)`, is in percent, unless none of its values is above 1.
    """
    called = {key for key, v in columns.items() if _SAYS_PERCENT.search(key) and _greatest(v) <= 100}
    above = {key for key, v in columns.items() if min(v.to_list()) > 1 and _greatest(v) <= 100}
    below = {key for key, v in columns.items() if _greatest(v) <= 1}
    nothing = {key for key in below if _are_zero(columns[key])}
    if sum(len(columns[key]) for key in above) < 2:
        above = set()  # one number above 1 may be a slip
    above |= called - below
    low: float | None = None if above else 1.0
    found: dict[str, float | None] = dict.fromkeys(columns)
    found |= dict.fromkeys(above, 100.0) | dict.fromkeys(below, low) | dict.fromkeys(called & below)
    return found | dict.fromkeys(nothing, 1.0)


def _greatest(values: pl.Series) -> float:
    return float(max(values.to_list()))


def _are_zero(values: pl.Series) -> bool:
    """Say whether all values are 0, which is no score on any scale."""
    return bool((values == 0).all())


def _scale_question(
    file: str, key: str, columns: dict[str, pl.Series], scales: dict[str, float | None]
) -> Question:
    values = columns[key]
    high = int((values > 1).sum())
    percent = next((other for other, scale in scales.items() if scale == 100), None)
    if high or percent is None:
        text = f"{key} in {file}: {high} of {len(values)} values are above 1"
    else:
        text = (
            f"{key} in {file} goes up to {_greatest(values):g}, where {percent} goes up to "
            f"{_greatest(columns[percent]):g}"
        )
    is_likely = percent is not None or 2 * high >= len(values) or _SAYS_PERCENT.search(key)
    options = ("100", "1") if is_likely else ("1", "100")
    return Question("scores.scale", f"{text}; is a full score 1 or 100?", options, file)


def _possible(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Return the scores within the bounds of their metric; the others are broken, by place."""
    rows = known.metrics()
    ends = pl.DataFrame(
        {
            "metric": list(rows),
            "lower": [r["lower_bound"] for r in rows.values()],
            "upper": [r["upper_bound"] for r in rows.values()],
        },
        schema={"metric": pl.String, "lower": pl.Float64, "upper": pl.Float64},
    )
    frame = frame.join(ends, on="metric", how="left", maintain_order="left")
    for mask, rule in (
        ((pl.col("value") < pl.col("lower")).fill_null(False), "score_below_bound"),
        ((pl.col("value") > pl.col("upper")).fill_null(False), "score_above_bound"),
    ):
        bad = frame.filter(mask)
        for file, place, value, low, high in (
            bad.select("file", "place", "value", "lower", "upper").head(MOST_NAMED).iter_rows()
        ):
            fix = f"expected from {low if low is not None else '-∞'} to {high if high is not None else '∞'}"
            fix += "; in percent? Divide by 100" if high == 1 and 1 < value <= 100 else ""
            said.broken.append(Broken(file, place, rule, f"{value:.15g}", fix))
        if bad.height > MOST_NAMED:
            said.leave(bad.slice(MOST_NAMED), f"{rule}, beyond the first {MOST_NAMED}")
        frame = frame.filter(~mask)
    # The spread of values from 0 to 1 is a half at most: beyond it an error is in another unit.
    high = pl.col("is_fraction") & (pl.col("lower") == 0) & (pl.col("stderr") > LARGEST_ERROR)
    odd = ((pl.col("stderr") < 0) | ~pl.col("stderr").is_finite() | high).fill_null(False)
    for file, place, error in (
        frame.filter(odd).select("file", "place", "stderr").head(MOST_NAMED).iter_rows()
    ):
        fix = "no standard error of such a score; in percent? The score is kept without it"
        said.broken.append(Broken(file, place, "not_a_number", f"stderr {error:.15g}", fix))
    frame = frame.with_columns(stderr=pl.when(odd).then(None).otherwise("stderr"))
    _say_odd_errors(frame, said)
    return frame.drop("lower", "upper", "is_fraction")


def _say_odd_errors(frame: pl.DataFrame, said: Said) -> None:
    """Say where a standard error is not that of so many answers, right or wrong: their number is another."""
    p, n = pl.col("value"), pl.col("n_items")
    # Of a few answers, or nearly all alike, the error itself is rough.
    told = frame.filter(
        pl.col("metric").str.contains(_RIGHT_OR_WRONG),
        pl.col("stderr") > 0,
        n >= 30,
        p.is_between(0.02, 0.98),
    )
    ratio = pl.col("stderr") / (p * (1 - p) / n).sqrt()
    odd = told.filter(~ratio.is_between(0.5, 2.0))
    if odd.height:
        file, task = odd.select("file", "task").row(0)
        first = f"first that of {task} in {file}: was only a part of them asked (--limit)?"
        errors = agreeing(odd.height, "standard error", "does not fit its", "do not fit their")
        said.note(f"{errors} number of items, {first}")
