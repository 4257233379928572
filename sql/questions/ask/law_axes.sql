-- One row a corpus with a law of loss that can foretell.
select distinct corpus
from loss_laws
where status in ('ok', 'irreducible_loss not identified')
order by corpus
