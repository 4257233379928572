"""What a card says is checked in every section: what cannot be read is refused by its place, and never dropped."""

import json
from pathlib import Path

import pytest

from pipelines.commands.add import _asked
from pipelines.own.card.card import check_card
from pipelines.own.card.fields import SECTIONS, TOP
from pipelines.own.plan import Plan
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import planned, said, scores_of, write

TOP_OF_ALL = 'tokens_per_step = 1000\ntokenizer = "gpt2"\n'
LOSSES = 'corpus = "c4_en"\n'
SCORES = '[scores]\nformat = "rc"\n'


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder with three losses of a trainer, and a table of percents that says neither shots nor format."""
    log = [{"step": 100 * k, "eval_loss": 6 - k / 10, "epoch": k / 10} for k in (1, 2, 3)]
    write(tmp_path / "mine" / "trainer_state.json", {"global_step": 300, "log_history": log})
    write(
        tmp_path / "mine" / "r.csv",
        "step,tokens,piqa_acc,hellaswag_acc\n1000,4000000,75.1,61.2\n2000,8000000,76.1,62.2\n",
    )
    return tmp_path / "mine"


def plan(folder: Path, card: str) -> Plan:
    write(folder / "emergence.toml", TOP_OF_ALL + card)
    return planned(folder)


def counts(found: Plan) -> tuple[int, int]:
    return found.settled.losses.height, found.settled.scores.height


WHOLE = LOSSES + SCORES + "n_shot = 5\n"
WRONG = [
    # What the card says, where that is, what is expected, and how many losses and scores can still go in.
    ('[losses.eval_loss]\ndivide_by = "4"\n', "losses.eval_loss.divide_by", "a number above 0, without quotes", 0, 4),
    ("[losses.eval_loss]\ndivide_by = 0\n", "losses.eval_loss.divide_by", "a number above 0", 0, 4),
    ('[losses.eval_loss]\nheld_out = "no"\n', "losses.eval_loss.held_out", "true or false", 0, 4),
    ('[losses.eval_loss]\nuse = "false"\n', "losses.eval_loss.use", "true or false, without quotes", 0, 4),
    ("[losses.eval_loss]\ncorpus = 4\n", "losses.eval_loss.corpus", "a text", 0, 4),
    ('[losses.eval_loss]\nunit = "nats"\n', "losses.eval_loss.unit", "one of nats_per_token", 0, 4),
    ('[losses.eval_loss]\ncorpra = "c4_en"\n', "losses.eval_loss.corpra", "did you mean corpus?", 0, 4),
    ("[losses]\nuse = false\n", "losses.use", 'below [losses."NAME"]', 0, 4),
    ("[losses]\neval_loss = 4\n", "losses.eval_loss", 'a table of TOML: [losses."eval_loss"]', 0, 4),
    ('[scores.piqa]\nn_shot = "0-shot"\n', "scores.piqa.n_shot", 'a whole number from 0, or "unknown"', 3, 2),
    ('[scores.piqa]\nuse = "no"\n', "scores.piqa.use", "true or false", 3, 2),
    ("[scores.piqa]\nscale = true\n", "scores.piqa.scale", "1 or 100", 3, 2),
    ('[scores.piqa]\nformat = "choice"\n', "scores.piqa.format", "one of rc, mc, generate", 3, 2),
    ('[scores.piqa]\nmetric = "accurate"\n', "scores.piqa.metric", "the name of a metric", 3, 2),
    ('[files."trainer_state.json"]\nskip = "true"\n', 'files."trainer_state.json".skip', "true or false", 0, 4),
    ('[files."*.json"]\nstep = "1000"\n', 'files."*.json".step', "a whole number from 0, without quotes", 0, 4),
    ('[files."r.csv"]\nn_shot = "5"\n', 'files."r.csv".n_shot', "a whole number from 0", 3, 0),
    ('[files."r.csv"]\nsteps = 1\n', 'files."r.csv".steps', "did you mean step?", 3, 0),
    ('[files."r.csv"]\nstep_counts = "step"\n', 'files."r.csv".step_counts', "one of steps", 3, 0),
    ("[files]\nskip = true\n", "files.skip", 'below [files."NAME"]', 0, 0),
    ("[files.r.csv]\nskip = true\n", 'files."r".csv', "put a name that has a dot in it in quotes", 3, 0),
]  # fmt: skip


@pytest.mark.parametrize(("card", "place", "expected", "n_losses", "n_scores"), WRONG)
def test_what_a_section_says_wrongly_is_refused_by_its_place_and_what_it_is_said_of_waits(
    mine: Path, card: str, place: str, expected: str, n_losses: int, n_scores: int
) -> None:
    assert counts(plan(mine, WHOLE)) == (3, 4)
    found = plan(mine, WHOLE + card)
    (broken,) = found.settled.said.broken
    assert (broken.file, broken.place) == ("emergence.toml", place)
    assert expected in broken.fix
    assert counts(found) == (n_losses, n_scores)
    assert all(place in left.why for left in found.settled.said.left)


@pytest.mark.parametrize(
    ("card", "place", "asked"),
    [
        ('n_shot = "5"\n', "scores.n_shot", "scores.n_shot"),
        ('n_shot = 5\nscale = "100"\n', "scores.scale", None),
        ("num_fewshot = 5\n", "scores.num_fewshot", "scores.n_shot"),
        ("n_shot = 5\nuse = false\n", "scores.use", None),
    ],
)
def test_what_is_said_wrongly_of_all_scores_keeps_those_out_that_need_it(
    mine: Path, card: str, place: str, asked: str | None
) -> None:
    found = plan(mine, LOSSES + SCORES + card)
    assert [b.place for b in found.settled.said.broken] == [place]
    assert counts(found) == (3, 0)
    # Where all scores are left alone, none is left that would be asked about.
    assert [q.key for q in found.open_questions()] == ([asked] if asked and place == asked else [])


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ('losses = {val = {use = "false"}}', "losses.val.use = 'false': expected true or false"),
        ('losses = {val = {held_out = "no"}}', "losses.val.held_out = 'no': expected true or false"),
        ('scores = {acc = {task = "piqa", scale = "100"}}', "scores.acc.scale = '100': expected 1 or 100"),
        ("scores = {acc = {task = 5}}", "scores.acc.task = '5': expected a text"),
        ('scores = {acc = {n_shot = "5"}}', "scores.acc.n_shot = '5': expected a whole number from 0"),
    ],
)
def test_what_a_map_says_wrongly_of_a_column_is_refused(tmp_path: Path, column: str, expected: str) -> None:
    table = write(tmp_path / "t.csv", "it,val,acc\n1000,3.1,0.5\n2000,3.0,0.6\n")
    write(tmp_path / "emergence.toml", f'{LOSSES}[tables."t.csv"]\nstep = "it"\n{column}\n')
    (broken,) = planned(tmp_path).settled.said.broken
    assert f'tables."t.csv": {expected}' in broken.fix
    told = write(tmp_path / "map.toml", f'step = "it"\n{column}\n')
    result = emergence("--home", str(tmp_path / "home"), "add", str(table), "--map", str(told))
    assert result.exit_code == 2
    assert expected in result.output


def test_a_column_that_a_map_does_not_use_is_not_taken(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "it,a,b\n1000,3.1,2.5\n2000,3.0,2.4\n")
    card = 'counts = "steps"\nlosses = {a = {corpus = "c4_en"}, b = {corpus = "pile_test", use = false}}\n'
    write(
        tmp_path / "emergence.toml",
        f'unit = "bits_per_byte"\ntokens_per_step = 10\n[tables."t.csv"]\nstep = "it"\n{card}',
    )
    assert set(planned(tmp_path).settled.losses["corpus"]) == {"c4_en"}


def test_a_name_that_cannot_be_read_adds_nothing_under_another(mine: Path) -> None:
    found = plan(mine, "run = 7\n" + WHOLE)
    assert [b.place for b in found.settled.said.broken] == ["run"]
    assert counts(found) == (0, 0)


def test_an_answer_on_the_terminal_that_cannot_be_read_is_asked_again(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["five", "5"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(typed))
    found = _asked(plan(mine, LOSSES + SCORES))
    assert set(scores_of(found, "n_shot")) == {(5,)}
    assert "five: expected a whole number from 0" in capsys.readouterr().err
    assert "n_shot = 5" in found.text


@pytest.mark.parametrize("value", ['"lots"', "0", "[[5, 10]]", "[[0, 1.5]]", "true"])
def test_a_question_stays_until_its_answer_can_be_read(mine: Path, value: str) -> None:
    (mine / "r.csv").unlink()
    write(mine / "emergence.toml", f"tokens_per_step = {value}\n{LOSSES}")
    found = planned(mine)
    assert "tokens_per_step" in found.settled.said.questions
    assert [b.place for b in found.settled.said.broken] == ["tokens_per_step"]


def test_a_step_that_is_no_number_is_asked_for_again(mine: Path) -> None:
    old = {"results": {"piqa": {"acc": 0.5, "acc_norm": 0.5}}, "config": {"model": "x", "num_fewshot": 0}}
    write(mine / "x.json", old)
    assert 'files."x.json".step' in plan(mine, WHOLE).settled.said.questions
    found = plan(mine, WHOLE + '[files."x.json"]\nstep = "1000"\n')
    assert 'files."x.json".step' in [b.place for b in found.settled.said.broken]
    assert set(scores_of(found, "file")) == {("r.csv",)}
    assert ("x.json", 1000) in scores_of(
        plan(mine, WHOLE + '[files."x.json"]\nstep = 1000\n'), "file", "step"
    )


@pytest.mark.parametrize(
    ("card", "note"),
    [
        ("[losses.val_loss]\nuse = false\n", '[losses."val_loss"] meets nothing: no loss is called so; there are eval_loss'),
        ("[scores.piqua]\nn_shot = 1\n", '[scores."piqua"] meets nothing: no task is called so; there are piqa'),
        ('[files."trainer_stat.json"]\nskip = true\n', "meets nothing: it fits no file; there are trainer_state.json"),
        ('[files."old/*"]\nskip = true\n', '[files."old/*"] meets nothing: it fits no file'),
        ('[tables."q.csv"]\nstep = "it"\n', '[tables."q.csv"] meets nothing: it fits no file'),
        ('[files."r.csv"]\nn_shot = 0\n', None),
        ('[files."*.csv"]\nskip = true\n', None),
        ('[files."notes.docx"]\nskip = true\n', None),
        ('[files."trainer_state.json"]\nunit = "bits_per_byte"\n', "eval_loss says nats_per_token; losses.eval_loss.unit would"),
    ],
)  # fmt: skip
def test_what_meets_nothing_is_said_with_what_there_is(mine: Path, card: str, note: str | None) -> None:
    (mine / "notes.docx").write_bytes(b"PK")
    notes = said(n for n in plan(mine, WHOLE + card).settled.said.notes if "emergence.toml" in n)
    assert note in notes if note else not notes


def test_shots_and_format_of_a_file_are_those_of_its_scores(mine: Path) -> None:
    write(mine / "z.csv", "step,tokens,piqa_acc\n1000,4000000,65.1\n2000,8000000,66.1\n")
    found = plan(
        mine,
        LOSSES + '[files."*.csv"]\nformat = "rc"\nn_shot = 5\n[files."z.csv"]\nn_shot = 0\n'
        "[scores.hellaswag]\nn_shot = 10\n",
    )
    assert set(scores_of(found, "file", "task", "n_shot", "format", "run")) == {
        ("r.csv", "piqa", 5, "rc", "mine"),
        ("r.csv", "hellaswag", 10, "rc", "mine"),
        ("z.csv", "piqa", 0, "rc", "mine"),
    }
    assert not found.open_questions()


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("scores.scale=percent", "--set 'scores.scale'=percent: expected 1 or 100"),
        ("scores.n_shot=five", 'expected a whole number from 0, or "unknown"'),
        ("losses.eval_loss.use=no", "expected true or false"),
        ("losses.eval_loss.corpra=c4_en", "did you mean corpus?"),
        ("corpra=c4_en", "did you mean corpus?"),
        ("unit=nats", "--unit nats: expected one of nats_per_token"),
    ],
)
def test_a_flag_that_the_card_cannot_hold_is_refused_before_anything_is_written(
    mine: Path, pair: str, expected: str
) -> None:
    card = write(mine / "emergence.toml", TOP_OF_ALL + WHOLE)
    home = mine.parent / "home"
    result = emergence("--home", str(home), "add", str(mine), "--set", pair)
    assert result.exit_code == 2
    assert expected in result.output
    assert card.read_text() == TOP_OF_ALL + WHOLE
    assert not (home / "drop").exists()


def test_an_add_whose_card_is_refused_in_part_ends_with_another_code(mine: Path) -> None:
    card = write(mine / "emergence.toml", TOP_OF_ALL + WHOLE)
    home = ("--home", str(mine.parent / "home"), "add", str(mine))
    assert emergence(*home).exit_code == 0
    card.write_text(TOP_OF_ALL + WHOLE + '[scores.piqa]\nn_shot = "0-shot"\n')
    result = emergence(*home)
    assert result.exit_code == 1
    assert "refused: emergence.toml, scores.piqa.n_shot: '0-shot' not_a_number" in result.output


def test_one_bad_card_keeps_no_other_folder_out(tmp_path: Path) -> None:
    cards = {"r0": LOSSES, "r1": "tokens_per_step = 1,000\n", "r2": LOSSES, "r3": "losses = 4\n"}
    for name, card in cards.items():
        write(tmp_path / "all" / name / "emergence.toml", card)
        write(tmp_path / "all" / name / "losses.csv", "step,tokens,loss\n100,1000000,3.0\n200,2000000,2.8\n")
    flags = ("--unit", "nats_per_token", "--set", "losses.loss.divide_by=1")
    add = ("--home", str(tmp_path / "home"), "add", str(tmp_path / "all"), *flags)
    told = emergence(*add)
    assert told.exit_code == 2
    assert sorted(path.name for path in (tmp_path / "home" / "drop").iterdir()) == ["r0", "r2"]
    for expected in (
        "r1/emergence.toml is not TOML",
        "r3/emergence.toml: the answer to",
        "r0: added",
        "r2: added",
    ):
        assert expected in told.output
    found = json.loads(emergence(*add, "--json").stdout)
    assert [(Path(run["root"]).name, "refused" in run) for run in found] == [
        ("r0", False), ("r1", True), ("r2", False), ("r3", True)
    ]  # fmt: skip


def test_every_field_has_a_value_that_fits_and_one_that_does_not() -> None:
    fields = [*TOP.items(), *(item for section in SECTIONS.values() for item in section.items())]
    good = ("c4_en", 1, True, "rc", "nats_per_token", "steps", "one", "acc", "same_weights")
    for name, field in fields:
        assert any(field.fits(value) for value in good), name
        assert not any(field.fits(value) for value in (-1, 0.5j, {}, None)), name
    assert check_card({"seed": 0, "params": 1e9}).told == {"seed": 0, "params": 1e9}
    assert [t.place for t in check_card({"params": 0, "losses": 3, "tables": []}).trouble] == [
        *("params", "losses", "tables")
    ]
