-- One row a tokenizer and text: how many bytes a token stands for, and how far those who say so differ.
-- grain: tokenizer, corpus
-- use: losses turn nats per token into bits per byte with it, corpora shows it; internal
--
-- bytes_per_token: mean bytes a token of this text: what is published goes before what is derived [bytes]
-- bytes_per_token_low: least that anybody gives [bytes]
-- bytes_per_token_high: most that anybody gives [bytes]
-- n_statements: how many give it
-- bytes_per_token_source: who gives which
select
    tokenizer,
    corpus,
    arg_min(bytes_per_token, rank * 1e6 + bytes_per_token) as bytes_per_token,
    min(bytes_per_token) as bytes_per_token_low,
    max(bytes_per_token) as bytes_per_token_high,
    count(*) as n_statements,
    string_agg(bytes_per_token || ': ' || how || ' (' || source || ')', '; ' order by rank, bytes_per_token)
        as bytes_per_token_source,
from facts_bytes_per_token
group by tokenizer, corpus
order by tokenizer, corpus
