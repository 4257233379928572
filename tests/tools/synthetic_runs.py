"""The least files of the sources that publish trainings of their own, made up."""

import gzip
from collections.abc import Mapping

from tests.tools.built import Files

KEMPNER = "data/sweep.csv"
NANOGPT = "log_half_dataset/log.txt"
LLM_LINE = "data/latest_pm_hf.csv"
ROUTING = "data/curves.csv.gz"
STEP_LAW = ("data/dense_lr_bs_loss.csv", "data/moe_lr_bs_loss.csv")
MISFITTING = "data/scaling_results.csv"
VOCAB = "exp_data.csv"
Row = Mapping[str, object]


def table(*rows: Row) -> bytes:
    """Return rows of the same keys as the bytes of a CSV."""
    lines = [",".join(rows[0]), *(",".join(str(cell) for cell in row.values()) for row in rows)]
    return "\n".join([*lines, ""]).encode()


def kempner_row(**changed: object) -> Row:
    """Return a finished run with two losses, an accuracy, one by letter, and a loss on an answer."""
    row: dict[str, object] = {
        "id": "poogh2lo",
        "state": "finished",
        "n_layers": 32,
        "d_model": 2048,
        "params": 1_000_000_000,
        "data": "smollm-corpus",
        "iso_flop": 1.2e20,
        "tokens": 20_000_000_000.25,
        "steps": 38147,
        "eval/c4_val/CrossEntropyLoss": 2.96,
        "eval/c4_val/Perplexity": 19.29,
        "eval/fineweb_100b_val/CrossEntropyLoss": 2.91,
        "eval/downstream/hellaswag_test_ctx_ce_loss": 3.0,
        "eval/downstream/hellaswag_test_len_norm": 0.41,
        "eval/downstream/mmlu_stem_mc_5shot_test_len_norm": 0.26,
        "eval/downstream_ce_loss/hellaswag_test_ce_loss": 2.55,
        "val_loss": 2.08,
    }
    return row | changed


def kempner() -> Files:
    """Two runs."""
    other = {"eval/c4_val/CrossEntropyLoss": 3.2, "eval/downstream/hellaswag_test_len_norm": 0.32}
    small = kempner_row(id="te25sxur", params=100_000_000, tokens=2e9, iso_flop=1.2e18, **other)
    return {KEMPNER: table(kempner_row(), small)}


def nanogpt_forks() -> Files:
    """A log of two checkpoints between losses of the batches trained on."""
    lines = (
        "0 val 10.9522",
        "0 hella 0.2487",
        "0 train 10.955",
        "1 train 10.6",
        "250 val 6.1608",
        "250 hella 0.2501",
    )
    return {NANOGPT: "\n".join([*lines, ""]).encode()}


def llm_line_row(**changed: object) -> Row:
    """Return a public model with its losses and scores, of which the last column is named twice."""
    corpora = ("C4", "The Pile UC", "RefineWeb", "Slimpajama", "FineWeb-Edu")
    tasks = (
        "ARC-Challenge",
        "ARC-Easy",
        "HellaSwag",
        "MMLU",
        "Winogrande",
        "PIQA",
        "Social IQa",
        "CommonSenseQA",
        "COPA",
        "OpenBookQA",
    )
    row: dict[str, object] = {
        "Name": "EleutherAI/gpt-neo-1.3B",
        "Architecture": "GPT",
        "Size": 1315575808,
        "Pretraining Data": "The Pile",
        "Steps": "",
        "Tokenizer": "gpt2-HF",
        "Tokens": 380000000000,
    }
    row |= {f"{corpus} Validation Loss": 3.5 + at / 10 for at, corpus in enumerate(corpora)}
    row |= {f"{task} Accuracy": 0.3 + at / 50 for at, task in enumerate(tasks)}
    row |= {f"{task} Loss": 4.1 + at / 10 for at, task in enumerate(tasks)}
    return row | changed


def llm_line() -> Files:
    """A released model, and a revision without size or tokens."""
    nothing = dict.fromkeys(("Size", "Steps", "Tokenizer", "Tokens"), "")
    olmo = llm_line_row(**{"Name": "allenai/OLMo-1B", "C4 Validation Loss": 3.3} | nothing)
    return {LLM_LINE: table(llm_line_row(), olmo)}


def routing_row(**changed: object) -> Row:
    """Return a checkpoint of a dense model."""
    row: dict[str, object] = {
        "hyper_id": 0,
        "step": 10000,
        "loss_c4": 3.15,
        "loss_curation_corpus": 2.43,
        "loss_lambada": 2.47,
        "loss_pile": 2.92,
        "loss_validation": 2.87,
        "loss_wikitext103": 2.97,
        "num_experts": 1,
        "k": 1,
        "router_type": "Dense",
        "seed": 42,
        "routing_frequency": 0.5,
        "total_parameter_count": "368123904.0",
        "dense_parameter_count": "368123904.0",
        "model_size_label": "370M",
    }
    return row | changed


def routing() -> Files:
    """Two checkpoints of a dense model, and one of a routed model."""
    routed = routing_row(
        hyper_id=23, num_experts=64, router_type="Hash", total_parameter_count="7e9", loss_c4=2.9
    )
    rows = table(routing_row(), routing_row(step=20000, loss_c4=3.03), routed)
    return {ROUTING: gzip.compress(rows, mtime=0)}


def step_law_row(**changed: object) -> Row:
    """Return a dense training."""
    row: dict[str, object] = {
        "lr": "3.453e-04",
        "bs": 736,
        "ti": 66342,
        "loss": 2.41,
        "smooth loss": 2.39,
        "exp_name": "h960_lr3.453e-04",
        "D": 100_000_000_000,
        "N": 214_663_680,
    }
    return row | changed


def step_law() -> Files:
    """Two dense trainings of one size and number of tokens, and a mixture of experts."""
    other = step_law_row(lr="5.5e-03", exp_name="h960_lr5.5e-03") | {"smooth loss": 2.45}
    mixture = step_law_row(exp_name="1in8", N=2_150_612_992) | {"Na": 187_973_632, "moe_name": "1in8"}
    return {STEP_LAW[0]: table(step_law_row(), other), STEP_LAW[1]: table(mixture)}


def misfitting_row(**changed: object) -> Row:
    """Return the first checkpoint of a training of two."""
    row: dict[str, object] = {
        "loss": 5.9,
        "C4 Eval Loss": 5.9,
        "N": 93_940_416,
        "N_no_emb": 35_842_752,
        "D": 134_217_728,
        "C": 75_650_815_224_446_976,
        "portion_steps_elapsed": 0.5,
        "model": "misfitting_35m",
        "total_steps": 256,
        "current_steps": 128,
        "peak_lr": 0.002,
        "sweep": "2024_11_26-18_49_27_sweep_test",
    }
    return row | changed


def misfitting() -> Files:
    """One training of two checkpoints."""
    last = {
        "C4 Eval Loss": 5.1,
        "portion_steps_elapsed": 1.0,
        "D": 268_435_456,
        "C": 1.5e17,
        "current_steps": 256,
    }
    return {MISFITTING: table(misfitting_row(), misfitting_row(**last))}


def vocab() -> Files:
    """Two checkpoints of one vocabulary."""
    row = {
        "vocab_size": "4096.0",
        "embed_dim": "512.0",
        "num_characters": 180820540.85,
        "Non_vocab_parameters": "33222784.0",
        "FLOPs": 1.271517696e16,
        "Lossu": -1.349,
    }
    return {
        VOCAB: table(row, row | {"num_characters": 361641081.7, "FLOPs": 2.543035392e16, "Lossu": -2.097})
    }
