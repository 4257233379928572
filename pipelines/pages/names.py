"""How the findings call sources, units, formats and clocks."""

TITLES = {
    "olmo_ladder": "OLMo",
    "gadre": "Gadre et al.",
    "dclm": "DataComp-LM",
    "kempner": "the Kempner Institute",
    "pythia": "Pythia",
    "cerebras_gpt": "Cerebras-GPT",
    "llm_line": "LLMs on the Line",
    "bpc_obs": "Huang et al.",
    "nanogpt_forks": "NanoGPT",
    "deepseekmoe": "DeepSeekMoE",
}
ASKED = {"mc": "by answer letter", "rc": "by likelihood", "generate": "for free text"}
CLOCKS = {"compute": "compute", "tokens": "tokens", "size": "size", "size_and_tokens": "size and tokens"}


def title(source: str) -> str:
    """A source's name in prose; its own where it has no other."""
    return TITLES.get(source, source)


def unit(name: str | None) -> str:
    """A unit in words."""
    return (name or "").replace("_", " ")
