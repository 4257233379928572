"""Checks: each file in ``sql/checks/`` is one; the rows it returns are the failures."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from emergence.errors import EmergenceError
from pipelines.warehouse import catalog
from pipelines.warehouse.apart import SHARES, share_of
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import Places, connect_to, places_of
from pipelines.warehouse.disk import room_for
from pipelines.warehouse.grain import grain_query, met_query
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Store, digest_of

SHOWN = 10


@dataclass(frozen=True)
class Check:
    """One rule as a query over the relations that it reads."""

    name: str
    text: str
    message: str
    severity: str
    is_blocking: bool
    parents: tuple[str, ...]
    met: str = ""
    """Of a rule that each share of a relation made apart keeps by itself: the query of rows that break it
    together."""


@dataclass(frozen=True)
class Outcome:
    """How many rows break a rule, and the first of them as text."""

    check: Check
    failures: int
    examples: str

    @property
    def passed(self) -> bool:
        """Whether no row breaks the rule."""
        return self.failures == 0

    @property
    def line(self) -> str:
        """What was found: what is wrong, how often, and where first; or that nothing is."""
        if self.passed:
            return f"{self.check.name}: no row found where {self.check.message}"
        first = self.examples.partition("\n")[0]
        return f"{self.check.name}: {self.check.message}, {self.failures} times; first {first}"


def read_checks(folder: Path = catalog.ROOT / "checks") -> list[Check]:
    """Read every check below a folder; the head gives what is wrong, severity and whether it blocks."""
    return [_read_check(path) for path in sorted(folder.glob("*.sql"))]


def grain_checks(models: Iterable[Model]) -> list[Check]:
    """Return the check of the grain that the head of each model past staging states; it blocks."""
    return [_grain_check(model) for model in models if model.room != "staging"]


def _grain_check(model: Model) -> Check:
    message = f"two rows of {model.name} have one key ({', '.join(model.head.grain)})"
    text = grain_query(model.name, model.head.grain)
    met = met_query(model.head.grain) if model.head.is_apart else ""
    return Check(f"{model.name}_grain", text, message, "error", True, (model.name,), met)


def all_checks() -> list[Check]:
    """Return the project's checks: those of ``sql/checks/``, and of every model's grain."""
    return sorted([*read_checks(), *grain_checks(catalog.models().values())], key=lambda check: check.name)


def _read_check(path: Path) -> Check:
    text = path.read_text()
    lines = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("--")]
    notes = dict(line.split(": ", 1) for line in lines if line.startswith(("severity: ", "blocking: ")))
    if notes.get("severity") not in ("error", "warning") or notes.get("blocking") not in ("yes", "no"):
        raise EmergenceError(
            f"check {path.name}: the head needs `severity: error|warning`, `blocking: yes|no`"
        )
    parents = catalog.parents_of(text)
    return Check(path.stem, text, lines[0], notes["severity"], notes["blocking"] == "yes", parents)


def run_check(check: Check, warehouse: Warehouse) -> Outcome:
    """Run a check on the relations in the store, unless it ran on these very relations before."""
    parts = _in_shares(check, warehouse) or [
        (check.name, check.text, places_of(warehouse.lineage, check.parents))
    ]
    found = [_found(warehouse.store, *part) for part in parts]
    examples = [line for _, text in found for line in text.splitlines()]
    return Outcome(check, sum(failures for failures, _ in found), "\n".join(examples[:SHOWN]))


def _in_shares(check: Check, warehouse: Warehouse) -> list[tuple[str, str, Places]]:
    """Return what a check is for each share of its relation and for both together.

    So a run of one's own that is added is checked without all that is published. Nothing, where it cannot be.
    """
    if not check.met:
        return []
    (relation,) = check.parents
    places = {share: (warehouse.lineage.room(relation), share_of(relation, share)) for share in SHARES}
    if not all(warehouse.store.record(*place) for place in places.values()):
        return []
    alone = [(f"{check.name}_{share}", check.text, {relation: [place]}) for share, place in places.items()]
    return [*alone, (check.name, check.met, {share: [place] for share, place in places.items()})]


def _found(store: Store, name: str, text: str, places: Places) -> tuple[int, str]:
    """Return how many rows a query has, and the first of them as text; asked once of the same relations."""
    key = digest_of(text, *(store.need(*place).digest for seen in places.values() for place in seen))
    note = store.home / "checks" / f"{name}.json"
    if known := _known(note, key):
        return known
    with connect_to(store, places) as con:
        failures = con.sql(text).pl()
    examples = "\n".join(str(row) for row in failures.head(SHOWN).iter_rows(named=True))
    note.parent.mkdir(parents=True, exist_ok=True)
    partial = note.with_suffix(".partial")
    with room_for(partial):
        found = {"key": key, "failures": failures.height, "examples": examples}
        partial.write_text(json.dumps(found | {"digest": _digest(**found)}))
    os.replace(partial, note)
    return failures.height, examples


def _known(note: Path, key: str) -> tuple[int, str] | None:
    """Return what a check found on these very relations before; None where its note is not as written."""
    try:
        known = json.loads(note.read_text())
        digest = known.pop("digest")
        whole = known["key"] == key and _digest(**known) == digest
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return (known["failures"], known["examples"]) if whole else None


def _digest(*, key: str, failures: int, examples: str) -> str:
    return digest_of(key, str(failures), examples)


def problems(warehouse: Warehouse) -> list[str]:
    """Return one line for each error check that fails: what makes a run incomplete."""
    outcomes = [run_check(check, warehouse) for check in all_checks() if check.severity == "error"]
    return [outcome.line for outcome in outcomes if not outcome.passed]
