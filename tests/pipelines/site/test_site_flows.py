"""What a reader does on the site, in a real browser: choose, compare, take away, go back, ask."""

import csv
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import polars as pl

from emergence.score_curves.read_grids import read_grids
from pipelines.keys import SERIES
from pipelines.release.open_release import open_database
from pipelines.site.names import file_name
from tests.tools.browser import Watched, ready
from tests.tools.site_pages import NAMES, SOURCE, built, one_source

ROOT = Path(__file__).parents[3]
OWN_NAMES = {
    "runs": ["run_id"],
    "checkpoints": ["run_id", "checkpoint_id"],
    "checkpoint_losses": ["run_id", "checkpoint_id"],
    "scores": ["run_id", "checkpoint_id"],
    "loss_scores": ["run_id", "checkpoint_id", "series_id"],
    "thresholds": ["series_id"],
}
"""What of a run says whose it is, in the tables that a run is in."""

LEGENDS = """() => {
    const said = [];
    const walk = (item, isIn) => item.items?.forEach((one) => {
        if (item.marktype === "text" && isIn) said.push(String(one.text));
        else one.items?.forEach((inner) => walk(inner, isIn || inner.role === "legend"));
    });
    document.querySelectorAll(".canvas").forEach((place) => walk(place.view.scenegraph().root, false));
    return said;
}"""
"""What the legends of a page's figures name."""


def test_an_address_names_the_choice(watched: Watched) -> None:
    page = watched.open("thresholds.html")
    page.wait_for_selector("#explorer tbody tr")
    link = page.locator("#explorer tbody a").first
    setting = page.locator("#explorer tbody tr").first.locator("td.setting").inner_text()
    link.click()
    page.wait_for_function("document.querySelector('#curve .canvas')?.view")
    chosen = page.locator("[data-chips] [aria-pressed=true]").all_inner_texts()
    assert SOURCE in chosen
    assert set(chosen) & set(setting.split(" · "))


def test_chips_write_the_address_and_the_back_button_takes_back(watched: Watched) -> None:
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    other = page.locator("[data-chips] .chip[aria-pressed=false]").first
    name = other.inner_text()
    before = page.locator("[data-id]").inner_text()
    other.click()
    page.wait_for_function(f"document.querySelector('[data-id]').textContent !== {before!r}")
    after = page.locator("[data-id]").inner_text()
    assert page.locator(f".chip[aria-pressed=true]:text-is('{name}')").count() == 1
    page.reload()
    page.wait_for_function("window.WAREHOUSE?.isReady")
    assert page.locator("[data-id]").inner_text() == after
    page.go_back()
    page.wait_for_function(f"document.querySelector('[data-id]').textContent === {before!r}")


def test_the_figure_stands_within_the_first_screen_and_names_what_it_draws(watched: Watched) -> None:
    for task in ("lambada", "hellaswag"):
        page = ready(watched, f"task/{file_name(NAMES[task])}.html")
        box = page.locator("#curve .canvas canvas").bounding_box()
        assert box["y"] + box["height"] <= 700, task
    said = page.evaluate(
        "document.querySelector('#curve .canvas').view.data('levels').map((row) => row.text).join(' ')"
    )
    assert "floor" in said or "chance" in said


def test_another_clock_and_a_run_stand_in_the_address(watched: Watched) -> None:
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    page.select_option("[data-x]", "params")
    page.wait_for_function("location.hash.includes('x=params')")
    page.locator("[data-runs]").evaluate("(list) => { list.closest('details').open = true }")
    page.locator("[data-runs] button").first.click()
    page.wait_for_function("location.hash.includes('run=')")
    page.wait_for_function("document.querySelector('#curve .canvas').view?.signal('picked') !== ''")
    page.reload()
    page.wait_for_function("window.WAREHOUSE?.isReady && document.querySelector('#curve .canvas').view")
    assert page.locator("[data-x]").input_value() == "params"
    page.wait_for_function("document.querySelector('#curve .canvas').view.signal('picked') !== ''")


def test_rows_and_fit_are_taken_away_under_a_head(watched: Watched) -> None:
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    key = page.locator("[data-id]").inner_text()
    with page.expect_download() as download:
        page.locator("[data-rows]").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert "hellaswag" in download.value.suggested_filename
    text = Path(download.value.path()).read_text("utf-8")
    head = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# "))
    assert {"release", "source", "citation", "licence", "unit", "series_id"} <= set(head)
    assert head["series_id"] == key
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))
    assert len(rows) == page.evaluate("document.querySelector('#curve .canvas').view.data('points').length")
    with page.expect_download() as download:
        page.locator("[data-fit]").click()
    fit = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert fit["head"]["release"] == "2024-01-01-abc"
    assert fit["fit"]["series_id"] == key
    assert key in page.locator("[data-cite]").inner_text()


def test_the_table_of_all_fits_filters(watched: Watched, hostile_site: tuple[Path, Path]) -> None:
    with duckdb.connect(str(hostile_site[1]), read_only=True) as con:
        total, smooth = con.sql(
            "select count(*), count(*) filter (verdict = 'smooth') from thresholds"
        ).fetchall()[0]
    page = watched.open("thresholds.html")
    page.wait_for_selector("#explorer tbody tr")
    assert page.locator("#explorer [role=status]").inner_text() == f"{total} of {total} fits"
    page.select_option("#explorer [name=verdict]", "smooth")
    assert page.locator("#explorer [role=status]").inner_text() == f"{smooth} of {total} fits"
    page.wait_for_function("location.hash.includes('verdict=smooth')")
    page.reload()
    page.wait_for_function("window.WAREHOUSE?.isReady")
    assert page.locator("#explorer [role=status]").inner_text() == f"{smooth} of {total} fits"
    page.fill("#explorer [name=text]", "no such task")
    assert page.locator("#explorer tbody tr").count() == 0
    page.fill("#explorer [name=text]", "")
    page.go_back()
    page.wait_for_function(
        f"document.querySelector('#explorer [role=status]').textContent.startsWith('{total} of')"
    )


def test_fits_that_are_ticked_are_compared(watched: Watched) -> None:
    page = watched.open("thresholds.html")
    page.wait_for_function("window.WAREHOUSE?.isReady")
    for number in range(2):
        page.locator("#explorer tbody input[type=checkbox]").nth(number).check()
    assert page.url.count("tick=") == 2
    with page.expect_download() as download:
        page.locator("#explorer [data-take]").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    total = int(page.locator("#explorer [role=status]").inner_text().split()[0])
    assert len([line for line in lines if not line.startswith("# ")]) >= total + 1
    page.locator("#explorer [data-compare]").click()
    page.wait_for_function("window.WAREHOUSE?.isReady && document.querySelector('#compared canvas')")
    assert page.locator("#compared tbody tr").count() == 2
    told = page.evaluate(LEGENDS)
    assert [text for text in told if " · " in text]
    assert not {"floor", "chance", "smooth rival", "monotone fit"} & set(told)
    page.locator("#compared button:text-is('remove')").first.click()
    page.wait_for_function("document.querySelectorAll('#compared tbody tr').length === 1")


def test_a_number_is_answered_as_the_command_answers(
    watched: Watched, hostile_site: tuple[Path, Path]
) -> None:
    page = watched.open("index.html")
    loss = page.evaluate(
        """async () => { const axis = document.querySelector("#ask [name=axis]").value;
        await WAREHOUSE.load(`data/ask-${axis}.js`); const curve = WAREHOUSE.asked[axis].curves[0];
        return Number(((curve.loss_min + curve.loss_max) / 2).toFixed(3)); }"""
    )
    page.fill("#ask [name=loss]", str(loss))
    page.locator("#ask button").click()
    page.wait_for_selector("#ask tbody tr")
    shown = page.eval_on_selector_all(
        "#ask tbody tr", "(rows) => rows.map((row) => [row.dataset.series, Number(row.dataset.p)])"
    )
    with open_database(hostile_site[1]) as questions:
        axes = questions.ask("ask/axes")
        groups = axes["comparability_group"].to_list()
        grids = questions.ask("ask/curves", groups=groups, task=None)
        asked = axes.select("corpus", "unit", "comparability_group", scenario=pl.lit("s"), loss=pl.lit(loss))
        told = read_grids(grids, asked, ["series_id", *SERIES])
    known = sorted(row["p_above_chance"] for row in told.to_dicts() if row["p_above_chance"] is not None)
    assert len(shown) > 3
    for _, p in shown:
        assert min(abs(p - value) for value in known) < 2e-3
    # As by the command, a score above a chance that is in dispute counts neither way.
    unsure = set(grids.filter("chance_disputed")["series_id"])
    unsure |= set(told.filter(pl.col("p_above_chance").is_null())["series_id"])
    judged = [p for series, p in shown if series not in unsure]
    assert len(judged) < len(shown)
    said = page.locator("#ask p", has_text="settings stand").inner_text()
    assert said.startswith(f"{sum(p >= 0.95 for p in judged)} of {len(judged)} settings")


def test_numbers_are_written_whole_and_nought_without_a_minus(watched: Watched) -> None:
    page = watched.open("index.html")
    page.wait_for_function("window.WAREHOUSE?.number")
    said = page.evaluate("[-0.0004, -0.04, 0, null].map((value) => WAREHOUSE.number(value, 2))")
    assert said == ["0.00", "−0.04", "0.00", "–"]
    said = page.evaluate("[3959, 2.997, 0.0001, -0.25].map((value) => WAREHOUSE.short(value))")
    assert said == ["3\u202f959", "3.00", "<0.001", "−0.250"]
    scripts = [path for path in (ROOT / "pipelines/site/static").glob("*.js") if path.name != "site.js"]
    by_hand = [line for path in scripts for line in path.read_text().splitlines() if ".toFixed(" in line]
    assert len(by_hand) == 3, "a width, a sketch and a probability have no sign"


def test_the_front_page_takes_three_screens_and_adds_up(watched: Watched) -> None:
    page = watched.open("index.html")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollHeight") <= 3 * 900
    parts = [int(text.split()[0]) for text in page.locator(".sum .verdict").all_inner_texts()]
    total = page.locator(".sum a").last.inner_text()
    assert sum(parts) == int(total.split()[0])
    assert page.locator(".answer p").count() == 3
    assert all("but" in text for text in page.locator(".answer p").all_inner_texts())
    page.locator(".sum a").first.click()
    page.wait_for_function("window.WAREHOUSE?.isReady")
    assert page.locator("#explorer [role=status]").inner_text().startswith(f"{parts[0]} of")


def test_one_s_own_runs_lie_over_the_published_curve(browser: Any, release: Path, tmp_path: Path) -> None:
    copy = one_source(release / "emergence.duckdb", tmp_path / "own.duckdb")
    with duckdb.connect(str(copy)) as con:
        for table, named in OWN_NAMES.items():
            renamed = [f"'own/' || {column} as {column}" for column in named]
            is_asked = "task = 'hellaswag'" if "task" in con.table(table).columns else "true"
            con.execute(
                f"""insert into {table} by name
                select * replace ('own' as source, {", ".join(renamed)})
                from {table} where source = 'cerebras_gpt' and {is_asked}"""
            )
    watched = Watched(browser, built(copy, tmp_path))
    page = ready(watched, "task/hellaswag.html")
    assert page.evaluate("document.querySelector('#curve .canvas').view.data('own').length") > 2
    assert page.locator(".chip.own").count() >= 1
    assert page.locator("[data-n-runs]").inner_text().endswith("drawn")
    key = page.locator("[data-id]").inner_text()
    page = watched.open(f"compare.html#{quote(key)}")
    page.wait_for_function("document.querySelector('#compared .canvas')?.view")
    run = page.evaluate("WAREHOUSE.load('data/runs.js').then(() => WAREHOUSE.site.runs.runs.own[0].run_id)")
    page = watched.open(f"run.html#{quote(run)}")
    beside = page.locator("table", has_text="curve of").locator("tbody tr")
    beside.first.wait_for()
    assert "cerebras_gpt" in beside.first.inner_text()
    assert page.locator("#run .sentence").inner_text().startswith("Its newest checkpoint")
    watched.check()
    watched.context.close()
