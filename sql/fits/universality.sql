-- One row a source, corpus and format: do its tasks that leave a floor share one threshold of loss?
-- grain: source, corpus, unit, comparability_group, format
-- use: the common threshold of a corpus, and how far tasks differ; read reason first
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_tasks: tasks that leave a floor and have a threshold
-- n_events: fewest losses at which they can all have left their floor: tasks of one event are no independent evidence
-- n_runs: runs that all of them share
-- eta_common: common threshold, by generalised least squares over the joint covariance
-- eta_common_low: lower end of its interval, for the mean of tasks like these
-- eta_common_high: upper end of its interval
-- tau: SD of thresholds among tasks beyond their error
-- tau_low: lower end of its interval
-- tau_high: upper end of its interval
-- i2: share of the differences that is no error [fraction]
-- wald: statistic of the test of equality
-- p_equal: p-value of equality
-- eta_min: least threshold among them
-- eta_max: greatest threshold among them
-- verdict: universal, one_event, differ_little, not_universal, undetermined, too_few_tasks
-- against_published: whether, and as what, the published 2.2 nats per token may be held against these
-- reason: the verdict in one sentence
select
    source, corpus, unit, comparability_group, format, n_tasks, n_events, n_runs,
    eta_common, eta_common_low, eta_common_high, tau, tau_low, tau_high, i2, wald, p_equal,
    eta_min, eta_max, verdict, against_published, reason,
from universality_fits
order by source, corpus, unit, comparability_group, format
