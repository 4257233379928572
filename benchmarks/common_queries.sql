-- The ten questions that are asked of a released file most, each between two empty lines, with what it asks before it.

-- one task: its curve
select loss, score from loss_scores where series_id = (select min(series_id) from task_coverage where source = 'olmo_ladder')

-- one task by its names
select run_id, loss, score from loss_scores where source = 'olmo_ladder' and task = 'boolq' and format = 'rc' and corpus = 'c4_en' and n_shot = 0

-- one task at losses near one's own
select avg(score) from loss_scores where source = 'olmo_ladder' and task = 'boolq' and corpus = 'c4_en' and loss between 3.0 and 3.1

-- one task in every family, at the end of training
select family, max(score) from loss_scores where task = 'boolq' and is_final group by family order by family

-- what there is: tasks and corpora
select source, count(distinct task), count(distinct corpus) from task_coverage group by source

-- one run: its losses
select corpus, tokens, loss from losses inner join checkpoints using (checkpoint_id) where losses.run_id = 'olmo_ladder/generated-000001' order by tokens

-- one run: its scores at the end
select task, format, score from scores inner join checkpoints using (checkpoint_id) where checkpoints.run_id = 'olmo_ladder/generated-000001' and is_final

-- one checkpoint: its scores
select task, format, n_shot, score from scores where checkpoint_id = (select min(checkpoint_id) from checkpoints where source = 'olmo_ladder')

-- the sources and their numbers
select source, count(*) from runs group by source

-- the points of a law
select params, tokens, loss from law_points where corpus = 'c4_en' and position = 'final'
