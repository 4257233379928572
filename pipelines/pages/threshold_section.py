"""The sections of the findings about thresholds: whether, for which tasks, and whether one for all."""

from pipelines.pages.names import ASKED, title, unit
from pipelines.pages.numbers import Cited, Numbers, cite, paragraph, table
from pipelines.pages.summary_section import judged

FEWEST = 5  # tasks from which a source and format get a sentence of their own
VERDICTS = {
    "settings": "tasks",
    "sharp": "sharp",
    "gradual": "gradual",
    "leaves_floor": "leaves its floor, width open",
    "smooth": "smooth",
    "above_floor": "above chance from the start",
    "at_floor": "at chance",
    "no_rise": "no change, or falls",
    "open": "open",
}
FIRST = ["task", "asked", "metric", "source", "loss on", "runs", "departure loss", "η", "verdict"]


def is_there_a_threshold(numbers: Numbers) -> str:
    """Verdicts by source and format."""
    rows = numbers.cited("formats", "source", "format")
    told = [sentence for row in rows if row["leaving"] >= FEWEST for sentence in _departures(row)]
    cells = [[title(r["source"]), _asked(r), r["corpus"], *map(r.say, VERDICTS)] for r in rows]
    return (
        "## Is there a threshold?\n\n![Where OLMo's tasks depart](thresholds.svg)\n\n"
        "A sharp rise from a floor is the only evidence for a threshold; a gradual one departs without.\n\n"
        + paragraph("formats", *told)
        + "\n"
        + table(["source", "asked", "loss on", *VERDICTS.values()], cells)
    )


def _asked(row: Cited) -> str:
    return ASKED.get(row["format"], str(row["format"]))


def _departures(row: Cited) -> list[str]:
    place = f"{title(row['source'])} tasks asked {_asked(row)}"
    share = f"{row.say('leaving')} of {row.say('settings')} {place}"
    first = f"{share} leave a floor, {row.say('sharp')} of them sharply."
    if not row.has("departure_min", "departure_max"):
        return [first]
    axis = f"{unit(row['unit'])} on {row['corpus']}"
    if row["placed"] == 1:
        return [first, f"One stands two points above it, at {row.say('departure_min', '.2f')} {axis}."]
    ends = f"{row.say('departure_min', '.2f')} and {row.say('departure_max', '.2f')}"
    placed = "They stand" if row["placed"] == row["leaving"] else f"{row.say('placed')} of them stand"
    return [first, f"{placed} two points above it between {ends} {axis}."]


def tasks_asked_first(numbers: Numbers) -> str:
    """The tasks people ask about first."""
    rows = numbers.cited("asked_first", "task", "format")
    cells = [[*_place(row), *_losses(row), row["verdict"].replace("_", " ")] for row in rows]
    if not cells:
        return ""
    return (
        "## The tasks people ask about first\n\n![Verdicts by source](verdicts.svg)\n\n"
        "The departure loss is where the expected score stands two points above its floor; η is given where"
        " a threshold curve fits and its bend is located, whether or not the rise is sharp. Each task and"
        " format on the source with most runs that shows it leave a floor."
        f" {cite('asked_first')}\n\n{table(FIRST, cells)}"
    )


def _place(row: Cited) -> list[str]:
    where = f"{row['corpus']} ({unit(row['unit'])})"
    return [row["title"], _asked(row), row["metric"], title(row["source"]), where, row.say("runs")]


def _losses(row: Cited) -> list[str]:
    if not row.has("departure"):
        return ["–", "–"]
    limits = ""
    if row.has("departure_low", "departure_high"):
        limits = f" [{row.say('departure_low', '.2f')}, {row.say('departure_high', '.2f')}]"
    departure = row.say("departure", ".2f") + limits
    return [departure, row.say("eta", ".3f") if row.has("eta") else "–"]


def is_there_one_threshold(numbers: Numbers) -> str:
    """Whether tasks share a threshold, format by format."""
    rows = [row for row in judged(numbers, "du_one_threshold") if row.has("low", "high")]
    lines = "".join(f"- {_one(row)}\n" for row in rows)
    return (
        "## Is the threshold one for all tasks?\n\n"
        "Judged by format, since a model that learns to answer with a letter learns it for all tasks at once."
        f" {cite('judged')}\n\n{lines or 'No format of any source has three located thresholds.'}\n"
        "The published 2.2 is in nats per token of a corpus and tokenizer that no table here shares, so it is"
        " compared with none.\n"
    )


def _one(row: Cited) -> str:
    limits = (
        f"{row.say('value', '.3f')} [{row.say('low', '.3f')}, {row.say('high', '.3f')}] {unit(row['unit'])}"
    )
    place = f"{title(row['source'])} asked {_asked(row)}"
    return f"{place}: thresholds differ by an SD of {limits}; {row['verdict']} ({row['reason']})."
