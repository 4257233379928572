"""A complete folder, then one atomic step: what readers open never changes under them."""
