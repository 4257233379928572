-- One row a table of published facts: rows that came, went and changed their value from release a to release b.
-- Reads two attached databases, a (older) and b (newer).
--
-- rows_added: rows of b whose key a does not have
-- rows_gone: rows of a whose key b does not have
-- rows_changed: rows of both whose value differs: a loss, a score, a chance, a number of parameters or of tokens
with facts as (
    select 'a' as release, 'runs' as table_name, run_id as key, params::double as value from a.runs
    union all
    select 'b', 'runs', run_id, params::double from b.runs
    union all
    select 'a', 'checkpoints', checkpoint_id, tokens::double from a.checkpoints
    union all
    select 'b', 'checkpoints', checkpoint_id, tokens::double from b.checkpoints
    union all
    select 'a', 'tasks', task, chance::double from a.tasks
    union all
    select 'b', 'tasks', task, chance::double from b.tasks
    union all
    select 'a', 'losses', concat_ws('|', checkpoint_id, corpus, unit), loss::double from a.losses
    union all
    select 'b', 'losses', concat_ws('|', checkpoint_id, corpus, unit), loss::double from b.losses
    union all
    select 'a', 'scores', concat_ws('|', checkpoint_id, task, format, metric, n_shot), score::double from a.scores
    union all
    select 'b', 'scores', concat_ws('|', checkpoint_id, task, format, metric, n_shot), score::double from b.scores
),
-- A key may have several rows (a checkpoint whose loss was published twice): they are compared together.
keyed as (
    select
        table_name,
        key,
        count(*) filter (where release = 'a') as n_a,
        count(*) filter (where release = 'b') as n_b,
        list_sort(list(value) filter (where release = 'a')) as values_a,
        list_sort(list(value) filter (where release = 'b')) as values_b,
    from facts
    group by table_name, key
)
select
    table_name,
    sum(greatest(n_b - n_a, 0))::bigint as rows_added,
    sum(greatest(n_a - n_b, 0))::bigint as rows_gone,
    sum(case when n_a = n_b and values_a is distinct from values_b then n_a else 0 end)::bigint as rows_changed,
from keyed
group by table_name
order by table_name
