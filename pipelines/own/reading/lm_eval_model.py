"""What the harness says of the model that it asked: its names, and what tells its weights from others."""

from typing import Any

# Arguments that say how a model is run, and nothing of what it answers.
_HOW_IT_RUNS = frozenset(
    (
        *("device", "device_map", "device_map_option", "parallelize", "max_memory_per_gpu", "max_cpu_memory"),
        *("offload_folder", "batch_size", "max_batch_size", "trust_remote_code", "token", "use_auth_token"),
        *("cache_dir", "low_cpu_mem_usage", "use_fast_tokenizer", "tensor_parallel_size", "swap_space"),
        *("data_parallel_size", "gpu_memory_utilization", "enforce_eager", "num_concurrent", "max_retries"),
        *("base_url", "timeout", "seed", "use_accelerate", "download_dir", "truncation"),
    )
)
# More are the whole configuration of a training, as forks put it there.
MOST_ARGUMENTS = 40


def _arguments(document: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a model, which stand as a text or as an object."""
    config = document.get("config")
    told = config.get("model_args") if isinstance(config, dict) else None
    if isinstance(told, str):
        pairs = [part.partition("=") for part in told.split(",")]
        return {key.strip(): value.strip() for key, _, value in pairs}
    return told if isinstance(told, dict) else {}


def model_names(document: dict[str, Any]) -> list[str | None]:
    """Return the names that may tell model and step: revision, weights, the harness's name for the model."""
    told = _arguments(document)
    names = [told.get("revision"), told.get("pretrained"), told.get("path"), document.get("model_name")]
    first = [name if isinstance(name, str) else None for name in names]
    # The revision alone names no model.
    return [f"{first[1]}/{first[0]}" if first[0] and first[1] else first[0], *first[1:]]


def weights_of(document: dict[str, Any]) -> str | None:
    """Return what tells the weights apart that two files call alike: the commit, and how they were loaded."""
    config = document.get("config")
    told = config if isinstance(config, dict) else {}
    commits = {name: told.get(name) for name in ("model_sha", "peft_sha", "delta_sha")}
    arguments = {k: v for k, v in _arguments(document).items() if k and k not in _HOW_IT_RUNS}
    if len(arguments) > MOST_ARGUMENTS:
        arguments = {}
    # The commits first, as of two that differ the beginning is shown.
    parts = [f"{k}={v}" for k, v in (*commits.items(), *sorted(arguments.items())) if v not in (None, "")]
    return ", ".join(parts) or None
