"""The cut-offs in force, each with what the code that holds it says it is."""

import ast
import inspect
from itertools import pairwise
from types import ModuleType
from typing import Any

from emergence.evidence import cut_offs
from emergence.numerics import arrays

Row = dict[str, Any]


def cut_offs_in_force() -> list[Row]:
    """Return name, value and meaning of each cut-off, by name."""
    told = _constants(cut_offs) + [row for row in _constants(arrays) if row["name"] == "significance"]
    return sorted(told, key=lambda row: str(row["name"]))


def _constants(module: ModuleType) -> list[Row]:
    """Return the constants of a module under which a text stands."""
    return [
        {
            "name": node.target.id.lower().replace("_", " "),
            "value": getattr(module, node.target.id),
            "meaning": " ".join(below.value.value.replace("`", "").split()),
        }
        for node, below in pairwise(ast.parse(inspect.getsource(module)).body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]
