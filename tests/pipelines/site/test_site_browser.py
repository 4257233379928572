"""The pages in a real browser: no error, no outside request, filters and search work, points are the rows."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

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
SERIOUS = ("serious", "critical")
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
    """Scroll a page through, so that every figure is drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 800):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(30)
    page.wait_for_function("[...document.querySelectorAll('.canvas')].every((place) => place.view)")


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
def test_no_serious_violation_of_accessibility(browser: Any, hostile: tuple[Path, Path], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    watched = Watched(browser, hostile[0], color_scheme=scheme)
    kinds = {address.split("/")[0]: address for address in addresses(watched.site)}
    for address in kinds.values():
        page = watched.open(address)
        page.wait_for_timeout(150)
        found = axe.run(page).response["violations"]
        bad = [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in SERIOUS]
        assert not bad, address
    watched.context.close()


def test_the_points_of_a_figure_are_the_rows_of_the_table(
    watched: Watched, hostile: tuple[Path, Path]
) -> None:
    page = watched.open(f"task/{file_name(NAMES['hellaswag'])}.html")
    page.wait_for_function("document.querySelector('#curve .canvas').view")
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
    shots = page.locator("#explorer tbody tr").first.locator("td").nth(4).inner_text()
    link.click()
    page.wait_for_function("document.querySelector('#curve .canvas')?.view")
    chosen = page.eval_on_selector("[name=series]", "(select) => select.selectedOptions[0].textContent")
    assert f"{shots} shots" in chosen
    assert SOURCE in chosen
    before = page.url
    page.select_option("[name=series]", index=1)
    page.wait_for_function("location.hash")
    assert page.url != before or page.locator("[name=series] option").count() == 1


def test_filters_narrow_and_sorting_sorts(watched: Watched) -> None:
    page = watched.open("index.html")
    rows = page.locator("#summary tbody tr:visible")
    total = rows.count()
    page.select_option("form.filters [name=verdict]", "smooth")
    assert 0 < rows.count() < total
    assert set(page.locator("#summary tbody tr:visible .verdict").all_inner_texts()) == {"smooth"}
    page.select_option("form.filters [name=verdict]", "")
    page.fill("form.filters [name=text]", "onerror")
    assert 0 < rows.count() < total
    assert f"{rows.count()} of {total} shown" in page.locator("form.filters [role=status]").inner_text()
    page.fill("form.filters [name=text]", "")
    head = page.locator("#summary th", has_text="shots").locator("button")
    head.click()
    shots = [int(text) for text in page.locator("#summary tbody td:nth-child(4)").all_inner_texts()]
    assert shots == sorted(shots)
    head.click()
    shots = [int(text) for text in page.locator("#summary tbody td:nth-child(4)").all_inner_texts()]
    assert shots == sorted(shots, reverse=True)


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
    page.fill("#explorer [name=text]", "no such task")
    assert page.locator("#explorer tbody tr").count() == 0


def test_panels_filter_and_follow_the_axis(watched: Watched) -> None:
    page = watched.open(f"source/{file_name(SOURCE)}.html")
    page.wait_for_function("document.querySelector('.panel .canvas').view")
    total = page.locator(".panel").count()
    page.fill("form.panels-form [name=text]", "onerror")
    assert 0 < page.locator(".panel:visible").count() < total
    page.fill("form.panels-form [name=text]", "")
    axes = page.locator("form.panels-form [name=axis] option").count()
    if axes > 1:
        before = page.evaluate("document.querySelector('.panel .canvas').view.data('points')[0].loss")
        other = page.evaluate(
            "[...document.querySelector('[name=axis]').options].findIndex((o) => !o.selected)"
        )
        page.select_option("form.panels-form [name=axis]", index=other)
        page.wait_for_function(
            f"document.querySelector('.panel .canvas').view?.data('points')[0]?.loss !== {before}"
        )


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
    page = watched.open("index.html")
    page.wait_for_function("document.querySelector('#verdicts .canvas')")
    page.locator("#verdicts").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#verdicts .canvas').view")
    for kind, magic in (("png", b"\x89PNG"), ("svg", b"<svg"), ("csv", b"source,verdict")):
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
