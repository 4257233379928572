"""The sections of the findings, a question each, in their order."""

from collections.abc import Callable

from pipelines.pages.claims_section import who_was_right
from pipelines.pages.forecast_section import how_far_ahead
from pipelines.pages.loss_section import is_loss_as_close_as_said, is_loss_enough, is_loss_the_best_clock
from pipelines.pages.numbers import Numbers
from pipelines.pages.summary_section import in_five_sentences, what_is_held
from pipelines.pages.threshold_section import is_there_a_threshold, is_there_one_threshold, tasks_asked_first

SECTIONS: tuple[Callable[[Numbers], str], ...] = (
    in_five_sentences,
    tasks_asked_first,
    is_there_a_threshold,
    is_loss_enough,
    is_loss_as_close_as_said,
    is_loss_the_best_clock,
    is_there_one_threshold,
    how_far_ahead,
    who_was_right,
    what_is_held,
)
