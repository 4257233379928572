"""Claims of one's own: a file is judged with the others; what is wrong in it is said."""

import re
from pathlib import Path

import polars as pl
import pytest

from emergence.claims.judge import judge_claims
from emergence.claims.rows import ClaimTables
from emergence.errors import InputError
from pipelines.fits.own_claims import tests_of as judged_by
from pipelines.intake.facts import overrides_digest, read_facts

NAMED = """
claim_id = "mine_named"
statement = "Tasks asked for the letter have thresholds."
test = "du_threshold"
only = { format = ["mc"] }
"""
ASKED = """
claim_id = "mine_asked"
statement = "Most tasks are sharp."
sql = "select source, avg((verdict = 'sharp')::int) as value, 0.6 as low, 0.9 as high from thresholds group by 1"
at_least = 0.5
"""


def tables() -> ClaimTables:
    rows = pl.DataFrame(
        {
            "source": ["one"] * 30 + ["two"] * 30,
            "corpus": "c",
            "unit": "nats_per_token",
            "task": [f"t{k}" for k in range(60)],
            "format": ["mc"] * 30 + ["rc"] * 30,
            "metric": "acc",
            "verdict": "sharp",
            "floor": 0.25,
            "chance": 0.25,
            "loss_at_5_points": 2.0,
        }
    )
    return ClaimTables(thresholds=rows, loss_scores=rows.with_columns(run_id=pl.col("task"), params=1))


def judged(folder: Path, **files: str) -> pl.DataFrame:
    (folder / "claims").mkdir()
    for name, text in files.items():
        (folder / "claims" / f"{name}.toml").write_text(text)
    published = read_facts("claims")["claim_id"]
    stated = read_facts("claims", folder).filter(~pl.col("claim_id").is_in(published.implode()))
    return judge_claims(tables(), judged_by(stated), ["one", "two"])


def test_a_named_test_on_the_rows_that_meet_its_condition(tmp_path: Path) -> None:
    rows = {row["source"]: row for row in judged(tmp_path, a=NAMED).to_dicts()}
    assert rows["one"]["verdict"] == "supported"
    assert rows["two"]["reason"] == "no row of it where format is mc"


def test_the_examples_of_the_page_are_judged_as_printed(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "claims.md").read_text()
    examples = re.findall(r"```toml\n(.+?)```", page, re.DOTALL)
    rows = judged(tmp_path, **{f"example_{k}": text for k, text in enumerate(examples)})
    assert rows.filter(source="one").select("claim_id", "verdict").rows() == [
        ("half_depart", "supported"),
        ("letters_are_sharp", "supported"),
    ]


def test_a_query_is_judged_by_its_limit(tmp_path: Path) -> None:
    assert judged(tmp_path, a=ASKED)["verdict"].to_list() == ["supported", "supported"]


def test_the_published_claims_stand_beside_ones_own(tmp_path: Path) -> None:
    before = overrides_digest(tmp_path)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "mine.toml").write_text(ASKED)
    facts = read_facts("claims", tmp_path)
    assert facts.height == read_facts("claims").height + 1
    assert overrides_digest(tmp_path) != before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (NAMED.replace("du_threshold", "no_such_test"), "there is no test of the name no_such_test"),
        (NAMED.replace('"mc"', '"spoken"'), "no table meets the condition: format is spoken"),
        (ASKED.replace("from thresholds", "from nowhere"), "its SQL fails"),
        (ASKED.replace("0.6 as low, ", ""), "gives no column low"),
        (ASKED.replace("from thresholds", "from read_csv('/etc/hostname')"), "its SQL fails"),
    ],
)
def test_a_bad_claim_is_a_row_and_the_others_stand(tmp_path: Path, text: str, why: str) -> None:
    bad = text.replace("mine_named", "mine_bad").replace("mine_asked", "mine_bad")
    table = judged(tmp_path, bad=bad, good=ASKED.replace("mine_asked", "mine_good"))
    reasons = table.filter(claim_id="mine_bad")
    assert set(reasons["verdict"]) == {"not testable here"}
    assert reasons["reason"].str.contains(why, literal=True).all()
    assert set(table.filter(claim_id="mine_good")["verdict"]) == {"supported"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("claim_id = ", "no TOML"),
        (NAMED.replace("statement", "says"), "unknown says"),
        (NAMED + 'sql = "select 1"', "not both"),
        (ASKED.replace("at_least = 0.5", ""), "one limit"),
        (NAMED.replace("format = ", "colour = "), "only: colour"),
        (NAMED.replace("mine_named", "du_threshold"), "there twice"),
    ],
)
def test_a_file_that_cannot_be_read_names_itself(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=why):
        read_facts("claims", tmp_path)
