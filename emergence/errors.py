"""Every error the project raises on purpose, so that a caller can catch them all at once."""


class EmergenceError(Exception):
    """A promise was broken; the message says what, where, and what to do."""


class InputError(EmergenceError, ValueError):
    """An argument or a table that cannot be used as given."""
