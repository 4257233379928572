"""Arrays, compiling, monotone fits and p-values: what every wing computes with."""
