-- One row a checkpoint and file all of whose values are those of another run's checkpoint.
-- grain: source, run, tokens, file
-- use: observations rejects these values: one of the two runs was evaluated under the other's name; internal
--
-- Two trainings never score alike to the last digit on ten measures and more, unless their weights are the same. At the
-- very start they may be: what a run shows at its first checkpoint, or unchanged after it, is no copy. Of runs that show
-- the same the first by name is kept, since the values belong to one of them and nothing tells to which.
--
-- n_values: values in the file
-- copied_run: run that shows the same, whose values are kept
-- copied_file: its file
with prints as (
    select
        source,
        run,
        tokens,
        file,
        count(*) as n_values,
        bit_xor(
            hash(kind, corpus_as_published, unit, task_as_published, format, metric_as_published, n_shot, value)
        ) as print,
        min(tokens) over (partition by source, run) as first_tokens,
    from staged
    where tokens is not null
    group by source, run, tokens, file
),
starts as (
    select distinct source, print from prints where tokens = first_tokens
),
moved as (
    select prints.*
    from prints
    anti join starts on starts.source = prints.source and starts.print = prints.print
    where prints.n_values >= 10
),
shared as (
    select
        *,
        first_value(run) over same_print as copied_run,
        first_value(file) over same_print as copied_file,
    from moved
    window same_print as (partition by source, tokens, n_values, print order by run, file)
)
select source, run, tokens, file, n_values, copied_run, copied_file
from shared
where run <> copied_run
order by source, run, tokens, file
