"""Intervals for numbers that are known by what each customer adds to them: one by one, and all at once."""

import numpy as np

from .intervals import CONFIDENCE, Floats, Interval, normal_quantile

DRAWS = 4000


def standard_error(influence: Floats) -> Floats:
    """From the sums by customer of what each adds, (..., customers)."""
    return np.sqrt((influence**2).sum(axis=-1))


def pointwise(value: Floats, influence: Floats) -> Interval:
    """Each number's own 95 % interval."""
    reach = normal_quantile(CONFIDENCE) * standard_error(influence)
    return value - reach, value + reach


def simultaneous(value: Floats, influence: Floats, *, seed: int) -> Interval:
    """Intervals that hold all numbers at once in 95 % (sup-t: the largest of correlated normals, drawn).

    Source: Montiel Olea and Plagborg-Møller (2019), Journal of Applied Econometrics 34, 1-17.
    """
    error = standard_error(influence)
    known = error > 0
    if not known.any():
        return value.copy(), value.copy()
    scaled = influence[known] / error[known, None]
    drawn = np.random.default_rng(seed).multivariate_normal(
        np.zeros(len(scaled)), scaled @ scaled.T, size=DRAWS, method="eigh"
    )
    reach = float(np.quantile(np.abs(drawn).max(axis=1), CONFIDENCE)) * error
    return value - reach, value + reach
