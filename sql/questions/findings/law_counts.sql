-- One row: how many laws of loss were asked for, fitted, and have their irreducible loss identified (table loss_laws).
select
    count(*) as asked,
    count(*) filter (where irreducible_loss is not null) as fitted,
    count(*) filter (where status = 'ok') as identified
from loss_laws
