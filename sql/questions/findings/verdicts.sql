-- One row a source: the verdicts on its accuracies, on the corpus whose loss orders its scores best (table summary).
select
    source,
    any_value(corpus) as corpus,
    count(*) as settings,
    count(*) filter (where verdict = 'sharp') as sharp,
    count(*) filter (where verdict = 'gradual') as gradual,
    count(*) filter (where verdict = 'leaves_floor') as width_open,
    count(*) filter (where verdict = 'smooth') as smooth,
    count(*) filter (where verdict = 'above_floor') as above_floor,
    count(*) filter (where verdict = 'at_floor') as at_floor,
    count(*) filter (where verdict = 'not_explained') as not_explained,
    count(*) filter (where verdict = 'no_change') as no_change,
    count(*) filter (where verdict = 'inverse') as inverse,
    count(*) filter (where verdict = 'not_identified') as not_identified
from summary
group by source
order by source
