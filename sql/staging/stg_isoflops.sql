-- One row a trained model of the studies gathered in isoflops, in the common shape.
-- grain: run
-- use: stacked with the other sources into observations
--
-- A point is a run of its own, named by its study, data, size and tokens. Outliers are flagged, never dropped.
-- Two of the studies took their points from the figure that the source chinchilla reads, and one interpolated the
-- trainings that the source misfitting holds to equal compute: the same bodies of evidence.
-- The Llama 3 loss is printed without saying per what, hence its unit; a point that is given only as an exponential
-- is turned back.
with points as (
    select
        *,
        cast(round(params) as bigint) as whole_params,
        cast(round(tokens) as bigint) as whole_tokens,
        coalesce("condition" = 'exp_loss', false) as is_exponential,
    from raw_isoflops_points
)
select
    'isoflops' as source,
    concat_ws('/', study, dataset, 'N' || whole_params || '-D' || whole_tokens) as run,
    model || ' N' || whole_params as model,
    concat_ws(' ', study, dataset, model) as family,
    whole_params as params,
    'as published' as params_convention,
    dataset as training_corpus,
    'decoder-only transformer' as architecture,
    whole_tokens as tokens,
    budget as compute_flop,
    true as is_final,
    'loss' as kind,
    dataset as corpus_as_published,
    if(dataset = 'llama_3', 'unstated', 'nats_per_token') as unit,
    'only' as revision,
    if(is_exponential, ln(loss), loss) as value,
    if(is_exponential, loss, null) as value_as_published,
    lower(outlier) = 'true' as outlier,
    nullif(reason, 'none') as outlier_reason,
    case
        when study in ('epochai_chinchilla', 'ml_scalefit') then 'chinchilla'
        when study = 'misfitting' then 'misfitting'
    end as evidence_of,
    "commit" as version,
    file,
    'row ' || "row" || ', column loss' as place,
from points
