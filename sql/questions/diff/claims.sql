-- One row a claim, source and format whose verdict changed from release a to release b, and what of its source changed.
-- Reads two attached databases, a (older) and b (newer).
with sourced as (
    select
        newer.source,
        older.version as version_a,
        newer.version as version_b,
        older.rows_kept as rows_a,
        newer.rows_kept as rows_b,
    from b.sources as newer
    left join a.sources as older on older.source = newer.source
)
select
    coalesce(newer.claim_id, older.claim_id) as claim_id,
    coalesce(newer.source, older.source) as source,
    coalesce(newer.format, older.format) as format,
    older.verdict as verdict_a,
    newer.verdict as verdict_b,
    older.value as value_a,
    newer.value as value_b,
    older.n as n_a,
    newer.n as n_b,
    older.reason as reason_a,
    newer.reason as reason_b,
    case
        when newer.claim_id is null and sourced.source is null then 'its source is gone'
        when older.claim_id is null and sourced.version_a is null and sourced.source is not null then 'its source is new'
        when older.test is distinct from newer.test then 'it is tested in another way, or is new'
        when sourced.version_a is distinct from sourced.version_b
            then 'its source went from version ' || coalesce(sourced.version_a, 'none') || ' to ' || coalesce(sourced.version_b, 'none')
        when sourced.rows_a is distinct from sourced.rows_b
            then 'its source went from ' || coalesce(sourced.rows_a, 0) || ' to ' || coalesce(sourced.rows_b, 0) || ' values'
        else 'its source is the same: settings, code or facts changed'
    end as why,
from a.claims as older
full join b.claims as newer
    on newer.claim_id = older.claim_id and newer.source = older.source and newer.format = older.format
left join sourced on sourced.source = coalesce(newer.source, older.source)
where
    newer.verdict is distinct from older.verdict
    and 'not testable here' is distinct from coalesce(newer.verdict, older.verdict)
    or (newer.verdict is distinct from older.verdict and newer.verdict is not null and older.verdict is not null)
order by 1, 2, 3
