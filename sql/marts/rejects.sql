-- One row a rejected input: what was published and could not be used, and why.
-- grain: source, file, place, rule, nth
-- use: the publishers' mistakes, on record; nothing here reaches a fit
-- partition: source
--
-- What cannot be read as what it should be breaks a rule of reading: unreadable_file, ragged_row, not_a_number,
-- missing_field and those of a source. A value by itself: not_finite, outside_own_interval, loss_not_positive,
-- loss_above_bound, score_below_bound, score_above_bound, stderr_out_of_range, items_out_of_range, unknown_unit,
-- unknown_metric. Its position: no_run, no_position, negative_tokens, negative_step, tokens_out_of_order,
-- params_out_of_range, compute_out_of_range. Its file: file_out_of_scale. Beside another publication of the
-- same value: conflicting_duplicate.
--
-- nth: which of the rejects at this place under this rule, from 1
-- rule: the rule that the input breaks
-- value: the input as text
-- message: what is wrong, in words
with rejected as (
    select source, file, place, rule, value, message
    from raw_rejects
    union all by name
    select source, file, place, rule, cast(value as varchar) as value, message
    from observations
    where status = 'rejected'
)
select
    source,
    file,
    place,
    rule,
    row_number() over (partition by source, file, place, rule order by value, message) as nth,
    value,
    message,
from rejected
order by source, file, place, rule, nth
