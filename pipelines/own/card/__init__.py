"""What a user says of a run: the card, ``emergence.toml``, its fields, its text, and the map of a table."""
