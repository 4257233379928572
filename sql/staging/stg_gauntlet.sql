-- No row: the Eval Gauntlet states scores of guessing, which stand in chance_claims, and measures no model.
-- grain: file, place
-- use: stacked with the other sources into observations
select
    'gauntlet' as source,
    task as task_as_published,
    chance as value,
    "commit" as version,
    file,
    'line ' || line as place,
from raw_gauntlet_stated
where false
