"""Where the warehouse lives and how much to compute: one frozen object, read from the environment once."""

import os
from dataclasses import dataclass
from pathlib import Path

from emergence.errors import InputError
from emergence.numerics.arrays import SEED

HOME_VARIABLE = "EMERGENCE_HOME"
MIRROR_VARIABLE = "EMERGENCE_MIRROR"
ENGINE_VARIABLE = "EMERGENCE_ENGINE"
NOT_ASKED = "not asked for: other sources were"
"""What is told of a source that a run does not ask for."""


@dataclass(frozen=True)
class Settings:
    """Every setting has a default that works; the first run needs no environment variable.

    ``home`` holds everything the warehouse writes; ``mirror`` is a folder laid out
    ``<owner>/<repo>/<commit>/<path>`` that is asked before the network; ``offline`` never asks the network;
    of sources not in ``only``, where it names any, what was fetched before stands; ``engine`` says where work
    runs: ``here``, ``ray`` (the cluster of this machine) or ``ray://host:port``.
    """

    home: Path = Path("warehouse")
    mirror: Path | None = None
    offline: bool = False
    force: bool = False
    only: tuple[str, ...] = ()
    seed: int = SEED
    replicates: int = 1000
    confidence: float = 0.95
    keep_releases: int = 5
    engine: str = "here"

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read ``EMERGENCE_*`` variables; an unusable value is an error that names the variable."""
        mirror = os.environ.get(MIRROR_VARIABLE)
        if mirror and not Path(mirror).is_dir():
            raise InputError(
                f"{MIRROR_VARIABLE}={mirror} is not a folder; unset it or point it at the mirror"
            )
        return cls(
            home=Path(os.environ.get(HOME_VARIABLE) or cls.home).absolute(),
            mirror=Path(mirror).absolute() if mirror else None,
            offline=bool(_whole_number("EMERGENCE_OFFLINE", 0)),
            seed=_whole_number("EMERGENCE_SEED", cls.seed),
            replicates=_whole_number("EMERGENCE_REPLICATES", cls.replicates),
            keep_releases=_whole_number("EMERGENCE_KEEP_RELEASES", cls.keep_releases, least=1),
            engine=_engine(),
        )

    def asks_for(self, source: str) -> bool:
        """Whether a source is to be looked for in the mirror and the archive."""
        return not self.only or source in self.only

    def numbers(self) -> dict[str, float]:
        """Return the settings that change a published number, for the digest of a release."""
        return {
            "seed": self.seed,
            "replicates": self.replicates,
            "confidence": self.confidence,
        }


def _whole_number(variable: str, default: int, *, least: int = 0) -> int:
    text = os.environ.get(variable)
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise InputError(f"{variable}={text!r} must be a whole number of at least {least}")
    return int(text)


def _engine() -> str:
    name = os.environ.get(ENGINE_VARIABLE) or "here"
    if name not in ("here", "ray") and not name.startswith("ray://"):
        raise InputError(f"{ENGINE_VARIABLE}={name!r} must be `here`, `ray`, or `ray://host:port`")
    return name
