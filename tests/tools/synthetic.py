"""The least files that each source can read, made up: what the tests of bad input then spoil."""

import json
from collections.abc import Callable

from pipelines.intake.fetch import FACTS
from tests.tools import synthetic_evaluations, synthetic_runs, synthetic_tables
from tests.tools.built import Files


def as_json(document: object) -> bytes:
    """Return a document as the bytes of a JSON file."""
    return json.dumps(document, indent=1).encode()


def pythia_file(
    results: dict[str, dict[str, float]], *, n_shot: object = 0, model_args: object = None
) -> bytes:
    """Return a result file of the harness, by default of v1's 70m."""
    arguments = (
        "pretrained=EleutherAI/pythia-v1.1-70m,revision=step1000" if model_args is None else model_args
    )
    return as_json(
        {
            "results": results,
            "versions": dict.fromkeys(results, 0),
            "config": {"model": "hf-causal", "model_args": arguments, "num_fewshot": n_shot},
        }
    )


def neox(
    *, layers: int = 6, hidden: int = 512, heads: int = 8, steps: int = 143000, data: str = "pile"
) -> dict[str, object]:
    """Return the part of a training configuration that says which model it was."""
    return {
        "num_layers": layers,
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "train_iters": steps,
        "train_data_paths": [f"/data/{data}/text_document"],
    }


def pythia() -> Files:
    """Three files of one run of v0, and one of v1."""

    def results(acc: float) -> dict[str, dict[str, float]]:
        return {
            "piqa": {"acc": acc, "acc_stderr": 0.01, "acc_norm": acc + 0.01, "acc_norm_stderr": 0.01},
            "lambada_openai": {
                "ppl": 100.0 - 50 * acc,
                "ppl_stderr": 2.0,
                "acc": acc / 2,
                "acc_stderr": 0.01,
            },
            "wikitext": {"word_perplexity": 40.0, "byte_perplexity": 2.0, "bits_per_byte": 1.5 - acc},
        }

    stem = "evals/pythia-v0/pythia-70m/zero-shot/pythia-70m-0shot-global"
    return {
        f"{stem}_step{step}_eval_results_11-25-2022-0{hour}-00-00.json": pythia_file(
            results(acc), model_args=neox()
        )
        for hour, (step, acc) in enumerate([(3000, 0.52), (13000, 0.56), (143000, 0.61)])
    } | {"evals/pythia-v1/pythia-70m/zero-shot/70m_step1000.json": pythia_file(results(0.5))}


def gadre() -> Files:
    """Two models with two losses and two scores each, and the table of tasks."""
    files: Files = {}
    for run, loss in (("c4_original-d=96-m=20", 4.1), ("rpj-d=96-m=20", 3.9)):
        files[f"exp_data/models/{run}.json"] = as_json(
            {
                "dataset_name": run.split("-")[0],
                "hyperparameters": {"params": 79e6, "params_no_embed": 30e6, "tokens": 1.6e9},
                "results": [
                    {
                        "val_data": [f"s3://bucket/{corpus}/shard.tar"],
                        "loss": loss + shift,
                        "loss_sequences_lower_95": loss + shift - 0.01,
                        "loss_sequences_upper_95": loss + shift + 0.01,
                        "tokens": 1000000,
                    }
                    for corpus, shift in (("c4_val", 0.0), ("paloma_ptb", 0.5))
                ],
            }
        )
        files[f"exp_data/evals/evaluation_{run}_heavy.json"] = as_json(
            {"eval_metrics": {"icl": {"piqa": 0.6 + (4 - loss) / 10, "boolq": 0.5 + (4 - loss) / 10}}}
        )
    files["exp_data/eval_metadata.csv"] = (
        b"Eval Task,Task Category,Task Type,#shots,#datapoints,Random baseline\n"
        b"piqa,commonsense reasoning,multiple choice,10,1838,50\n"
        b"boolq,reading comprehension,multiple choice,10,3270,50\n"
    )
    return files


def olmo_ladder() -> Files:
    """One run of three checkpoints, with a loss and three scores."""
    header = (
        "_step,throughput/total_tokens,throughput/total_training_Gflops,batch_size_in_tokens,"
        "eval/c4_en-validation/CrossEntropyLoss,eval/downstream/piqa_val_rc_5shot_len_norm,"
        "eval/downstream_bpb/piqa_val_rc_5shot_bpb,eval/downstream/piqa_val_mc_5shot_acc"
    )
    rows = [
        f"{step},{step * 1024},{step * 6.5},1024,"
        f"{4.5 - step / 5000},{0.55 + step / 50000},{1.2 - step / 20000},0.5"
        for step in (1000, 2000, 3000)
    ]
    return {"src/scripts/paper/data/ladder-runs/190M-1xC.csv": "\n".join([header, *rows, ""]).encode()}


def embedded(name: str, *, without: str | None = None) -> Callable[[], Files]:
    """Give the first rows of an embedded table, which are small, but for those that hold ``without``."""

    def files() -> Files:
        lines = (FACTS / f"{name}.csv").read_text().splitlines()
        kept = [line for line in lines if without is None or without not in line]
        return {f"{name}.csv": "\n".join([*kept[:25], ""]).encode()}

    return files


def bigscience() -> Files:
    """A run with three checkpoints, and one model at its end with a prompted task and HumanEval."""
    accuracy = {"acc": 0.4, "acc_stderr": 0.01}
    return {
        "evaluation/results/tr3/tr3m-1B3-pile-checkpoints_agg.json": as_json(
            {
                "tokens": [10044178432, 11617042432, 13189906432],
                "checkpoints": [19500, 21000, 22500],
                "results": {"piqa": {"acc": [0.6, 0.62, 0.63], "acc_stderr": [0.01, 0.01, 0.01]}},
            }
        ),
        "evaluation/results/tr11/bloom/bslmeval.json": as_json(
            {"results": {"axb+GPT-3 style": {"2022-07-07-15-16-12": accuracy}}, "versions": {}}
        ),
        "evaluation/results/tr11/bloom/humaneval_temp02.json": as_json({"pass@1": 0.15, "pass@10": 0.25}),
    }


def dclm() -> Files:
    """Two models, one evaluation of each, and the table of tasks."""
    files: Files = {}
    for at, run in enumerate(("rpj-open_lm_1b-5x", "c4-open_lm_1b-5x")):
        uuid = f"0000-{at}"
        files[f"exp_data/models/{run}.json"] = as_json(
            {
                "uuid": uuid,
                "dataset_name": run.split("-")[0],
                "hyperparameters": {
                    "params": 1.4e9,
                    "params_no_embed": 1.3e9,
                    "tokens": 1.4e11,
                    "model": "open_lm_1b",
                },
                "results": [],
            }
        )
        icl = {"piqa": 0.7 + at / 50, "boolq": 0.5 + at / 50}
        metrics = {"icl": icl, "perplexity": 2.6 + at / 10, "downstream_perpexity": {"mmlu": 1.5 + at / 10}}
        document = {"model_uuid": uuid, "model": "open_lm_1b", "eval_metrics": metrics}
        files[f"exp_data/evals/evaluation_{run}_heavy.json"] = as_json(document)
    table = (
        b"Eval Task,Task Category,Task Type,#shots,#datapoints,Random baseline\n"
        b"piqa,commonsense reasoning,multiple choice,10,1838,50\n"
        b"boolq,reading comprehension,multiple choice,10,3270,62\n"
    )
    return files | {"eval/eval_meta_data.csv": table}


FILES: dict[str, Callable[[], Files]] = {
    "bigscience": bigscience,
    "bpc": synthetic_tables.bpc,
    "cerebras_gpt": embedded("cerebras_gpt"),
    "chinchilla": synthetic_tables.chinchilla,
    "datablations": embedded("datablations"),
    "dclm": dclm,
    "deepseek_pile": embedded("deepseek_pile", without="DeepSeek-V2"),
    "deepseekmoe": embedded("deepseekmoe"),
    "delphi": embedded("delphi"),
    "engram": embedded("engram"),
    "gadre": gadre,
    "gated_deltanet": embedded("gated_deltanet"),
    "gauntlet": synthetic_evaluations.gauntlet,
    "geov": synthetic_evaluations.geov,
    "gpt_neo": embedded("gpt_neo"),
    "harness_03": synthetic_evaluations.harness_03,
    "isoflops": synthetic_tables.isoflops,
    "kempner": synthetic_runs.kempner,
    "llm_line": synthetic_runs.llm_line,
    "mamba2": embedded("mamba2"),
    "misfitting": synthetic_runs.misfitting,
    "nanogpt_forks": synthetic_runs.nanogpt_forks,
    "obs": synthetic_tables.obs,
    "olmo_ladder": olmo_ladder,
    "pythia": pythia,
    "routing": synthetic_runs.routing,
    "stablelm": synthetic_evaluations.stablelm,
    "step_law": synthetic_runs.step_law,
    "tinyllama": synthetic_evaluations.tinyllama,
    "vocab": synthetic_runs.vocab,
    "xlstm": embedded("xlstm"),
}
