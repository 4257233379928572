"""The first and last section of the findings: five sentences to take home, and what the page rests on."""

from pipelines.pages.names import title, unit
from pipelines.pages.numbers import Cited, Numbers, paragraph

LADDER = "olmo_ladder"
MARGIN = "1.5"  # points within which two scores count as equal
THRESHOLD = {
    "supported": "Some tasks have a threshold of loss",
    "contradicted": "Hardly any task has a threshold of loss",
}
ONE = {"supported": "share one threshold", "contradicted": "do not share one threshold"}


def judged(numbers: Numbers, claim: str) -> list[Cited]:
    """The sources on which a claim has a statistic."""
    rows = numbers.cited("judged", "claim_id", "source", "format")
    return [row for row in rows if row["claim_id"] == claim]


def in_five_sentences(numbers: Numbers) -> str:
    """What to take home, a sentence a question."""
    told = [_thresholds(numbers), _sufficiency(numbers), _clock(numbers), _one(numbers), _verdicts(numbers)]
    lines = "".join(f"{k}. {sentence}\n" for k, sentence in enumerate((t for t in told if t), 1))
    return f"## In five sentences\n\n{lines}" if lines else ""


def _thresholds(numbers: Numbers) -> str:
    row = numbers.row("judged", claim_id="du_threshold", source=LADDER)
    if row is None:
        return ""
    start = THRESHOLD.get(row["verdict"], "Whether tasks have a threshold of loss stays open")
    n, share = row.count("n", "setting"), row.say("value", ".0%")
    whose = "(a task asked in one way) of OLMo's that start at chance and rise by five points"
    return f"{start}: of {n} {whose} {share} do so sharply."


def _sufficiency(numbers: Numbers) -> str:
    size = judged(numbers, "du_same_loss_same_score")
    holds, fails = _where(size, "supported"), _where(size, "contradicted")
    data = judged(numbers, "du_same_loss_any_data")
    over, kept = _where(data, "contradicted"), _where(data, "supported")
    if not size:
        return ""
    over_sizes = f"over sizes it holds on {holds}" if holds else "over sizes it is shown on no table"
    told = [f"{word} on {where}" for word, where in (("holds", kept), ("fails", over)) if where]
    across = f"; across training corpora it {' and '.join(told)}" if told else ""
    return (
        f"Same loss, same score (within {MARGIN} points on most tasks):"
        f" {over_sizes} and fails on {fails or 'none'}{across}."
    )


def _where(rows: list[Cited], verdict: str) -> str:
    found = [title(row["source"]) for row in rows if row["verdict"] == verdict]
    return ", ".join(found[:-1]) + (" and " if len(found) > 1 else "") + found[-1] if found else ""


def _clock(numbers: Numbers) -> str:
    rows = judged(numbers, "du_loss_beats_compute")
    better, worse = _where(rows, "supported"), _where(rows, "contradicted")
    if not rows:
        return ""
    if not better and not worse:
        return "Whether loss or compute is the better clock stays open on every table."
    first = f"Loss foretells scores better than compute on {better or 'no table'}"
    return f"{first}{f', compute better than loss on {worse}' if worse else ''}."


def _one(numbers: Numbers) -> str:
    row = numbers.row("judged", claim_id="du_one_threshold", source=LADDER, format="rc")
    if row is None or not row.has("low", "high"):
        return ""
    unsettled = (
        "differ, by how much is open" if float(row["low"]) > 0 else "may or may not share one threshold"
    )
    told = ONE.get(row["verdict"], unsettled)
    limits = f"{row.say('value', '.2f')} [{row.say('low', '.2f')}, {row.say('high', '.2f')}]"
    return f"OLMo's tasks asked by likelihood {told}: an SD between them of {limits} {unit(row['unit'])}."


def _verdicts(numbers: Numbers) -> str:
    row = numbers.row("claim_counts")
    if row is None:
        return ""
    return (
        f"Of {row.count('claims', 'published claim')}, {row.say('supported')} are supported on some table"
        f" and contradicted on none, {row.say('contradicted')} the other way round; the rest are divided,"
        " open or cannot be tested here."
    )


def what_is_held(numbers: Numbers) -> str:
    """How much the release holds."""
    row = numbers.row("holdings")
    if row is None:
        return ""
    sources = f"The release holds {row.count('sources', 'source')} with {row.count('runs', 'run')}."
    held = f"{row.count('losses', 'loss', 'losses')} and {row.count('scores', 'score')}"
    fits = f"{row.count('fits', 'curve')} of score over loss {'was' if row['fits'] == 1 else 'were'} fitted"
    told = paragraph("holdings", sources, f"They give {held}, from which {fits}.")
    return f"## What this rests on\n\n{told}"
