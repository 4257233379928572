-- One row a task that people ask about first, and format (tables summary, chosen_corpora): where it departs, on most runs.
with wanted as (
    select *
    from (
        values
        (1, 'mmlu', 'MMLU'), (2, 'hellaswag', 'HellaSwag'), (3, 'arc_challenge', 'ARC-Challenge'), (4, 'arc_easy', 'ARC-Easy'),
        (5, 'gsm8k', 'GSM8K'), (6, 'piqa', 'PIQA'), (7, 'winogrande', 'WinoGrande'), (8, 'lambada', 'LAMBADA'),
        (9, 'boolq', 'BoolQ'), (10, 'openbookqa', 'OpenBookQA'), (11, 'triviaqa', 'TriviaQA'), (12, 'humaneval', 'HumanEval')
    ) as t (place, task, title)
)
select
    wanted.place,
    wanted.title,
    summary.task,
    summary.format,
    summary.source,
    summary.corpus,
    summary.unit,
    summary.metric,
    summary.n_shot,
    summary.n_runs as runs,
    if(summary.departs, summary.loss_at_2_points, null) as departure,
    if(summary.departs, summary.loss_at_2_points_low, null) as departure_low,
    if(summary.departs, summary.loss_at_2_points_high, null) as departure_high,
    if(summary.departs, summary.eta, null) as eta,
    summary.verdict
from wanted
inner join summary on summary.task = wanted.task
where not coalesce(summary.circular, false) and summary.format is not null
qualify row_number() over (
    partition by wanted.task, summary.format
    order by summary.departs desc, summary.verdict in ('not_identified', 'not_explained'), summary.n_runs desc, summary.source, summary.n_shot, summary.metric
) = 1
order by wanted.place, summary.format
