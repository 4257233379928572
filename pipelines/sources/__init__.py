"""The list of sources, one line each; the raw assets are made from it."""

from pipelines.sources import bigscience, cerebras_gpt, gadre, olmo_ladder, pythia
from pipelines.sources.spec import Source

SOURCES: tuple[Source, ...] = (
    bigscience.SOURCE,
    cerebras_gpt.SOURCE,
    gadre.SOURCE,
    olmo_ladder.SOURCE,
    pythia.SOURCE,
)
