"""What the readers of formats share: cells, rows, curves, positions, and what they find."""
