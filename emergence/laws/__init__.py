"""Loss by size and tokens, the size at which a threshold is reached, and models to come."""
