"""Turns positions into tokens: as said, from samples, or from steps; what is not said is asked."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.own.card.card import Card
from pipelines.own.reading.found import Broken, Counter, Question
from pipelines.own.reading.mapping import COUNTERS
from pipelines.own.reading.positions import position_in_name
from pipelines.own.settling.frame import Said
from pipelines.own.settling.seen_so_far import only_seen_so_far
from pipelines.words import waiting

Floats = NDArray[np.float64]
MAX_TOKENS = 2.0**62
MOST_ASKED = 5
MOST_NAMED = 20
CONTRADICT = "tokens_contradict"
# Batches are cut here and there, and a log counts a step before or after it: more is another number.
LITTLE = 1e-3
_COUNTS = tuple(COUNTERS)
_PER = {
    Counter.STEP: (
        "tokens_per_step",
        "how many tokens is one optimizer step (batch × accumulation × devices × length)?",
    ),
    Counter.SAMPLES: ("sequence_length", "how many tokens is one sample (the sequence length)?"),
    Counter.NAMED_TOKENS: (
        "tokens_in_names",
        "names tell tokens alone, and rounded (hf-4B-tokens): take them as they are?",
    ),
    Counter.EPOCH: ("tokens_per_epoch", "how many tokens is one epoch?"),
    Counter.MICRO_STEP: ("micro_steps_per_step", "how many batches are accumulated in one optimizer step?"),
    Counter.CALL: ("steps_per_call", "how many optimizer steps lie between two calls of the logger?"),
    Counter.LAST: ("training_tokens", "how many tokens had the last checkpoint (main, final) seen?"),
}


def place(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Return the rows with ``step``, ``tokens``, ``is_final`` and ``is_placed``; ask for the others."""
    frame = only_seen_so_far(_named(told_by_file(frame, card), card), card, said)
    frame = _whole(_counted(frame, card, said), said)
    frame = _ramps(frame, card, said)
    length = card.whole("sequence_length")
    frame = frame.with_columns(
        rough=pl.when("is_rounded", (pl.col("tokens") > 0) | pl.col("rounded_to").is_not_null()).then(
            "tokens"
        ),
        tokens=pl.coalesce(
            pl.when(~pl.col("is_rounded")).then("tokens"),
            pl.when(pl.col("counter") == Counter.TOKENS).then("number"),
            pl.col("samples") * length if length else pl.lit(None, pl.Float64),
            pl.when(pl.col("counter") == Counter.SAMPLES).then("number") * length
            if length
            else pl.lit(None, pl.Float64),
        ),
        step=pl.when(pl.col("counter") == Counter.STEP).then("number"),
    )
    frame = _steps_of_others(frame, card)
    frame = _from_steps(frame, card, said)
    return _known(frame, card, said)


def told_by_file(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Put what the card says of one file in the place of what it says itself."""
    for file in frame["file"].unique(maintain_order=True) if card.told.get("files") else ():
        told = card.of("files", file)
        mine = pl.col("file") == file
        for name, counter in (("step", Counter.STEP), ("tokens", Counter.TOKENS)):
            if isinstance(told.get(name), int | float):
                frame = frame.with_columns(
                    counter=pl.when(mine).then(pl.lit(counter.value)).otherwise("counter"),
                    number=pl.when(mine).then(float(told[name])).otherwise("number"),
                    tokens=pl.when(mine).then(pl.lit(None)).otherwise("tokens"),
                )
    return frame


def _named(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Take tokens that names tell alone, or forget them, as the card says; else they are asked about."""
    is_told = card.told.get("tokens_in_names")
    if is_told is None:
        return frame
    named = pl.col("counter") == Counter.NAMED_TOKENS
    counter = Counter.TOKENS if is_told else Counter.UNKNOWN
    return frame.with_columns(
        counter=pl.when(named).then(pl.lit(counter.value)).otherwise("counter"),
        number=pl.when(named & pl.lit(not is_told)).then(None).otherwise("number"),
    )


def _counted(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Say what a number under a name such as ``step`` counts, where only the user knows.

    One answer is for the files whose numbers are of a size; those of another size have their own.
    """
    untold = (pl.col("counter") == Counter.UNKNOWN) & pl.col("number").is_not_null()
    numbers = frame.filter(untold).partition_by("file", maintain_order=True)
    likely = {str(rows["file"][0]): _likely(rows["number"]) for rows in numbers}
    usual = "steps" if "steps" in likely.values() else "tokens"
    for file, mine in likely.items():
        general = "step_counts" if mine == usual else f'files."{file}".step_counts'
        counts = card.of("files", file).get("step_counts") or (mine == usual and card.text("step_counts"))
        if counts in COUNTERS:
            mine_untold = untold & (pl.col("file") == file)
            frame = frame.with_columns(
                counter=pl.when(mine_untold).then(pl.lit(COUNTERS[counts].value)).otherwise("counter")
            )
        elif (waits := frame.filter(untold, pl.col("tokens").is_null(), file=file)).height:
            options = (mine, *(c for c in _COUNTS if c != mine))
            text = f"what do the steps of {file} count ({waits['number'][0]:,.0f})?"
            said.ask(Question(general, text, options, file))
    return frame


def _whole(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Refuse parts of a step or of a token: 20.5 is in billions, 10.500 has a dot for thousands."""
    counts = ~pl.col("counter").is_in([Counter.EPOCH.value, Counter.LAST.value, Counter.UNKNOWN.value])
    parts = (
        (counts & (pl.col("number") % 1 != 0))
        | (~pl.col("is_rounded") & (pl.col("tokens") % 1 != 0))
        | (pl.col("samples") % 1 != 0)
    ).fill_null(False)
    odd = frame.filter(parts)
    for file, spot, *told in (
        odd.select("file", "place", "number", "tokens", "samples").head(MOST_NAMED).iter_rows()
    ):
        value = next(f"{x:.15g}" for x in told if x is not None and x % 1)
        fix = "expected a whole number: write out what is in billions or has dots between thousands"
        said.broken.append(Broken(file, spot, "position_out_of_range", value, fix))
    if odd.height > MOST_NAMED:
        said.leave(odd.slice(MOST_NAMED), f"no whole position, beyond the first {MOST_NAMED}")
    return frame.filter(~parts)


def _likely(numbers: pl.Series) -> str:
    """Say what numbers of this size count: billions are tokens."""
    return "tokens" if float(numbers.max() or 0) >= 1e8 else "steps"  # type: ignore[arg-type]


def _ramps(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Refuse one number of tokens a step where the samples a step change: the batch grew."""
    if len(card.steps) != 1 or card.whole("sequence_length"):
        return frame
    both = frame.filter(
        pl.col("samples").is_not_null(), pl.col("counter") == Counter.STEP, pl.col("number") > 0
    )
    each = both.select("file", ratio=pl.col("samples") / pl.col("number")).group_by(
        "file", maintain_order=True
    )
    ramped = each.agg(pl.col("ratio").max() / pl.col("ratio").min() > 1.01).filter("ratio")["file"].to_list()
    if not ramped:
        return frame
    _, text = _PER[Counter.SAMPLES]
    said.ask(
        Question("sequence_length", f"the batch of {ramped[0]} grows; {text}", ("2048", "4096"), ramped[0])
    )
    gone = pl.col("file").is_in(ramped)
    said.leave(frame.filter(gone), "the batch grows, so that steps times one number of tokens is wrong")
    return frame.filter(~gone)


def _steps_of_others(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Turn micro-batches and calls of a logger into steps, where the card says how many make one."""
    micro, call = card.whole("micro_steps_per_step"), card.whole("steps_per_call")
    scaled = pl.col("step")
    if micro:
        scaled = (
            pl.when(pl.col("counter") == Counter.MICRO_STEP).then(pl.col("number") / micro).otherwise(scaled)
        )
    if call:
        scaled = pl.when(pl.col("counter") == Counter.CALL).then(pl.col("number") * call).otherwise(scaled)
    epoch = card.whole("tokens_per_epoch")
    tokens = pl.col("tokens")
    if epoch:
        epochs = pl.when(pl.col("counter") == Counter.EPOCH).then(pl.col("number") * epoch)
        tokens = pl.coalesce(tokens, epochs)
    last = card.whole("training_tokens")
    if last:
        tokens = pl.coalesce(tokens, pl.when(pl.col("counter") == Counter.LAST).then(float(last)))
    return frame.with_columns(step=scaled, tokens=tokens)


def _from_steps(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Turn steps into tokens: by the card, else by what the run's own files say at the same steps.

    Where those contradict the card they count, and where a name contradicts both nothing is placed.
    """
    untold = frame["tokens"].is_null() & frame["step"].is_not_null()
    against: list[str | None] = []
    if card.steps:
        against = _against_card(frame, card, said)
        told = pl.Series(tokens_at(frame["step"].to_numpy(), card.steps), dtype=pl.Float64).fill_nan(None)
        is_told = ~pl.col("run").is_in(against, nulls_equal=True)
        frame = frame.with_columns(tokens=pl.coalesce("tokens", pl.when(is_told).then(told)))
    if against or not card.steps:
        frame = _from_own_pairs(frame, said)
    frame = _not_as_named(frame.with_columns(is_filled=untold), said)
    gone = pl.col("is_filled") & pl.col("tokens").is_null() & pl.col("run").is_in(against, nulls_equal=True)
    why = "the run's own files contradict tokens_per_step, and do not tell the tokens of these steps"
    said.leave(frame.filter(gone), why)
    return frame.filter(~gone).drop("is_filled", "rough")


def _against_card(frame: pl.DataFrame, card: Card, said: Said) -> list[str | None]:
    """Return the runs whose own files tell other tokens at a step than the card, which is said."""
    is_unknown = pl.col("counter") == Counter.UNKNOWN
    pairs = frame.with_columns(at=pl.coalesce("step", pl.when(is_unknown).then("number"))).filter(
        pl.col("at") > 0, pl.col("tokens").is_not_null()
    )
    at = pairs["at"].to_numpy()
    low, told, high = (pl.Series(tokens_at(at + more, card.steps), dtype=pl.Float64) for more in (-1, 0, 1))
    is_near = pl.col("tokens").is_between(low * (1 - LITTLE), high * (1 + LITTLE))
    odd = pairs.with_columns(by_card=told, is_near=is_near).filter(~pl.col("is_near"))
    # The newest of a run is furthest off.
    for row in odd.sort("at").unique("run", keep="last", maintain_order=True).iter_rows(named=True):
        unless = "" if row["step"] is not None else " (if its steps are optimizer steps: say step_counts)"
        said.note(
            f"{row['file']} tells {row['tokens']:,.0f} tokens at step {row['at']:,.0f}, and tokens_per_step "
            f"makes {row['by_card']:,.0f}{unless}: what the file tells counts; correct tokens_per_step"
        )
    return odd.filter(pl.col("step").is_not_null())["run"].unique(maintain_order=True).to_list()


def _from_own_pairs(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Turn steps into tokens by what the run's own files say at the same steps, or evenly at all."""
    pairs = (
        frame.filter(pl.col("step") > 0, pl.col("tokens").is_not_null())
        .select("run", "step", "tokens")
        .unique()
    )
    if pairs.is_empty():
        return frame
    ratios = pairs.group_by("run").agg(
        (pl.col("tokens") / pl.col("step")).min().alias("low"),
        (pl.col("tokens") / pl.col("step")).max().alias("high"),
    )
    even = ratios.filter(pl.col("high") <= pl.col("low") * (1 + 1e-6)).select("run", per_step="low")
    exact = pairs.group_by("run", "step").agg(at_step=pl.col("tokens").max())
    frame = frame.join(even, on="run", how="left", nulls_equal=True, maintain_order="left")
    frame = frame.join(exact, on=["run", "step"], how="left", nulls_equal=True, maintain_order="left")
    filled = frame.with_columns(tokens=pl.coalesce("tokens", "at_step", pl.col("step") * pl.col("per_step")))
    if filled["tokens"].null_count() < frame["tokens"].null_count():
        said.note("steps became tokens by what the run's own log says of both")
    return filled.drop("at_step", "per_step")


def _not_as_named(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Refuse tokens made of steps in runs where a file or its name tells others, however rounded."""
    named = [(file, *found) for file in frame["file"].unique() if (found := tokens_in_path(file))]
    schema = {"file": pl.String, "named_step": pl.Float64, "named": pl.Float64, "named_unit": pl.Float64}
    told = frame.join(pl.DataFrame(named, schema, orient="row"), on="file", how="left", maintain_order="left")
    is_named = pl.col("named_step") == pl.col("step")
    rough = pl.coalesce(pl.when(is_named).then("named"), "rough")
    # A log writes two digits at least: 1.2B, 4.19B.
    unit = pl.coalesce(
        pl.when(is_named).then("named_unit"), "rounded_to", 10.0 ** (pl.col("rough").log10().floor() - 1)
    )
    off = (pl.col("tokens") - rough).abs() > unit + pl.col("tokens") / pl.col("step") + 1
    odd = told.with_columns(rough=rough).filter(pl.col("is_filled"), pl.col("step") > 0, off)
    for row in odd.sort("step").unique("run", keep="last", maintain_order=True).iter_rows(named=True):
        fix = (
            f"about {row['rough']:,.0f} tokens at step {row['step']:,.0f}, as the file or its name tells: "
            'correct tokens_per_step, or say the tokens of this file (below [files."NAME"])'
        )
        said.broken.append(Broken(row["file"], row["place"], CONTRADICT, f"{row['tokens']:,.0f}", fix))
    gone = pl.col("is_filled") & pl.col("run").is_in(odd["run"].to_list(), nulls_equal=True)
    said.leave(frame.filter(gone), "its steps become other tokens than a file of the run, or its name, tells")
    return frame.filter(~gone)


def tokens_in_path(path: str) -> tuple[float, float, float] | None:
    """Return step, tokens and the unit of their last digit, where a part of a path tells both; else None."""
    for part in reversed(path.split("/")):
        at = position_in_name(part)
        if at and at.number is not None and at.tokens is not None and at.rounded_to is not None:
            return at.number, at.tokens, at.rounded_to
    return None


def tokens_at(steps: Floats, schedule: Sequence[tuple[int, int]]) -> Floats:
    """Return the tokens seen at each step: (from step, tokens a step) pairs, the first from step 0."""
    starts = np.array([start for start, _ in schedule], dtype=float)
    rates = np.array([rate for _, rate in schedule], dtype=float)
    before = np.concatenate([[0.0], np.cumsum(np.diff(starts) * rates[:-1])])
    at = np.searchsorted(starts, steps, side="right") - 1
    at = np.clip(at, 0, len(starts) - 1)
    return np.asarray(before[at] + (steps - starts[at]) * rates[at])


def _known(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Say of each row whether it has a position, and ask for what the others need."""
    # A folder of results of one last checkpoint needs no tokens; beside others it does.
    alone = frame.filter(pl.col("counter") != Counter.LAST).is_empty()
    final = (pl.col("counter") == Counter.LAST) if alone else pl.lit(False)
    wanting = frame.filter(pl.col("tokens").is_null() & ~final)
    # Where a log says samples, their length is all that is missing, and right however the batch grows.
    has_samples = pl.col("samples").is_not_null() & (pl.col("counter") == Counter.STEP)
    wanting = wanting.with_columns(
        counter=pl.when(has_samples).then(pl.lit(Counter.SAMPLES.value)).otherwise("counter")
    )
    for counter, count in wanting.group_by("counter", maintain_order=True).len().iter_rows():
        rows = wanting.filter(pl.col("counter") == counter)
        scaled = (Counter.MICRO_STEP, Counter.CALL)
        if counter in _PER:
            # What is counted in batches or calls needs a second number once it is known in steps.
            is_in_steps = counter in scaled and card.whole(_PER[Counter(counter)][0])
            key, text = _PER[Counter.STEP if is_in_steps else Counter(counter)]
            options = ("true", "false") if counter == Counter.NAMED_TOKENS else ()
            said.ask(Question(key, f"{text} {waiting(count, 'value')}", options, rows["file"][0]))
        _ask_by_file(rows.filter(pl.col("number").is_null() & (pl.col("counter") == Counter.UNKNOWN)), said)
    said.leave(wanting, "no position in tokens yet: see the question")
    wild = (
        (pl.col("tokens") < 0)
        | (pl.col("tokens") >= MAX_TOKENS)
        | (pl.col("step") < 0)
        | (pl.col("step") >= MAX_TOKENS)
    )
    for file, spot, number in frame.filter(wild).select("file", "place", "tokens").head(20).iter_rows():
        said.broken.append(
            Broken(file, spot, "position_out_of_range", f"{number}", "expected tokens from 0 to 4.6e18")
        )
    return frame.filter(~wild.fill_null(False)).with_columns(
        pl.col("tokens").round().cast(pl.Int64),
        pl.col("step").round().cast(pl.Int64),
        is_final=final,
        is_placed=pl.col("tokens").is_not_null() | final,
    )


def _ask_by_file(rows: pl.DataFrame, said: Said) -> None:
    """Ask for the step of files that no name tells it of; of many only the first."""
    files = rows["file"].unique(maintain_order=True).to_list()
    for file in files[:MOST_ASKED]:
        said.ask(Question(f'files."{file}".step', f"of which step are the results of {file}?", (), file))
    if len(files) > MOST_ASKED:
        said.note(f"{len(files):,} files do not tell their step: name it in their folders (step1000/…)")
