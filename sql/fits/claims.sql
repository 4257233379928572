-- One row a claim, source and format: how it is tested here, and whether this source bears it out.
-- grain: claim_id, source, format
-- use: who was right, and on whose data; a verdict is about that table and no more
--
-- claim_id: short name of the claim
-- format: answer format that the row is about; any where the test does not part tasks by format
-- authors_year: who claimed it, and when
-- citation: where
-- statement: what is claimed
-- in_short: the same in twelve words or fewer
-- how_read: what text of the paper was read
-- condition: what a table must hold for the claim to be tested on it
-- test: how it is tested here, and from when it counts as supported
-- published: the paper's own figure
-- would_change: what would change a verdict that supports it, or make it testable
-- corpus: texts that the losses are taken on
-- unit: unit of a loss, or several by commas
-- metric: metrics of the scores
-- statistic: what value is
-- value: the statistic; empty where nothing can be tested
-- low: lower end of its 95 % interval
-- high: upper end of its 95 % interval
-- n: how many things it rests on: tasks, models, laws
-- verdict: supported, contradicted, undetermined, not testable here
-- reason: the verdict in one sentence, or what is missing
-- counter: the strongest evidence to the contrary in the same table
select
    claim_id,
    source,
    format,
    authors_year,
    citation,
    statement,
    in_short,
    how_read,
    condition,
    test,
    published,
    would_change,
    nullif(corpus, '') as corpus,
    nullif(unit, '') as unit,
    nullif(metric, '') as metric,
    statistic,
    if(isfinite(value), value, null) as value,
    if(isfinite(low), low, null) as low,
    if(isfinite(high), high, null) as high,
    n,
    verdict,
    reason,
    nullif(counter, '') as counter,
from claim_fits
order by claim_id, source, format
