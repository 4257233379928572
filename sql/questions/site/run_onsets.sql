-- One row a run, fit and rule: the bracket of losses within which the run left its floor, where it was seen to.
select
    series_id, source, format, metric, corpus, run_id, rule,
    loss_before, loss_after, tokens_before, tokens_after, p_value,
from onsets
where loss_before is not null and loss_after is not null
order by series_id, run_id, rule
