"""The list of sources, one line each; the raw assets are made from it."""

from pipelines.sources import bpc, cerebras_gpt, chinchilla, dclm, gadre, isoflops, obs, olmo_ladder
from pipelines.sources.spec import Source

SOURCES: tuple[Source, ...] = (
    bpc.SOURCE,
    cerebras_gpt.SOURCE,
    chinchilla.SOURCE,
    dclm.SOURCE,
    gadre.SOURCE,
    isoflops.SOURCE,
    obs.SOURCE,
    olmo_ladder.SOURCE,
)
