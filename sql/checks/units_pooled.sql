-- one comparability group holds losses of several units, or of several tokenizers without saying so
-- severity: error
-- blocking: yes
select
    comparability_group,
    count(distinct unit) as n_units,
    count(distinct tokenizer) as n_tokenizers,
from losses
group by comparability_group
having
    comparability_group is null
    or count(distinct unit) > 1
    or (
        count(distinct tokenizer) > 1
        and not bool_or(mixed_tokenizers)
        and min(unit) not in ('bits_per_byte', 'bits_per_char')
    )
