"""The pages in a real browser: no error, no outside request, filters and search work, points are the rows."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from emergence.given_loss.read_grids import read_grids
from pipelines.keys import SERIES
from pipelines.release.open_release import open_database
from pipelines.site.names import file_name
from tests.tools.site_pages import NAMES, SOURCE, built, with_hostile_names

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIRST_PAINT = 1000  # ms


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield instance
        instance.close()


class Watched:
    """A page with everything that it said and asked for."""

    def __init__(self, browser: Any, site: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self.context.new_page()
        self.site = site
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on(
            "console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str) -> Any:
        self.page.goto((self.site / address.split("#")[0]).as_uri() + address[len(address.split("#")[0]) :])
        return self.page

    def check(self) -> None:
        assert not self.said
        assert not [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))]


@pytest.fixture(scope="module")
def hostile(release: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("browser")
    database = with_hostile_names(release / "emergence.duckdb", folder)
    return built(database, folder), database


@pytest.fixture
def watched(browser: Any, hostile: tuple[Path, Path]) -> Iterator[Watched]:
    one = Watched(browser, hostile[0])
    yield one
    one.check()
    one.context.close()


def addresses(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def draw_all(page: Any) -> None:
    """Scroll a page through, so that every figure is drawn; panels are pictures already."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 800):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(30)
    page.wait_for_function(
        "[...document.querySelectorAll('.chart .canvas')].every((place) => place.view || !place.checkVisibility())"
    )


def ready(watched: Watched, address: str) -> Any:
    page = watched.open(address)
    page.wait_for_function("WAREHOUSE.isReady && document.querySelector('#curve .canvas').view")
    return page


def test_every_page_draws_without_error_or_outside_request(watched: Watched) -> None:
    for address in addresses(watched.site):
        page = watched.open(address)
        draw_all(page)
        assert page.title() != "broken"
        assert page.evaluate("document.querySelectorAll('main img').length") == 0
        watched.check()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(browser: Any, hostile: tuple[Path, Path], width: int) -> None:
    watched = Watched(browser, hostile[0], viewport={"width": width, "height": 850})
    for address in addresses(watched.site):
        page = watched.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    watched.context.close()


def test_the_first_paint_is_quick(watched: Watched) -> None:
    page = watched.open("index.html")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 3 * FIRST_PAINT  # thrice the budget: tests share their processors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_accessibility(browser: Any, hostile: tuple[Path, Path], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    watched = Watched(browser, hostile[0], color_scheme=scheme)
    kinds = {address.split("/")[0]: address for address in addresses(watched.site)}
    for address in kinds.values():
        page = watched.open(address)
        page.wait_for_timeout(150)
        found = axe.run(page).response["violations"]
        bad = [(v["id"], v["nodes"][0]["html"][:120]) for v in found]
        assert not bad, address
    watched.context.close()


def test_the_points_of_a_figure_are_the_rows_of_the_table(
    watched: Watched, hostile: tuple[Path, Path]
) -> None:
    page = watched.open(f"task/{file_name(NAMES['hellaswag'])}.html")
    page.wait_for_function("document.querySelector('#curve .canvas').view")
    page.wait_for_function("document.querySelector('[data-sql]').textContent")
    where = page.eval_on_selector("[data-sql]", "(element) => element.textContent")
    drawn = page.evaluate(
        """document.querySelector('#curve .canvas').view.data('points')
        .map((point) => [point.checkpoint, point.loss, point.score])"""
    )
    with duckdb.connect(str(hostile[1]), read_only=True) as con:
        rows = con.sql(f"select checkpoint_id, loss, score from ({where}) order by checkpoint_id").fetchall()
    assert "/hellaswag/" in where
    assert len(rows) > 5
    for shown, row in zip(sorted(drawn), rows, strict=True):
        assert shown == [row[0], pytest.approx(row[1], rel=1e-5), pytest.approx(row[2], rel=1e-5)]


def test_an_address_names_the_choice(watched: Watched) -> None:
    page = watched.open("thresholds.html")
    page.wait_for_selector("#explorer tbody tr")
    link = page.locator("#explorer tbody a").first
    setting = page.locator("#explorer tbody tr").first.locator("td.setting").inner_text()
    link.click()
    page.wait_for_function("document.querySelector('#curve .canvas')?.view")
    chosen = page.locator("[data-chips] [aria-pressed=true]").all_inner_texts()
    assert SOURCE in chosen
    assert {text.replace("1 shot", "1 shots") for text in chosen} & set(setting.split(" · "))


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
    page.wait_for_function("WAREHOUSE.isReady")
    assert page.locator("[data-id]").inner_text() == after
    page.go_back()
    page.wait_for_function(f"document.querySelector('[data-id]').textContent === {before!r}")


def test_the_figure_stands_within_the_first_screen_and_names_what_it_draws(watched: Watched) -> None:
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    box = page.locator("#curve .canvas canvas").bounding_box()
    assert box["y"] < 420
    assert box["y"] + 0.8 * box["height"] < 700
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
    page.wait_for_function("WAREHOUSE.isReady && document.querySelector('#curve .canvas').view")
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


def test_points_are_reached_by_keyboard(watched: Watched) -> None:
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    page.locator("#curve .canvas").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".spoken").inner_text()
    page.keyboard.press("ArrowRight")
    assert first.startswith("1 of ")
    assert "checkpoint" in first
    assert page.locator(".spoken").inner_text() != first
    assert page.locator("#vg-tooltip").is_visible()


def test_without_javascript_the_pictures_stand_there(browser: Any, hostile: tuple[Path, Path]) -> None:
    watched = Watched(browser, hostile[0], java_script_enabled=False)
    page = watched.open(f"task/{file_name(NAMES['hellaswag'])}.html")
    assert page.locator("#curve svg.picture").is_visible()
    assert page.locator(".panel svg.picture").first.is_visible()
    assert page.locator(".sentence").inner_text()
    watched.check()
    watched.context.close()


def test_filters_narrow_and_sorting_sorts(watched: Watched) -> None:
    page = watched.open("tasks.html")
    rows = page.locator("#tasks tbody tr:visible")
    total = rows.count()
    page.fill("form.filters [name=text]", "onerror")
    assert 0 < rows.count() < total
    assert f"{rows.count()} of {total} shown" in page.locator("form.filters [role=status]").inner_text()
    assert "text=onerror" in page.url
    page.reload()
    assert 0 < rows.count() < total
    page.fill("form.filters [name=text]", "")
    head = page.locator("#tasks th", has_text="fits").locator("button")
    for sign in (1, -1):
        head.click()
        fits = [int(text) for text in page.locator("#tasks tbody td:nth-child(8)").all_inner_texts()]
        assert fits == sorted(fits)[::sign]


def test_the_table_of_all_fits_filters(watched: Watched, hostile: tuple[Path, Path]) -> None:
    with duckdb.connect(str(hostile[1]), read_only=True) as con:
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
    page.wait_for_function("WAREHOUSE.isReady")
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
    page.wait_for_function("WAREHOUSE.isReady")
    for number in range(2):
        page.locator("#explorer tbody input[type=checkbox]").nth(number).check()
    assert page.url.count("tick=") == 2
    with page.expect_download() as download:
        page.locator("#explorer [data-take]").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    total = int(page.locator("#explorer [role=status]").inner_text().split()[0])
    assert len([line for line in lines if not line.startswith("# ")]) >= total + 1
    page.locator("#explorer [data-compare]").click()
    page.wait_for_function("WAREHOUSE.isReady && document.querySelector('#compared canvas')")
    assert page.locator("#compared tbody tr").count() == 2
    page.locator("#compared button:text-is('remove')").first.click()
    page.wait_for_function("document.querySelectorAll('#compared tbody tr').length === 1")


def test_a_run_is_found_by_search_and_has_its_page(watched: Watched) -> None:
    page = watched.open("methods.html")
    page.keyboard.press("/")
    page.keyboard.type("run 1.3b")
    page.wait_for_selector("#hits li a")
    page.locator("#hits a", has_text="run").first.click()
    page.wait_for_function("WAREHOUSE.isReady")
    assert page.locator("h1").inner_text().startswith("Run ")
    assert (
        "newest checkpoint" in page.locator("#run .sentence").inner_text()
        or page.locator("#run .map").count()
    )


def test_a_number_is_answered_as_the_command_answers(watched: Watched, release: Path) -> None:
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
    with open_database(release / "emergence.duckdb") as questions:
        axes = questions.ask("ask/axes")
        groups = axes["comparability_group"].to_list()
        grids = questions.ask("ask/curves", groups=groups, task=None)
        asked = axes.select("corpus", "unit", "comparability_group", scenario=pl.lit("s"), loss=pl.lit(loss))
        told = read_grids(grids, asked, ["series_id", *SERIES])
    known = [row["p_above_chance"] for row in told.to_dicts() if row["p_above_chance"] is not None]
    assert len(shown) > 3
    assert sorted(p for _, p in shown) == pytest.approx(sorted(known), abs=2e-3)


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
    page.wait_for_function("WAREHOUSE.isReady")
    assert page.locator("#explorer [role=status]").inner_text().startswith(f"{parts[0]} of")


def test_one_s_own_runs_lie_over_the_published_curve(browser: Any, release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "own.duckdb"
    shutil.copyfile(release / "emergence.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        for table in ("loss_scores", "thresholds"):
            con.execute(
                f"""insert into {table} by name select * replace ('own' as source,
                replace(series_id, 'cerebras_gpt/', 'own/') as series_id
                {", 'own/' || run_id as run_id, 'own/' || checkpoint_id as checkpoint_id" if table == "loss_scores" else ""})
                from {table} where task = 'hellaswag' and source = 'cerebras_gpt'"""
            )
    watched = Watched(browser, built(copy, tmp_path))
    page = ready(watched, "task/hellaswag.html")
    assert page.evaluate("document.querySelector('#curve .canvas').view.data('own').length") > 2
    assert page.locator(".chip.own").count() >= 1
    watched.check()
    watched.context.close()


def test_a_page_prints_whole(browser: Any, hostile: tuple[Path, Path], tmp_path: Path) -> None:
    watched = Watched(browser, hostile[0], viewport={"width": 794, "height": 1100})
    page = ready(watched, f"task/{file_name(NAMES['hellaswag'])}.html")
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 794
    box = page.locator("#curve canvas").bounding_box()
    assert box["x"] + box["width"] <= 794
    assert len(page.pdf()) > 10_000
    watched.context.close()


def test_a_phone_reads_the_figure(browser: Any, hostile: tuple[Path, Path]) -> None:
    watched = Watched(browser, hostile[0], viewport={"width": 390, "height": 844})
    page = ready(watched, f"task/{file_name(NAMES['piqa'])}.html")
    assert page.locator("#curve canvas").bounding_box()["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.check()
    watched.context.close()


def test_panels_filter_and_follow_the_axis(watched: Watched) -> None:
    page = watched.open(f"source/{file_name(SOURCE)}.html")
    total = page.locator(".panel").count()
    page.fill("form.panels-form [name=text]", "onerror")
    assert 0 < page.locator(".panel:visible").count() < total
    page.fill("form.panels-form [name=text]", "")
    axes = page.locator("form.panels-form [name=axis] option").count()
    if axes > 1:
        other = page.evaluate(
            "[...document.querySelector('[name=axis]').options].findIndex((o) => !o.selected)"
        )
        page.select_option("form.panels-form [name=axis]", index=other)
        page.wait_for_function("document.querySelector('.panel .canvas').view?.data('points').length")


def test_search_finds_by_keyboard(watched: Watched) -> None:
    page = watched.open("methods.html")
    page.keyboard.press("/")
    page.keyboard.type("onerror title")
    page.wait_for_selector("#hits li a")
    assert page.locator("#hits li").count() == 1
    assert NAMES["lambada"] in page.locator("#hits a").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/task/**")
    assert NAMES["lambada"] == page.locator("h1").inner_text()


def test_figures_can_be_saved(watched: Watched) -> None:
    page = watched.open("changes.html")
    page.wait_for_function("document.querySelector('#verdicts .canvas')")
    page.locator("#verdicts").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#verdicts .canvas').view")
    for kind, magic in (("png", b"\x89PNG"), ("svg", b"<svg"), ("csv", b"# release: 2024-01-01-abc")):
        with page.expect_download() as download:
            page.locator(f"#verdicts [data-save={kind}]").click()
        assert Path(download.value.path()).read_bytes().startswith(magic)


def test_the_theme_can_be_switched(watched: Watched) -> None:
    page = watched.open("index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.click("#theme")
    assert page.evaluate(ground) != before
    watched.open("methods.html")
    assert page.evaluate(ground) != before
