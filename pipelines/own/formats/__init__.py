"""Readers of what a user's own tools write: one module a format, one line here.

A new format is a module with a ``READER`` and its line in the list; the first that recognises a file reads
it, so that the narrow ones stand before the wide ones.
"""

from pipelines.own.formats import (
    bigbench,
    bigcode,
    every_eval_ever,
    gauntlet,
    helm,
    inspect_ai,
    lighteval,
    lm_eval,
    lm_eval_old,
    megatron_golden,
    metrics_csv,
    mlflow_search,
    mlflow_sqlite,
    mlflow_store,
    olmes,
    olmo_eval,
    open_lm,
    opencompass,
    tables,
    tensorboard_csv,
    tensorboard_events,
    text_logs,
    trackio,
    trackio_parquet,
    trainer_state,
    wandb_chart,
    wandb_history,
    wandb_runs,
)
from pipelines.own.reading.found import Reader

READERS: tuple[Reader, ...] = (
    # First, as a log may begin like JSON: [2025-01-01 …] iteration 100/ …
    text_logs.READER,
    lm_eval.READER,
    lm_eval_old.READER,
    lighteval.READER,
    inspect_ai.READER,
    every_eval_ever.READER,
    olmes.READER,
    olmo_eval.READER,
    open_lm.READER,
    bigbench.READER,
    bigcode.READER,
    helm.READER,
    opencompass.READER,
    gauntlet.READER,
    trainer_state.READER,
    megatron_golden.READER,
    tensorboard_events.READER,
    tensorboard_csv.READER,
    wandb_chart.READER,
    wandb_runs.READER,
    wandb_history.READER,
    mlflow_search.READER,
    mlflow_store.READER,
    mlflow_sqlite.READER,
    trackio.READER,
    trackio_parquet.READER,
    metrics_csv.READER,
    tables.READER,
)
