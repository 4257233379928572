-- One row a series whose verdict changed from release a to release b, with the reason that each gives.
-- Reads two attached databases, a (older) and b (newer). They meet by the eight columns behind series_id, which the
-- releases of schema version 1 lack.
select
    newer.source,
    newer.task,
    newer.format,
    newer.metric,
    newer.n_shot,
    newer.corpus,
    newer.unit,
    older.verdict as verdict_a,
    newer.verdict as verdict_b,
    older.reason as reason_a,
    newer.reason as reason_b,
from a.thresholds as older
inner join b.thresholds as newer
    on newer.source = older.source
    and newer.task = older.task
    and newer.format is not distinct from older.format
    and newer.metric = older.metric
    and newer.n_shot is not distinct from older.n_shot
    and newer.corpus = older.corpus
    and newer.unit = older.unit
    and newer.comparability_group is not distinct from older.comparability_group
where newer.verdict is distinct from older.verdict
order by newer.source, newer.task, newer.format, newer.metric, newer.n_shot, newer.corpus, newer.unit
