"""Stability AI's evaluations of StableLM beside thirty public models, by the harness before 0.4."""

from pipelines.intake.harness import EVALUATIONS, VALUES, read_evaluations
from pipelines.intake.spec import Origin, Source

SOURCE = Source(
    name="stablelm",
    title="StableLM: evaluations beside public models",
    address="https://github.com/Stability-AI/StableLM",
    origins=(
        Origin(
            repo="Stability-AI/StableLM",
            commit="93eea082c49c61e64da1a0e1092fe82cc74b46d3",
            # One result has no ending to its name.
            include=("evals/*", "evals/external/*", "evals/open_llm_leaderboard/*"),
            expects=("evals/stablelm-base-alpha-7b-v2.json", "evals/external/tiiuae_falcon-7b.json"),
        ),
    ),
    licence="Apache-2.0",
    citation="Stability AI 2023, StableLM",
    redistribute=True,
    tables={"evaluations": EVALUATIONS, "values": VALUES},
    parse=read_evaluations,
    # Two models stand twice in TruthfulQA, of which the fourth digit of mc2 differs.
    dirt={"conflicting_duplicate": 0.01},
)
