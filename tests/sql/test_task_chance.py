"""Chance belongs to source, task and format: who states it, which floor decides, how many questions there are."""

import pytest

from tests.tools.tiny import marts, observation, score

TASK = "bigbench_language_identification"
Row = dict[str, object]


def ladder(task: str, *levels: float, source: str = "s", tokens: int = 10**8, **cells: object) -> list[Row]:
    """A run of a size a level, smallest first, each with a loss and a score of one task."""
    rows: list[Row] = []
    for at, level in enumerate(levels):
        size = {"source": source, "run": f"r{at}", "params": 10**7 * (at + 1), "tokens": tokens}
        size |= {"is_final": True, "place": f"{source} {at}"}
        rows.append(observation(**size, value=4 - at / 20))
        rows.append(score(**size, **({"task_as_published": task, "format": "rc", "value": level} | cells)))
    return rows


def stated(chance: float, task: str = TASK, source: str = "s") -> Row:
    return {
        "source": source,
        "publisher": f"{source}/repo:tasks.csv",
        "task_as_published": task,
        "chance": chance,
    }


def chosen(
    rows: list[Row], *claims: Row, columns: str = "chance, chance_from, chance_disputed"
) -> list[tuple[object, ...]]:
    with marts(rows, {"claims": [*claims]}) as con:
        found: list[tuple[object, ...]] = con.sql(
            f"select {columns} from task_chance order by all"
        ).fetchall()
    return found


def test_the_floor_decides_for_the_publisher_s_own_statement() -> None:
    assert chosen(ladder(TASK, *[0.25] * 16), stated(0.25)) == [(0.25, "stated", False)]


def test_the_floor_decides_against_it() -> None:
    assert chosen(ladder(TASK, *[1 / 11] * 16), stated(0.25)) == [(pytest.approx(1 / 11), "canonical", False)]


def test_scores_below_a_stated_chance_speak_against_it_whatever_the_size() -> None:
    rows = ladder("csqa", *[0.27] * 16, tokens=10**13)
    assert chosen(rows, stated(0.403, "csqa")) == [(0.2, "canonical", False)]


def test_without_a_floor_the_publisher_goes_first_and_the_row_is_disputed() -> None:
    rows = ladder(TASK, *[0.3] * 16, tokens=10**13)
    assert chosen(rows, stated(0.25)) == [(0.25, "stated", True)]


def test_a_floor_elsewhere_of_the_same_statement_decides_too() -> None:
    large = ladder(TASK, *[0.3] * 16, tokens=10**13)
    small = ladder(TASK, *[0.25] * 16, source="t")
    found = chosen(
        large + small, stated(0.25), stated(0.25, source="t"), columns="source, chance, chance_disputed"
    )
    assert found == [("s", 0.25, False), ("t", 0.25, False)]


def test_two_sources_that_ask_a_task_differently_have_two_chances() -> None:
    two_answers, three = ladder("socialiqa", *[0.49] * 16), ladder("socialiqa", *[0.33] * 16, source="t")
    found = chosen(two_answers + three, stated(0.5, "socialiqa"), columns="source, chance, chance_disputed")
    assert found == [("s", 0.5, False), ("t", pytest.approx(1 / 3), False)]


def test_models_far_too_small_that_sit_off_chance_make_a_dispute() -> None:
    assert chosen(ladder("piqa", *[0.6] * 16)) == [(0.5, "canonical", True)]
    assert chosen(ladder("arc_challenge", *[0.18] * 16)) == [(0.25, "canonical", True)]


def test_small_models_that_learn_already_show_no_floor() -> None:
    assert chosen(ladder("piqa", *(0.6 + at / 50 for at in range(16)))) == [(0.5, "canonical", False)]


@pytest.mark.parametrize("level", [0.38, 0.5, 0.62])
def test_a_constant_answer_is_chance_where_answers_are_yes_and_no(level: float) -> None:
    rows = ladder("boolq", *[level] * 16)
    assert chosen(rows, stated(0.5, "boolq")) == [(pytest.approx(2033 / 3270), "majority", False)]


def test_more_than_a_constant_answer_from_models_that_know_nothing_is_disputed() -> None:
    assert chosen(ladder("boolq", *[0.75] * 16)) == [(pytest.approx(2033 / 3270), "majority", True)]


def test_a_task_nobody_knows_has_the_chance_that_its_publisher_states_or_none() -> None:
    assert chosen(ladder("brand_new", *[0.3] * 16), stated(0.3, "brand_new")) == [(0.3, "stated", False)]
    assert chosen(ladder("brand_new", *[0.3] * 16)) == [(None, None, False)]


def test_errors_that_mean_fewer_questions_are_believed_and_said() -> None:
    def rows(n_items: int) -> list[Row]:
        return [
            row | {"stderr": (row["value"] * (1 - row["value"]) / (n_items - 1)) ** 0.5}  # type: ignore[operator]
            if row["kind"] == "score"
            else row
            for row in ladder("hellaswag", *(0.25 + at / 50 for at in range(16)))
        ]

    columns = "n_items, n_items_from, n_items_by_stderr, n_items_disputed"
    assert chosen(rows(1000), columns=columns) == [(1000, "standard errors", 1000, True)]
    assert chosen(rows(10_042), columns=columns) == [(10_042, "standard errors", 10_042, False)]
    with marts(rows(1000)) as con:
        assert con.sql("select distinct n_items from scores").fetchall() == [(1000,)]


def test_what_a_source_gives_as_its_questions_is_kept_and_a_contradiction_said() -> None:
    rows = ladder("hellaswag", *(0.25 + at / 50 for at in range(16)), n_items=10_042, stderr=0.0144)
    found = chosen(rows, columns="n_items, n_items_from, n_items_disputed")
    assert found == [(10_042, "source", False)]
    exact = [
        row | {"stderr": (row["value"] * (1 - row["value"]) / 999) ** 0.5} if row["kind"] == "score" else row  # type: ignore[operator]
        for row in rows
    ]
    assert chosen(exact, columns="n_items, n_items_from, n_items_disputed") == [(10_042, "source", True)]


def test_the_dispute_stands_beside_every_score_and_pair() -> None:
    with marts(ladder(TASK, *[0.3] * 16, tokens=10**13), {"claims": [stated(0.25)]}) as con:
        for table in ("scores", "loss_scores"):
            found = con.sql(f"select distinct chance, chance_disputed from {table}").fetchall()
            assert found == [(0.25, True)]


def test_a_dispute_over_accuracy_is_none_over_another_metric() -> None:
    rows = ladder(TASK, *[0.3] * 16, tokens=10**13)
    rows += [row | {"metric_as_published": "soft", "place": "x"} for row in rows if row["kind"] == "score"]
    with marts(rows, {"claims": [stated(0.25)]}) as con:
        found = con.sql(
            "select metric, bool_or(chance_disputed) from scores group by 1 order by 1"
        ).fetchall()
    assert found == [("acc", True), ("soft", False)]
