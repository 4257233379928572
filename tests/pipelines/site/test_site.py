"""The site of a release: complete, self-contained, the same each time, and safe with any name."""

import json
import re
import shutil
from html import unescape
from itertools import accumulate
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.release.open_release import open_database
from pipelines.site import build_site
from pipelines.site.build import changes_since
from pipelines.site.names import file_name
from tests.tools.site_pages import (
    CORPUS,
    MARKUP,
    NAMES,
    SOURCE,
    Page,
    built,
    one_source,
    read_script,
    with_nulls,
)

PAGE_LIMIT = 2_000_000


@pytest.fixture(scope="module")
def hostile(hostile_site: tuple[Path, Path]) -> Path:
    return hostile_site[0]


@pytest.fixture(scope="module")
def plain(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    return built(one_source(release / "emergence.duckdb", folder / "plain.duckdb"), folder)


@pytest.fixture(scope="module")
def pages(hostile: Path) -> list[Page]:
    return [Page(path) for path in sorted(hostile.rglob("*.html"))]


def test_every_kind_of_page_is_there(hostile: Path, release: Path) -> None:
    top = {
        "index",
        "thresholds",
        "tasks",
        "sources",
        "corpora",
        "tables",
        "methods",
        "compare",
        "run",
        "changes",
    }
    assert top <= {path.stem for path in hostile.glob("*.html")}
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        tasks = con.sql(
            "select count(distinct task) from thresholds where source = 'cerebras_gpt'"
        ).fetchall()[0][0]
    assert len(list((hostile / "task").glob("*.html"))) == tasks
    assert len(list((hostile / "source").glob("*.html"))) >= 1
    assert {"front", "departure", "verdicts"} <= {
        path.stem.split("-")[0] for path in (hostile.parent / "plots").glob("*.svg")
    }


def test_links_resolve_within_the_site(pages: list[Page], hostile: Path) -> None:
    for page in pages:
        for target in page.targets():
            assert target.is_file(), f"{page.path.name} refers to {target}"
            assert hostile.resolve() in target.parents
        assert not [ref for ref in page.outside if " " in ref], page.path.name
        local = [ref[1:] for ref in page.references if re.fullmatch(r"#[\w-]+", ref)]
        assert set(local) <= page.ids


def test_the_marks_of_figures_lead_to_pages_of_the_site_and_pictures_alone_lead_nowhere(
    hostile: Path,
) -> None:
    links = re.findall(r'xlink:href="([^"#]*)', (hostile / "index.html").read_text("utf-8"))
    assert links
    assert [link for link in links if not (hostile / unescape(link)).is_file()] == []
    drawn = [*(hostile.parent / "plots").glob("*.svg"), *(hostile / "assets").glob("*.svg")]
    assert drawn
    assert [path.name for path in drawn if "href=" in path.read_text("utf-8")] == []


def test_a_departure_stands_where_it_is_shown_and_nowhere_else(release: Path, plain: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        rows = con.sql(
            """select task, departs and loss_at_2_points is not null from thresholds
            where source = 'cerebras_gpt'"""
        ).fetchall()
    leaving = {task: sum(leaves for name, leaves in rows if name == task) for task, _ in rows}
    for task, n in leaving.items():
        page = (plain / "task" / f"{file_name(task)}.html").read_text("utf-8")
        panels = re.findall(r'<figure class="panel".*?</figure>', page, re.DOTALL)
        named = [panel for panel in panels if "+2 points at" in panel or "+2 % of its rise at" in panel]
        banded = [panel for panel in panels if 'opacity=".14"' in panel]
        assert len(banded) <= len(named) <= n
    assert any(leaving.values())


def test_the_range_of_losses_is_that_of_the_row_s_own_tokenizer(release: Path) -> None:
    with open_database(release / "emergence.duckdb") as questions:
        rows = questions.rows("site/corpora")
        losses = questions.query("select corpus, unit, tokenizer, loss from losses")
    for row in rows:
        mine = losses.filter(*(pl.col(key).eq_missing(row[key]) for key in ("corpus", "unit", "tokenizer")))
        assert (row["n_losses"], row["loss_min"]) == (
            mine.height,
            pytest.approx(mine["loss"].min(), abs=1e-6),
        )
        assert row["loss_max"] == pytest.approx(mine["loss"].max(), abs=1e-6)


def test_a_verdict_has_one_mark_on_every_page(plain: Path) -> None:
    """The mark beside its name is the colour of its bars: the styles shared by all pages change none."""
    assert ".v-" not in (plain / "assets" / "site.css").read_text("utf-8")


def test_pages_are_small_enough(pages: list[Page], hostile: Path) -> None:
    for page in pages:
        own = {t for t in page.targets() if t.suffix in (".js", ".css")}
        assert page.path.stat().st_size + sum(t.stat().st_size for t in own) < PAGE_LIMIT


def test_the_rows_behind_the_front_figure_can_be_taken_away(hostile: Path) -> None:
    files = sorted((hostile / "assets").glob("front-*.csv"))
    assert "front-departures.csv" in {path.name for path in files}
    for path in files:
        assert path.read_text(encoding="utf-8").startswith("# release: 2024-01-01-abc\n")
        rows = pl.read_csv(path, comment_prefix="# ")
        assert rows.height > 0
        assert pl.Float64 in rows.dtypes
        assert f"assets/{path.name}" in Page(hostile / "index.html").references


def test_names_of_any_kind_are_text(pages: list[Page]) -> None:
    for page in pages:
        assert not {"img", "b"} & set(page.tags), page.path.name
    lists = [
        page
        for page in pages
        if page.path.name in ("tasks.html", "sources.html") or page.path.parent.name == "source"
    ]
    said = "".join(text for page in lists for text in page.text)
    for name in (*NAMES.values(), SOURCE, CORPUS):
        assert name in said


def test_data_scripts_hold_no_markup(hostile: Path) -> None:
    for path in (hostile / "data").glob("*.js"):
        assert "<" not in path.read_text(encoding="utf-8")
        assert read_script(path)[0] in ("sources", "tasks", "site", "runs", "figures", "asked")


def test_the_same_database_gives_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    first = plain.parent
    again = built(first / "plain.duckdb", tmp_path).parent
    files = sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    assert [Path("plain.duckdb"), *files] == sorted(
        p.relative_to(first) for p in first.rglob("*") if p.is_file()
    )
    for file in files:
        assert (first / file).read_bytes() == (again / file).read_bytes(), file


def test_numbers_of_the_task_file_are_those_of_the_table(release: Path, plain: Path) -> None:
    task = read_script(plain / "data" / "task-hellaswag.js")[2]
    source = read_script(plain / "data" / "source-cerebras_gpt.js")[2]
    series = next(s for s in task["series"] if (s["source"], s["n_shot"]) == ("cerebras_gpt", 5))
    steps = series["steps"] + [1] * (len(series["score"]) - len(series["steps"]))
    numbers = list(accumulate(steps))
    drawn = sorted(
        (source["axes"][fit["axis"]]["unit"], source["axes"][fit["axis"]]["loss"][number], score)
        for fit in series["fits"]
        for number, score in zip(numbers, series["score"], strict=True)
        if source["axes"][fit["axis"]]["loss"][number] is not None
    )
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        rows = con.sql(
            "select unit, loss, score from loss_scores "
            "where source = 'cerebras_gpt' and task = 'hellaswag' and n_shot = 5 order by all"
        ).fetchall()
    assert len(rows) > 20
    for shown, (unit, loss, score) in zip(drawn, rows, strict=True):
        assert shown == (unit, pytest.approx(loss, rel=1e-5), pytest.approx(score, rel=1e-5))


def test_a_disputed_chance_stands_on_its_task_s_page(plain: Path) -> None:
    page = " ".join((plain / "task" / "openbookqa.html").read_text().split())
    assert "<strong>cerebras_gpt</strong>" in page
    assert "The chance of 0.25 is in dispute (" in page
    assert "above it is not yet above guessing" in page
    assert "is in dispute" not in (plain / "task" / "piqa.html").read_text()
    fits = read_script(plain / "data" / "task-openbookqa.js")[2]
    assert "chance_disputed" in json.dumps(fits)


def test_every_table_and_column_of_the_release_has_its_place(release: Path, plain: Path) -> None:
    page = Page(plain / "tables.html")
    said = "".join(page.text)
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        tables = {name for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()}
        comments = con.sql("select comment from duckdb_columns() where table_name = 'thresholds'").fetchall()
    assert len(tables) > 20
    assert tables <= page.ids
    assert all(comment.replace("`", "") in said for (comment,) in comments)


def test_what_changed_is_told_and_no_empty_cell_costs_a_page(release: Path, tmp_path: Path) -> None:
    now, before = (
        one_source(release / "emergence.duckdb", tmp_path / "now.duckdb"),
        tmp_path / "it's before.duckdb",
    )
    assert with_nulls(now) > 300
    shutil.copyfile(now, before)
    with duckdb.connect(str(before)) as con:
        con.execute("update thresholds set verdict = 'at_floor' where task = 'hellaswag' and n_shot = 5")
        con.execute("delete from thresholds where task = 'piqa' and n_shot = 5")
    changes = changes_since(now, before)
    shutil.copyfile(now, tmp_path / "same.duckdb")
    assert changes_since(now, tmp_path / "same.duckdb") == []
    told = {(row["kind"], row["task"], row["n_shot"]) for row in changes}
    assert told == {("new", "piqa", 5), ("verdict", "hellaswag", 5)}
    assert build_site(now, tmp_path, previous=before) == []
    said = " ".join("".join(Page(tmp_path / "site" / "changes.html").text).split())
    new = sum(row["kind"] == "new" for row in changes)
    other = len(changes) - new
    assert f"release before: {new} new, 0 gone, {other} with another verdict" in said


def test_what_pages_count_agrees_with_its_noun(release: Path) -> None:
    one_of_many = re.compile(
        r"(?<![\d.,\u202f])(?<!of )1 (?:run|item|row|fit|claim|answer|model|source|task|checkpoint)s\b"
    )
    said = {
        page.name: found
        for page in (release / "site").rglob("*.html")
        if (found := one_of_many.findall(" ".join("".join(Page(page).text).split())))
    }
    assert said == {}


def test_pages_of_absent_tables_are_left_out(release: Path, tmp_path: Path) -> None:
    copy = one_source(release / "emergence.duckdb", tmp_path / "less.duckdb")
    with duckdb.connect(str(copy)) as con:
        tables = {name for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()}
        consequences = {
            "claims",
            "clocks",
            "loss_laws",
            "sufficiency",
            "emergence_sizes",
            "universality",
            "onsets",
        }
        for table in tables & consequences:
            con.execute(f"drop table {table} cascade")
    site = built(copy, tmp_path)
    assert not (site / "claims.html").exists()
    assert not (site / "laws.html").exists()
    assert not (site / "clocks.html").exists()
    assert "claims.html" not in Page(site / "index.html").references


@pytest.mark.parametrize(
    ("one", "other"), [("MMLU", "mmlu"), ("a/b", "a-b"), ("x" * 200, "x" * 201), ("é", "è"), ("con", "CON")]
)
def test_no_two_names_share_a_file(one: str, other: str) -> None:
    assert file_name(one).lower() != file_name(other).lower()


@pytest.mark.parametrize("name", ["con", "../../etc/passwd", MARKUP, "x" * 300, "", ".", "a\0b", "日本"])
def test_file_names_are_safe(name: str) -> None:
    made = file_name(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", made)
    assert len(made) < 80
    assert made not in ("con", "index")
