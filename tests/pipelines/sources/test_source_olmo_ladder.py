"""The OLMo ladder: runs told apart by file and folder, slices that belong to a run, columns that differ by file."""

import csv
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import olmo_ladder
from tests.tools.built import Built, put

LOSS = "eval/c4_en-validation/CrossEntropyLoss"
PIQA = "eval/downstream/piqa_val_rc_5shot_len_norm"
FOLDER = "src/scripts/paper/data/ladder-runs"
SEEDS = "src/scripts/other/data"


def table(
    *rows: str, columns: str = f"_step,throughput/total_tokens,batch_size_in_tokens,{LOSS},{PIQA}"
) -> bytes:
    return "\n".join([columns, *rows, ""]).encode()


def build(tmp_path: Path, files: dict[str, bytes], older: dict[str, bytes] | None = None) -> Built:
    mirror = tmp_path / "mirror"
    put(mirror, olmo_ladder.SOURCE, files)
    put(mirror, olmo_ladder.SOURCE, older or {}, origin=1)
    return Built(tmp_path / "home", mirror, [olmo_ladder.SOURCE]).ingest().run()


def test_a_run_its_rerun_and_its_seeds_are_different_runs(tmp_path: Path) -> None:
    row = table("1000,1024000,1024,3.5,0.6")
    built = build(
        tmp_path,
        {f"{FOLDER}/190M-1xC.csv": row, f"{FOLDER}/190M-1xC-rerun.csv": row},
        {f"{SEEDS}/peteish-seed-1/190M-1xC.csv": row, f"{SEEDS}/peteish-seed-1-init/190M-1xC.csv": row},
    )
    assert built.sql("select run_id, seed, params from runs order by run_id").rows() == [
        ("olmo_ladder/190M-1xC", None, 190_354_176),
        ("olmo_ladder/190M-1xC-rerun", None, 190_354_176),
        ("olmo_ladder/190M-1xC-seed-1", "seed-1", 190_354_176),
        ("olmo_ladder/190M-1xC-seed-1-init", "seed-1-init", 190_354_176),
    ]


def test_a_slice_that_repeats_its_run_is_a_duplicate_and_one_that_does_not_a_reject(tmp_path: Path) -> None:
    full = table("1000,1024000,1024,3.5,0.6", "2000,2048000,1024,3.2,0.65")
    built = build(
        tmp_path,
        {
            f"{FOLDER}/peteish7_eval_full.csv": full,
            f"{FOLDER}/peteish7_eval_2k-3k.csv": table("2000,2048000.0,1024,3.2,0.66"),
        },
    )
    assert built.sql("select run_id from runs").rows() == [("olmo_ladder/peteish7",)]
    assert built.sql(
        "select tokens, score from scores join checkpoints using (checkpoint_id) order by 1"
    ).rows() == [
        (1_024_000, 0.6),
        (2_048_000, 0.65),
    ]
    assert built.sql("select rows_duplicate, rows_rejected from sources where files > 0").rows() == [(1, 1)]
    file, place, rule = built.sql("select file, place, rule from rejects").row(0)
    assert (Path(file).name, rule) == ("peteish7_eval_2k-3k.csv", "conflicting_duplicate")
    assert PIQA in place


EARLY, LATE = "1000,1024000,1024,3.5,0.6", "2000,2048000,1024,3.2,0.65"


@pytest.mark.parametrize(
    ("part", "rows", "run"),
    [
        ("170k-end", [LATE], "peteish7"),
        ("final", [LATE], "peteish7"),
        ("best", [EARLY, LATE], "peteish7"),
        ("final", ["2000,2048000,1024,3.2,0.7"], "peteish7-final"),
        ("lowlr", [EARLY, "2000,2048000,1024,3.2,0.7"], "peteish7-lowlr"),
        ("anneal", ["3000,3072000,1024,3.0,0.7"], "peteish7-anneal"),
    ],
)
def test_what_repeats_the_full_file_is_its_slice_and_what_does_not_a_run_of_its_own(
    tmp_path: Path, part: str, rows: list[str], run: str
) -> None:
    files = {"peteish7_eval_full": table(EARLY, LATE), f"peteish7_eval_{part}": table(*rows)}
    built = build(tmp_path, {f"{FOLDER}/{name}.csv": content for name, content in files.items()})
    found = built.sql("select run_id, params from runs").rows()
    assert set(found) == {(f"olmo_ladder/{name}", 6_887_575_552) for name in ("peteish7", run)}
    assert built.sql("select count(*) from rejects").item() == 0
    full = built.sql("select score from scores where run_id = 'olmo_ladder/peteish7' order by score")
    assert full["score"].to_list() == [0.6, 0.65]


def test_parts_without_a_full_file_belong_to_their_training(tmp_path: Path) -> None:
    parts = {"5k-205k": table(EARLY), "200k-end": table(LATE), "final": table(LATE), "odd": table(LATE)}
    built = build(tmp_path, {f"{FOLDER}/peteish13_eval_{part}.csv": rows for part, rows in parts.items()})
    assert built.sql("select run_id, count(*) from scores group by all order by all").rows() == [
        ("olmo_ladder/peteish13", 2),
        ("olmo_ladder/peteish13-odd", 1),
    ]


def test_trainings_whose_names_begin_alike_never_compete_for_a_key(tmp_path: Path) -> None:
    other = "2000,2048000,1024,3.3,0.61"
    files = {"peteish7_eval_full": table(LATE), "peteish7_medlr_eval_full": table(other)}
    files |= {"peteish7_medlr_eval_final": table(other), "peteish7-b_eval_full": table(EARLY, other)}
    built = build(tmp_path, {f"{FOLDER}/{name}.csv": content for name, content in files.items()})
    assert built.sql("select run_id, score from scores order by all").rows() == [
        ("olmo_ladder/peteish7", 0.65),
        ("olmo_ladder/peteish7-b", 0.6),
        ("olmo_ladder/peteish7-b", 0.61),
        ("olmo_ladder/peteish7_medlr", 0.61),
    ]
    assert built.sql("select count(*) from rejects").item() == 0


def test_a_column_whose_name_cannot_be_read_is_one_reject_and_the_rest_is_kept(tmp_path: Path) -> None:
    head = f"_step,batch_size_in_tokens,{LOSS},eval/downstream/piqa_rc_5shot_vibes,eval/odd"
    head += ",eval/downstream/mmlu_stem_var_len_norm"
    rows = ["7,1024,3.5,0.5,1,0.3", "8,1024,3.4,0.5,1,0.4"]
    built = build(tmp_path, {f"{FOLDER}/190M-1xC.csv": table(*rows, columns=head)})
    assert built.sql("select rule, value from rejects order by value").rows() == [
        ("unknown_column", "eval/downstream/piqa_rc_5shot_vibes"),
        ("unknown_column", "eval/odd"),
    ]
    assert built.sql("select count(*) from losses").item() == 2
    assert built.sql("select distinct task, n_shot from scores").rows() == [("mmlu_stem_var", None)]


def test_without_steps_or_tokens_the_one_gives_the_other(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            f"{FOLDER}/190M-1xC.csv": table("7,1024,3.5", columns=f"_step,batch_size_in_tokens,{LOSS}"),
            f"{FOLDER}/190M-2xC.csv": table(
                "3812622336.0,1024,3.5", columns=f"throughput/total_tokens,batch_size_in_tokens,{LOSS}"
            ),
        },
    )
    assert built.sql("select checkpoint_id, step from checkpoints order by 1").rows() == [
        ("olmo_ladder/190M-1xC@7168", 7),
        ("olmo_ladder/190M-2xC@3812622336", None),
    ]


def test_the_metric_at_the_end_of_a_column_s_name_is_told_from_the_task(tmp_path: Path) -> None:
    columns = [
        "eval/downstream/piqa_val_rc_5shot_len_norm",
        "eval/downstream/piqa_val_mc_5shot_acc",
        "eval/downstream_bpb/piqa_val_rc_5shot_bpb",
        "eval/downstream/piqa_val_rc_5shot_soft",
        "eval/downstream/piqa_val_rc_5shot_soft_log",
    ]
    head = ",".join(["_step", "batch_size_in_tokens", *columns])
    built = build(tmp_path, {f"{FOLDER}/190M-1xC.csv": table("7,1024,0.6,0.5,1.1,0.3,-1.2", columns=head)})
    assert built.sql(
        "select task, format, metric, n_shot, score from scores order by format, metric"
    ).rows() == [
        ("piqa", "mc", "acc", 5, 0.5),
        ("piqa", "rc", "acc_norm", 5, 0.6),
        ("piqa", "rc", "answer_bpb", 5, 1.1),
        ("piqa", "rc", "soft", 5, 0.3),
        ("piqa", "rc", "soft_log", 5, -1.2),
    ]


def published(mirror: Path, name: str) -> list[dict[str, str]]:
    path = next((mirror / "allenai/OLMo-ladder").rglob(name))
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_real_row_of_a_slice_stands_in_the_full_file(real: Built) -> None:
    files = real.sql(
        "select file, rows_kept, rows_duplicate, rows_rejected from source_files "
        "where source = 'olmo_ladder' and file like '%peteish%' order by file"
    ).rows()
    by_name = {Path(file).stem: counts for file, *counts in files}
    slices = {name: counts for name, counts in by_name.items() if name.endswith(("k", "-end"))}
    assert "peteish7_eval_170k-450k" in slices
    for kept, duplicate, rejected in slices.values():
        assert (kept, rejected) == (0, 0)
        assert duplicate > 0
    assert by_name["peteish7_eval_full"][1:] == [0, 0]


def test_every_real_full_file_is_a_run_bit_by_bit(real: Built, mirror: Path) -> None:
    """Each filled cell of a file is one value of its run, equal to the last bit."""
    for path in (mirror / "allenai/OLMo-ladder").rglob("ladder-runs/*_eval_full.csv"):
        rows = published(mirror, path.name)
        run = path.stem.removesuffix("_eval_full")
        for kind, is_loss in (("loss", True), ("score", False)):
            wanted = sorted(
                float(cell)
                for row in rows
                for name, cell in row.items()
                if cell and name.startswith("eval/") and name.endswith("/CrossEntropyLoss") == is_loss
            )
            kept = real.sql(
                "select value from observations where status = 'kept' and source = 'olmo_ladder' "
                f"and run = '{run}' and kind = '{kind}' order by value"
            )
            assert kept["value"].to_list() == wanted, (run, kind)


def test_real_checkpoints_have_11_losses_and_20_scores_and_40_of_the_7b(real: Built) -> None:
    corpora = real.sql("select count(distinct corpus) from losses where source = 'olmo_ladder'").item()
    assert corpora == 11
    counts = real.sql(
        "select run_id like 'olmo_ladder/peteish%' as is_7b, format, count(distinct task) as n from scores "
        "where source = 'olmo_ladder' and metric in ('acc', 'acc_norm') and not is_aggregate "
        "group by checkpoint_id, is_7b, format"
    ).unique()
    assert set(counts.rows()) >= {(False, "rc", 20), (True, "rc", 20), (True, "mc", 20)}
    ladder = counts.filter(~counts["is_7b"])
    assert set(ladder["n"]) == {20}


def test_real_first_steps_keep_their_great_loss(real: Built) -> None:
    first = real.sql(
        "select min(loss), max(loss) from losses join checkpoints using (checkpoint_id) "
        "where checkpoints.run_id = 'olmo_ladder/peteish7' and step = 0"
    ).row(0)
    assert first == (pytest.approx(12.24, abs=0.05), pytest.approx(12.33, abs=0.05))


def test_the_real_annealed_run_has_no_step_and_is_a_run_of_its_own(real: Built, mirror: Path) -> None:
    assert "_step" not in published(mirror, "peteish7_eval_anneal.csv")[0]
    assert real.sql("select run_id, step, is_final from checkpoints where run_id like '%anneal'").rows() == [
        ("olmo_ladder/peteish7-anneal", None, True)
    ]


@pytest.mark.parametrize("name", ["190M-1xC-rerun", "3B-10xC", "1B-0.5xC"])
def test_real_losses_are_the_published_numbers_to_the_last_bit(real: Built, mirror: Path, name: str) -> None:
    rows = published(mirror, f"{name}.csv")
    wanted = sorted(float(row[LOSS]) for row in rows if row[LOSS])
    kept = real.sql(
        f"select loss from losses where run_id = 'olmo_ladder/{name}' and corpus = 'c4_en' order by loss"
    )
    assert kept["loss"].to_list() == wanted


def test_real_accuracies_are_counts_of_the_items_that_their_tasks_have(real: Built) -> None:
    """The four groups of MMLU are its authors', in which anatomy is no science: 3,018 and 3,242 items."""
    scores = real.sql(
        "select task, n_items, score from scores "
        "where source = 'olmo_ladder' and metric in ('acc', 'acc_norm') and not is_aggregate"
    )
    assert scores["n_items"].null_count() == 0
    correct = pl.col("score") * pl.col("n_items")
    off = scores.group_by("task").agg(worst=(correct - correct.round()).abs().max())
    assert off.filter(pl.col("worst") > 1e-3).rows() == []
    items = dict(scores.select("task", "n_items").unique().rows())
    assert (
        items["mmlu_stem"] + items["mmlu_other"] + items["mmlu_humanities"] + items["mmlu_social_sciences"]
        == 14_042
    )


def test_real_sizes_count_without_the_input_embedding(real: Built) -> None:
    sizes = dict(
        real.sql("select distinct params, params_convention from runs where source = 'olmo_ladder'").rows()
    )
    assert set(sizes) >= {
        190_354_176,
        371_262_464,
        758_220_288,
        1_279_395_840,
        3_169_537_280,
        6_887_575_552,
    }
    assert set(sizes.values()) == {"total without input embedding"}
