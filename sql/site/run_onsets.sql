-- One row a run, fit and rule: the bracket of losses within which the run left its floor.
select
    source, task, format, metric, n_shot, corpus, unit, comparability_group, run_id, rule,
    loss_before, loss_after, tokens_before, tokens_after, p_value,
from onsets
order by source, task, format, metric, n_shot, corpus, unit, comparability_group, run_id, rule
