"""Everything Dagster knows of the warehouse: the module that a deployment loads."""

from pipelines.assets.build import build
from pipelines.settings import Settings

defs = build(Settings.from_environment())
