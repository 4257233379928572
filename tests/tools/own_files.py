"""Made-up files of the form that evaluators and trainers write, and a way to put them into a drop folder."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipelines.own.drop_folder import put
from pipelines.own.plan import Plan, find_runs
from pipelines.own.read_run import recognise
from pipelines.own.reading.found import OwnFile, Reading

Json = dict[str, Any]


def harness(
    results: Mapping[str, Mapping[str, Any]],
    *,
    model: str = "./ck/step8000",
    shots: int = 0,
    items: int = 500,
    more: Json | None = None,
) -> Json:
    """A results file of the evaluation harness, 0.4 and later."""
    config = {"output_type": "multiple_choice", "doc_to_choice": ["A", "B"], "num_fewshot": shots}
    return {
        "results": {task: {"alias": task, **metrics} for task, metrics in results.items()},
        "group_subtasks": {task: [] for task in results},
        "configs": {task: {"task": task, **config} for task in results},
        "versions": dict.fromkeys(results, 1.0),
        "n-shot": dict.fromkeys(results, shots),
        "n-samples": {task: {"original": items, "effective": items} for task in results},
        "config": {"model_args": f"pretrained={model},dtype=bfloat16", "limit": None, "fewshot_seed": 1234},
        "date": 1750000000.5,
        "model_name": model,
        "chat_template": None,
        **(more or {}),
    }


def old_harness(
    results: Mapping[str, Mapping[str, Any]], *, model: str = "./ck/step8000", **config: Any
) -> Json:
    """A results file of the evaluation harness before 0.4."""
    told = {
        "model": "hf-causal",
        "model_args": f"pretrained={model}",
        "num_fewshot": 0,
        "limit": None,
        **config,
    }
    return {"results": dict(results), "versions": dict.fromkeys(results, 0), "config": told}


def write(path: Path, content: Json | list[Any] | str) -> Path:
    """Write a file, its folders made; anything but text as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def read(path: Path) -> Reading:
    """Read a file by whatever reader recognises it."""
    file = OwnFile(path, path.name, path.stat().st_size)
    reader = recognise(file)
    assert reader is not None, path.read_bytes()[:200]
    return reader.read(file)


def planned(folder: Path, **answers: Any) -> Plan:
    """The plan of the one run in a folder."""
    (found,) = find_runs([folder])
    return found.plan(answers)


def drop(folder: Path, home: Path) -> Path:
    """Put the one run of a folder into a home's drop folder and say where."""
    return put(planned(folder), home).folder


def scores_of(plan: Plan, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a plan's scores."""
    return plan.settled.scores.select(columns).rows()


def said(items: Iterable[Any]) -> str:
    """All that was said, as one text."""
    return "\n".join(str(item) for item in items)
