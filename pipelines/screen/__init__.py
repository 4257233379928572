"""All that prints on a terminal."""
