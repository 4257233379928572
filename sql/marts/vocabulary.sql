-- One row a word that a table may hold: verdicts, statuses, units, formats, and what each of them means.
-- grain: kind, value
-- use: the legend of every column of words; put rows in order by rank
--
-- kind: which column the word stands in: verdict, fit_status, inference, law_status, source_status, claim_verdict,
--     universality_verdict, format, unit
-- value: the word as tables hold it
-- rank: place among the words of its kind, from 1: where rows are put in order by verdict, the clearest first
-- words: the word as a person reads it
-- meaning: what it says, in one sentence
-- colour: colour of the word in figures
-- mark: mark of the word in figures
-- style: style of the word on a terminal
-- departs: of a verdict: whether it says that the score leaves its floor within the losses seen
select kind, value, rank, words, meaning, colour, mark, style, departs
from facts_vocabulary
order by kind, value
