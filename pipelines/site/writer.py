"""Writes the files of the site: pages from templates, scripts of data, assets."""

import base64
import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipelines.figures.figure import templates_json
from pipelines.figures.labels import is_departure
from pipelines.site.forests import Labelled
from pipelines.site.formats import FILTERS, trim
from pipelines.vocabulary import words
from pipelines.warehouse.keep import Keep, made_anew

HERE = Path(__file__).parent
Row = dict[str, Any]
PLAIN = 10_000
"""Characters of JSON that stand as they are; longer data is packed, at two fifths of its length."""
NAME = "\ue000release\ue000"
"""What stands in a kept page for the name of the release: letters that no text has."""
BUNDLED = "window.vegaEmbed = vegaEmbed;"
"""What the chart library is bundled for."""
SCRIPTS = tuple(sorted(path.name for path in (HERE / "static").iterdir() if path.suffix in (".css", ".js")))


class Writer:
    """One site being written into a folder."""

    def __init__(self, folder: Path, release: str, keep: Keep = made_anew) -> None:
        self.folder = folder
        self.keep = keep
        self.release = release
        self.menu: list[tuple[str, str]] = []
        self.problems: list[str] = []
        for part in ("assets", "data", "task", "source", "corpus"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def guard(self, what: str) -> Iterator[None]:
        """Let one page or figure fail by itself: whatever goes wrong in it is a problem on record.

        A site is drawn from tables that stand already; no fault of a page may cost anyone the tables.
        """
        try:
            yield
        except Exception as error:
            self.problems.append(f"site: {what} is left out: {type(error).__name__}: {error}")

    @cached_property
    def templates(self) -> Environment:
        """The templates, with every value escaped unless it is marked as markup."""
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.tests |= {"departure": is_departure}
        environment.filters |= FILTERS | {"figures_json": self._figures_json}
        environment.globals |= {
            "verdicts": words("verdict"),
            "departing": "|".join(word.value for word in words("verdict").values() if word.departs),
        }
        return environment

    def page(self, address: str, template: str, **values: Any) -> None:
        """Write one page; ``address`` is its place below the site."""
        text = self._rendered(address, template, self.release, values)
        (self.folder / address).write_text(text, encoding="utf-8")

    def _rendered(self, address: str, template: str, release: str, values: Row) -> str:
        root = "../" * address.count("/")
        given = {"root": root, "here": address, "menu": self.menu, "release": release}
        return self.templates.get_template(template).render(given | values) + "\n"

    def kept_page(self, address: str, template: str, made_from: str, values: Callable[[], Row]) -> None:
        """Write one page that is kept by all the rows that it is made from, under any name of a release."""
        stands_for = NAME if self.release else ""
        given = repr((address, template, self.menu, stands_for, made_from))
        text = self.keep("page", given, lambda: self._rendered(address, template, stands_for, values()))
        if stands_for:
            text = text.replace(stands_for, escape(self.release))
        (self.folder / address).write_text(text, encoding="utf-8")

    def script(self, address: str, kind: str, name: str, value: Any) -> None:
        """Write rows as a script that hands them to the page under a name, which a plain file may load."""
        (self.folder / address).write_text(self._script(kind, name, value), encoding="utf-8")

    def kept_script(
        self, address: str, kind: str, name: str, made_from: str, value: Callable[[], Row]
    ) -> None:
        """Write rows as a script that is kept by all the rows that it is made from."""
        text = self.keep(
            "script of rows", repr((kind, name, made_from)), lambda: self._script(kind, name, value())
        )
        (self.folder / address).write_text(text, encoding="utf-8")

    def _script(self, kind: str, name: str, value: Any) -> str:
        text = to_json(value)
        call, held = ("put", text) if len(text) <= PLAIN else ("unpack", to_json(self._packed(text)))
        return f"WAREHOUSE.{call}({to_json(kind)},{to_json(name)},{held});\n"

    def kept_figures(
        self, name: str, made_from: str, figures: Callable[[], Iterable[Labelled]]
    ) -> list[tuple[str, str]]:
        """Write each figure as a script of its own, for a page on which they are too many to stand.

        They are kept by all the rows that they are made from; return the name and label of each.
        """
        text = self.keep("figures", repr((name, made_from)), lambda: to_json(self._figures(name, figures())))
        made: list[tuple[str, str, str]] = json.loads(text)
        for place, _, script in made:
            (self.folder / "data" / f"{place}.js").write_text(script, encoding="utf-8")
        return [(place, label) for place, label, _ in made]

    def _figures(self, name: str, figures: Iterable[Labelled]) -> list[tuple[str, str, str]]:
        places = [(f"{name}-{number}", labelled) for number, labelled in enumerate(figures)]
        return [
            (place, labelled.label, self._script("figures", place, figure_rows(labelled)))
            for place, labelled in places
        ]

    def assets(self) -> None:
        """Write what every page shares, the chart library in one file among it."""
        target = self.folder / "assets"
        for name in SCRIPTS:
            shutil.copyfile(HERE / "static" / name, target / name)
        spoken = {
            kind: {name: word.words for name, word in words(kind).items()}
            for kind in ("unit", "verdict", "format")
        }
        (target / "words.js").write_text(f"WAREHOUSE.words = {to_json(spoken)};\n", encoding="utf-8")
        (target / "vega.js").write_text(chart_library(self.keep), encoding="utf-8")
        (target / "templates.js").write_text(f"WAREHOUSE.templates = {templates_json()};\n", encoding="utf-8")

    def _packed(self, text: str) -> str:
        return self.keep("packed", text, lambda: packed(text))

    def _figures_json(self, figures: list[Labelled]) -> Markup:
        """Return figures as JSON for the page that shows them, packed where it is long."""
        text = to_json([figure_rows(labelled) for labelled in figures])
        return Markup(text if len(text) <= PLAIN else self._packed(text))


def chart_library(keep: Keep) -> str:
    """Return vega, vega-lite and vega-embed as one script, out of the pinned package that carries them."""
    return keep("script", BUNDLED, _bundle)


@cache
def _bundle() -> str:
    import vl_convert

    script: str = vl_convert.javascript_bundle(BUNDLED)
    return script


def to_json(value: Any) -> str:
    """Return compact JSON that may stand inside a script; raises ValueError for NaN."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def packed(text: str) -> str:
    """Return text as compressed bytes in letters, which the page's `WAREHOUSE.inflate` reads."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


def figure_rows(labelled: Labelled) -> dict[str, Any]:
    """Return a figure as a page draws it, its numbers in the digits that can be seen."""
    figure = labelled.figure
    return {
        "template": figure.template,
        "values": figure.values,
        "rows": _seen(figure.rows),
        "description": figure.description,
    }


def _seen(value: Any) -> Any:
    """Round every number inside to significant digits."""
    if isinstance(value, float):
        return trim(value, 4)
    if isinstance(value, dict):
        return {key: _seen(inner) for key, inner in value.items()}
    return [_seen(inner) for inner in value] if isinstance(value, list) else value
