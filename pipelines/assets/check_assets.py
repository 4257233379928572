"""Asset checks: each check of the warehouse, beside the relation that it guards."""

import dagster as dg

from pipelines.assets.sql_assets import asset_key
from pipelines.warehouse.checks import Check, all_checks, run_check
from pipelines.warehouse.home import Warehouse


def check_definitions(warehouse: Warehouse) -> list[dg.AssetChecksDefinition]:
    """Return one asset check for each check of the warehouse."""
    return [_definition(warehouse, check) for check in all_checks()]


def _definition(warehouse: Warehouse, check: Check) -> dg.AssetChecksDefinition:
    relations = sorted({asset_key(r) for p in check.parents for r in warehouse.lineage.behind(p)})
    # The one furthest down the graph: a check on another would wait for what waits for that one.
    mine = [parent for parent in check.parents if parent in warehouse.models]
    guarded = max(mine, key=lambda name: (warehouse.lineage.depth(name), name))

    @dg.asset_check(
        asset=guarded,
        name=check.name,
        description=f"Fails where {check.message}.",
        blocking=check.is_blocking,
        additional_deps=[relation for relation in relations if relation != guarded],
    )
    def run() -> dg.AssetCheckResult:
        outcome = run_check(check, warehouse)
        return dg.AssetCheckResult(
            passed=outcome.passed,
            description=outcome.line,
            severity=dg.AssetCheckSeverity.ERROR if check.severity == "error" else dg.AssetCheckSeverity.WARN,
            metadata={"failures": outcome.failures, "examples": outcome.examples},
        )

    return run
