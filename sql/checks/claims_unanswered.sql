-- a published claim has no answer for a source
-- severity: error
-- blocking: yes
select facts_claims.claim_id, sources.source
from facts_claims
cross join sources
anti join claims on claims.claim_id = facts_claims.claim_id and claims.source = sources.source
