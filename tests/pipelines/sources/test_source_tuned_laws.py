"""Losses for laws of size and tokens, trained with many learning rates, or normalised until they are negative."""

from pathlib import Path

import pytest

from pipelines.sources import misfitting, step_law, vocab
from tests.tools.built import Built, put
from tests.tools.synthetic_runs import (
    MISFITTING,
    STEP_LAW,
    VOCAB,
    misfitting_row,
    step_law_row,
    table,
)

LAST = {"portion_steps_elapsed": 1.0, "D": 268_435_456, "current_steps": 256}


def build_misfitting(tmp_path: Path, *rows: object) -> Built:
    put(tmp_path / "mirror", misfitting.SOURCE, {MISFITTING: table(*rows)})  # type: ignore[arg-type]
    return Built(tmp_path / "home", tmp_path / "mirror", [misfitting.SOURCE]).ingest().run()


def build_step_law(tmp_path: Path, dense: bytes, mixtures: bytes) -> Built:
    put(tmp_path / "mirror", step_law.SOURCE, {STEP_LAW[0]: dense, STEP_LAW[1]: mixtures})
    return Built(tmp_path / "home", tmp_path / "mirror", [step_law.SOURCE]).ingest().run()


def test_only_the_best_tuned_training_of_a_size_and_tokens_is_a_point_of_laws(tmp_path: Path) -> None:
    rows = [
        step_law_row(exp_name="a") | {"smooth loss": 2.4},
        step_law_row(exp_name="b") | {"smooth loss": 2.3},
        step_law_row(exp_name="c", D=50_000_000_000) | {"smooth loss": 11.09},
    ]
    mixture = step_law_row(exp_name="d", N=2_150_612_992) | {"Na": 187_973_632, "moe_name": "1in8"}
    built = build_step_law(tmp_path, table(*rows), table(mixture))
    points = built.sql("select run_id, study, params_convention from law_points order by all").rows()
    assert points == [
        ("step_law/b", "Step Law dense", "as published"),
        ("step_law/c", "Step Law dense", "as published"),
        ("step_law/d", "Step Law mixture of experts 1in8", "total, of a mixture of experts"),
    ]
    losses = built.sql("select split_part(checkpoint_id, '@', 1), is_tuned from losses order by all").rows()
    assert losses == [("step_law/a", False), ("step_law/b", True), ("step_law/c", True), ("step_law/d", True)]


def test_a_point_without_size_is_a_reject(tmp_path: Path) -> None:
    built = build_step_law(tmp_path, table(step_law_row(), step_law_row(exp_name="b", N=0)), b"")
    rejects = sorted(built.sql("select file, rule, place from rejects").rows())
    assert rejects == [
        (STEP_LAW[0], "not_positive", "row 2, column N"),
        (STEP_LAW[1], "unreadable_file", "row 0"),
    ]
    assert built.status("step_law") == "partial"


def test_a_training_under_a_name_again_is_a_run_of_its_own(tmp_path: Path) -> None:
    again = misfitting_row(**{"C4 Eval Loss": 5.8})
    built = build_misfitting(
        tmp_path,
        misfitting_row(),
        misfitting_row(**LAST | {"C4 Eval Loss": 5.1}),
        again,
        misfitting_row(**LAST | {"C4 Eval Loss": 5.0}),
    )
    finals = built.sql(
        "select losses.run_id, losses.loss, is_tuned from losses join checkpoints using (checkpoint_id) where is_final order by all"
    ).rows()
    run = "misfitting/misfitting_35m-256-lr0.002-2024_11_26-18_49_27"
    assert finals == [(run, 5.1, False), (f"{run}-again2", 5.0, True)]
    assert built.sql("select loss from law_points").rows() == [(5.0,)]
    assert built.sql("select count(*) from rejects").item() == 0


def test_a_row_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    built = build_misfitting(
        tmp_path, misfitting_row(), misfitting_row(**LAST), misfitting_row(), misfitting_row(**LAST)
    )
    counts = built.sql(
        "select rows_kept, rows_duplicate, rows_rejected from sources where source = 'misfitting'"
    ).row(0)
    assert counts == (2, 2, 0)


def test_a_loss_below_zero_has_a_unit_of_its_own_and_no_law(tmp_path: Path) -> None:
    row = {
        "vocab_size": "4096.0",
        "embed_dim": "512.0",
        "num_characters": 1.8e8,
        "Non_vocab_parameters": "33222784.0",
        "FLOPs": 6.0 * (33222784 + 4096 * 512) * 6e7,
        "Lossu": -1.349,
    }
    put(tmp_path / "mirror", vocab.SOURCE, {VOCAB: table(row, row | {"Lossu": "", "FLOPs": 9e16})})
    built = Built(tmp_path / "home", tmp_path / "mirror", [vocab.SOURCE]).ingest().run()
    losses = built.sql("select loss, unit, comparability_group from losses").rows()
    group = "vocab_training vocabulary of 4096"
    assert losses == [(-1.349, "nats_per_token_over_unigram", group)]
    assert built.sql("select params, tokens from checkpoints join runs using (run_id)").row(0) == (
        35319936,
        60_000_000,
    )
    assert built.sql("select count(*) from law_points").item() == 0


def test_real_counts_of_the_three(real: Built) -> None:
    kept = dict(
        real.sql(
            "select source, rows_kept + rows_duplicate from sources "
            "where source in ('step_law', 'misfitting', 'vocab') and rows_rejected = 0"
        ).rows()
    )
    assert kept["step_law"] >= 1911 + 708
    assert kept["misfitting"] >= 4852
    assert kept["vocab"] >= 1200
    sizes = real.sql("select count(distinct params) from runs where source = 'misfitting'").item()
    assert sizes >= 11
    vocabularies = real.sql("select count(distinct tokenizer) from runs where source = 'vocab'").item()
    assert vocabularies >= 10


@pytest.mark.parametrize("name", ["step_law", "misfitting", "vocab", "kempner"])
def test_what_has_no_licence_is_not_redistributed(real: Built, name: str) -> None:
    terms = real.sql(
        "select licence, redistribute from sources where source = $1".replace("$1", f"'{name}'")
    ).row(0)
    assert terms == ("none stated", False)
