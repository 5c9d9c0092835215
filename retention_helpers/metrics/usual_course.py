"""What a month's value usually is: level, trend and season of the months before it, and how far it lies off."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from .intervals import CONFIDENCE, Floats

SHORTEST, LONGEST = 24, 48  # months before this one: fewer know no season, older ones know another company
# A residual beyond so many scales counts as this many: one wild month must not become the course.
CLIPPED = 2.0
# The scale is estimated from the months that chose the course, so it is too small; found by simulation (the tests).
CAUTION = 1.15
_ROUNDS = 5


class Course(NamedTuple):
    """What was to be expected, the value's distance from it in scales (``z``), and how likely that is by chance."""

    expected: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats


class _Fit(NamedTuple):
    expected: Floats
    scale: Floats
    reach: float  # a forecast's error is so many scales
    freedom: int
    badness: Floats


def usual_course(values: ArrayLike, chance: ArrayLike) -> Course:
    """Is this month what the earlier ones let expect, by their level, trend and season?

    Rule: least squares with clipped residuals (Huber 1981, 7.8), by the best of six courses (BIC): a level, with or
    without a trend, and a season that is none, this calendar month's own, or all twelve. z is the distance from the
    expected value over its standard error, whose scale is robust and never below this month's own ``chance``; t
    distributed. The usual wrong edge: customers are drawn by chance, but months differ by more than that, so a test on
    customers alone finds a change every month in a large company; and a December is no alert.

    Parameters: ``values``, months on the last axis, the month judged last, at least `SHORTEST` before it, none missing
    (counts and money as logarithms: seasons multiply); ``chance``, standard error of the last value.
    Returns arrays without the last axis: ``expected`` with ``low`` and ``high``, between which 95 % of such months
    would lie, ``z`` and the two-sided ``p_value``.

    >>> steady = [0.30, 0.31, 0.29] * 8
    >>> [round(float(usual_course([*steady, now], 0.01).p_value), 3) for now in (0.30, 0.26)]
    [1.0, 0.007]
    """
    series = np.asarray(values, dtype=float)
    months = series.shape[-1] - 1
    fits = [_fit(series[..., :-1], design) for design in _designs(months)]
    chosen = np.argmin([fit.badness for fit in fits], axis=0)
    expected, scale, reach, freedom = (
        np.choose(chosen, np.broadcast_arrays(*(getattr(fit, name) for fit in fits), chosen)[:-1])
        for name in _Fit._fields[:-1]
    )
    error = np.maximum(CAUTION * scale, chance) * reach
    z = (series[..., -1] - expected) / np.where(error > 0, error, np.nan)
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, freedom) * error
    return Course(expected, expected - half, expected + half, z, 2 * stats.t.sf(np.abs(z), freedom))


def _designs(months: int) -> Iterator[Floats]:
    """The six courses as columns by month, the judged one last, the simplest first."""
    time = np.arange(-months, 1)
    level, trend = np.ones((months + 1, 1)), time[:, None] / 12
    same_month = (time % 12 == 0)[:, None].astype(float)
    year = (time[:, None] % 12 == np.arange(1, 12)).astype(float) - same_month
    for season in ((), (same_month,), (year,)):
        yield np.hstack([level, *season])
        yield np.hstack([level, trend, *season])


def _fit(past: Floats, design: Floats) -> _Fit:
    columns, now = design[:-1], design[-1]
    months, unknowns = columns.shape
    solve: NDArray = np.linalg.pinv(columns)
    room = np.sqrt(1 - np.einsum("ij,ji->i", columns, solve))  # a residual's own share of the scale
    freedom = months - unknowns
    residual = past - (past @ solve.T) @ columns.T
    # What rounding leaves of a perfect course must not choose among those that are perfect.
    least = np.finfo(float).eps * np.mean(past**2, axis=-1) + np.finfo(float).tiny
    badness = months * np.log(np.maximum(np.mean(residual**2, axis=-1), least)) + unknowns * np.log(months)
    scale = stats.norm.ppf(0.75) ** -1 * np.median(np.abs(residual / room), axis=-1)
    answer = past @ solve.T
    for _ in range(_ROUNDS):
        edge = CLIPPED * scale[..., None] * room
        answer = (past - residual + np.clip(residual, -edge, edge)) @ solve.T
        residual = past - answer @ columns.T
        clipped = np.clip(residual, -edge, edge)
        scale = np.sqrt(np.sum(clipped**2, axis=-1) / freedom / _kept_variance())
    reach = float(np.sqrt(1 + now @ np.linalg.inv(columns.T @ columns) @ now))
    return _Fit(answer @ now, scale, reach, freedom, badness)


def _kept_variance() -> float:
    """The variance of a standard normal residual after clipping."""
    k = CLIPPED
    return float(2 * (stats.norm.cdf(k) - 0.5 - k * stats.norm.pdf(k) + k**2 * stats.norm.sf(k)))
