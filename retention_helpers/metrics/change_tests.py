"""How likely is a change by chance: read from its interval, from two changes together, or beside the usual course."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .intervals import CONFIDENCE, Floats, normal_quantile

Change = tuple[ArrayLike, ArrayLike, ArrayLike]


def implied_p(change: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """How likely is so large a change by chance, by its 95% interval? Two-sided; below 0.05 where it leaves out zero.

    The half of the interval that reaches towards zero is taken for 1.96 standard errors.

    >>> implied_p([1.0, -1.0, 0.0, 1.0], [0.0, -2.0, -1.0, float("nan")], [3.0, -0.5, 1.0, 2.0]).round(5).tolist()
    [0.05, 9e-05, 1.0, nan]
    """
    size, below, above = (np.asarray(part, dtype=float) for part in (change, low, high))
    half = np.where(size > 0, size - below, above - size)
    z = normal_quantile(CONFIDENCE) * np.abs(size) / np.where(half > 0, half, np.nan)
    return np.where((size == 0) & ~np.isnan(half), 1.0, 2 * stats.norm.sf(z))


def movement_p(course_p: ArrayLike, surprise: ArrayLike, last_year: Change) -> Floats:
    """The p value against the usual course; 1 where the same month last year does not show the movement too.

    Parameters: ``course_p`` and ``surprise`` (value less expected); ``last_year``: change, low, high.

    >>> movement_p([0.001, 0.001], [-2.0, -2.0], ([-1.0, -1.0], [-2.0, -2.0], [-0.1, 0.1])).tolist()
    [0.001, 1.0]
    """
    change, low, high = (np.asarray(part, dtype=float) for part in last_year)
    shown = np.where(np.asarray(surprise) < 0, high < 0, low > 0)
    return np.where(np.isnan(change) | ~shown, 1.0, np.asarray(course_p, dtype=float))


def agreeing_p(previous: Change, last_year: Change) -> Floats:
    """The larger p value of two changes (change, low, high); 1 where they point to different sides.

    >>> agreeing_p((-1.0, -2.0, 0.0), (-3.0, -4.0, -2.0)).round(3).tolist(), float(agreeing_p((1, 0, 2), (-1, -2, 0)))
    (0.05, 1.0)
    """
    one, other = implied_p(*previous), implied_p(*last_year)
    apart = np.sign(previous[0]) != np.sign(last_year[0])
    return np.where(apart, 1.0, np.maximum(one, other))
