-- One row a draw of a law on the axes asked about.
select *
from law_draws
where list_contains($groups, comparability_group)
order by all
