"""Numbers and verdicts as a sentence has them."""


def counted(n: object, noun: str) -> str:
    """A count with its noun, one or many."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def above_floor(step_in_points: bool | None, step: int = 2) -> str:
    """Where a departure loss stands: in points where the score is in points, else as a share of its rise."""
    return (
        f"{step} % of its rise off its floor" if step_in_points is False else f"{step} points above its floor"
    )


def spoken(verdict: str) -> str:
    """Return a verdict as words."""
    return verdict.replace("_", " ")
