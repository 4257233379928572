"""Reads bigcode-evaluation-harness: ``{"humaneval": {"pass@1": 0.3, …}, "config": {"model": …}}``."""

from typing import Any

from pipelines.own.reading.cells import is_empty
from pipelines.own.reading.checked_numbers import read_limit, read_value
from pipelines.own.reading.found import Kind, OwnFile, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position

_SAMPLING = ("do_sample", "temperature", "top_p", "top_k", "n_samples", "prompt", "instruction_tokens")
_LOADING = ("revision", "peft_model", "precision", "load_in_8bit", "load_in_4bit")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: tasks beside the settings of one model, with how it was sampled."""
    document = file.document
    if not isinstance(document, dict) or not isinstance(config := document.get("config"), dict):
        return False
    is_sampled = {"model", "temperature", "n_samples"} <= config.keys()
    return is_sampled and len(document) > 1 and all(isinstance(told, dict) for told in document.values())


def read(file: OwnFile) -> Reading:
    """Read one file; what was asked of a model is generated, and the shots are not told."""
    document = file.document
    config: dict[str, Any] = document["config"]
    names = [f"{config['model']}/{config['revision']}" if config.get("revision") else str(config["model"])]
    reading = Reading()
    at, reading.questions = told_position(file, names)
    facts = tuple(
        (name, told)
        for name, told in (
            ("gen_kwargs", _told(config, _SAMPLING)),
            ("weights", _told(config, ("model", *_LOADING))),
            ("limit", "" if is_empty(config.get("limit")) else str(config["limit"])),
        )
        if told
    )
    items = read_limit(file, "config.limit", config.get("limit"), reading)
    for task, metrics in document.items():
        for metric, value in metrics.items() if task != "config" else ():
            place = f"{task}.{metric}"
            number = read_value(file, place, value, reading)
            if number is None:
                continue
            reading.records.append(
                Record(
                    Kind.SCORE, metric, number, at, file.path, place, without_position(names[0]),
                    task=task, metric=metric, format="generate",
                    n_items=items, facts=facts,
                )
            )  # fmt: skip
    return reading


def _told(config: dict[str, Any], names: tuple[str, ...]) -> str:
    pairs = [(name, config.get(name)) for name in names]
    return ", ".join(f"{name}={value}" for name, value in pairs if not is_empty(value) and value is not False)


READER = Reader("bigcode", "bigcode-evaluation-harness", recognise, read)
