"""Writes ``docs/claims.md``: each claim, its condition and test, error rates, what would change a verdict."""

import csv
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, StrictUndefined

import pipelines
from pipelines.warehouse import catalog

ROOT = catalog.ROOT.parent
FACTS = Path(str(pipelines.__file__)).parent / "sources" / "facts"
PAGE = ROOT / "docs" / "claims.md"
ERRORS = ROOT / "benchmarks" / "claims_errors.csv"
TEMPLATE = Path(__file__).with_name("claims.md.jinja")


def claims_page() -> str:
    """The page, from the table of claims and the error rates of their rules."""
    claims, errors = _rows(FACTS / "claims.csv"), {row["rule"]: row for row in _rows(ERRORS)}
    rates = "".join("| " + " | ".join(row.values()) + " |\n" for row in errors.values())
    listed = "\n".join(_claim(claim, errors.get(claim["rule"])) for claim in claims)
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string(TEMPLATE.read_text()).render(rates=rates, listed=listed)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _claim(claim: Mapping[str, str], errors: Mapping[str, str] | None) -> str:
    """One claim: what is said, where it can be asked, how, how surely, and what would change the answer."""
    rates = "not simulated: the test compares published numbers, or is not made"
    if errors:
        rates = (
            f"supports a false one in {float(errors['supports_false']):.1%}, misses a true one in"
            f" {float(errors['misses_true']):.1%} (rule `{errors['rule']}`, n {errors['n']})"
        )
    return (
        f"### `{claim['claim_id']}`\n\n{claim['authors_year']}, {claim['citation']}: {claim['statement']}\n\n"
        f"- Read: {claim['how_read']}. The paper's own figure: {claim['published']}.\n"
        f"- Condition: {claim['condition']}\n- Test: {claim['test']}\n- Errors: {rates}.\n"
        f"- What would change the verdict: {claim['would_change']}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(claims_page())
