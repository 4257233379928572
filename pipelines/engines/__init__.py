"""Where work runs: processes side by side on this machine, or the nodes of a Ray cluster."""

from functools import cache
from pathlib import Path

from pipelines.engines.engine import Engine
from pipelines.engines.here import Here

__all__ = ["Engine", "Here", "engine_of"]


@cache
def engine_of(name: str, home: Path) -> Engine:
    """Return the engine that a setting names (``here``, ``ray``, ``ray://host:port``) for a home folder.

    Raises EngineError where a cluster cannot be used.
    """
    if name == "here":
        return Here()
    # Ray takes two seconds to import, and is there only where somebody wants it.
    from pipelines.engines.ray_cluster import connect

    return connect(None if name == "ray" else name, home)
