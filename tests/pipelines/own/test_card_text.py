"""Answers go into a card whatever its layout, and every other line of it stays as its user wrote it."""

import tomllib
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.own.card.text import Answer, key_of, split_key, with_answer
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import planned, write

OVER_LINES = 'run = "a"\ntokens_per_step = [  # grows\n    [0, 1000],\n    [5000, 2000],\n]\n'
QUOTED = '# mine\n[losses."eval_loss"]  # of the trainer\ncorpus = "c4_en"\n'
APART = "[losses.a]\nuse = true\n[scores.piqa]\nn_shot = 0\n[losses.b]\nuse = true\n"
LAYOUTS = [
    ("", "corpus"),
    ("# nothing yet\n", "corpus"),
    (OVER_LINES, "corpus"),
    (OVER_LINES, "losses.eval_loss.divide_by"),
    (OVER_LINES + QUOTED, "unit"),
    (QUOTED, "losses.eval_loss.divide_by"),
    (QUOTED, "losses.eval_loss.corpus"),
    (QUOTED, 'files."x.json".step'),
    ("[ losses . 'eval_loss' ]\ncorpus = 'c4_en'\n", "losses.eval_loss.divide_by"),
    ("losses.eval_loss.corpus = 'c4_en'\n", "losses.eval_loss.divide_by"),
    ("losses.eval_loss.corpus = 'c4_en'\n", "losses.other.divide_by"),
    ("losses = {eval_loss = {corpus = 'c4_en'}}\n", "losses.other.divide_by"),
    ("[scores]\npiqa = {n_shot = 0}\n", "scores.piqa.scale"),
    (APART, "losses.a.divide_by"),
    (APART, "losses.b.divide_by"),
    (APART, "losses.c.divide_by"),
    (APART, "scores.n_shot"),
    (APART, "corpus"),
    ('family = """\n[losses.eval_loss]\n"""\n[losses.eval_loss]\nuse = true\n', "losses.eval_loss.unit"),
    ("[scores.piqa]  # of the first release\nscale = 1\n", "scores.n_shot"),
    ('run = "no end of a line"', "corpus"),
]


@pytest.mark.parametrize(("text", "key"), LAYOUTS)
def test_an_answer_goes_into_a_card_of_any_layout(text: str, key: str) -> None:
    told = tomllib.loads(text)
    for answer in ("c4_en", 4, True, [[0, 1000], [5000, 2000]], 'a "quote" \\ and\nmore'):
        made = with_answer(text, key, answer)
        assert tomllib.loads(made) == put(told, split_key(key), answer)
        assert [line for line in text.splitlines() if "#" in line and key != "losses.eval_loss.corpus"] == [
            line for line in made.splitlines() if "#" in line and key != "losses.eval_loss.corpus"
        ]
        # What was answered is answered anew in its place.
        assert with_answer(made, key, answer) == made
        assert tomllib.loads(with_answer(made, key, 0)) == put(told, split_key(key), 0)


def put(told: dict[str, object], parts: tuple[str, ...], answer: Answer) -> dict[str, object]:
    if len(parts) == 1:
        return told | {parts[0]: answer}
    inner = told.get(parts[0], {})
    assert isinstance(inner, dict)
    return told | {parts[0]: put(inner, parts[1:], answer)}


def test_a_comment_behind_an_answer_stays_when_it_changes() -> None:
    assert with_answer('run = "x"  # its name\n', "run", "y") == 'run = "y"  # its name\n'


@pytest.mark.parametrize("text", ["losses = 4\n", "[[losses]]\ncorpus = 'c4_en'\n"])
def test_an_answer_that_has_no_place_is_refused(text: str) -> None:
    with pytest.raises(
        InputError, match=r"losses\.a\.unit cannot be written into the card: losses is no table"
    ):
        with_answer(text, "losses.a.unit", "bits_per_byte")


def test_a_key_is_written_as_it_is_read() -> None:
    for key in ("corpus", "scores.n_shot", "losses.eval/c4.loss.corpus", 'files."a/x.json".step'):
        assert key_of(split_key(key)) == key


def test_the_card_that_is_in_the_way_is_named(tmp_path: Path) -> None:
    write(tmp_path / "emergence.toml", "losses = 4\n")
    write(tmp_path / "losses.csv", "step,loss\n1,3.0\n")
    with pytest.raises(InputError, match=str(tmp_path / "emergence.toml")):
        planned(tmp_path, **{"losses.loss.divide_by": 4})


def test_a_card_over_several_lines_and_one_of_comments_take_flags(tmp_path: Path) -> None:
    flags = ("--corpus", "c4_en", "--unit", "bits_per_byte", "--set", "losses.loss.divide_by=4")
    for name, text in (("lines", OVER_LINES), ("comments", "# tokens are told\n")):
        card = write(tmp_path / name / "emergence.toml", text)
        write(tmp_path / name / "losses.csv", "step,tokens,loss\n100,1000000,3.0\n200,2000000,2.8\n")
        added = emergence("--home", str(tmp_path / "home"), "add", str(tmp_path / name), *flags)
        assert added.exit_code == 0, added.output
        assert card.read_text().startswith(text)
        assert tomllib.loads(card.read_text())["losses"] == {"loss": {"divide_by": 4}}
