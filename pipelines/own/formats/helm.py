"""Reads runs of HELM: ``stats.json`` with the ``run_spec.json`` beside it."""

import re
from collections.abc import Iterator
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading.cells import is_empty, read_whole
from pipelines.own.reading.checked_numbers import read_count, read_value
from pipelines.own.reading.found import Kind, Left, OwnFile, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position

OTHERS = "other splits, perturbed prompts, and what is no score"
NO_METRIC = "scores that the warehouse has no metric for"

# What HELM measures of answers, as the warehouse names it; the rest is of speed, length or bias.
_METRICS = {
    "exact_match": "acc",
    "quasi_exact_match": "quasi_exact_match",
    "prefix_exact_match": "prefix_exact_match",
    "quasi_prefix_exact_match": "quasi_prefix_exact_match",
    # Of the last number in the answer, and beside exact_match in one run: a metric of its own.
    "final_number_exact_match": "exact_match_flexible",
    "f1_score": "f1",
}
_FORMATS = {
    "multiple_choice_joint": "mc",
    "multiple_choice_separate_original": "rc",
    "multiple_choice_separate_calibrated": "rc",
    "generation": "generate",
}
_SPLITS = ("test", "valid")
# What else HELM calls a score: `bbq_accuracy`, `math_equiv_chain_of_thought`, `exact_match@5`, `rouge_l`.
_SCORE = re.compile(r"(?:^|_)(?:score|accuracy|match|f1|equiv|correctness|rouge|bleu|pass)(?:$|[_@])", re.I)


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a list of statistics, each with a name that is a record."""
    document = file.document
    if not isinstance(document, list) or not document:
        return False
    first = document[0]
    return isinstance(first, dict) and isinstance(first.get("name"), dict) and "name" in first["name"]


def read(file: OwnFile) -> Reading:
    """Read the scores of one run, on its test split and as asked, without perturbations."""
    spec = _spec(file)
    adapter = _dict(spec.get("adapter_spec"))
    model = adapter.get("model") or adapter.get("model_deployment")
    reading = Reading()
    at, questions = told_position(file, [model if isinstance(model, str) else None])
    reading.questions += questions
    method = str(adapter.get("method", ""))
    rows = list(_rows(file.document))
    split = next((s for s in _SPLITS if any(name.get("split") == s for _, name, _ in rows)), None)
    means = {name["name"]: cell for _, name, cell in rows if name.get("split") == split}
    shots = _shots(file, adapter, means, reading)
    items = read_count(file, "num_instances", means.get("num_instances"), 0, reading)
    skipped, others = len(file.document) - len(rows), list[str]()
    for i, name, cell in rows:
        published = name["name"]
        if name.get("split") != split or published not in _METRICS:
            if name.get("split") == split and _SCORE.search(published):
                others.append(published)
            else:
                skipped += 1
            continue
        number = read_value(file, f"[{i}].mean", cell, reading)
        if number is None:
            continue
        choice = method.startswith("multiple_choice")
        reading.records.append(
            Record(
                Kind.SCORE, published, number, at, file.path, f"[{i}].mean",
                without_position(model) if isinstance(model, str) else None,
                task=_task(spec),
                # What a choice is right by is an accuracy; of generated text it is a match.
                metric="exact_match" if published == "exact_match" and not choice else _METRICS[published],
                format=_FORMATS.get(method),
                n_shot=shots,
                n_items=items or None,
                facts=(("split", str(split)),),
            )
        )  # fmt: skip
    if others:
        named = ", ".join(dict.fromkeys(others))
        reading.left.append(Left(file.path, "", f"{NO_METRIC}: {named}", len(others)))
    if skipped:
        reading.left.append(Left(file.path, "", OTHERS, skipped))
    return reading


def _rows(document: list[Any]) -> Iterator[tuple[int, dict[str, Any], object]]:
    """Yield (index, name, mean) of what was asked as it stands: no perturbation, no part of a split.

    A statistic of which nothing was counted has no mean.
    """
    for i, row in enumerate(document):
        name = _dict(_dict(row).get("name"))
        mean = _dict(row).get("mean")
        is_named = isinstance(name.get("name"), str)
        if is_named and not is_empty(mean) and not name.get("perturbation") and not name.get("sub_split"):
            yield i, name, mean


def _spec(file: OwnFile) -> dict[str, Any]:
    beside = file.beside("run_spec.json")
    if beside is None:
        raise InputError(
            f"{file.path} has no run_spec.json beside it, which tells model and task: copy it too"
        )
    return _dict(beside.document)


def _task(spec: dict[str, Any]) -> str | None:
    """Return the task: the group of its scenario, and which part of it the name of the run tells, in words.

    ``babi_qa`` has twenty, and ``math`` a level beside each subject; ``all`` is the whole.
    """
    groups = spec.get("groups")
    first = groups[0] if isinstance(groups, list) and groups else None
    if not isinstance(first, str):
        return None
    name = str(spec.get("name", ""))
    told = [v for v in _dict(_dict(spec.get("scenario_spec")).get("args")).values() if isinstance(v, str)]
    parts = [v for v in told if v in (name.partition(":")[2] or v)] or [_argument(name, "subject") or ""]
    words = [v for v in parts if v not in ("", "all") and not first.endswith(v)]
    return "_".join([first, *words])


def _argument(name: str, wanted: str) -> str | None:
    """Return an argument out of the name of a run, ``mmlu:subject=anatomy,model=x``."""
    pairs = [part.partition("=") for part in name.partition(":")[2].split(",")]
    return next((value for key, _, value in pairs if key == wanted), None)


def _shots(file: OwnFile, adapter: dict[str, Any], means: dict[str, object], reading: Reading) -> int | None:
    """Return how many examples stood in the prompts: those asked for, or those that found room."""
    told = adapter.get("max_train_instances")
    asked = read_count(file, "run_spec.json adapter_spec.max_train_instances", told, 0, reading)
    count = means.get("num_train_instances")
    found = None if count is None else read_value(file, "num_train_instances", count, reading)
    if asked is not None and found is not None and found < asked:
        return read_whole(found)
    return asked


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("helm", "HELM", recognise, read)
