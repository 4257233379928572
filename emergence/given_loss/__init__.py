"""What follows once loss is known: score curves, forecasts, anomalies, comparison, sufficiency."""
