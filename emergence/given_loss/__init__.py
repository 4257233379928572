"""What tells a score beside its loss: size, data and family (sufficiency), and clocks other than loss."""
