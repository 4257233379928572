"""Losses whose names speak of unlike units are asked about one by one; plain names share one answer."""

from pathlib import Path

import pytest

from pipelines.own.settling.settle_losses import spoken_units
from tests.tools.own_files import planned

CARD = {"tokens_per_step": 1_000_000, "step_counts": "steps", "tokenizer": "gpt2"}
UNLIKE = {
    "val_loss_per_byte": "bits_per_byte",
    "val_nll_per_byte": "bits_per_byte",
    "eval_loss_per_char": "bits_per_char",
    "Val Loss/Char": "bits_per_char",
    "val_loss_bpc": "bits_per_char",
    "val_loss_base2": "bits_per_byte",
    "val_loss_log2": "bits_per_byte",
    "val_loss_per_word": None,
    "nats_per_byte_loss": None,
}


def table(folder: Path, *columns: str) -> None:
    rows = [f"{step}," + ",".join("0.7" for _ in columns) for step in (1000, 2000)]
    (folder / "s.csv").write_text("\n".join((",".join(("step", *columns)), *rows)) + "\n")


def corpora(*columns: str) -> dict[str, str]:
    texts = ("c4_en", "pile_test", "wikitext", "ptb")
    return {f"losses.{name}.corpus": text for name, text in zip(columns, texts, strict=False)}


@pytest.mark.parametrize("name", list(UNLIKE))
def test_a_name_that_speaks_of_a_unit_takes_no_answer_that_contradicts_it(tmp_path: Path, name: str) -> None:
    table(tmp_path, "val_loss", name)
    asked = planned(tmp_path, **CARD, **corpora("val_loss", name))
    needed = [q for q in asked.open_questions() if q.is_needed]
    assert [q.key for q in needed] == ["unit", f"losses.{name}.unit"]
    assert [f"{'val_loss' if q.key == 'unit' else name}? " in q.text for q in needed] == [True, True]
    assert all("2 values wait for it" in q.text for q in needed)
    assert sum(left.count for left in asked.settled.said.left) == 4
    general = asked.answered({"unit": "nats_per_token"})
    assert general.settled.losses["key"].to_list() == ["val_loss"] * 2
    assert [q.key for q in general.open_questions()] == [f"losses.{name}.unit"]
    of_file = asked.answered({'files."s.csv".unit': "nats_per_token"})
    assert of_file.settled.losses["key"].to_list() == ["val_loss"] * 2
    unit = UNLIKE[name]
    if unit is not None:
        assert needed[1].options[0] == unit
        agreed = planned(tmp_path, **CARD, **corpora("val_loss", name), unit=unit).settled.losses
        assert set(agreed["unit"]) == {unit}
        assert agreed.height == 4
    own = general.answered({f"losses.{name}.unit": "bits_per_byte"}).settled.losses
    assert own.select("key", "unit").unique().height == 2


def test_plain_names_share_one_answer_and_all_are_named(tmp_path: Path) -> None:
    names = ("val_loss", "c4_loss", "pile_loss")
    table(tmp_path, *names)
    asked = planned(tmp_path, **CARD, **corpora(*names))
    (question,) = (q for q in asked.open_questions() if q.is_needed)
    assert question.text == "in which unit are val_loss, c4_loss and pile_loss? 6 values wait for it"
    assert asked.answered({"unit": "nats_per_token"}).settled.losses.height == 6
    assert [left.count for left in asked.settled.said.left] == [6]


def test_words_of_texts_speak_of_no_unit() -> None:
    for name in ("val_loss", "loss (train)", "eval/c4/loss", "bytedance_loss", "wordnet_loss", "habits_loss"):
        assert spoken_units(name) is None
    assert spoken_units("loss_per_token") == ("nats_per_token",)
    assert spoken_units("val_ppl") == ()
