"""The page of methods prints every cut-off that a verdict rests on."""

from pathlib import Path

from emergence.evidence import cut_offs


def test_every_cut_off_stands_on_the_page_with_its_value(release: Path) -> None:
    page = (release / "site" / "methods.html").read_text()
    in_force = {name: value for name, value in vars(cut_offs).items() if name.isupper()}
    assert len(in_force) > 15
    table = page.partition("constants of the verdict")[2]
    for name, value in in_force.items():
        row = table.partition(name.lower().replace("_", " "))[2][:200]
        assert str(value) in row, name
