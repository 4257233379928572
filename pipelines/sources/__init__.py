"""The list of sources, one line each; the raw assets are made from it."""

from importlib import import_module

from emergence.errors import InputError
from pipelines.intake.spec import Source

NAMES = (
    "bigscience",
    "bpc",
    "cerebras_gpt",
    "chinchilla",
    "datablations",
    "dclm",
    "deepseek_pile",
    "deepseekmoe",
    "delphi",
    "engram",
    "gadre",
    "gated_deltanet",
    "gauntlet",
    "geov",
    "gpt_neo",
    "harness_03",
    "isoflops",
    "kempner",
    "llm_line",
    "mamba2",
    "misfitting",
    "nanogpt_forks",
    "obs",
    "olmo_ladder",
    "own",
    "pythia",
    "routing",
    "stablelm",
    "step_law",
    "tinyllama",
    "vocab",
    "xlstm",
)
SOURCES: tuple[Source, ...] = tuple(import_module(f"{__name__}.{name}").SOURCE for name in NAMES)


def select(names: tuple[str, ...]) -> tuple[Source, ...]:
    """Return the sources of these names, or all for no name; raises InputError for one that is not there."""
    unknown = [name for name in names if name not in {source.name for source in SOURCES}]
    if unknown:
        known = ", ".join(source.name for source in SOURCES)
        raise InputError(f"no source is called {unknown[0]}; there are {known}")
    return tuple(source for source in SOURCES if not names or source.name in names)
