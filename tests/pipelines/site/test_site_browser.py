"""The pages in a real browser: no error, no outside request, readable by everyone, on any screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pytest

from pipelines.site.names import file_name
from tests.tools.browser import Watched, addresses, cut, draw_all, ready, telling, wide
from tests.tools.site_pages import CORPUS, NAMES, SOURCE

FIRST_PAINT = 1000  # ms
IN_THE_DARK = {"index.html", "thresholds.html", "task", "source", "run.html", "clocks.html"}
"""Kinds of page that hold every colour of the others."""


def test_every_page_draws_fits_its_screen_and_is_open_to_everyone(
    watched: Watched, axe: Callable[[Any, str], list[str]]
) -> None:
    seen = set()
    for address in telling(watched.site):
        page = watched.open(address)
        draw_all(page)
        assert page.title() != "broken"
        assert page.evaluate("document.querySelectorAll('main img').length") == 0
        assert wide(page) <= 1280, address
        kind = address.split("/")[0]
        if kind not in seen:
            assert not axe(page, "light"), address
            if kind in IN_THE_DARK:
                page.emulate_media(color_scheme="dark")
                assert not axe(page, "dark"), address
                page.emulate_media(color_scheme="light")
        seen.add(kind)
        page.set_viewport_size({"width": 390, "height": 850})
        assert wide(page) <= 390, address
        page.set_viewport_size({"width": 1280, "height": 900})
        watched.check()


SIDEWAYS = """() => {
  document.querySelectorAll("main details").forEach((one) => { one.open = true; });
  return [...document.querySelectorAll(".table")].filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => [one.getAttribute("aria-label"), one.scrollWidth]);
}"""


def test_no_table_is_cut_at_the_side_of_a_usual_screen(browser: Any, release: Path) -> None:
    """Of names as published: one of two hundred letters without a break may be."""
    watched = Watched(browser, release / "site")
    for address in telling(release / "site", most=25):
        page = watched.open(address)
        if "/" not in address:
            page.wait_for_timeout(300)
        assert not page.evaluate(SIDEWAYS), address
    watched.context.close()


def one_of_each_kind(site: Path, database: Path) -> list[str]:
    """Addresses of pages of every kind; a task in each of its looks, and two fits beside each other."""
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.sql("select series_id from thresholds where task = 'openbookqa' order by all").fetchall()
    fits, task = [quote(key) for (key,) in rows], "task/openbookqa.html"
    return [
        *(address for address in addresses(site) if "/" not in address),
        f"source/{file_name(SOURCE)}.html",
        f"corpus/{file_name(CORPUS)}.html",
        task,
        *(f"{task}#{fits[0]}?{look}" for look in ("colour=run_id", "colour=family", "x=params", "all=1")),
        f"compare.html#{fits[0]}&{fits[1]}",
        f"run.html#{quote('cerebras_gpt/cerebras-gpt-1.3b')}",
    ]


@pytest.mark.parametrize("width", [390, 768])
def test_a_page_of_every_kind_is_whole_on_a_narrow_screen(
    browser: Any, hostile_site: tuple[Path, Path], width: int
) -> None:
    watched = Watched(browser, hostile_site[0], viewport={"width": width, "height": 850})
    for address in one_of_each_kind(*hostile_site):
        watched.page.goto("about:blank")
        page = watched.open(address)
        page.wait_for_function("!document.querySelector('#compared, #focus, #run') || WAREHOUSE.isReady")
        draw_all(page)
        assert wide(page) <= width, address
        assert not cut(page), address
        watched.check()
    watched.context.close()


def test_the_first_paint_is_quick(watched: Watched) -> None:
    page = watched.open("index.html")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 3 * FIRST_PAINT  # thrice the budget: tests share their processors


def test_the_points_of_a_figure_are_the_rows_of_the_table(
    watched: Watched, hostile_site: tuple[Path, Path]
) -> None:
    page = watched.open(f"task/{file_name(NAMES['hellaswag'])}.html")
    page.wait_for_function("document.querySelector('#curve .canvas').view")
    page.wait_for_function("document.querySelector('[data-sql]').textContent")
    where = page.eval_on_selector("[data-sql]", "(element) => element.textContent")
    drawn = page.evaluate(
        """document.querySelector('#curve .canvas').view.data('points')
        .map((point) => [point.checkpoint, point.loss, point.score])"""
    )
    with duckdb.connect(str(hostile_site[1]), read_only=True) as con:
        rows = con.sql(f"select checkpoint_id, loss, score from ({where}) order by checkpoint_id").fetchall()
    assert "/hellaswag/" in where
    assert len(rows) > 5
    for shown, row in zip(sorted(drawn), rows, strict=True):
        assert shown == [row[0], pytest.approx(row[1], rel=1e-5), pytest.approx(row[2], rel=1e-5)]


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


def test_without_javascript_the_pictures_stand_there(browser: Any, hostile_site: tuple[Path, Path]) -> None:
    watched = Watched(browser, hostile_site[0], java_script_enabled=False)
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


def test_a_run_is_found_by_search_and_has_its_page(watched: Watched) -> None:
    page = watched.open("methods.html")
    page.keyboard.press("/")
    page.keyboard.type("run 1.3b")
    page.wait_for_selector("#hits li a")
    page.locator("#hits a", has_text="run").first.click()
    page.wait_for_function("window.WAREHOUSE?.isReady")
    assert page.locator("h1").inner_text().startswith("Run ")
    assert (
        "newest checkpoint" in page.locator("#run .sentence").inner_text()
        or page.locator("#run .map").count()
    )


@pytest.mark.parametrize("task", ["hellaswag", "piqa"])
def test_a_page_prints_whole(browser: Any, hostile_site: tuple[Path, Path], task: str) -> None:
    watched = Watched(browser, hostile_site[0], viewport={"width": 794, "height": 1100})
    page = ready(watched, f"task/{file_name(NAMES[task])}.html")
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.wait_for_timeout(200)
    assert wide(page) <= 794
    box = page.locator("#curve canvas").bounding_box()
    assert box["x"] + box["width"] <= 794
    assert len(page.pdf()) > 10_000
    watched.context.close()


def test_a_phone_reads_the_figure(browser: Any, hostile_site: tuple[Path, Path]) -> None:
    watched = Watched(browser, hostile_site[0], viewport={"width": 390, "height": 844})
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
