-- One row a law of loss (table loss_laws) that was fitted.
select source, family, corpus, form, points, n, n_outliers, irreducible_loss, irreducible_loss_low, irreducible_loss_high, a, b, alpha, alpha_low, alpha_high, beta, beta_low, beta_high, compute_exponent, compute_exponent_low, compute_exponent_high, status
from loss_laws
where irreducible_loss is not null
order by source, family, corpus, form, points
