-- a later step of a run has seen no more tokens than an earlier one
-- severity: error
-- blocking: yes
with steps as (
    select
        run_id,
        step,
        tokens,
        lag(step) over by_step as step_before,
        lag(tokens) over by_step as tokens_before,
    from checkpoints
    where step is not null and tokens is not null
    window by_step as (partition by run_id order by step, tokens)
)
select run_id, step_before, tokens_before, step, tokens
from steps
where tokens <= tokens_before
