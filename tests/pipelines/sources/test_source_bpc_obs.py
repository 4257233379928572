"""Two tables of the same public models: losses in one, scores in the other, joined by one name a model."""

from pathlib import Path

import pytest

from pipelines.sources import bpc, obs
from tests.tools.built import Built, Files, put

LEADERBOARD = (
    "# Title\n\n| Option | Meaning |\n|---|---|\n| a | b |\n\n"
    "| Model       | Common Crawl | Python | Arxiv-Math | Average |\n"
    "|-------------|:------------:|:------:|:----------:|:-------:|\n"
    "| Llama-1-13b |     0.609    |  0.356 |    0.487   |  0.484  |\n"
    "| Falcon-7b   |     0.649    |   n/a  |    0.541   |  0.528  |\n"
    "| Odd         |     0.7      |\n"
)
MODELS = "Model,Model Family,Model Size (B),Pretraining Data Size (T),FLOPs (1E21)"
BENCHMARKS = f"{MODELS},MMLU,Winograd\n"
LLAMA = "huggyllama/llama-13b"


def build(tmp_path: Path, tables: Files, leaderboard: str = LEADERBOARD) -> Built:
    mirror = tmp_path / "mirror"
    put(mirror, bpc.SOURCE, {"README.md": leaderboard.encode()})
    put(mirror, obs.SOURCE, {f"eval_results/{name}.csv": content for name, content in tables.items()})
    return Built(tmp_path / "home", mirror, [bpc.SOURCE, obs.SOURCE]).ingest().run()


def test_the_leaderboard_is_found_among_other_tables_and_bad_cells_are_rejected(tmp_path: Path) -> None:
    built = build(
        tmp_path, {"base_llm_benchmark_eval": f"{BENCHMARKS}{LLAMA},Llama,13,1,78,0.47,0.7\n".encode()}
    )
    losses = built.sql(
        "select corpus, unit, loss from losses where run_id = 'bpc/Llama-1-13b' order by corpus"
    ).rows()
    assert losses == [
        ("bpc_arxiv_math", "bits_per_char", 0.487),
        ("bpc_average", "bits_per_char", 0.484),
        ("bpc_common_crawl", "bits_per_char", 0.609),
        ("bpc_python", "bits_per_char", 0.356),
    ]
    rejects = built.sql("select rule, place, value from rejects where source = 'bpc' order by rule").rows()
    assert rejects == [("not_a_number", "row 2, column Python", "n/a"), ("ragged_row", "row 3", None)]


def test_a_readme_without_the_leaderboard_is_a_failure_of_that_source_alone(tmp_path: Path) -> None:
    table = f"{BENCHMARKS}{LLAMA},Llama,13,1,78,0.47,0.7\n".encode()
    built = build(tmp_path, {"base_llm_benchmark_eval": table}, "<html>not found</html>")
    assert built.status("bpc") == "failed"
    assert built.sql("select count(*) from scores where source = 'obs'").item() == 2


def test_losses_and_scores_meet_by_the_model_s_one_name(tmp_path: Path) -> None:
    built = build(
        tmp_path, {"base_llm_benchmark_eval": f"{BENCHMARKS}{LLAMA},Llama,13,1,78,0.47,0.7\n".encode()}
    )
    rows = built.sql("select * from loss_scores where corpus = 'bpc_python' order by task").to_dicts()
    assert [(r["source"], r["task"], r["format"], r["loss"], r["score"]) for r in rows] == [
        ("bpc_obs", "mmlu", "mc", 0.356, 0.47),
        ("bpc_obs", "winogrande", "rc", 0.356, 0.7),
    ]
    assert {r["checkpoint_id"] for r in rows} == {f"obs/{LLAMA}@1000000000000"}
    model = built.sql(f"select owner, aliases, sources from models where model = '{LLAMA}'").row(0)
    assert model == ("Meta", f"bpc:Llama-1-13b, obs:{LLAMA}", "bpc, obs")
    joint = built.sql(
        "select citation, redistribute, status, files from sources where source = 'bpc_obs'"
    ).row(0)
    assert joint == (f"{bpc.SOURCE.citation}; {obs.SOURCE.citation}", True, "ok", 0)


def test_a_table_printed_again_with_a_digit_less_is_a_duplicate_and_another_value_a_reject(
    tmp_path: Path,
) -> None:
    full = f"{BENCHMARKS}a/m,F,1,,,0.27117981011373266,0.5\n"
    again = f"{BENCHMARKS}a/m,F,1,,,0.2711798101137326,0.6\n"
    built = build(
        tmp_path,
        {"base_llm_benchmark_eval": full.encode(), "base_llm_benchmark_eval_sub_10b": again.encode()},
    )
    kept = built.sql("select task, score from scores where source = 'obs' order by task").rows()
    assert kept == [("mmlu", 0.27117981011373266), ("winogrande", 0.5)]
    counts = built.sql("select rows_duplicate, rejects from sources where source = 'obs'").row(0)
    assert counts == (1, "conflicting_duplicate: 1")


def test_columns_outside_0_to_1_have_metrics_that_allow_them(tmp_path: Path) -> None:
    columns = "ipa_transliterate_2_bleu,ipa_transliterate_2_exact_match"
    strict = "bbh_fewshot_navigate_3_exact_match,strict-match"
    normal = f'"{strict}","{strict},norm"'
    built = build(
        tmp_path,
        {
            "base_llm_emergent_capability_eval": f"Model,{columns}\na/m,27.2,1.3\n".encode(),
            "base_llm_post_training_eval": f"Model,{normal}\na/m,0.2,-0.6\n".encode(),
            "instruct_llm_agent_eval": b"Model,ABoard-Game_PL_SR,ABench-OA\na/c,61.7,4.01\n",
        },
    )
    rows = built.sql(
        "select task, metric, n_shot, score, score_as_published, chance from scores "
        "where source = 'obs' order by all"
    ).rows()
    assert rows == [
        ("agentbench_oa", "agentbench_overall", None, 4.01, None, None),
        ("agentboard_game_pl", "success_rate", None, pytest.approx(0.617), 61.7, None),
        ("bbh_navigate", "exact_match_strict", 3, 0.2, None, 0.5),
        ("bbh_navigate", "exact_match_strict_above_chance", 3, -0.6, None, None),
        ("ipa_transliterate", "bleu", 2, 27.2, None, None),
    ]
    # An exact match above 1 is dirt, not another metric.
    assert built.sql("select rule, value from rejects where source = 'obs'").rows() == [
        ("score_above_bound", "1.3")
    ]


def test_five_hundred_problems_were_asked_where_prompts_were_tried_not_where_benchmarks_stand(
    tmp_path: Path,
) -> None:
    built = build(
        tmp_path,
        {
            "base_llm_benchmark_eval": f"{MODELS},GSM8K\n{LLAMA},Llama,13,1,78,0.1\n".encode(),
            "base_llm_post_training_eval": b'Model,"gsm8k_5_exact_match,flexible-extract"\na/m,0.2\n',
        },
    )
    rows = built.sql("select score, n_items from scores where source = 'obs' order by score").rows()
    assert rows == [(0.1, 1319), (0.2, 500)]


def test_a_model_without_data_or_compute_stands_at_its_last_checkpoint(tmp_path: Path) -> None:
    built = build(tmp_path, {"base_llm_benchmark_eval": f"{BENCHMARKS}a/m,F,1.5,,,0.3,0.5\n".encode()})
    row = built.sql("select checkpoint_id, tokens, compute_flop from checkpoints where source = 'obs'").row(0)
    assert row == ("obs/a/m@final", None, None)
    assert built.sql("select params from runs where source = 'obs'").item() == 1_500_000_000


def test_data_of_billions_printed_as_trillions_are_left_out_with_their_compute(tmp_path: Path) -> None:
    table = (
        f"{BENCHMARKS}cerebras/btlm-3b-8k-base,BTLM,3,627,11286,0.27,0.6\n{LLAMA},Llama,13,1,78,0.47,0.7\n"
    )
    built = build(tmp_path, {"base_llm_benchmark_eval": table.encode()})
    rejects = built.sql("select place, rule, value from rejects where source = 'obs'").rows()
    assert rejects == [("row 1, column Pretraining Data Size (T)", "out_of_range", "627.0")]
    placed = "select tokens, compute_flop from checkpoints where run_id like '%btlm%'"
    assert built.sql(placed).rows() == [(None, None)]
    assert built.sql("select count(*) from scores where run_id like '%btlm%'").item() == 2
    assert built.sql("select tokens from checkpoints where run_id like '%llama%'").item() == 10**12


def test_rows_without_a_model_are_rejected_with_their_place(tmp_path: Path) -> None:
    table = f"{BENCHMARKS},Llama,13,1,78,0.47,0.7\n{LLAMA},Llama,13,1,78,0.47,0.7\n  ,F,1,,,0.3,0.5\n"
    leaderboard = LEADERBOARD.replace("Falcon-7b", "")
    built = build(tmp_path, {"base_llm_benchmark_eval": table.encode()}, leaderboard)
    rejects = built.sql("select source, place from rejects where rule = 'missing_field' order by all").rows()
    assert rejects == [
        ("bpc", "row 2, column Model"),
        ("obs", "row 1, column Model"),
        ("obs", "row 3, column Model"),
    ]
    runs = built.sql("select run_id from runs order by run_id")["run_id"].to_list()
    assert runs == ["bpc/Llama-1-13b", f"obs/{LLAMA}"]


@pytest.mark.parametrize(
    ("model", "size", "convention"),
    [
        ("mistralai/Mixtral-8x22B-v0.1", 39, "active, as published (rounded)"),
        ("mistralai/Mixtral-8x7B-v0.1", 45, "as published (rounded)"),
        ("openlm-research/open_llama_7b_v2", 13, "as published, unlike its name"),
        ("openlm-research/open_llama_7b_v2", "", None),
    ],
)
def test_a_size_that_is_not_the_total_says_what_it_counts(
    tmp_path: Path, model: str, size: object, convention: str | None
) -> None:
    table = f"{BENCHMARKS}{model},F,{size},,,0.47,0.7\n"
    built = build(tmp_path, {"base_llm_benchmark_eval": table.encode()})
    row = built.sql("select params, params_convention from runs where source = 'obs'").row(0)
    assert row == (size * 10**9 if isinstance(size, int) else None, convention)


def test_every_model_of_the_leaderboard_meets_its_scores(real: Built) -> None:
    # By printed names alone 27 were counted; the table of aliases has Llama-1-13b as llama-13b too.
    models = real.sql("select count(distinct run_id) from loss_scores where source = 'bpc_obs'").item()
    assert models == 28
    assert real.sql("select count(*) from losses where source = 'bpc'").item() == 28 * 4
    off = real.sql(
        "select max(off) from (select run_id, abs(avg(loss) filter (where corpus <> 'bpc_average') "
        "- max(loss) filter (where corpus = 'bpc_average')) as off from losses where source = 'bpc' "
        "group by run_id)"
    ).item()
    assert off < 0.001


def test_the_real_tables_of_scores_hold_148_base_models_and_nothing_is_lost(real: Built) -> None:
    file = "eval_results/base_llm_benchmark_eval.csv"
    counts = real.sql(
        f"select count(distinct run_id), count(distinct task), count(*) from scores where file = '{file}'"
    ).row(0)
    # 148 models × 8 benchmarks, less the empty cells of ARC-C, XWinograd and HumanEval.
    assert counts == (148, 8, 148 * 8 - 3 - 16 - 21)
    emergent = real.sql(
        "select count(distinct run_id), count(distinct task || metric) from scores "
        "where file = 'eval_results/base_llm_emergent_capability_eval.csv'"
    ).row(0)
    # 84 rows, not 83.
    assert emergent == (84, 8)
    without = real.sql(
        "select count(distinct checkpoint_id) from checkpoints inner join scores using (checkpoint_id) "
        f"where file = '{file}' and tokens is null and compute_flop is null"
    ).item()
    assert without == 25 + 1  # one states what cannot be
    lost = "select count(*) from observations where source = 'obs' and status = 'rejected'"
    assert real.sql(lost).item() == 0


def test_over_120_real_columns_leave_0_to_1_and_each_has_a_metric_for_it(real: Built) -> None:
    columns = real.sql(
        'select count(*) from (select file, "column" from raw_obs_values group by all '
        "having min(value) < 0 or max(value) > 1)"
    ).item()
    assert columns >= 124
    metrics = real.sql(
        "select distinct metric from scores where source = 'obs' and (score < 0 or score > 1) order by metric"
    )["metric"].to_list()
    assert set(metrics) >= {
        "agentbench_overall",
        "bleu",
        "exact_match_flexible_above_chance",
        "exact_match_strict_above_chance",
    }


def test_the_normalised_real_scores_are_the_scores_above_the_chance_of_their_task(real: Built) -> None:
    worst = real.sql(
        "select max(abs((plain.score - tasks.chance) / (1 - tasks.chance) - above.score)) "
        "from scores as plain inner join scores as above using (checkpoint_id, task, n_shot) "
        "inner join tasks on tasks.task = plain.task "
        "where plain.source = 'obs' and above.metric = plain.metric || '_above_chance'"
    ).item()
    assert worst < 1e-9


def test_one_real_model_is_said_to_have_seen_627_trillion_tokens(real: Built) -> None:
    slips = real.sql("select distinct rule, value from rejects where source = 'obs'").rows()
    assert ("out_of_range", "627.0") in slips
    assert real.sql("select max(tokens) from checkpoints where source = 'obs'").item() < 2 * 10**13


def test_the_real_sizes_that_are_not_totals_are_at_least_six(real: Built) -> None:
    odd = real.sql(
        "select params_convention, run from runs "
        "where source = 'obs' and params_convention <> 'as published (rounded)'"
    ).rows()
    assert set(odd) >= {
        ("active, as published (rounded)", "ai21labs/Jamba-v0.1"),
        ("active, as published (rounded)", "deepseek-ai/DeepSeek-Coder-V2-Base"),
        ("active, as published (rounded)", "deepseek-ai/DeepSeek-V2"),
        ("active, as published (rounded)", "mistralai/Mixtral-8x22B-v0.1"),
        ("as published, unlike its name", "Qwen/Qwen2-57B-A14B"),
        ("as published, unlike its name", "openlm-research/open_llama_7b_v2"),
    }
