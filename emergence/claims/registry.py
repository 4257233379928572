"""The list of claims' tests: a line a claim, by the name that its statement has in the table of claims."""

from emergence.claims import (
    about_forecasts,
    about_laws,
    about_recipes,
    about_shape,
    about_thresholds,
    against_clocks,
    at_equal_loss,
    data_and_size,
    loss_to_loss,
)
from emergence.claims.about_laws import out_of_reach
from emergence.claims.judge import Test

TESTS: dict[str, Test] = {
    "du_same_loss_same_score": at_equal_loss.size(),
    "du_same_loss_any_tokens": at_equal_loss.tokens(),
    "du_same_loss_any_data": at_equal_loss.same_loss_any_data,
    "du_learning_rate_and_batch": at_equal_loss.settings(),
    "du_repeated_data": at_equal_loss.repeats(),
    "du_lowest_loss_best": at_equal_loss.lowest_loss_scores_best,
    "du_loss_beats_compute": against_clocks.clock_test("compute"),
    "du_scores_follow_loss": at_equal_loss.scores_follow_loss,
    "du_threshold": about_thresholds.tasks_have_thresholds,
    "du_one_threshold": about_thresholds.one_threshold_for_all,
    "du_eta_2_2": about_thresholds.threshold_is_2_2,
    "du_continuous_metrics": about_thresholds.on_twins("verdict"),
    "xia_loss_beats_size": against_clocks.clock_test("size"),
    "liu_better_with_size": at_equal_loss.loss_explains_little,
    "mayilvahanan_data_over_size": data_and_size.data_moves_more_than_size,
    "wei_emergence_in_size": about_shape.abilities_appear_with_size,
    "wei_not_extrapolable": about_forecasts.emergent_defies_extrapolation,
    "mckenzie_inverse_scaling": about_thresholds.tasks_get_worse,
    "schaeffer_2023_metric": about_thresholds.on_twins("width"),
    "schaeffer_2024_degradation": about_shape.accuracy_is_less_predictable,
    "madaan_cloze_earlier": about_thresholds.cloze_departs_before_letters,
    "gadre_error_law": about_shape.average_error_is_exponential,
    "owen_mean_is_easier": about_shape.the_mean_is_easier,
    "bhagia_two_points": about_forecasts.small_foretell_large_in_points,
    "chen_linear_after_emergence": about_shape.score_is_linear_after_departure,
    "chen_loss_over_compute": against_clocks.clock_test("compute", "size_and_tokens"),
    "llama3_answers_linear": loss_to_loss.answers_are_linear_in_compute,
    "huang_linear": about_shape.mean_score_is_linear_in_bits,
    "ruan_low_dimension": about_laws.few_axes_of_capability,
    "lourie_minority": about_shape.few_tasks_are_predictable,
    "lourie_validation_corpus": about_recipes.corpus_of_the_loss_decides,
    "datadecide_ranking": about_recipes.small_models_rank_recipes,
    "datadecide_continuous": about_recipes.continuous_metrics_rank_better,
    "brandfonbrener_loss_to_loss": loss_to_loss.one_loss_gives_another,
    "muennighoff_four_epochs": loss_to_loss.repeated_data_is_as_good,
    "clark_more_experts": loss_to_loss.more_experts_less_loss,
    "tao_vocabulary": loss_to_loss.larger_budgets_want_larger_vocabularies,
    "hoffmann_equal_scaling": about_laws.compute_exponent_near(0.5),
    "hoffmann_parameters": about_laws.published_parameters(about_laws.HOFFMANN),
    "besiroglu_parameters": about_laws.published_parameters(about_laws.BESIROGLU),
    "kaplan_power_law": about_laws.loss_is_a_pure_power_of_size,
    "kaplan_size_first": about_laws.compute_exponent_near(0.73),
    "li_misfitting": about_laws.choice_of_points_decides,
    "porian_counting": out_of_reach(
        "needs one design fitted by two ways of counting params; a run here has one or"
        " both, and no law is fitted by each"
    ),
    "heineman_signal_to_noise": out_of_reach(
        "needs late checkpoints of runs on several training corpora; where corpora vary"
        " here, runs have one checkpoint"
    ),
    "snell_finetuning": out_of_reach("needs models tuned on the task with differing amounts of its data"),
    "tay_shape": out_of_reach("needs models of one size and several shapes, tuned on the task"),
    "step_law_hyperparameters": out_of_reach(
        "learning rate and batch size stand in the runs' names only, and those runs have no task scores"
    ),
    "wu_u_shape": out_of_reach("needs answers item by item, to part hard questions from easy ones"),
    "hu_resolution": out_of_reach("needs many sampled answers an item; the tables hold one score a task"),
    "dominguez_test_task": out_of_reach("needs the same models tuned on the task before they are tested"),
    "caballero_broken_law": out_of_reach(
        "its form has more numbers than a run here has sizes to fit them on"
    ),
}
