-- One row a source, task and format: the score of guessing that its scores are held against, and why that one.
-- grain: source, task, format
-- use: read chance_disputed before any "above chance"; scores, loss_scores and all fits take this chance
--
-- A publisher's own statement for its own table goes first: it knows how many answers it showed. Where it and the
-- canonical chance differ, the floor of models too small to know anything decides; a score far below a stated chance
-- speaks against it, whatever the size. A constant answer needs no knowledge: where the answers are few and fixed, such
-- as yes and no, chance is the share of the commonest (majority). What the user sets stands.
-- Within two points, or two standard errors of the questions, a floor and a chance agree. A floor is shown only where the
-- next eighth of the models scores the same, within one such error: else the smallest are learning already.
--
-- source: short name of the published set of tables
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- chance_stated: score of guessing that the publisher states for its own table [fraction]
-- stated_by: file of the publisher that states it
-- chance_canonical: score of guessing of the task, over all sources [fraction]
-- canonical_kind: uniform, majority, empirical, free text, unknown, or override (set by the user)
-- floor: mean score of the eighth of the source's checkpoints with the least compute [fraction]
-- floor_checkpoints: how many checkpoints that is
-- floor_is_small: whether they are too small to know anything: at most 2e17 FLOP each
-- floor_elsewhere: floor in another source whose publisher states the same chance, where this one has none so small [fraction]
-- chance: score of guessing that is used; empty where guessing has no fixed score [fraction]
-- chance_from: user, stated, canonical, majority; empty where there is none
-- chance_disputed: whether the statements differ and no floor decides between them, or the floor is another one
-- reason: why this chance, in one sentence
-- n_items: number of questions of this evaluation: as its source gives it, else as its standard errors mean, else the task's
-- n_items_from: source, standard errors, or task
-- n_items_by_stderr: number of questions that the published standard errors mean, where they agree on one
-- n_items_disputed: whether the published standard errors mean another number of questions than is stated
with stated as (
    select
        source,
        task,
        arg_min(chance, publisher) as chance,
        min(publisher) as publisher,
    from chance_claims
    where source is not null and chance is not null
    group by source, task
),
described as (
    select
        floors.*,
        stated.chance as stated,
        stated.publisher,
        if(
            floors.format = 'generate' and facts_tasks.chance is not null,
            coalesce(facts_tasks.chance_when_generated, 0),
            facts_tasks.chance
        ) as canonical,
        facts_tasks.chance_kind as kind,
        facts_tasks.n_items as items_of_task,
        coalesce(floors.items_published, floors.items_by_stderr, facts_tasks.n_items) as n_items,
        coalesce(sqrt(floors.floor * (1 - floors.floor) / n_items), 0.01) as item_error,
        greatest(0.02, 2 * item_error) as tolerance,
        if(
            floors.is_small and abs(floors.next_floor - floors.floor) <= greatest(0.005, item_error),
            (floors.floor + floors.next_floor) / 2,
            null
        ) as own_floor,
    from floors
    left join facts_tasks on facts_tasks.task = split_part(floors.task, '+', 1)
    left join stated on stated.source = floors.source and stated.task = floors.task
),
elsewhere as (
    select here.source, here.task, here.format, arg_min(there.own_floor, there.source) as floor
    from described as here
    inner join described as there
        on there.task = here.task
        and there.format is not distinct from here.format
        and there.source <> here.source
        and there.own_floor is not null
        and abs(there.stated - here.stated) <= 0.005
    where not here.is_small
    group by here.source, here.task, here.format
),
-- What a chance must meet: a floor that is one, and no score far below it.
met as (
    select
        described.*,
        elsewhere.floor as floor_elsewhere,
        coalesce(elsewhere.floor, own_floor) as true_floor,
        coalesce(true_floor, described.floor) as least,
        coalesce(least >= stated - tolerance, true) and coalesce(true_floor <= stated + tolerance, true) as fits_stated,
        coalesce(kind = 'majority' or least >= canonical - tolerance, true)
        and coalesce(true_floor <= canonical + tolerance, true) as fits_canonical,
        coalesce(abs(stated - canonical) > 0.005, false) as differ,
    from described
    left join elsewhere
        on elsewhere.source = described.source
        and elsewhere.task = described.task
        and elsewhere.format is not distinct from described.format
),
chosen as (
    select
        *,
        case
            when kind = 'override' then 'user'
            when canonical is null and kind = 'unknown' then null
            when kind = 'majority' then 'majority'
            when stated is null or not differ then if(canonical is null, if(stated is null, null, 'stated'), 'canonical')
            when fits_stated and not fits_canonical then 'stated'
            when fits_canonical and not fits_stated then 'canonical'
            when true_floor is not null and abs(true_floor - canonical) < abs(true_floor - stated) then 'canonical'
            else 'stated'
        end as chance_from,
        case
            when chance_from is null then stated is not null
            when chance_from = 'user' then false
            when chance_from = 'majority' then not fits_canonical
            when differ then fits_stated = fits_canonical
            when chance_from = 'stated' then not fits_stated
            else not fits_canonical
        end as chance_disputed,
    from met
)
select
    source,
    task,
    format,
    stated as chance_stated,
    publisher as stated_by,
    canonical as chance_canonical,
    kind as canonical_kind,
    floor,
    floor_checkpoints,
    is_small as floor_is_small,
    floor_elsewhere,
    if(chance_from = 'stated', stated, if(chance_from is null, null, canonical)) as chance,
    chance_from,
    chance_disputed,
    case
        when chance_from is null and stated is not null then
            'guessing has no fixed score here, though the publisher states ' || round(stated, 3)
        when chance_from is null then 'guessing has no fixed score, or nobody states one'
        when chance_from = 'user' then 'set by the user'
        when chance_from = 'majority' then 'a constant answer scores it without knowing anything'
        when not differ and stated is not null then 'the publisher and the task agree'
        when not differ then 'the task''s own; the publisher states none'
        when chance_from = 'stated' and not chance_disputed then
            'the publisher''s own statement, which the floor bears out against ' || round(canonical, 3)
        when not chance_disputed then 'the floor bears it out against the publisher''s ' || round(stated, 3)
        else
            'the publisher states ' || round(stated, 3) || ' and the task has ' || round(canonical, 3)
            || '; no floor decides between them'
    end
    || case
        when chance_from is not null and not differ and chance_disputed then
            ', but the smallest models score ' || round(least, 3)
        else ''
    end as reason,
    n_items,
    case
        when items_published is not null then 'source'
        when items_by_stderr is not null then 'standard errors'
        when items_of_task is not null then 'task'
    end as n_items_from,
    items_by_stderr as n_items_by_stderr,
    coalesce(abs(items_by_stderr / coalesce(items_published, items_of_task) - 1) > 0.02, false) as n_items_disputed,
from chosen
order by source, task, format
