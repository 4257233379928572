"""The page of claims is what the table of claims says, and its error rates are those of its command."""

import csv

import pytest

from benchmarks.claims import RULES, error_rates
from pipelines.pages.claims_page import ERRORS, FACTS, PAGE, claims_page


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text() == claims_page(), (
        "run `python -m pipelines.pages.claims_page` and commit the page"
    )


def test_every_claim_names_a_rule_that_was_simulated() -> None:
    with (FACTS / "claims.csv").open(newline="") as file:
        rules = {row["rule"] for row in csv.DictReader(file)}
    assert rules - {"none"} == set(RULES)


def test_the_error_rates_are_those_of_the_command() -> None:
    with ERRORS.open(newline="") as file:
        kept = {row["rule"]: row for row in csv.DictReader(file)}
    for row in error_rates(simulations=100):
        told = kept[str(row["rule"])]
        for rate in ("supports_false", "contradicts_true", "misses_true"):
            assert float(str(row[rate])) == pytest.approx(float(told[rate]), abs=0.15)
        assert float(told["supports_false"]) <= 0.05
