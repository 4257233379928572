-- One row a position of a run that has seen no more tokens than an earlier step of it.
-- grain: source, run, tokens
-- use: observations rejects the values at such a position, since tokens are the axis of a run; internal
-- partition: run within source
--
-- tokens_before: most tokens that an earlier step states [tokens]
with positions as (
    select source, run, tokens, max(step) as step
    from staged
    where step >= 0 and tokens >= 0
    group by source, run, tokens
),
followed as (
    select
        *,
        max(tokens) over (
            partition by source, run
            order by step, tokens
            rows between unbounded preceding and 1 preceding
        ) as tokens_before,
    from positions
)
select source, run, tokens, step, tokens_before
from followed
where tokens <= tokens_before
order by source, run, tokens
