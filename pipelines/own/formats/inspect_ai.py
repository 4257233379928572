"""Reads logs of inspect_ai, ``.json`` or ``.eval`` (a zip whose ``header.json`` holds the same)."""

import json
import zipfile
from typing import Any

from emergence.errors import InputError
from pipelines.own.formats.lm_eval import written
from pipelines.own.reading.cells import read_whole
from pipelines.own.reading.checked_numbers import read_count, read_error, read_limit, read_value
from pipelines.own.reading.found import (
    Kind,
    Left,
    OwnFile,
    Position,
    Question,
    Reader,
    Reading,
    Record,
)
from pipelines.own.reading.positions import file_key, told_position, without_position

HEADER = "header.json"
MAX_HEADER = 64 << 20
# Beside a scorer's metrics, and no score: what they say of its noise.
_NOISE = frozenset({"stderr", "std", "var", "bootstrap_stderr", "ci_lower", "ci_upper"})
# What several answers to one question count as: their mean is the score of one; a best or a vote is not.
_MEANS = (None, "mean")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a zip that names a header, or a status beside what was evaluated."""
    if file.head[:4] == b"PK\x03\x04":
        return file.name.endswith(".eval") or b"_journal/" in file.head or HEADER.encode() in file.head
    document = file.document
    return isinstance(document, dict) and isinstance(document.get("eval"), dict) and "status" in document


def read(file: OwnFile) -> Reading:
    """Read one log: its scores, unless it did not end well."""
    document = _header(file) if file.head[:4] == b"PK\x03\x04" else file.document
    reading = Reading(written=written({}, file))
    told, results = _dict(document.get("eval")), _dict(document.get("results"))
    status = document.get("status")
    if status != "success":
        reading.questions.append(
            Question(
                file_key(file, "accept"),
                f"the evaluation has the status {status!r}: only some items may be scored; take it?",
                ("false", "true"),
                file.path,
            )
        )
    names = _names(told)
    at, questions = told_position(file, names)
    reading.questions += questions
    if not results.get("scores"):
        reading.left.append(Left(file.path, "results.scores", "nothing was scored"))
        return reading
    if not isinstance(results["scores"], list):
        raise InputError(f"{file.path}: results.scores is no list of scores")
    counted = _counted(file, told, results, reading)
    read_limit(file, "eval.config.limit", _dict(told.get("config")).get("limit"), reading)
    run = next((bare for name in names if (bare := without_position(name))), None)
    for i, score in enumerate(results["scores"]):
        _read_score(file, f"results.scores[{i}]", _dict(score), told, results, counted, at, run, reading)
    return reading


def _names(told: dict[str, Any]) -> list[str]:
    """Return the names that may tell model and step, the surest first: of `hf/local` an argument tells."""
    arguments = _dict(told.get("model_args"))
    path, revision = (arguments.get(name) for name in ("model_path", "revision"))
    names = [name for name in (path, told.get("model")) if isinstance(name, str) and name]
    if names and isinstance(revision, str) and revision:
        return [f"{names[0]}/{revision}", *names[1:]]
    return names


def _read_score(
    file: OwnFile,
    place: str,
    score: dict[str, Any],
    told: dict[str, Any],
    results: dict[str, Any],
    counted: tuple[int, int | None, int | None],
    at: Position,
    run: str | None,
    reading: Reading,
) -> None:
    metrics = {name: _dict(metric).get("value") for name, metric in _dict(score.get("metrics")).items()}
    error = read_error(file, f"{place}.metrics.stderr.value", metrics.get("stderr"), reading)
    scored = read_count(file, f"{place}.scored_samples", score.get("scored_samples"), 0, reading)
    items = _items(scored, score, counted)
    for name, value in metrics.items():
        where = f"{place}.metrics.{name}.value"
        number = None if name in _NOISE else read_value(file, where, value, reading)
        if number is None:
            continue
        metric = "acc" if name == "accuracy" else name
        scorer = str(score.get("name") or score.get("scorer") or "")
        reading.records.append(
            Record(
                Kind.SCORE, f"{scorer}/{name}", number, at, file.path, where,
                run,
                task=str(told.get("task", "")).rsplit("/", 1)[-1] or None,
                metric=metric,
                filter=_filter(score, scorer, results["scores"][0]),
                format="generate",
                n_shot=_shots(told),
                n_items=items,
                stderr=error if name in ("accuracy", "mean") else None,
                facts=_facts(told),
            )
        )  # fmt: skip


def _filter(score: dict[str, Any], scorer: str, first: object) -> str | None:
    """Return what makes a metric another one: a best or a vote of several answers, or a second scorer."""
    if score.get("reducer") not in _MEANS:
        return str(score["reducer"])
    return None if score is first else scorer


def _counted(
    file: OwnFile, told: dict[str, Any], results: dict[str, Any], reading: Reading
) -> tuple[int, int | None, int | None]:
    """Return epochs, completed samples and samples of the dataset."""
    epochs, samples = _dict(told.get("config")).get("epochs"), _dict(told.get("dataset")).get("samples")
    done = results.get("completed_samples")
    return (
        read_count(file, "eval.config.epochs", epochs, 1, reading) or 1,
        read_count(file, "results.completed_samples", done, 0, reading),
        read_count(file, "eval.dataset.samples", samples, 0, reading),
    )


def _items(
    scored: int | None, score: dict[str, Any], counted: tuple[int, int | None, int | None]
) -> int | None:
    """Return the number of items scored: scored samples are items, completed ones items times epochs."""
    epochs, done, whole = counted
    if scored is not None and score.get("reducer") is None and whole and scored > whole:
        scored //= epochs
    items = scored if scored is not None else (done // epochs if done is not None else None)
    return items if items and items > 0 else None


def _shots(told: dict[str, Any]) -> int | None:
    arguments = _dict(told.get("task_args"))
    shots = next((arguments[k] for k in ("fewshot", "num_fewshot", "n_shot") if k in arguments), None)
    return read_whole(shots)


def _facts(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    limit = _dict(told.get("config")).get("limit")
    return (("prompt", "chat"), *((("limit", str(limit)),) if limit is not None else ()))


def _header(file: OwnFile) -> dict[str, Any]:
    """Return the header of a zipped log; never unpacks more than it may hold."""
    try:
        with zipfile.ZipFile(file.local) as log:
            member = log.getinfo(HEADER)
            if member.file_size > MAX_HEADER:
                raise InputError(f"{file.path}: its {HEADER} would unpack to {member.file_size:,} bytes")
            with log.open(member) as stream:
                content = stream.read(MAX_HEADER + 1)
    except KeyError as error:
        raise InputError(
            f"{file.path} has no {HEADER}: the evaluation did not end; run it to its end"
        ) from error
    except NotImplementedError as error:
        fix = f"{file.path} is packed in a way that this Python cannot read ({error}); "
        raise InputError(fix + "write it as JSON: inspect log convert --to json") from error
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise InputError(f"{file.path} is no whole zip ({error}); copy it again") from error
    try:
        document = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file.path}: its {HEADER} is no JSON ({error})") from error
    return _dict(document)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("inspect_ai", "inspect_ai", recognise, read)
