"""From published bytes to typed frames: fetching, caching, reading, facts and updates."""
