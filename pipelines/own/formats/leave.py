"""Files that are known, and hold no result that another file beside them does not."""

import re
from collections.abc import Callable

from pipelines.own.formats import opencompass, text_logs
from pipelines.own.reading.found import OwnFile

_TABLE_OF_HARNESS = re.compile(rb"\|\s*(?:Tasks?|Groups)\s*\|\s*Version\s*\|")
# As transformers' Trainer prints what it logs: without the step.
_PRINTED = re.compile(rb"\{'(?:eval_)?loss': (?![^{}\n]*'step')[^{}\n]{1,400}'epoch': ")


def why_left(file: OwnFile) -> str | None:
    """Return why a file is left alone, or None for one that a reader may take."""
    return next((why for is_one, why in _KNOWN if is_one(file)), None)


def _keys(*names: str) -> Callable[[OwnFile], bool]:
    """Return a test whether the first line, or the whole, is a record with these keys."""

    def test(file: OwnFile) -> bool:
        line = file.head.partition(b"\n")[0]
        start = max(line, file.head[:4096], key=len)
        return start.lstrip()[:1] in (b"{", b"[") and all(f'"{name}"'.encode() in start for name in names)

    return test


def _ends(*endings: str) -> Callable[[OwnFile], bool]:
    return lambda file: file.name.lower().endswith(endings)


def _last_of_trainer(file: OwnFile) -> bool:
    """Say whether a file is the all_results.json of transformers, or a part of it."""
    is_one = file.name.lower() in ("all_results.json", "train_results.json", "eval_results.json")
    return is_one and any(f'"{name}_runtime"'.encode() in file.head for name in ("train", "eval"))


def _summary_again(file: OwnFile) -> bool:
    """Say whether a file is a summary of OpenCompass whose CSV lies beside it."""
    stem, dot, ending = file.name.rpartition(".")
    if not dot or ending not in ("txt", "md") or not stem.startswith("summary_"):
        return False
    table = file.beside(f"{stem}.csv")
    return table is not None and opencompass.READER.recognise(table)


_KNOWN: tuple[tuple[Callable[[OwnFile], bool], str], ...] = (
    (lambda f: f.name == "emergence.toml", "the card of the run"),
    (
        _ends(".bin", ".pt", ".pth", ".safetensors", ".ckpt", ".npy", ".npz", ".pkl", ".arrow"),
        "weights or data, no results",
    ),
    (
        _ends(".wandb"),
        "a binary log of Weights & Biases: export the run as CSV (its page, or api.run(…).history())",
    ),
    (
        _ends(".py", ".sh", ".ipynb", ".html", ".png", ".jpg", ".svg", ".pdf", ".tex"),
        "no results: code, pages or pictures",
    ),
    (
        _ends(".gz", ".tgz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".7z"),
        "packed: unpack it here, and add the folder",
    ),
    (
        lambda f: f.head.startswith((b"\xff\xfe", b"\xfe\xff")),
        "text in UTF-16: save it as UTF-8",
    ),
    (
        _ends(".xlsx", ".xls", ".xlsm", ".ods", ".numbers"),
        "a spreadsheet: save the sheet as CSV (UTF-8), and add that",
    ),
    (_ends("run_spec.json"), "read with the stats.json beside it"),
    (
        _ends("per_instance_stats.json", "scenario_state.json", "scenario.json", "instances.json"),
        "items one by one; stats.json is read",
    ),
    (_ends("display_predictions.json", "display_requests.json"), "items one by one; stats.json is read"),
    (_ends("run_specs.json", "runs_to_run_suites.json"), "what HELM ran; the stats.json of each run is read"),
    (
        _keys("doc_id", "target"),
        "items one by one, and no scores: the results_….json of the same evaluation is read",
    ),
    (
        _keys("doc_id", "resps"),
        "items one by one, and no scores: the results_….json of the same evaluation is read",
    ),
    (_keys("origin_prompt", "prediction"), "items one by one; the summary of OpenCompass is read"),
    (_summary_again, "a summary that the .csv of its name beside it holds, too"),
    (_keys("doc_id", "native_id"), "items one by one; the metrics beside it are read"),
    (
        lambda f: f.name.startswith("details_") and f.name.endswith(".parquet"),
        "items one by one, as lighteval keeps them; the results_….json of the same evaluation is read",
    ),
    (_keys("doc_id", "request_type"), "requests, no results"),
    (
        # A log of a training may end with one.
        lambda f: bool(_TABLE_OF_HARNESS.search(f.head)) and not text_logs.READER.recognise(f),
        "a printed table, rounded; add the results_….json that it was made from",
    ),
    (
        lambda f: bool(_PRINTED.search(f.head)) and not text_logs.READER.recognise(f),
        "what transformers prints, without steps: trainer_state.json, as in each checkpoint, has them",
    ),
    (
        _last_of_trainer,
        "the last values of a transformers run, and no step: trainer_state.json beside it is read",
    ),
    (
        _ends(
            "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "vocab.json"
        ),
        "a configuration, no results",
    ),
    (
        _ends("readme", "readme.md", "readme.txt", "license", ".yaml", ".yml", ".toml"),
        "words or a configuration, no results",
    ),
)
