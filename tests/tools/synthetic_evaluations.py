"""The least files of the sources that evaluate public models, or state chance levels, made up."""

import json

from tests.tools.built import Files

GAUNTLET = ("scripts/eval/yamls/eval_gauntlet.yaml", "scripts/eval/local_data/EVAL_GAUNTLET.md")
TASK_TABLE = "docs/task_table.md"
HEADING = "|Task|Version|Metric|Value| |Stderr|\n|---|--:|---|--:|---|--:|\n"


def result_file(model: str, *, n_shot: object = 0, **results: dict[str, float]) -> bytes:
    """Return a result file of the harness before 0.4."""
    config = {
        "model": "gpt2",
        "model_args": f"use_fast=True,pretrained={model},dtype=auto",
        "num_fewshot": n_shot,
    }
    document = {"results": results, "versions": dict.fromkeys(results, 0), "config": config}
    return json.dumps(document).encode()


def stablelm() -> Files:
    """Two models."""
    piqa = {"acc": 0.76, "acc_stderr": 0.01, "acc_norm": 0.77, "acc_norm_stderr": 0.01}
    return {
        "evals/external/EleutherAI_pythia-12b.json": result_file(
            "EleutherAI/pythia-12b", piqa=piqa, lambada_openai={"ppl": 3.9, "ppl_stderr": 0.1, "acc": 0.7}
        ),
        "evals/external/openlm-research-open_llama_13b": result_file(
            "openlm-research/open_llama_13b", sciq={"acc": 0.94, "acc_stderr": 0.01}
        ),
    }


def harness_03() -> Files:
    """Two files of one model, one in percent, and the table of tasks."""
    table = "|Task Name|Train|Val|Test|Val/Test Docs|Metrics|\n|--|--|--|--|--:|--|\n|piqa|✓|✓| |1838|acc, acc_norm|\n"
    disk = "/somewhere/LLaMA/7B"
    piqa = {"acc": 0.78, "acc_stderr": 0.01}
    return {
        "results/llama/llama-7B/llama-7B_common_sense_reasoning_0-shot.json": result_file(disk, piqa=piqa),
        "results/llama/llama-7B/llama-7B_reading_comprehension_0-shot.json": result_file(
            disk, squad2={"exact": 9.4, "HasAns_f1": 38.6}
        ),
        TASK_TABLE: table.encode(),
    }


def geov() -> Files:
    """Two checkpoints with a task of two metrics."""
    rows = "|hellaswag|0|acc|0.{}|±|0.0050|\n| | |acc_norm|0.6208|±|0.0048|\n"
    return {
        "results.074B.md": (HEADING + rows.format("4681")).encode(),
        "results.117B.md": (HEADING + rows.format("4899")).encode(),
    }


def tinyllama() -> Files:
    """A suite with tokens in a column, and one without."""
    name = "TinyLlama-1.1B-intermediate-step"
    text = (
        "| Model | Pretrain Tokens | HellaSwag | piqa | avg |\n|---|---|---|---|---|\n"
        f"| Pythia-1.0B | 300B | 47.16 | 69.21 | 58.2 |\n| {name}-50K-104b | 103B | 43.50 | 67.30 | 55.4 |\n"
        f"| {name}-1431k-3T | 3T | 59.20 | 73.29 | 66.2 |\n\n"
        f"| Model | MMLU | DROP |\n| --- | --- | --- |\n| {name}-50K-104b | 26.45 | 11.42 |\n"
    )
    return {"EVAL.md": text.encode()}


def gauntlet() -> Files:
    """Two benchmarks in the settings, and one in the description."""
    settings = (
        "eval_gauntlet:\n  categories:\n  - name: world_knowledge\n    benchmarks:\n"
        "    - name: jeopardy\n      num_fewshot: 10\n      random_baseline: 0\n"
        "    - name: arc_easy\n      num_fewshot: 3\n      random_baseline: 0.25\n"
    )
    description = (
        "# Tasks\n\n5. AGI Eval LSAT Reading Comprehension\n"
        "   - Description: it consists of 268 passage-based four choice multiple choice questions.\n"
        "   - Number of few shot examples: 5\n   - Random baseline accuracy: 25%\n"
    )
    return {GAUNTLET[0]: settings.encode(), GAUNTLET[1]: description.encode()}
