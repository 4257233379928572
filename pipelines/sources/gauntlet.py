"""MosaicML's Eval Gauntlet: the score of guessing that it states for each task. It publishes no scores."""

import re

import polars as pl

from pipelines.intake.reading import NOT_A_NUMBER, UNREADABLE, as_number
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

REPO = "mosaicml/llm-foundry"
STATED = {
    "task": pl.String,
    "n_choices": pl.Int64,
    "chance": pl.Float64,
    "n_items": pl.Int64,
    "n_shot": pl.Int64,
    "commit": pl.String,
    "file": pl.String,
    "line": pl.Int64,
}
SETTING = re.compile(r"\s*(?:- )?(?P<key>name|num_fewshot|random_baseline):\s*(?P<value>.*?)\s*(?:#.*)?")
HEADING = re.compile(r"\d+\.\s+(?P<task>[A-Z].*?)\s*")
BASELINE = re.compile(r"- Random baseline accuracy: ~?(?P<percent>.+?)%")
SHOTS = re.compile(r"- Number of few shot examples: (?P<shots>\d+)")
ITEMS = re.compile(r"consists of (?P<items>\d[\d,]*)")
CHOICES = re.compile(r"\b(?P<choices>two|four)[- ]choice|(?P<digits>\d)-choice")
WORDS = {"two": 2, "four": 4}
Row = dict[str, object]


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the settings (YAML) and the description (Markdown): a row a place that states a task's chance."""
    stated: list[Row] = []
    for file in files:
        lines = file.read().decode("utf-8", errors="replace").splitlines()
        rows = _described(lines, file, intake) if file.path.endswith(".md") else _set(lines, file, intake)
        if not rows:
            intake.reject(file.path, "", UNREADABLE, None, "no task with a random baseline")
        stated += rows
    frame = pl.DataFrame(stated, schema=STATED, orient="row")
    # A task may stand in several categories of one file, and says the same there.
    claims = frame.unique(["file", "task"], keep="first", maintain_order=True)
    intake.claim(
        claims.select(
            "n_choices",
            "chance",
            "n_items",
            publisher=pl.format("{}:{}", pl.lit(REPO), "file"),
            task_as_published="task",
            note=pl.format("{}-shot", "n_shot"),
        )
    )
    return {"stated": frame}


def _set(lines: list[str], file: RawFile, intake: Intake) -> list[Row]:
    """Return the benchmarks of the settings: a name, below it its shots and its baseline as a fraction."""
    rows: list[Row] = []
    task, shots = "", None
    for number, line in enumerate(lines, start=1):
        found = SETTING.fullmatch(line)
        if not found:
            continue
        key, value = found.group("key", "value")
        if key == "name":
            task, shots = value, None
        elif key == "num_fewshot":
            shots = int(value) if value.isdecimal() and len(value) < 9 else None
        elif task:
            rows += _row(task, as_number(value), value, number, file, intake, n_shot=shots)
    return rows


def _described(lines: list[str], file: RawFile, intake: Intake) -> list[Row]:
    """Return the numbered tasks of the description whose baseline is stated in percent."""
    rows: list[Row] = []
    task, facts = "", dict[str, int | None]()
    for number, line in enumerate(lines, start=1):
        heading = HEADING.fullmatch(line)
        if heading:
            task, facts = heading.group("task"), {}
            continue
        for name, pattern in (("n_shot", SHOTS), ("n_items", ITEMS)):
            found = pattern.search(line)
            if found:
                facts[name] = int(found.group(1).replace(",", ""))
        choices = CHOICES.search(line)
        if choices:
            facts["n_choices"] = WORDS.get(choices["choices"] or "", 0) or int(choices["digits"])
        baseline = BASELINE.search(line)
        if baseline and task:
            percent = as_number(baseline["percent"])
            chance = None if percent is None else percent / 100
            rows += _row(task, chance, baseline["percent"], number, file, intake, **facts)
    return rows


def _row(
    task: str, chance: float | None, text: str, line: int, file: RawFile, intake: Intake, **facts: int | None
) -> list[Row]:
    """Return what one line states, or nothing after a reject of what is no fraction."""
    if chance is None or not 0 <= chance < 1:
        intake.reject(file.path, f"line {line}", NOT_A_NUMBER, text, "expected a score of guessing")
        return []
    return [{"task": task, "chance": chance, "commit": file.commit, "file": file.path, "line": line} | facts]


SOURCE = Source(
    name="gauntlet",
    title="Mosaic Eval Gauntlet: chance levels of its tasks",
    address=f"https://github.com/{REPO}",
    origins=(
        Origin(
            repo=REPO,
            commit="8c8dd48f72168c5d51e2f7b151595892a8fba43d",
            include=("scripts/eval/local_data/EVAL_GAUNTLET.md", "scripts/eval/yamls/eval_gauntlet*.yaml"),
            expects=(
                "scripts/eval/local_data/EVAL_GAUNTLET.md",
                "scripts/eval/yamls/eval_gauntlet.yaml",
                "scripts/eval/yamls/eval_gauntlet_v0.3.yaml",
            ),
        ),
    ),
    licence="Apache-2.0",
    citation="MosaicML 2023, Eval Gauntlet",
    redistribute=True,
    tables={"stated": STATED},
    parse=parse,
)
