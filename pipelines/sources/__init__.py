"""The list of sources, one line each; the raw assets are made from it."""

from importlib import import_module

from pipelines.sources.spec import Source

NAMES = (
    "bigscience",
    "bpc",
    "cerebras_gpt",
    "chinchilla",
    "dclm",
    "gadre",
    "isoflops",
    "obs",
    "olmo_ladder",
    "own",
    "pythia",
)
SOURCES: tuple[Source, ...] = tuple(import_module(f"{__name__}.{name}").SOURCE for name in NAMES)
