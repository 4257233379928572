-- One row a source: the corpus whose loss orders its scores best, among those of accuracies.
-- grain: source
-- use: the one corpus of a source on which claims are judged, its verdicts are summed up and its pages open
--
-- Best is the corpus on whose loss the scores of runs left out of the curve are foretold best, as the median over its
-- settings; where a source has too few runs for that, the one on which a monotone curve explains most, on average.
-- Scores whose loss is taken on the task's own text do not count.
--
-- unit: unit of a loss: of the corpus's axes the one that does best by the same measure
-- explained: that share of variance, on the corpus
-- by_runs_left_out: whether it is foretold for runs left out, rather than explained on the runs themselves
with told as (
    select source, corpus, unit, comparability_group, r2_held_out as r2, true as by_runs_left_out, metric, task,
    from sufficiency_fits
    where r2_held_out is not null
    union all by name
    select
        source, corpus, unit, comparability_group, coalesce(r2_isotonic, 0) as r2, false as by_runs_left_out, metric, task,
    from threshold_fits
),
accuracies as (
    select told.*
    from told
    inner join metrics on metrics.metric = told.metric and metrics.role = 'accuracy'
    where (corpus, task) not in (select corpus, task from facts_circular)
),
axes as (
    select
        source, corpus, unit, comparability_group, by_runs_left_out,
        if(by_runs_left_out, median(r2), avg(r2)) as explained_on_axis,
    from accuracies
    group by source, corpus, unit, comparability_group, by_runs_left_out
),
corpora as (
    select source, corpus, by_runs_left_out, if(by_runs_left_out, median(r2), avg(r2)) as explained,
    from accuracies
    group by source, corpus, by_runs_left_out
)
select corpora.source, corpora.corpus, axes.unit, axes.comparability_group, corpora.explained, corpora.by_runs_left_out,
from corpora
inner join axes
    on axes.source = corpora.source
    and axes.corpus = corpora.corpus
    and axes.by_runs_left_out = corpora.by_runs_left_out
qualify row_number() over (
    partition by corpora.source
    order by
        corpora.by_runs_left_out desc,
        round(corpora.explained, 9) desc,
        corpora.corpus,
        round(axes.explained_on_axis, 9) desc,
        axes.unit desc,
        axes.comparability_group
) = 1
order by corpora.source
