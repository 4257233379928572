"""Numbers as a sentence has them."""


def counted(n: object, noun: str) -> str:
    """A count with its noun, one or many."""
    return f"{n} {noun}{'' if n == 1 else 's'}"
