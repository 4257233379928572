"""The tables of facts are keyed: a name that stands twice would double every score that it names."""

import pytest

from pipelines.intake.facts import read_facts

KEYS = {
    "tasks": ["task"],
    "task_aliases": ["source", "task_as_published"],
    "metrics": ["metric"],
    "metric_aliases": ["metric_as_published"],
    "corpora": ["source", "corpus_as_published"],
    "circular": ["corpus", "task"],
    "claims": ["claim_id"],
}


@pytest.mark.parametrize("table", KEYS)
def test_a_fact_stands_once(table: str) -> None:
    facts = read_facts(table)
    twice = facts.filter(facts.select(KEYS[table]).is_duplicated())
    assert twice.is_empty(), twice


def test_metrics_have_bounds_that_make_sense() -> None:
    metrics = read_facts("metrics")
    assert metrics.filter(metrics["lower_bound"] >= metrics["upper_bound"]).is_empty()
    assert set(metrics["role"]) <= {"accuracy", "continuous", "answer_loss"}
    assert set(metrics["chance_rule"]) <= {"task", "uniform", "brier_sum", "brier_mean", "none"}
