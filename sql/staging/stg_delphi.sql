-- One row a run of Marin's Delphi suite, in the common shape.
-- grain: run
-- use: stacked with the other sources into observations
--
-- A run is known by its compute alone: size and tokens are not published beside the loss.
select
    'delphi' as source,
    run,
    'Delphi ' || flop || ' FLOP' as model,
    'Delphi' as family,
    'llama-3' as tokenizer,
    'decoder-only transformer' as architecture,
    flop as compute_flop,
    true as is_final,
    'loss' as kind,
    'paloma/c4_en' as corpus_as_published,
    'bits_per_byte' as unit,
    'only' as revision,
    paloma_c4_en_bpb as value,
    "commit" as version,
    file,
    'row ' || "row" || ', column paloma_c4_en_bpb' as place,
from raw_delphi_figures
where paloma_c4_en_bpb is not null
