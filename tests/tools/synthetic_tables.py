"""The least files of the sources that are one table each, made up."""

import math

from tests.tools.built import Files

ISOFLOPS = "data/isoflops/transform/isoflops.csv"
CHINCHILLA = "data/svg_extracted_data.csv"


def bpc() -> Files:
    """A README with another table before the leaderboard of two models."""
    text = (
        "# Compression\n\n| Option | Meaning |\n|---|---|\n| a | b |\n\n"
        "| Model     | Common Crawl | Python | Arxiv-Math | Average |\n"
        "|-----------|:------------:|:------:|:----------:|:-------:|\n"
        "| Llama-1-13b | 0.609 | 0.356 | 0.487 | 0.484 |\n"
        "| Falcon-7b | 0.649 | 0.393 | 0.541 | 0.528 |\n"
    )
    return {"README.md": text.encode()}


def obs() -> Files:
    """A table of benchmarks with sizes, one of emergent tasks, and one of agents in percent."""
    models = "Model,Model Family,Model Size (B),Pretraining Data Size (T),FLOPs (1E21)"
    benchmarks = (
        f"{models},MMLU,Winograd\n"
        "huggyllama/llama-13b,Llama,13.0,1.0,78.0,0.47,0.76\n"
        "tiiuae/falcon-7b,Falcon,7.0,1.5,63.0,0.27,0.72\n"
    )
    emergent = "Model,arithmetic_3ds_2_acc,ipa_transliterate_2_bleu\ntiiuae/falcon-7b,0.21,13.5\n"
    agents = "Model,ABoard-Game_PL_SR\nvicuna-13b,5.5\n"
    return {
        "eval_results/base_llm_benchmark_eval.csv": benchmarks.encode(),
        "eval_results/base_llm_emergent_capability_eval.csv": emergent.encode(),
        "eval_results/instruct_llm_agent_eval.csv": agents.encode(),
    }


def isoflops() -> Files:
    """Three points of two studies."""
    rows = (
        "source,dataset,model,condition,experiment,tokens,params,budget,loss,outlier,reason\n"
        "marin_202603,comma,llama_2,,m,2e10,1e9,1.2e20,3.1,False,none\n"
        "marin_202603,comma,llama_2,,m,4e10,2e9,4.8e20,2.9,True,off_center\n"
        f"llama_3,llama_3,llama_3,raw_loss,l,2e10,1e9,1.2e20,{math.log(3)},False,none\n"
    )
    return {ISOFLOPS: rows.encode()}


def chinchilla() -> Files:
    """Two points of the figure."""
    rows = (
        "x,y,color,Model Size,Training FLOP,hex_color,loss\n"
        "154.0,140.6,#faebdd,1e9,1.2e20,#faebdd,2.5\n"
        "151.6,175.5,#f8d1b8,2e9,4.8e20,#f8d1b8,2.3\n"
    )
    return {CHINCHILLA: rows.encode()}
