"""One home folder with its lock, its store and the name of its latest release; and who writes to it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pipelines.engines import Engine, engine_of
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.disk import room_for, told_plainly
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.lock import only_run, only_step
from pipelines.warehouse.store import Store


class Named(Protocol):
    """A source, of which the warehouse knows nothing but its name."""

    @property
    def name(self) -> str:
        """The name that its relations carry."""


@dataclass(frozen=True)
class Home:
    """One home folder: everything that is written of a warehouse lies below it."""

    folder: Path
    is_thorough: bool = False
    """Whether every file of the store is read before it is used again, as with ``--force``."""

    @cached_property
    def store(self) -> Store:
        """The relations on disk."""
        return Store(self.folder, is_thorough=self.is_thorough)

    @property
    def releases(self) -> Path:
        """The folder of all releases."""
        return self.folder / "releases"

    @contextmanager
    def only_run(self) -> Iterator[None]:
        """Hold the folder for a whole run; raises BusyError at once when another is at work."""
        with told_plainly(self.folder), only_run(self.folder):
            yield

    @contextmanager
    def only_step(self) -> Iterator[None]:
        """Hold the folder for one step, when others are done."""
        with told_plainly(self.folder), only_step(self.folder):
            yield

    @property
    def latest(self) -> str | None:
        """The name of the latest release; None before the first one."""
        if not (self.folder / "latest").is_file():  # of a pipe nobody would ever come to the end
            return None
        try:
            return (self.folder / "latest").read_text(errors="backslashreplace").strip()
        except OSError:
            return None

    def write_latest(self, name: str) -> None:
        """Name the latest release; a reader sees the old name or the new one, whatever ends this."""
        partial = self.folder / "latest.partial"
        with room_for(partial), partial.open("w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.folder / "latest")


@dataclass(frozen=True)
class Warehouse:
    """One home folder and everything that may write to it."""

    settings: Settings
    sources: Sequence[Named]

    @cached_property
    def home(self) -> Home:
        """The home folder."""
        return Home(self.settings.home, is_thorough=self.settings.force)

    @property
    def store(self) -> Store:
        """The relations on disk."""
        return self.home.store

    @property
    def engine(self) -> Engine:
        """Where its work runs; raises EngineError where that is a cluster that cannot be used."""
        return engine_of(self.settings.engine, self.home.folder)

    @cached_property
    def models(self) -> dict[str, Model]:
        """The SQL models by name; of the staging room those of this warehouse's sources."""
        staged = {"stg_shape", *(f"stg_{source.name}" for source in self.sources)}
        return {n: m for n, m in catalog.models().items() if m.room != "staging" or n in staged}

    @cached_property
    def lineage(self) -> Lineage:
        """What stands behind a name in ``from``."""
        return Lineage(self.models, [source.name for source in self.sources])
