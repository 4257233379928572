-- One row a published claim and source: how it is tested here, and whether this source bears it out.
-- grain: claim_id, source
-- use: who was right, and on whose data; a verdict is about that table and no more
--
-- claim_id: short name of the claim
-- authors_year: who claimed it, and when
-- citation: where
-- statement: what is claimed
-- how_read: what text of the paper was read
-- test: how it is tested here, and from when it counts as supported
-- statistic: what value is
-- value: the statistic; empty where nothing can be tested
-- low: lower end of its 95 % interval
-- high: upper end of its 95 % interval
-- n: how many things it rests on: tasks, models, laws
-- verdict: supported, contradicted, not testable here
-- reason: the verdict in one sentence
select
    claim_fits.claim_id,
    claim_fits.source,
    facts_claims.authors_year,
    facts_claims.citation,
    facts_claims.statement,
    facts_claims.how_read,
    facts_claims.test,
    claim_fits.statistic,
    if(isfinite(claim_fits.value), claim_fits.value, null) as value,
    if(isfinite(claim_fits.low), claim_fits.low, null) as low,
    if(isfinite(claim_fits.high), claim_fits.high, null) as high,
    claim_fits.n,
    claim_fits.verdict,
    claim_fits.reason,
from claim_fits
inner join facts_claims on facts_claims.claim_id = claim_fits.claim_id
order by claim_fits.claim_id, claim_fits.source
