"""The list of sources, one line each; the raw assets are made from it."""

from pipelines.sources import cerebras_gpt, gadre, olmo_ladder
from pipelines.sources.spec import Source

SOURCES: tuple[Source, ...] = (
    cerebras_gpt.SOURCE,
    gadre.SOURCE,
    olmo_ladder.SOURCE,
)
