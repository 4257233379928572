"""Ticks of a figure in the terminal: round numbers inside the range, about as many as asked for."""

import pytest

from pipelines.screen.curve import round_ticks

RANGES = [
    (2.82, 3.35, 7, ["2.9", "3", "3.1", "3.2", "3.3"]),
    (0.232, 0.626, 7, ["0.3", "0.4", "0.5", "0.6"]),
    (0.0, 100.0, 7, ["0", "20", "40", "60", "80", "100"]),
    (-0.05, 0.05, 4, ["-0.05", "-0.025", "0", "0.025", "0.05"]),
    (2.5, 12.3, 4, ["2.5", "5", "7.5", "10"]),
    (1.5, 1.5, 7, ["1.5"]),
]


@pytest.mark.parametrize(("least", "greatest", "most", "written"), RANGES)
def test_ticks_are_round_and_few(least: float, greatest: float, most: int, written: list[str]) -> None:
    ticks, words = round_ticks(least, greatest, most)
    assert words == written
    assert all(least - 1e-9 <= tick <= greatest + 1e-9 for tick in ticks)
    assert len(ticks) <= most + 1
