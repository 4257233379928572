-- One row a public model and corpus of the compression leaderboard, in the common shape.
-- grain: run, corpus_as_published
-- use: stacked with the other sources into observations
--
-- Bits per character do not depend on the tokenizer. A model stands at its last checkpoint; the leaderboard gives
-- neither its size nor its tokens. The average over the three corpora is the publisher's own.
select
    'bpc' as source,
    model as run,
    model,
    true as is_final,
    'loss' as kind,
    "column" as corpus_as_published,
    'bits_per_char' as unit,
    'only' as revision,
    value,
    "commit" as version,
    file,
    'row ' || "row" || ', column ' || "column" as place,
from raw_bpc_figures
