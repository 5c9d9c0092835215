"""How far a number can be trusted: one named interval for each kind of number.

    proportion                   Wilson score; between two of them Newcombe's hybrid score, in pairs Bonett and Price's
    count of customers           exact Poisson (Garwood)
    ratio or total over customers  bootstrap over buckets, random groups of customers (percentile, expanded)
    ratio of customer states     Bayesian bootstrap over customers with Jeffreys' half a customer in each state

Buckets are random groups of customers, so resampling the 256 buckets is a bootstrap over customers at any size. The
same seed draws the same buckets: two months resampled with one seed are paired.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

SMALL_SAMPLE = 30
BUCKETS = 256
DRAWS = 2000
CONFIDENCE = 0.95

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats]


def is_small(n: ArrayLike) -> NDArray[np.bool_]:
    """Whether ``n`` is below the 30 from which a proportion is shown without a warning.

    >>> is_small([29, 30]).tolist()
    [True, False]
    """
    return np.asarray(n) < SMALL_SAMPLE


def wilson(successes: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Between which values does a proportion lie? Wilson's score interval; missing where ``n`` is 0.

    The usual wrong edge is the plain p +- 1.96 se: it has no width at 0 % and 100 % and leaves 0..1 beside them.

    Parameters: ``successes`` and ``n``, counts of any one shape. Returns ``(low, high)``, both within 0..1.
    Source: Wilson (1927), JASA 22, 209-212.

    >>> low, high = wilson(5, 50)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0435, 0.2136)
    """
    k, size = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(n, dtype=float))
    size = np.where(size > 0, size, np.nan)
    z = normal_quantile(confidence)
    p = k / size
    centre = (p + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(p * (1 - p) / size + z**2 / (4 * size**2))
    # Rounding must not leave 0 outside the interval of 0 of n, nor 1 outside that of n of n.
    low = np.where(k == 0, np.where(np.isnan(p), np.nan, 0.0), centre - half)
    high = np.where(k == size, 1.0, centre + half)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def newcombe_difference(
    k1: ArrayLike, n1: ArrayLike, k0: ArrayLike, n0: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats]:
    """By how much do two independent proportions differ, p1 - p0? Newcombe's hybrid score interval (method 10).

    Parameters: counts ``k1`` of ``n1`` and ``k0`` of ``n0``. Returns ``(difference, low, high)`` within -1..1, missing
    where one base is 0. Source: Newcombe (1998), Statistics in Medicine 17, 873-890.

    >>> [round(float(x), 4) for x in newcombe_difference(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    p1, p0 = share(k1, n1), share(k0, n0)
    low1, high1 = wilson(k1, n1, confidence)
    low0, high0 = wilson(k0, n0, confidence)
    difference = p1 - p0
    low = difference - np.hypot(p1 - low1, high0 - p0)
    high = difference + np.hypot(high1 - p1, p0 - low0)
    return difference, low, high


def paired_difference(
    only_first: ArrayLike, only_second: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats]:
    """By how much do two proportions of the same customers differ, p1 - p0? Bonett and Price's adjusted Wald interval.

    The usual wrong edge: taking the two for independent, though the same customers are in both.

    Parameters: counts ``only_first``, customers to whom the first applies and not the second, and ``only_second``, the
    other way round, of ``n`` pairs. Returns ``(difference, low, high)`` within -1..1, missing where ``n`` is 0.
    Source: Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488.

    >>> [round(float(x), 3) for x in paired_difference(1, 7, 21)]
    [-0.286, -0.508, -0.013]
    """
    first, second, size = (np.asarray(counts, dtype=float) for counts in (only_first, only_second, n))
    size = np.where(size > 0, size, np.nan)
    # One pair more of either kind, two pairs more in all.
    p1, p0 = (first + 1) / (size + 2), (second + 1) / (size + 2)
    half = normal_quantile(confidence) * np.sqrt((p1 + p0 - (p1 - p0) ** 2) / (size + 2))
    return (first - second) / size, np.maximum(p1 - p0 - half, -1), np.minimum(p1 - p0 + half, 1)


def poisson_interval(count: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Which expected counts go with a count seen? Garwood's exact Poisson interval; 0 is a count and has one too.

    Only for things that happen independently, such as customers; orders come several to a customer and need buckets.

    >>> [round(float(x), 3) for x in poisson_interval(10)]
    [4.795, 18.39]
    """
    seen = np.asarray(count, dtype=float)
    tail = (1 - confidence) / 2
    # No chi-squared has 0 degrees of freedom: the low end of a count of 0 is 0.
    low = np.where(seen == 0, 0, stats.chi2.ppf(tail, 2 * np.where(seen == 0, 1, seen)) / 2)
    high = stats.chi2.ppf(1 - tail, 2 * (seen + 1)) / 2
    return low, high


def ratio_bootstrap(numerator: ArrayLike, denominator: ArrayLike, *, seed: int, draws: int = DRAWS) -> Interval:
    """Between which values does sum(numerator) / sum(denominator) lie? Bootstrap over buckets of customers.

    Parameters: two arrays of one shape whose last axis is the bucket (others, such as months, are kept).
    Returns ``(low, high)`` without the last axis; missing where fewer than two buckets hold anything.

    >>> low, high = ratio_bootstrap(np.arange(256) % 7, np.ones(256), seed=1)
    >>> bool(low < 2.98 < high)
    True
    """
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    drawn = divide(bucket_draws(top, seed=seed, draws=draws), bucket_draws(bottom, seed=seed, draws=draws))
    return draw_interval(drawn, groups=filled_groups(bottom))


def total_bootstrap(values: ArrayLike, *, seed: int, draws: int = DRAWS) -> Interval:
    """Between which values does a total over customers lie, had other customers come? Bootstrap over buckets.

    Empty buckets are resampled too: that is what lets the number of customers vary. Parameters and return as
    `ratio_bootstrap`.
    """
    amounts = np.asarray(values, dtype=float)
    return draw_interval(bucket_draws(amounts, seed=seed, draws=draws), groups=filled_groups(amounts))


def count_bootstrap(
    counts: ArrayLike, statistic: Callable[[Floats], Floats], *, seed: int, draws: int = DRAWS
) -> Interval:
    """Between which values does a ratio of customer counts lie? Bayesian bootstrap over customers.

    Parameters: ``counts`` with the states of a customer on the last axis; ``statistic`` takes an array of that shape
    with the draws in front and gives one number for each. Half a customer is added to every state (Jeffreys), so a
    state that nobody was in has a width too. Source: Rubin (1981), Annals of Statistics 9, 130-134.

    >>> low, high = count_bootstrap([60, 40], lambda c: c[..., 0] / c.sum(axis=-1), seed=0)
    >>> bool(low < 0.6 < high)
    True
    """
    low, high = draw_interval(statistic(state_draws(counts, seed=seed, draws=draws)))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = statistic(np.asarray(counts, dtype=float))
    return holding(value, low, high)


def holding(value: ArrayLike, low: ArrayLike, high: ArrayLike) -> Interval:
    """The interval stretched to the value itself, which half a customer in an empty state can leave outside."""
    known = np.where(np.isfinite(value), value, np.nan)
    return np.fmin(low, known), np.fmax(high, known)


def state_draws(counts: ArrayLike, *, seed: int, draws: int = DRAWS) -> Floats:
    """Draws of the shares of each customer state (up to a common factor), draws on the first axis.

    Row after row, so that a later month added below leaves the draws of the earlier ones as they were.
    """
    seen = np.asarray(counts, dtype=float)[..., None, :]
    shape = (*seen.shape[:-2], draws, seen.shape[-1])
    drawn = np.random.default_rng(seed).standard_gamma(np.nan_to_num(seen) + 0.5, size=shape)
    return np.moveaxis(np.where(np.isnan(seen), np.nan, drawn), -2, 0)


def bucket_draws(values: ArrayLike, *, seed: int, draws: int = DRAWS) -> Floats:
    """Totals over resampled buckets: shape (..., buckets) becomes (draws, ...). One seed, one set of buckets."""
    amounts = np.asarray(values, dtype=float)
    weights = _bucket_weights(seed, draws, amounts.shape[-1])
    return np.moveaxis(amounts @ weights, -1, 0)


def filled_groups(values: ArrayLike) -> NDArray[np.int64]:
    """How many buckets hold anything."""
    return np.count_nonzero(np.asarray(values), axis=-1)


def draw_interval(drawn: ArrayLike, *, groups: ArrayLike | None = None, confidence: float = CONFIDENCE) -> Interval:
    """Percentile interval over the first axis; draws that are missing are left out.

    With ``groups`` (how many groups were resampled) the tails are widened as a t interval would be (Hesterberg 2015,
    "expanded percentile"), since a plain percentile interval of few groups is too narrow; fewer than two groups say
    nothing about their spread, and the interval is missing.
    """
    ordered = np.sort(np.asarray(drawn, dtype=float), axis=0)
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    tail = np.full(ordered.shape[1:], (1 - confidence) / 2)
    if groups is not None:
        many = np.asarray(groups)
        safe = np.maximum(many, 2)
        tail = stats.norm.cdf(np.sqrt(safe / (safe - 1)) * stats.t.ppf(tail, safe - 1))
        known = np.where(many < 2, 0, known)
    return _quantile(ordered, known, tail), _quantile(ordered, known, 1 - tail)


def share(part: ArrayLike, whole: ArrayLike) -> Floats:
    """``part`` / ``whole`` of counts; a base of 0 (or less) gives a missing value, never 0 % or 100 %."""
    top, bottom = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return top / np.where(bottom > 0, bottom, np.nan)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """``numerator`` / ``denominator``; a zero denominator gives a missing value."""
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    return top / np.where(bottom != 0, bottom, np.nan)


def normal_quantile(confidence: float) -> float:
    """How many standard errors reach to each side at this confidence?

    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    return float(stats.norm.ppf(0.5 + confidence / 2))


@lru_cache(maxsize=4)
def _bucket_weights(seed: int, draws: int, groups: int) -> Floats:
    """How often each group is in each draw, shape (groups, draws); whole numbers, so totals of cents stay exact."""
    drawn = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), size=draws)
    weights = np.ascontiguousarray(drawn.T.astype(float))
    weights.setflags(write=False)
    return weights


def _quantile(ordered: Floats, known: NDArray[np.int64], level: Floats) -> Floats:
    """Linear quantile of sorted columns whose missing values stand last, a level for each column."""
    position = level * np.maximum(known - 1, 0)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    at_below = np.take_along_axis(ordered, below[None, ...], axis=0)[0]
    at_above = np.take_along_axis(ordered, above[None, ...], axis=0)[0]
    value = at_below + (position - below) * (at_above - at_below)
    return np.where(known > 0, value, np.nan)
