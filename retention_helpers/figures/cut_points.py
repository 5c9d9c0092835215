"""Where one colour ends and the next begins: round cut points, printed in the legend."""

import math
from collections.abc import Iterable

import numpy as np

from .scale import round_step
from .theme import STEPS


def round_cuts(values: Iterable[float], least: float) -> tuple[float, ...]:
    """Six round cut points around the middle nine tenths of the values, ``least`` or more apart.

    >>> round_cuts([0.08, 0.10, 0.15, 0.20, 0.25], 0.01)
    (0.09, 0.12, 0.15, 0.18, 0.21, 0.24)
    """
    known = np.asarray([value for value in values if np.isfinite(value)], dtype=float)
    low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (0.0, 0.0)
    share = (high - low) / (STEPS - 1)
    # Steps of 3 points read as well as steps of 2.5 and use all colours; beyond ten, only round ones do.
    step = max(least * math.ceil(share / least - 1e-9), least)
    grid = least
    if step > 10 * least:
        step = grid = round_step(high - low, STEPS - 1)
    first = max(grid * round(((low + high) / 2 - 2.5 * step) / grid), grid)
    return tuple(float(f"{first + step * index:.10g}") for index in range(STEPS - 1))


def step_of(value: float, cuts: tuple[float, ...]) -> int:
    """The colour step of a value: 0 below the first cut point, 6 from the last on.

    >>> step_of(0.19, (0.1, 0.13, 0.16, 0.19, 0.22, 0.25))
    4
    """
    return int(np.searchsorted(np.asarray(cuts) - 1e-12, value, side="right"))
