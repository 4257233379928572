-- One row a table of published facts that changed: rows that came, went and changed their value from release a to b.
-- Reads two attached databases, a (older) and b (newer).
--
-- rows_added: rows of b whose key a does not have
-- rows_gone: rows of a whose key b does not have
-- rows_changed: rows of both whose value differs: a loss, a score, a chance, a number of parameters or of tokens
with facts as (
    select 'a' as release, 'runs' as table_name, run_id as key, hash('runs', run_id, params::double) as digest
    from a.runs
    union all
    select 'b', 'runs', run_id, hash('runs', run_id, params::double) from b.runs
    union all
    select 'a', 'checkpoints', checkpoint_id, hash('checkpoints', checkpoint_id, tokens::double) from a.checkpoints
    union all
    select 'b', 'checkpoints', checkpoint_id, hash('checkpoints', checkpoint_id, tokens::double) from b.checkpoints
    union all
    select 'a', 'tasks', task, hash('tasks', task, chance::double) from a.tasks
    union all
    select 'b', 'tasks', task, hash('tasks', task, chance::double) from b.tasks
    union all
    select 'a', 'losses', concat_ws('|', checkpoint_id, corpus, unit),
        hash('losses', checkpoint_id, corpus, unit, loss::double)
    from a.losses
    union all
    select 'b', 'losses', concat_ws('|', checkpoint_id, corpus, unit),
        hash('losses', checkpoint_id, corpus, unit, loss::double)
    from b.losses
    union all
    select 'a', 'scores', concat_ws('|', checkpoint_id, task, format, metric, n_shot),
        hash('scores', checkpoint_id, task, format, metric, n_shot, score::double)
    from a.scores
    union all
    select 'b', 'scores', concat_ws('|', checkpoint_id, task, format, metric, n_shot),
        hash('scores', checkpoint_id, task, format, metric, n_shot, score::double)
    from b.scores
),
-- Of a million rows few differ, and to count rows by a number costs a quarter of what it does by their key.
unlike as (
    select
        digest,
        count(*) filter (where release = 'a') as n_a,
        count(*) filter (where release = 'b') as n_b,
    from facts
    group by digest
    having n_a <> n_b
),
named as (
    select distinct facts.table_name, facts.key, facts.digest
    from facts
    semi join unlike on unlike.digest = facts.digest
),
-- A key may have several rows (a checkpoint whose loss was published twice): what is alike of them is left out.
keyed as (
    select
        named.table_name,
        named.key,
        sum(greatest(unlike.n_a - unlike.n_b, 0)) as n_a,
        sum(greatest(unlike.n_b - unlike.n_a, 0)) as n_b,
    from named
    inner join unlike on unlike.digest = named.digest
    group by named.table_name, named.key
)
select
    table_name,
    sum(greatest(n_b - n_a, 0))::bigint as rows_added,
    sum(greatest(n_a - n_b, 0))::bigint as rows_gone,
    sum(least(n_a, n_b))::bigint as rows_changed,
from keyed
group by table_name
order by table_name
