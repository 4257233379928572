"""Names meet over all sources, a source's own reading goes first, and what nobody knows is said."""

import duckdb
import pytest

from tests.tools.tiny import marts, observation, score


def named(con: duckdb.DuckDBPyConnection, kind: str) -> list[tuple[object, ...]]:
    query = "select name_as_published, name, found_by, is_new from names where kind = ? order by 1"
    return con.execute(query, [kind]).fetchall()


@pytest.mark.parametrize(
    ("published", "task", "found_by"),
    [
        ("siqa", "socialiqa", "everywhere"),
        ("commonsense_qa", "csqa", "everywhere"),
        ("piqa", "piqa", "everywhere"),
        ("PIQA", "piqa", "spelling"),
        ("ARC-Easy", "arc_easy", "spelling"),
        ("rte+by heart", "rte+by heart", "everywhere"),
        ("brand_new", "brand_new", None),
    ],
)
def test_a_new_source_s_task_is_the_one_that_others_know(
    published: str, task: str, found_by: str | None
) -> None:
    with marts([score(task_as_published=published)]) as con:
        assert named(con, "task") == [(published, task, found_by, found_by is None)]
        assert con.sql("select task from scores").fetchall() == [(task,)]
        chance = con.sql("select chance from scores").fetchall()[0][0]
    assert (chance is None) == (found_by is None)


def test_a_source_s_own_reading_goes_before_the_one_that_holds_for_all() -> None:
    """One publisher's column Winograd is another's WinoGrande; elsewhere it is the Winograd schemas."""
    rows = [score(source=source, task_as_published="Winograd", place=source) for source in ("obs", "s")]
    with marts(rows) as con:
        assert con.sql("select source, task from scores order by 1").fetchall() == [
            ("obs", "winogrande"),
            ("s", "winograd"),
        ]


def test_a_plain_name_of_a_corpus_is_not_taken_for_another_source_s_text() -> None:
    rows = [observation(corpus_as_published=name, place=name) for name in ("Average", "Pile", "paloma_c4_en")]
    with marts(rows) as con:
        assert named(con, "corpus") == [
            ("Average", "Average", None, True),
            ("Pile", "Pile", None, True),
            ("paloma_c4_en", "c4_en", "everywhere", False),
        ]


@pytest.mark.parametrize("published", ["EleutherAI/gpt-neox-20b", "gpt-neox", "GPT-NeoX"])
def test_a_tokenizer_has_one_name(published: str) -> None:
    with marts([observation(tokenizer=published)]) as con:
        assert con.sql("select tokenizer from runs").fetchall() == [("gpt-neox",)]
        assert con.sql("select tokenizer from losses").fetchall() == [("gpt-neox",)]


def test_what_nobody_knows_stands_with_its_source() -> None:
    rows = [
        observation(corpus_as_published="my_text", tokenizer="mine"),
        score(task_as_published="brand_new"),
        score(task_as_published="newer, with a comma"),
    ]
    with marts(rows, {"sources": [{"source": "s", "status": "ok", "redistribute": True}]}) as con:
        new = con.sql("select new_names from sources where source = 's'").fetchall()
    assert new == [('corpus my_text; task brand_new, "newer, with a comma"; tokenizer mine, t',)]
