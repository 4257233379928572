-- One row a rejected input: what was published and could not be used, and why.
-- grain: source, file, place, rule
-- use: the publishers' mistakes, on record; nothing here reaches a fit
--
-- rule: the rule that the input breaks
-- value: the input as text
-- message: what is wrong, in words
select source, file, place, rule, value, message
from raw_rejects
union all by name
select source, file, place, rule, cast(value as varchar) as value, message
from observations
where status = 'rejected'
order by source, file, place, rule
