"""The card's tokens of a step are held against every step and tokens that a file or its name tells."""

from pathlib import Path

import pytest

from pipelines.own.settling.placing import CONTRADICT, tokens_in_path
from tests.tools.own_files import harness, planned, said, scores_of, write

CARD = {"corpus": "pile_test", "unit": "bits_per_byte", "step_counts": "steps"}


def results(folder: Path, *names: str) -> None:
    for n, name in enumerate(names):
        scores = {"piqa": {"acc,none": 0.5 + n / 100}}
        write(folder / name / "results.json", harness(scores, model="/x"))


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("step{}-tokens{}B", ("4,000,000,000", "8,000,000,000")),
        ("stage1-step{}-tokens{}.0B", ("4,000,000,000", "8,000,000,000")),
        ("step{}_tokens_{}000M-hf", ("4,000,000,000", "8,000,000,000")),
    ],
)
def test_names_that_tell_other_tokens_than_the_card_keep_the_checkpoints_out(
    tmp_path: Path, form: str, shown: tuple[str, str]
) -> None:
    results(tmp_path, form.format(1000, 4), form.format(2000, 8))
    plan = planned(tmp_path, tokens_per_step=1_000_000)
    assert plan.settled.scores.is_empty()
    (broken,) = (b for b in plan.settled.said.broken if b.rule == CONTRADICT)
    assert broken.value == "2,000,000,000"
    assert f"about {shown[1]} tokens at step 2,000" in broken.fix
    assert sum(left.count for left in plan.settled.said.left) == 2
    right = planned(tmp_path, tokens_per_step=4_000_000)
    assert scores_of(right, "step", "tokens") == [(1000, 4 * 10**9), (2000, 8 * 10**9)]
    assert not right.settled.said.broken


@pytest.mark.parametrize(
    ("names", "per_step"),
    [
        # To the nearest, and to the next above, as OLMo 2 writes 2.1 billion.
        (("step1000-tokens4B", "step2000-tokens8B"), 4_194_304),
        (("stage1-step1000-tokens3B", "stage1-step500000-tokens1049B"), 2_097_152),
        (("step10-tokens0B", "step20-tokens0B"), 4_194_304),
        (("step1000-tokens4.2B",), 4_194_304),
    ],
)
def test_names_that_are_rounded_agree(tmp_path: Path, names: tuple[str, ...], per_step: int) -> None:
    results(tmp_path, *names)
    plan = planned(tmp_path, tokens_per_step=per_step)
    assert plan.settled.scores.height == len(names)
    assert not plan.settled.said.broken
    assert not said(plan.settled.said.notes)


@pytest.mark.parametrize("form", ["allenai/OLMo-1B-hf,revision=step{}-tokens{}B", "ck/step{}-tokens{}B"])
def test_the_name_of_a_model_is_held_against_the_card(tmp_path: Path, form: str) -> None:
    for step, tokens in ((1000, 4), (2000, 8)):
        model = form.format(step, tokens)
        write(tmp_path / f"{step}.json", harness({"piqa": {"acc,none": 0.5}}, model=model))
    plan = planned(tmp_path, tokens_per_step=1_000_000)
    assert plan.settled.scores.is_empty()
    (broken,) = (b for b in plan.settled.said.broken if b.rule == CONTRADICT)
    assert (broken.file, broken.value) == ("2000.json", "2,000,000,000")
    right = planned(tmp_path, tokens_per_step=4_194_304)
    assert scores_of(right, "step", "tokens") == [(1000, 4_194_304_000), (2000, 8_388_608_000)]
    assert not right.settled.said.broken


@pytest.mark.parametrize("header", ["model,step", "model,checkpoint"])
def test_the_name_in_a_row_is_held_against_the_card(tmp_path: Path, header: str) -> None:
    rows = (
        header.replace("step", "iteration") + ",piqa",
        "m,step1000-tokens4B,0.5",
        "m,step2000-tokens8B,0.6",
    )
    write(tmp_path / "s.csv", "\n".join(rows) + "\n")
    card = {"step_counts": "steps", "scores": {"n_shot": 0, "format": "rc", "metric": "acc"}}
    assert planned(tmp_path, **card, tokens_per_step=1_000_000).settled.scores.is_empty()
    right = planned(tmp_path, **card, tokens_per_step=4_194_304)
    assert scores_of(right, "step", "tokens") == [(1000, 4_194_304_000), (2000, 8_388_608_000)]


def test_tokens_in_a_name() -> None:
    assert tokens_in_path("a/step1000-tokens4B/r.json") == (1000, 4e9, 1e9)
    assert tokens_in_path("step10-tokens1.25T.json") == (10, 1.25e12, 1e10)
    assert tokens_in_path("run-tokens100B/step1000/r.json") is None


@pytest.mark.parametrize("last", ["12000000000", "12000524288"])
def test_no_row_is_placed_by_a_number_that_its_file_contradicts(tmp_path: Path, last: str) -> None:
    write(tmp_path / "s.csv", f"step,tokens,val_bpb\n1000,4000000000,1.1\n2000,,1.05\n3000,{last},1.0\n")
    plan = planned(tmp_path, **CARD, tokens_per_step=1_000_000)
    notes = said(plan.settled.said.notes)
    assert f"s.csv tells {int(last):,} tokens at step 3,000, and tokens_per_step makes 3,000,000,000" in notes
    placed = plan.settled.losses["tokens"].to_list()
    if last == "12000000000":
        assert placed == [4 * 10**9, 8 * 10**9, 12 * 10**9]
    else:
        assert placed == [4 * 10**9, int(last)]
        assert "do not tell the tokens of these steps" in said(plan.settled.said.left)


def test_results_beside_a_log_stand_where_the_log_puts_their_step(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", "global_step,tokens,val_bpb\n1000,4000000000,1.1\n2000,8000000000,1.0\n")
    results(tmp_path, "step1000", "step1500")
    plan = planned(tmp_path, **CARD, tokens_per_step=1_000_000)
    assert sorted(scores_of(plan, "step", "tokens")) == [(1000, 4 * 10**9), (1500, 6 * 10**9)]
    assert "what the file tells counts" in said(plan.settled.said.notes)


@pytest.mark.parametrize("per_step", [4_194_304, 1_000_000])
def test_rounded_tokens_of_a_log_are_held_against_the_card(tmp_path: Path, per_step: int) -> None:
    line = "iteration: {} / 9000 | consumed_tokens: {} | global_batch_size: 4.19M | lm_loss: 3.1 |"
    rows = (line.format(1000, "4.19B"), line.format(2000, "8.39B"))
    write(tmp_path / "nano.log", "\n".join(rows) + "\n")
    plan = planned(tmp_path, tokens_per_step=per_step)
    rules = [b.rule for b in plan.settled.said.broken]
    assert (plan.settled.losses.height, rules) == ((2, []) if per_step > 10**6 else (0, [CONTRADICT]))


@pytest.mark.parametrize("tokens", [(1001, 2001), (1000, 2000), (1000.4, 1999.5)])
def test_a_step_more_or_a_cut_batch_is_no_contradiction(tmp_path: Path, tokens: tuple[float, ...]) -> None:
    rows = [f"{step},{round(t * 10**6)},1.{step}" for step, t in zip((1000, 2000), tokens, strict=True)]
    write(tmp_path / "s.csv", "\n".join(("step,tokens,val_bpb", *rows)) + "\n")
    plan = planned(tmp_path, **CARD, tokens_per_step=1_000_000)
    assert not said(plan.settled.said.notes)
    assert plan.settled.losses["tokens"].to_list() == [round(t * 10**6) for t in tokens]
