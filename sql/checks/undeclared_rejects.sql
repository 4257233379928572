-- a source has more rejects under a rule than it declares
-- severity: error
-- blocking: no
with rejected as (
    select source, rule, count(*) as n
    from rejects
    group by source, rule
)
select
    rejected.source,
    rejected.rule,
    rejected.n as n_rejects,
    coalesce(raw_dirt.share, 0) as declared_share,
from rejected
left join sources on sources.source = rejected.source
left join raw_dirt on raw_dirt.source = rejected.source and raw_dirt.rule = rejected.rule
-- What is wrong with a user's own files is said when they are added, file by file.
where rejected.source <> 'own' and rejected.n > coalesce(raw_dirt.share, 0) * (coalesce(sources.rows_kept, 0) + coalesce(sources.rows_rejected, 0))
