-- One row a fitted law and draw: the law itself (draw 0) and its bootstrap by runs.
-- grain: source, family, corpus, unit, comparability_group, form, points, draw
-- use: an interval of whatever follows from a law, such as the loss at a size; its parameters are not independent
--
-- family: models trained alike but for size
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- form: L(N) or L(N,D)
-- points: all, or without_outliers
-- draw: 0 for the estimate, then the draws
-- log_irreducible_loss: natural logarithm of the irreducible loss
-- log_a: natural logarithm of the factor of size; in L(N) alpha × ln(n0)
-- alpha: exponent of size
-- log_b: natural logarithm of the factor of tokens; empty in L(N)
-- beta: exponent of tokens; empty in L(N)
select
    source, family, corpus, unit, comparability_group, form, points, draw,
    log_irreducible_loss, log_a, alpha, log_b, beta,
from law_draw_fits
order by source, family, corpus, unit, comparability_group, form, points, draw
