-- One row a fit and family whose foretold score is above chance for a model of the size and tokens asked about.
-- grain: series_id, family
-- use: select distinct task, format from tasks_above_chance(1e9, 1e11)
--
-- The lower end of the prediction interval is above chance, and nobody disputes that chance (see task_chance).
--
-- asked_params: size of the model [parameters]
-- asked_tokens: training tokens of the model [tokens]
select * from forecast_at(asked_params, asked_tokens) where is_above_chance
