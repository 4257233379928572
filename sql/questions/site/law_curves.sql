-- One row a loss law and size on an even logarithmic grid over the sizes it was fitted on, with the law's loss there.
-- at_loss: L(N) as fitted; L(N,D) at 20 tokens a parameter
select
    loss_laws.*,
    cast(grid.step as integer) as step,
    exp(ln(params_min) + grid.step / 40 * (ln(params_max) - ln(params_min))) as at_params,
    case
        when form = 'L(N)' then irreducible_loss + pow(n0 / at_params, alpha_n)
        else irreducible_loss + a / pow(at_params, alpha) + b / pow(20 * at_params, beta)
    end as at_loss,
from loss_laws
cross join (select unnest(range(41)) as step) as grid
where params_min > 0 and params_max > params_min and irreducible_loss is not null
order by all
