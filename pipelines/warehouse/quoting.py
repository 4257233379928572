"""Texts and names as SQL writes them, for the few statements that take neither as a parameter."""


def quoted_text(value: object) -> str:
    """Return a text, or a path, as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted_name(identifier: str) -> str:
    """Return the name of a relation or column, whatever stands in it."""
    return '"' + identifier.replace('"', '""') + '"'
