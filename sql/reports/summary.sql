-- One row a source, task, format and number of shots: the verdict on accuracy, on the loss that orders scores best.
-- grain: series_id
-- use: the table that a run ends with
--
-- Of a source's corpora the one is shown that chosen_corpora names.
-- Where its losses there are of several tokenizers, each comparability group gives rows of its own.
--
-- unit: unit of a loss: nats_per_token, bits_per_byte, bits_per_char, nats_per_last_word
-- rank: place within its source, the clearest departures first, then by falling departure loss
with accuracies as (
    select thresholds.*
    from thresholds
    inner join metrics on metrics.metric = thresholds.metric
    where metrics.role = 'accuracy'
)
select
    accuracies.series_id,
    accuracies.source,
    accuracies.task,
    accuracies.format,
    accuracies.metric,
    accuracies.n_shot,
    accuracies.corpus,
    accuracies.unit,
    accuracies.comparability_group,
    accuracies.circular,
    accuracies.n_checkpoints,
    accuracies.n_runs,
    accuracies.loss_at_2_points,
    accuracies.loss_at_2_points_low,
    accuracies.loss_at_2_points_high,
    accuracies.loss_at_5_points,
    accuracies.loss_at_5_points_low,
    accuracies.loss_at_5_points_high,
    accuracies.eta,
    accuracies.eta_low,
    accuracies.eta_high,
    accuracies.verdict,
    accuracies.verdict_rank,
    accuracies.departs,
    accuracies.reason,
    row_number() over (
        partition by accuracies.source
        order by
            accuracies.verdict_rank,
            accuracies.loss_at_2_points desc,
            accuracies.task,
            accuracies.series_id
    ) as rank,
from accuracies
inner join chosen_corpora
    on chosen_corpora.source = accuracies.source
    and chosen_corpora.corpus = accuracies.corpus
    and chosen_corpora.unit = accuracies.unit
order by accuracies.source, rank
