"""The columns that fits read and are named by, beside the key of a fit."""

SCORED = ["run_id", "tokens", "loss", "score", "stderr", "n_items", "chance", "higher_is_better"]
