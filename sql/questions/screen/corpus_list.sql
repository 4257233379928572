-- One row an axis of loss: which text, unit and tokenizer, who reports it, and how far it reaches.
select
    corpora.corpus,
    corpora.unit,
    corpora.tokenizer,
    corpora.n_losses as losses,
    round(min(losses.loss), 3) as lowest,
    round(max(losses.loss), 3) as highest,
    case corpora.held_out when true then 'held out' when false then 'trained on' else '' end as text,
    corpora.sources,
from corpora
left join losses
    on losses.corpus = corpora.corpus
    and losses.unit = corpora.unit
    and losses.tokenizer is not distinct from corpora.tokenizer
group by
    corpora.corpus, corpora.unit, corpora.tokenizer, corpora.n_losses, corpora.held_out, corpora.sources
order by corpora.corpus, corpora.unit, corpora.tokenizer
