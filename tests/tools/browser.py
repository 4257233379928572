"""Pages in a real browser: what a page says and asks for, and when it has drawn."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from pipelines.site.names import file_name
from tests.tools.site_pages import NAMES

PATIENCE = 120_000  # ms: tests share their processors
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Watched:
    """A page with everything that it said and asked for."""

    def __init__(self, browser: Any, site: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
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
        assert not self.said, (self.page.url, self.said)
        assert not [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))]


def addresses(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def telling(site: Path, most: int = 5) -> list[str]:
    """Addresses that show each kind of page: those of hostile names, and of each folder's others a few."""
    hostile = {file_name(name) for name in NAMES.values()}
    taken: Counter[str] = Counter()
    chosen = []
    for address in sorted(addresses(site), key=lambda at: Path(at).stem not in hostile):
        folder = Path(address).parent.as_posix()
        taken[folder] += 1
        if folder == "." or Path(address).stem in hostile or taken[folder] <= most:
            chosen.append(address)
    return chosen


def wide(page: Any) -> int:
    """How many pixels a page needs from side to side."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def draw_all(page: Any) -> None:
    """Scroll a page through, so that every figure is drawn; panels are pictures already."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 800):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(30)
    page.wait_for_function(
        "[...document.querySelectorAll('.chart .canvas')].every((place) => place.view || !place.checkVisibility())"
    )


CUT = r"""() => {
  const found = [];
  const pen = document.createElement("canvas").getContext("2d");
  const within = (low, high, end) => low > -2 && high < end + 2;
  document.querySelectorAll(".canvas").forEach((place) => {
    if (place.scrollWidth > place.clientWidth + 1) found.push(["wider than its place", place.scrollWidth]);
    if (!place.view) return;
    const drawn = place.querySelector("canvas");
    const look = (text, left, top) => {
      const { x1, x2, y1, y2 } = text.bounds;
      const { clientWidth: wide, clientHeight: tall } = drawn;
      const isIn = within(left + x1, left + x2, wide) && within(top + y1, top + y2, tall);
      pen.font = `${text.fontWeight ?? ""} ${text.fontSize ?? 11}px ${text.font ?? "sans-serif"}`;
      const lines = [text.text].flat().map(String).filter((line) => line.includes(" "));
      const widest = Math.max(...lines.map((line) => pen.measureText(line).width));
      const isCut = text.limit && widest > text.limit + 2;
      if (isCut || !isIn) found.push([isIn ? "cut" : "out of its figure", text.text]);
    };
    const walk = (item, left, top) => item.items?.forEach((one) => {
      const [x, y] = [left + (one.x ?? 0), top + (one.y ?? 0)];
      if (item.marktype === "group") one.items.forEach((inner) => walk(inner, x, y));
      else if (item.marktype === "text" && String(one.text ?? "") !== "") look(one, left, top);
    });
    walk(place.view.scenegraph().root, ...place.view.origin());
  });
  return found;
}"""


def cut(page: Any) -> list[Any]:
    """What of a page's figures is cut, or lies outside of them; a name of one long word may be."""
    found: list[Any] = page.evaluate(CUT)
    return found


def ready(watched: Watched, address: str) -> Any:
    page = watched.open(address)
    page.wait_for_function("window.WAREHOUSE?.isReady && document.querySelector('#curve .canvas').view")
    return page
