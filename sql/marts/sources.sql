-- One row a source: where its tables come from, under which terms, and how completely they were read.
-- grain: source
-- use: citation, licence and completeness; the exit code of a run
-- partition: none: a joint source is told by two others
--
-- A joint source has no file and no value of its own: it is the meeting of two sources that evaluate the same models,
-- and carries the versions, terms and citations of both.
--
-- title: title of the publication
-- address: where it is published
-- licence: licence of the published tables
-- redistribute: whether copies of its rows may be shared
-- citation: what to cite
-- retrieved_at: when its newest file was first fetched [UTC]
-- files: files found
-- bytes: size of the files found [bytes]
-- files_read: files that were read
-- files_skipped: files left alone on purpose
-- skipped: why files were left alone, with their number
-- rows_kept: losses and scores that reached the marts
-- rows_duplicate: values equal to one already there
-- rows_rejected: rejected inputs
-- rejects: rules that inputs were rejected by, with their number
-- new_names: tasks, corpora, metrics and tokenizers of its rows that no table of facts knows (see names)
-- status: ok, partial (files expected and not there), unreachable, failed, or stale (failed, older data stands)
-- message: what stands behind the status
with kept as (
    select
        source,
        count(*) filter (where status = 'kept') as rows_kept,
        count(*) filter (where status = 'duplicate') as rows_duplicate,
    from observations
    group by source
),
rules as (
    select source, rule, count(*) as n from rejects group by source, rule
),
rejected as (
    select
        source,
        cast(sum(n) as bigint) as rows_rejected,
        string_agg(rule || ': ' || n, ', ' order by rule) as rejects,
    from rules
    group by source
),
files as (
    select
        source,
        count(*) as files,
        cast(sum(bytes) as bigint) as bytes,
        count(*) filter (where skipped is null) as files_read,
        count(*) filter (where skipped is not null) as files_skipped,
    from raw_files
    group by source
),
reasons as (
    select source, skipped, count(*) as n from raw_files where skipped is not null group by source, skipped
),
skips as (
    select source, string_agg(skipped || ': ' || n, ', ' order by skipped) as skipped from reasons group by source
),
newcomers as (
    -- A name that holds a comma stands in quotes.
    select source, kind, string_agg(if(contains(name, ','), '"' || name || '"', name), ', ' order by name) as news
    from (select distinct source, kind, name from names where is_new)
    group by source, kind
),
news as (
    select source, string_agg(kind || ' ' || news, '; ' order by kind) as new_names from newcomers group by source
),
published as (
    select
        raw_sources.source,
        raw_sources.title,
        raw_sources.address,
        raw_sources.version,
        raw_sources.licence,
        raw_sources.redistribute,
        raw_sources.citation,
        raw_sources.retrieved_at,
        coalesce(files.files, 0) as files,
        coalesce(files.bytes, 0) as bytes,
        coalesce(files.files_read, 0) as files_read,
        coalesce(files.files_skipped, 0) as files_skipped,
        skips.skipped,
        coalesce(kept.rows_kept, 0) as rows_kept,
        coalesce(kept.rows_duplicate, 0) as rows_duplicate,
        coalesce(rejected.rows_rejected, 0) as rows_rejected,
        rejected.rejects,
        news.new_names,
        raw_sources.status,
        raw_sources.message,
    from raw_sources
    left join files on files.source = raw_sources.source
    left join kept on kept.source = raw_sources.source
    left join rejected on rejected.source = raw_sources.source
    left join skips on skips.source = raw_sources.source
    left join news on news.source = raw_sources.source
),
joint as (
    select
        facts_joint_sources.source,
        facts_joint_sources.title,
        losses.address || ' + ' || scores.address as address,
        losses.version || '+' || scores.version as version,
        if(losses.licence = scores.licence, losses.licence, losses.licence || '; ' || scores.licence) as licence,
        losses.redistribute and scores.redistribute as redistribute,
        losses.citation || '; ' || scores.citation as citation,
        greatest(losses.retrieved_at, scores.retrieved_at) as retrieved_at,
        case
            when losses.rows_kept > 0 and scores.rows_kept > 0 then 'ok'
            when 'unreachable' in (losses.status, scores.status) then 'unreachable'
            else 'partial'
        end as status,
        'joins the losses of ' || losses.source || ' with the scores of ' || scores.source || ': '
        || facts_joint_sources.why as message,
    from facts_joint_sources
    inner join published as losses on losses.source = facts_joint_sources.loss_source
    inner join published as scores on scores.source = facts_joint_sources.score_source
),
listed as (
    select * from published
    union all by name
    select * from joint
)
select
    source,
    title,
    address,
    version,
    licence,
    redistribute,
    citation,
    retrieved_at,
    coalesce(files, 0) as files,
    coalesce(bytes, 0) as bytes,
    coalesce(files_read, 0) as files_read,
    coalesce(files_skipped, 0) as files_skipped,
    skipped,
    coalesce(rows_kept, 0) as rows_kept,
    coalesce(rows_duplicate, 0) as rows_duplicate,
    coalesce(rows_rejected, 0) as rows_rejected,
    rejects,
    new_names,
    status,
    message,
from listed
order by source
