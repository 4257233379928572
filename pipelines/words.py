"""How shots, units, formats and verdicts are said to people, on pages and terminals alike."""

from pipelines.vocabulary import spoken


def shots(n_shot: int | None) -> str:
    """Write the number of examples in the prompt."""
    if n_shot is None:
        return "shots not stated"
    return "1 shot" if n_shot == 1 else f"{n_shot} shots"


def unit(name: str | None) -> str:
    """Write the unit of a loss in words."""
    return spoken("unit", name)


def verdict_name(name: str | None) -> str:
    """Write a verdict in words."""
    return spoken("verdict", name)


def format_name(name: str | None) -> str:
    """Write a task's format in words."""
    return spoken("format", name)
