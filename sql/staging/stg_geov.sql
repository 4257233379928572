-- One row a checkpoint of GeoV 9B and measured value, in the common shape.
-- grain: run, tokens, task_as_published, format, metric_as_published
-- use: stacked with the other sources into observations
--
-- Tokens are those of the file's name: the heading of the checkpoint at 98 B tokens repeats that of 117 B, while its
-- scores are others. A perplexity of LAMBADA's last words is a score like any other here.
select
    'geov' as source,
    'GeoV-9b' as run,
    'GeoV-9b' as model,
    'GeoV' as family,
    9000000000 as params,
    'as published (rounded)' as params_convention,
    'C4 and Wikipedia' as training_corpus,
    'geov' as tokenizer,
    'decoder-only transformer' as architecture,
    scores.billion_tokens * 1000000000 as tokens,
    scores.billion_tokens = max(scores.billion_tokens) over () as is_final,
    'score' as kind,
    scores.task as task_as_published,
    harness_format(scores.task, null) as format,
    scores.metric as metric_as_published,
    0 as n_shot,
    scores.value,
    scores.stderr,
    scores."commit" as version,
    scores.file,
    'row ' || scores."row" || ', column Value' as place,
from raw_geov_scores as scores
