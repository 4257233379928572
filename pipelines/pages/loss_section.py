"""The sections of the findings about loss: whether it is enough, and whether it is the best clock."""

from pipelines.pages.names import CLOCKS, title
from pipelines.pages.numbers import Cited, Numbers, cite, paragraph, table
from pipelines.pages.summary_section import MARGIN, judged

FEWEST = 5
FACTORS = {
    "du_same_loss_same_score": "size",
    "du_same_loss_any_tokens": "tokens",
    "du_same_loss_any_data": "training corpus",
    "du_repeated_data": "repeated data",
    "du_learning_rate_and_batch": "learning rate or batch",
}
ENOUGH = ["at equal loss, by", "source", "tasks", "differ for sure", "may differ", "", "of which"]
BESIDE = [
    "task",
    "Du: rank",
    "Du: linear",
    "settings here",
    "rank, median",
    "strongest",
    "weakest",
    "linear, median",
]
CLOCK = ["source", "clock", "tasks", "its error, points", "error by loss", "loss better", "loss worse"]
MARKS = {"supported": "✓", "contradicted": "✗"}


def is_loss_enough(numbers: Numbers) -> str:
    """What size, tokens and data add at equal loss."""
    rows = [row for claim in FACTORS for row in judged(numbers, claim)]
    if not rows:
        return ""
    return (
        f"## Is loss enough?\n\nTwo models of one loss count as equal on a task if their scores are within"
        f" {MARGIN} points over the whole span of sizes, tokens or training corpora seen. ✓ says that at"
        " most a quarter of the tasks can differ, ✗ that more do, ? that the data do not tell."
        f" {cite('judged')}\n\n{table(ENOUGH, [_enough(row) for row in rows])}"
    )


def _enough(row: Cited) -> list[str]:
    limits = f"{row.say('low', '.0%')} to {row.say('high', '.0%')}" if row.has("low", "high") else "–"
    head = [FACTORS[row["claim_id"]], title(row["source"]), row.say("n"), row.say("value", ".0%"), limits]
    return [*head, MARKS.get(row["verdict"], "?"), row["reason"]]


def is_loss_as_close_as_said(numbers: Numbers) -> str:
    """The paper's own correlations of loss and score, beside those of other tables."""
    rows = numbers.cited("correlations", "task_as_published")
    if not rows:
        return ""
    return (
        "## Do loss and score move together as closely as Du et al. print?\n\nTheir table 2 is of models of"
        " their own on one corpus; each row here is over the settings of other publishers with at least ten"
        " checkpoints, each on the corpus that orders its scores best. −1 is a score that rises whenever the"
        f" loss falls (rank), or along a line (linear); ours are medians. {cite('correlations')}\n\n"
        f"{table(BESIDE, [_beside(row) for row in rows])}"
    )


def _beside(row: Cited) -> list[str]:
    theirs = [row.say(name, ".2f") for name in ("published_spearman", "published_pearson")]
    ours = [row.say(name, ".2f") for name in ("spearman", "strongest", "weakest", "pearson")]
    named = f"{row['task_as_published']} ({row['called']})"
    return [named, *theirs, f"{row.say('settings')} of {row.count('sources', 'source')}", *ours]


def is_loss_the_best_clock(numbers: Numbers) -> str:
    """Loss against compute, tokens and size as measures of progress."""
    rows = numbers.cited("clocks", "source", "clock")
    if not rows:
        return ""
    told = [_sentence(r) for r in rows if r["clock"] == "compute" and _decided(r) >= FEWEST]
    cells = table(CLOCK, [_clock(row) for row in rows])
    return f"## Is loss the best clock?\n\n{paragraph('clocks', *told)}\n{cells}"


def _decided(row: Cited) -> int:
    return int(row["loss_better"] + row["loss_worse"])


def _sentence(row: Cited) -> str:
    better = row.count("loss_better", "task")
    return (
        f"On {title(row['source'])} loss foretells left-out runs better than compute on {better} and worse on"
        f" {row.say('loss_worse')} of {row.say('settings')}."
    )


def _clock(row: Cited) -> list[str]:
    errors = [row.say("error", ".2f"), row.say("error_by_loss", ".2f")]
    counts = [row.say("loss_better"), row.say("loss_worse")]
    return [
        title(row["source"]),
        CLOCKS.get(row["clock"], row["clock"]),
        row.say("settings"),
        *errors,
        *counts,
    ]
