-- One row a checkpoint and file all of whose values are those of another run's checkpoint at the same tokens.
-- grain: checkpoint_id, file
-- use: runs that a publisher may have taken for each other; both are kept, since nothing tells which of them is wrong
-- partition: source, sorted again
--
-- Two trainings never score alike to the last digit on ten measures and more, unless their weights are the same. At the
-- very start they may be: what a run of the source shows at its first checkpoint is no copy. Fits count the two as runs
-- of their own; leave one out where that matters.
--
-- n_values: values in the file
-- original_run_id: the first by name of the runs that show the same
-- original_file: its file
with prints as (
    select
        source,
        run_id,
        checkpoint_id,
        tokens,
        file,
        count(*) as n_values,
        bit_xor(hash(kind, corpus, unit, task, format, metric, n_shot, value)) as print,
        min(tokens) over (partition by run_id) as first_tokens,
    from observations
    where status <> 'rejected' and tokens is not null
    group by source, run_id, checkpoint_id, tokens, file
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
        first_value(run_id) over same_print as original_run_id,
        first_value(file) over same_print as original_file,
    from moved
    window same_print as (partition by source, tokens, n_values, print order by run_id, file)
)
select source, run_id, checkpoint_id, tokens, file, n_values, original_run_id, original_file
from shared
where run_id <> original_run_id
order by checkpoint_id, file
