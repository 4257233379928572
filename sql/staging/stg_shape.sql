-- No row: the common shape that every source is brought into, a row a checkpoint and measured value.
-- grain: source, run, tokens, kind, checkpoint, corpus_as_published, revision, task_as_published, format, metric_as_published, n_shot
-- use: the columns a staging file may give; those it leaves out are empty
--
-- source: short name of the published set of tables
-- run: name of one training of one model within its source
-- model: the trained network, as its source names it
-- family: models trained alike but for size
-- params: number of parameters, counted by params_convention [parameters]
-- params_non_embedding: number of parameters without embeddings, where published [parameters]
-- params_convention: what params counts: total, total without input embedding, without embeddings, active (of a
--   mixture of experts), as published; or that the published size is unlike the model's name
-- training_corpus: text the run was trained on
-- tokenizer: tokenizer of the run, which fixes what a token of its losses is
-- architecture: architecture of the run
-- seed: seed or data order, where runs differ by nothing else
-- step: optimizer steps so far [steps]
-- tokens: training tokens seen so far [tokens]
-- checkpoint: what names a checkpoint whose tokens are not published; empty where they are, or it is the last
-- compute_flop: training compute so far, as published [FLOP]
-- is_final: whether this is the last checkpoint of its run
-- kind: loss or score
-- corpus_as_published: text the loss is taken on, in the source's own words
-- unit: unit of a loss: nats_per_token, bits_per_byte, bits_per_char, nats_per_last_word
-- revision: only, first or revised: which publication of one and the same loss this is
-- task_as_published: benchmark, in the source's own words
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- metric_as_published: metric, in the source's own words
-- n_shot: number of worked examples in the prompt [examples]
-- value: the loss or score in the warehouse's unit
-- value_low: lower end of the published 95 % interval of the value
-- value_high: upper end of the published 95 % interval of the value
-- value_as_published: the number as printed, where the warehouse converts it
-- stderr: published standard error of a score
-- n_items: number of questions behind a score [items]
-- n_tokens: size of the evaluated text behind a loss [tokens]
-- outlier: whether the publisher calls the value an outlier
-- outlier_reason: why the publisher calls it one
-- is_tuned: false where the publisher trained the same size on as many tokens with another setting that did better; empty
--   where settings were not varied
-- evidence_of: source whose points these are again: one body of evidence with it; empty where it stands alone
-- precedence: which of several publications of one key is kept: the lowest
-- version: commit or edition that the file came from
-- file: path of the file inside its source
-- place: row, column or key inside the file
select
    cast(null as varchar) as source,
    cast(null as varchar) as run,
    cast(null as varchar) as model,
    cast(null as varchar) as family,
    cast(null as bigint) as params,
    cast(null as bigint) as params_non_embedding,
    cast(null as varchar) as params_convention,
    cast(null as varchar) as training_corpus,
    cast(null as varchar) as tokenizer,
    cast(null as varchar) as architecture,
    cast(null as varchar) as seed,
    cast(null as bigint) as step,
    cast(null as bigint) as tokens,
    cast(null as varchar) as checkpoint,
    cast(null as double) as compute_flop,
    cast(null as boolean) as is_final,
    cast(null as varchar) as kind,
    cast(null as varchar) as corpus_as_published,
    cast(null as varchar) as unit,
    cast(null as varchar) as revision,
    cast(null as varchar) as task_as_published,
    cast(null as varchar) as format,
    cast(null as varchar) as metric_as_published,
    cast(null as integer) as n_shot,
    cast(null as double) as value,
    cast(null as double) as value_low,
    cast(null as double) as value_high,
    cast(null as double) as value_as_published,
    cast(null as double) as stderr,
    cast(null as bigint) as n_items,
    cast(null as bigint) as n_tokens,
    cast(null as boolean) as outlier,
    cast(null as varchar) as outlier_reason,
    cast(null as boolean) as is_tuned,
    cast(null as varchar) as evidence_of,
    cast(null as integer) as precedence,
    cast(null as varchar) as version,
    cast(null as varchar) as file,
    cast(null as varchar) as place,
where false
