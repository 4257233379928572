"""Which fits there are, what each reads, and how they run part by part."""
