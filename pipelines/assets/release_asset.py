"""The release asset: publishes what stands in the store once nothing blocks it."""

from datetime import timedelta

import dagster as dg

from pipelines.assets.inputs import inputs_digest
from pipelines.assets.raw_assets import CHANGED, OWNER, POOL, RETRIES, STEPS
from pipelines.intake.spec import Source
from pipelines.release.publish import publish
from pipelines.warehouse.catalog import public_models
from pipelines.warehouse.checks import problems
from pipelines.warehouse.disk import is_passing
from pipelines.warehouse.home import Warehouse

STALE_HOURS = 36


def release_asset(warehouse: Warehouse, sources: tuple[Source, ...]) -> dg.AssetsDefinition:
    """Return the asset that publishes a release."""

    @dg.asset(
        name="release",
        group_name="release",
        deps=[model.name for model in public_models()],
        description="One immutable folder: Parquet, the DuckDB file, the manifest; published atomically.",
        kinds={"duckdb", "parquet"},
        owners=[OWNER],
        automation_condition=CHANGED,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=STALE_HOURS)),
        pool=POOL,
        retry_policy=RETRIES,
    )
    def release() -> dg.MaterializeResult[None]:
        STEPS.info("release")
        inputs = inputs_digest(sources, warehouse.settings)
        try:
            with warehouse.home.only_step():
                published = publish(warehouse, inputs, problems(warehouse))
        except Exception as error:
            if is_passing(error):
                raise
            raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(
            data_version=dg.DataVersion(inputs),
            metadata={
                "release": published.name,
                "folder": dg.MetadataValue.path(published.folder),
                "warnings": published.manifest().get("warnings", []),
            },
        )

    return release
