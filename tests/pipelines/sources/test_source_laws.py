"""Losses over sizes and tokens without scores: what a law of loss needs, with the publishers' flags."""

import math
from pathlib import Path

import pytest

from pipelines.sources import chinchilla, isoflops
from tests.tools.built import Built, put

ISO = "source,dataset,model,condition,experiment,tokens,params,budget,loss,outlier,reason\n"
FIGURE = "x,y,color,Model Size,Training FLOP,hex_color,loss\n"
ISO_FILE = "data/isoflops/transform/isoflops.csv"
FIGURE_FILE = "data/svg_extracted_data.csv"


def build(tmp_path: Path, iso: str, figure: str = "1,1,#a,1e9,1.2e20,#a,2.5\n") -> Built:
    mirror = tmp_path / "mirror"
    put(mirror, isoflops.SOURCE, {ISO_FILE: (ISO + iso).encode()})
    put(mirror, chinchilla.SOURCE, {FIGURE_FILE: (FIGURE + figure).encode()})
    return Built(tmp_path / "home", mirror, [isoflops.SOURCE, chinchilla.SOURCE]).ingest().run()


def test_tokens_of_the_figure_follow_from_its_compute(tmp_path: Path) -> None:
    built = build(tmp_path, "")
    row = built.sql("select run_id, params, tokens, compute_flop, loss from law_points").row(0)
    assert row == ("chinchilla/N1000000000-D20000000000", 10**9, 2 * 10**10, 1.2e20, 2.5)


def test_an_exponential_beside_its_raw_loss_is_rejected_and_one_alone_is_turned_back(tmp_path: Path) -> None:
    point = "llama_3,llama_3,llama_3,{},e,2e10,{},1e20,{},False,none\n"
    built = build(
        tmp_path,
        point.format("raw_loss", "1e9", 0.8)
        + point.format("exp_loss", "1e9", math.exp(0.8))
        + point.format("exp_loss", "2e9", math.exp(0.7)),
    )
    losses = built.sql(
        "select loss, loss_as_published, unit from losses where source = 'isoflops' order by loss"
    ).rows()
    assert losses == [
        (pytest.approx(0.7), pytest.approx(math.exp(0.7)), "unstated"),
        (0.8, None, "unstated"),
    ]
    rejects = built.sql("select rule, place from rejects").rows()
    assert rejects == [("second_reading", "row 2, column loss")]


def test_outliers_are_flagged_with_their_reason_and_stay(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        "marin_202603,comma,llama_2,,e,2e10,1e9,1e20,3.1,True,off_center\n"
        "marin_202603,comma,llama_2,,e,4e10,1e9,2e20,3.0,False,none\n",
    )
    points = built.sql(
        "select study, tokens, outlier, reason from law_points where source = 'isoflops' order by tokens"
    ).rows()
    study = "marin_202603 comma llama_2"
    assert points == [(study, 2 * 10**10, True, "off_center"), (study, 4 * 10**10, False, None)]


def test_points_of_the_same_figure_are_one_body_of_evidence(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        "ml_scalefit,massivetext,chinchilla,,e,2e10,1e9,1e20,2.5,False,none\n"
        "misfitting,fineweb_c4,transformer,,e,2e10,1e9,1e20,3.5,False,none\n",
    )
    evidence = built.sql(
        "select study, evidence_of from law_points where source = 'isoflops' order by study"
    ).rows()
    assert evidence == [
        ("misfitting fineweb_c4 transformer", "misfitting"),
        ("ml_scalefit massivetext chinchilla", "chinchilla"),
    ]


def test_sources_without_a_licence_are_not_to_be_redistributed(tmp_path: Path) -> None:
    built = build(tmp_path, "misfitting,fineweb_c4,transformer,,e,2e10,1e9,1e20,3.5,False,none\n")
    assert built.sql("select distinct licence, redistribute from sources where files > 0").rows() == [
        ("none stated", False)
    ]


def test_947_real_rows_are_814_points_and_133_second_readings(real: Built) -> None:
    kept = real.sql("select count(*) from losses where source = 'isoflops'").item()
    rejects = real.sql("select rule, count(*) from rejects where source = 'isoflops' group by rule").rows()
    assert (kept, rejects) == (947 - 133, [("second_reading", 133)])
    studies = real.sql(
        "select count(distinct split_part(run, '/', 1)) from runs where source = 'isoflops'"
    ).item()
    assert studies == 5
    # 197 of the 947 rows are flagged; 30 of them are rejected second readings.
    outliers = real.sql(
        "select count(*) filter (where outlier) from law_points where source = 'isoflops'"
    ).item()
    flagged = real.sql("select count(*) from raw_isoflops_points where outlier = 'True'").item()
    assert outliers == flagged


def test_245_real_points_stand_in_247_rows_of_the_other_source_again(real: Built) -> None:
    assert real.sql("select count(*) from law_points where source = 'chinchilla'").item() == 245
    again = real.sql("select count(*) from law_points where evidence_of = 'chinchilla'").item()
    met = real.sql(
        "select count(distinct again.run_id) from law_points as again inner join law_points as points "
        "on points.source = 'chinchilla' and abs(points.loss / again.loss - 1) < 1e-4 "
        "and abs(points.params / again.params - 1) < 1e-3 where again.evidence_of = 'chinchilla'"
    ).item()
    assert (again, met) == (247, 247)


def test_law_points_hold_last_and_matched_checkpoints_of_trajectories(real: Built) -> None:
    runs = dict(
        real.sql(
            "select source, count(distinct run_id) from law_points where position = 'final' group by source"
        ).rows()
    )
    assert runs["cerebras_gpt"] == 28
    assert runs["gadre"] == real.sql("select count(*) from runs where source = 'gadre'").item()
    assert (
        runs["olmo_ladder"]
        == real.sql("select count(distinct run_id) from losses where source = 'olmo_ladder'").item()
    )
    worst = real.sql(
        "select max(abs(tokens / (20 * params * multiple) - 1)) from law_points where multiple is not null"
    ).item()
    assert worst <= 0.02
    assert (
        real.sql("select count(*) from law_points where position = 'matched' and multiple is null").item()
        == 0
    )
    assert (
        real.sql(
            "select count(*) from "
            "(select checkpoint_id, corpus, unit from law_points group by all having count(*) > 1)"
        ).item()
        == 0
    )
