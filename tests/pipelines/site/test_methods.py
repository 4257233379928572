"""The page of methods prints every cut-off that a verdict rests on."""

from pathlib import Path

from emergence.evidence import cut_offs
from pipelines.site.cut_off_words import cut_offs_in_force


def test_every_cut_off_stands_on_the_page_with_its_value(release: Path) -> None:
    page = (release / "site" / "methods.html").read_text()
    in_force = {name: value for name, value in vars(cut_offs).items() if name.isupper()}
    assert len(in_force) > 15
    table = page.partition("constants of the verdict")[2]
    for name, value in in_force.items():
        row = table.partition(name.lower().replace("_", " "))[2][:200]
        assert str(value) in row, name


def test_every_cut_off_is_said_in_the_words_of_the_code_that_holds_it() -> None:
    told = {row["name"]: row for row in cut_offs_in_force()}
    assert {n.lower().replace("_", " ") for n in vars(cut_offs) if n.isupper()} | {"significance"} == set(
        told
    )
    assert told["floor share"]["value"] == cut_offs.FLOOR_SHARE
    assert all(row["meaning"].endswith(".") for row in told.values())
