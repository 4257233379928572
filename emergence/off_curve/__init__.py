"""What does not keep to the curve: tasks and checkpoints that fell off, a run beside others, its newest."""
