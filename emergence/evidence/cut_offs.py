"""Every cut-off that a verdict rests on; the site prints them beside the conditions."""

from typing import Final

MIN_CHECKPOINTS_SIDE: Final = 5
"""Distinct checkpoints wanted on either side of eta, and in a stretch at the floor."""
MIN_RUNS_SIDE: Final = 3
"""Runs wanted on either side, where an interval is drawn from runs."""
MIN_SINGLE_RUNS_SIDE: Final = 15
"""Runs wanted on either side where each shows one checkpoint: with fewer a logistic passes for a
threshold.
"""
WIDEST_INTERVAL: Final = 0.5
"""Of the range of losses: a wider interval of eta does not locate it."""
FLOOR_MARGIN: Final = 0.01
"""Score: a stretch whose halves differ by less is level."""
FLOOR_SHARE: Final = 0.2
"""Of the whole rise: the same, where this is more."""
STRETCH_SHARE: Final = 0.1
"""Of the range of losses: the floor has to be seen over at least this much."""
STRETCH_SLOPE: Final = 0.5
"""Of the mean slope below the departure: the upper limit of the stretch's own slope has to be below."""
WIDTH_CONFIDENCE: Final = 0.95
"""Of the limits of a width that a verdict reads, whatever confidence is asked for."""
SHARP_OF_LOSS: Final = 0.035
"""Of the loss: the widest transition (10 to 90 %) called sharp, at its upper limit; the same in nats and
bits.
"""
SHARP_OF_RANGE: Final = 0.2
"""Of the range of losses: likewise, whichever is less."""
WITHIN_GAP: Final = 0.8
"""Of a gap between losses: a transition within it may be so wide, as a rise even over all of it is."""
BY_CHANCE: Final = 4.0
"""Times the variance left: what a middle and a width may fit by chance, beside a transition within a gap."""
MOST_BLURRED: Final = 2.0
"""Times the widest transition called sharp. Where the mean of six or more runs is not shown to take more,
each is judged by itself too, for thresholds that differ a little blur their mean.
"""
SHARP_SHARE: Final = 0.75
"""Of six or more runs judged one by one: so many have to be sharp by themselves."""
HELD_OUT_AGAINST: Final = 2.0
"""Standard errors over runs by which a smooth curve has to predict left-out runs better to count against a
threshold.
"""
LEAST_EXPLAINED: Final = 0.25
"""Share of the score's variance, items' noise set aside, that loss has to order."""
LOCAL_WINDOW: Final = 0.25
"""Of the range of losses: a sharp rise has to show within this distance of the departure too."""
LOCAL_REPLICATES: Final = 199
"""Replicates of the local test, which only has to tell its p-value from the level of evidence."""
ABOVE_MARGIN: Final = 0.02
"""Score: a series counts as above its floor everywhere when its highest losses are by more than this."""
CHANGE_MARGIN: Final = 0.02
"""Score: a change shown to be smaller counts as no change; of a score that is no accuracy, the noise of one
checkpoint stands in its place.
"""
LARGEST_UNSEEN: Final = 0.05
"""Score: `at_floor` asks that a rise of this size would have been seen in 80 % of such tables, and that none
is seen between the ends of the losses.
"""
REACHED: Final = 0.8
"""Of the range of losses of a few runs, from the highest down: how far those that are counted have to reach
for `at_floor`, `no_change` or `inverse`.
"""
HUMP_ERRORS: Final = 4.0
"""Standard errors by which neighbouring losses have to stand above the floor for a rise between the ends."""
POWER: Final = 0.8
"""The share of tables in which the smallest rise that counts as seen would have been."""
MIN_EARLY: Final = 10
"""Distinct checkpoints in the highest third of the losses that can exclude a stretch at a floor."""


def sharp_width(at: float, loss_range: float) -> float:
    """Give the widest transition called sharp at a loss, of a table that spans a range of losses."""
    return min(SHARP_OF_LOSS * at, SHARP_OF_RANGE * loss_range)
