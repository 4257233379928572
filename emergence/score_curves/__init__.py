"""What a task scores at a loss: its curve, how sure it is, and forecasts beyond what was seen."""
