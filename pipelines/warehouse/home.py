"""What every asset works with: settings, the store, the sources and the SQL models, tied together once."""

from dataclasses import dataclass
from functools import cached_property

from pipelines.intake.spec import Source
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.store import Store


@dataclass(frozen=True)
class Warehouse:
    """One home folder and everything that may write to it."""

    settings: Settings
    sources: tuple[Source, ...]

    @cached_property
    def store(self) -> Store:
        """The relations on disk."""
        return Store(self.settings.home)

    @cached_property
    def models(self) -> dict[str, Model]:
        """The SQL models by name."""
        return catalog.models()

    @cached_property
    def lineage(self) -> Lineage:
        """What stands behind a name in ``from``."""
        return Lineage(self.models, [source.name for source in self.sources])
