"""Epochs of repeated data, as the names of runs state them."""

import pytest

from emergence.claims.loss_to_loss import _epochs


@pytest.mark.parametrize(
    ("run", "tokens", "epochs"),
    [
        ("d/1b58b8100m", 8.8e9, 88),
        ("d/2b816b4b", 1.6e10, 4),
        ("d/25m400m100m", 4e8, 4),
        ("d/plain", 1e9, None),
    ],
)
def test_epochs_are_read_from_names_or_not_at_all(run: str, tokens: float, epochs: float | None) -> None:
    assert _epochs(run, int(tokens)) == (None if epochs is None else pytest.approx(epochs))
