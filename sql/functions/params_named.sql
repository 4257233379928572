-- The parameters that a model's name says, rounded, such as those of opt-125m, falcon-7b and bloom-1b1 (1.1 billion).
-- grain: asked_name
-- use: staging files of sources that publish no size beside a name; empty where the name says none [parameters]
--
-- asked_name: name of the model
with found as (
    select regexp_extract(lower(asked_name), '(?:^|[-_ ])([0-9.]+)(b|m)([0-9]?)(?:$|[-_ ])', ['whole', 'scale', 'tenth']) as part
)
select
    cast(
        try_cast(part.whole || if(part.tenth = '', '', '.' || part.tenth) as double) * if(part.scale = 'b', 1e9, 1e6)
    as bigint)
from found
