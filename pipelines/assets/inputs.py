"""The digest of everything a release depends on: published bytes, code, settings, versions."""

import platform
from importlib.metadata import version
from pathlib import Path

import pipelines
from emergence.errors import EmergenceError
from pipelines.fits.run_fits import library_code
from pipelines.intake.facts import overrides_digest
from pipelines.intake.fetch import FACTS, fetch
from pipelines.intake.spec import Source
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.store import digest_of, file_digest

ENGINES = ("duckdb", "pyarrow", "sqlglot")


def inputs_digest(sources: tuple[Source, ...], settings: Settings) -> str:
    """Return the digest that names a release; fetches what is missing on the way."""
    parts = [f"{source.name} {_bytes_digest(source, settings)}" for source in sources]
    own = overrides_digest(settings.home / "overrides")
    return digest_of(*parts, own, code_digest(), str(settings.numbers()))


def _bytes_digest(source: Source, settings: Settings) -> str:
    try:
        fetched = fetch(source, settings)
    except (EmergenceError, OSError) as error:
        return f"failed: {error}"
    return f"{fetched.digest()} {fetched.message}"


def code_digest() -> str:
    """Digest of all code and SQL of the project and of the packages that shape its numbers."""
    folder = Path(str(pipelines.__file__)).parent
    files = [
        *sorted(folder.rglob("*.py")),
        *sorted(catalog.ROOT.rglob("*.sql")),
        *sorted(FACTS.rglob("*.csv")),
    ]
    versions = [f"{name} {version(name)}" for name in ENGINES]
    return digest_of(*(file_digest(path) for path in files), library_code(), *versions, platform.machine())
