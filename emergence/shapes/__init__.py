"""Curves of score by loss: thresholds of every form with their exact search, and smooth curves."""
