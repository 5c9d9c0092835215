"""By how much do two sides differ: two means known by their sums, or proportions in several strata."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .intervals import CONFIDENCE, Floats, normal_quantile, share


class Moments(NamedTuple):
    """n values each, their mean, and the variance of one value (n - 1); arrays of one shape."""

    n: Floats
    mean: Floats
    variance: Floats


def moments(n: ArrayLike, total: ArrayLike, squares: ArrayLike) -> Moments:
    """The mean and the variance of values known by their sums; missing where there are too few for either.

    >>> [round(float(x), 3) for x in moments(4, 10, 30)]
    [4.0, 2.5, 1.667]
    """
    size = np.asarray(n, dtype=float)
    mean = share(total, size)
    # Rounding may leave a sum of squares a hair below what equal values have.
    spread = np.maximum(np.asarray(squares, dtype=float) - size * mean**2, 0)
    return Moments(size, mean, share(spread, size - 1))


def welch_difference(
    first: Moments, second: Moments, *, against: ArrayLike = 0
) -> tuple[Floats, Floats, Floats, Floats]:
    """By how much does the first mean exceed the second? Welch's t interval and two-sided p value.

    The usual wrong edge: one common variance, though those contacted are more, and spend more unevenly. ``against`` is
    the difference that the p value asks about. Returns ``(difference, low, high, p_value)``, missing where a side has
    fewer than two values; without any spread p is 0 or, where nothing differs, missing. Source: Welch (1947),
    Biometrika 34, 28-35.

    >>> found = welch_difference(moments(30, 60, 180), moments(20, 20, 40))
    >>> [round(float(x), 4) for x in found]
    [1.0, 0.2988, 1.7012, 0.0061]
    """
    parts = [share(side.variance, side.n) for side in (first, second)]
    variance = parts[0] + parts[1]
    degrees = share(variance**2, parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    difference, error = first.mean - second.mean, np.sqrt(variance)
    half = np.where(variance > 0, stats.t.ppf(0.5 + CONFIDENCE / 2, degrees), 0) * error
    p_value = 2 * stats.t.sf(np.abs(share(difference - against, error)), degrees)
    p_value = np.where((variance == 0) & (difference != against), 0.0, p_value)
    return difference, difference - half, difference + half, p_value


def normal_p(difference: float, error: float) -> float:
    """How likely is so large a difference by chance? Two-sided, by the normal distribution; missing without an error.

    >>> round(normal_p(0.05, 0.025), 4)
    0.0455
    """
    return float(2 * stats.norm.sf(abs(share(difference, error))))


def pooled_difference(k1: ArrayLike, n1: ArrayLike, k0: ArrayLike, n0: ArrayLike) -> tuple[float, float, float, float]:
    """By how much do two proportions differ, p1 - p0, over strata with hold-outs of different size? Mantel-Haenszel.

    The strata's differences, weighted by n1 n0 / (n1 + n0); the standard error of Greenland and Robins, which holds
    for few large strata and for many small ones. The usual wrong edge: adding up the arms of all campaigns, so that one
    with a large hold-out and customers who rarely order makes the others look good.

    Parameters: counts ``k1`` of ``n1`` and ``k0`` of ``n0``, one for each stratum; those without one side say nothing.
    Returns ``(difference, low, high, standard error)``, missing without a stratum that has both sides.
    Source: Greenland and Robins (1985), Biometrics 41, 55-68.

    >>> [round(x, 4) for x in pooled_difference([15, 30], [100, 200], [20, 5], [200, 50])]
    [0.05, -0.0125, 0.1125, 0.0319]
    """
    x1, m1, x0, m0 = (np.asarray(values, dtype=float) for values in (k1, n1, k0, n0))
    has_both = (m1 > 0) & (m0 > 0)
    x1, m1, x0, m0 = (values[has_both] for values in (x1, m1, x0, m0))
    whole = m1 + m0
    weight = float((m1 * m0 / whole).sum())
    difference = share(((x1 * m0 - x0 * m1) / whole).sum(), weight)
    spread = (x1 * (m1 - x1) * m0**3 + x0 * (m0 - x0) * m1**3) / (m1 * m0 * whole**2)
    error = share(np.sqrt(spread.sum()), weight)
    half = normal_quantile(CONFIDENCE) * error
    return tuple(float(part) for part in (difference, difference - half, difference + half, error))
