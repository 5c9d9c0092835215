"""Taking turns: a little of each notebook before more of one."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any


def in_turn(rows: Iterable[Iterable]) -> list[Any]:
    """The first of each row, then the second of each, and so on.

    >>> in_turn(["abc", "x", "12"])
    ['a', 'x', '1', 'b', '2', 'c']
    """
    nothing = object()
    return [item for turn in zip_longest(*rows, fillvalue=nothing) for item in turn if item is not nothing]
