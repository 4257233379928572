"""Settles what readers found, with the card: which run, how far, which corpus and task; and what is asked."""
