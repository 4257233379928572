-- One row a fitted law of loss on the axes asked about.
select *
from loss_laws
where list_contains($groups, comparability_group)
order by all
