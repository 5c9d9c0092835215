"""Answers on a scale: their mean with an interval that holds, weights as a smaller number of answers, differences.

NPS is such a mean too: detractors count -1, passives 0, promoters +1.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .intervals import CONFIDENCE, Floats, Interval, divide, holding, normal_quantile, wilson

ADDED = 9 / 4  # answers, spread evenly over the classes: 3/4 to each of the three of NPS


def score_mean(counts: ArrayLike, scores: ArrayLike, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats]:
    """What is the mean answer, and between which values does it lie? The adjusted Wald interval of a scale.

    The interval is that of the answers and 9/4 more, spread evenly over the classes of the scale. The usual wrong edge
    is the plain one, mean +- 1.96 se: where nearly all answer alike it is far too narrow (20 answers of which 90 % are
    promoters: it holds the truth in 87.6 % of samples, this one in 95.7 %), and where all do it has no width.

    Parameters: ``counts``, answers by class on the last axis (fractions are allowed, see `weighted_counts`);
    ``scores``, what each class counts. Returns ``(mean, low, high)`` without the last axis, within the scale; missing
    without an answer. Source: Rocks (2016), The American Statistician 70 ("adjusted Wald").

    >>> [round(float(x), 3) for x in score_mean([0, 2, 18], [-1, 0, 1])]
    [0.9, 0.613, 1.0]
    """
    seen, what = np.asarray(counts, dtype=float), np.asarray(scores, dtype=float)
    n = seen.sum(axis=-1)
    mean = divide(seen @ what, np.where(n > 0, n, 0))
    middle, variance = _with_more(seen, what)
    half = normal_quantile(confidence) * np.sqrt(variance)
    low, high = np.clip(middle - half, what.min(), what.max()), np.clip(middle + half, what.min(), what.max())
    return (mean, *holding(mean, np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)))


def score_test(counts: ArrayLike, others: ArrayLike, scores: ArrayLike) -> Floats:
    """How likely is so large a difference of two means by chance? Two-sided p values from the adjusted variances.

    Parameters as `score_mean`; ``others`` are the counts of those compared with. Missing where one side has no answer.

    >>> float(score_test([10, 20, 70], [20, 30, 50], [-1, 0, 1]).round(3))
    0.004
    """
    sides = [np.asarray(side, dtype=float) for side in (counts, others)]
    what = np.asarray(scores, dtype=float)
    (mean1, variance1), (mean0, variance0) = (_with_more(side, what) for side in sides)
    known = (sides[0].sum(axis=-1) > 0) & (sides[1].sum(axis=-1) > 0)
    return np.where(known, 2 * stats.norm.sf(np.abs(mean1 - mean0) / np.sqrt(variance1 + variance0)), np.nan)


def _with_more(counts: Floats, scores: Floats) -> Interval:
    """The mean of the answers and 9/4 more, and its variance."""
    more, total = counts + ADDED / scores.size, counts.sum(axis=-1) + ADDED
    middle = more @ scores / total
    return middle, np.maximum(more @ scores**2 / total - middle**2, 0) / total


def score_difference(
    now: tuple[Floats, Floats, Floats], before: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """By how much do two independent values differ, now - before? From the two intervals (MOVER).

    The distances from each value to the end of its interval that points at the other are added as squares, as
    Newcombe does for proportions: no normal shape is asked for. The usual wrong edge: two intervals that overlap do
    not say that nothing changed.

    Parameters: two ``(value, low, high)``. Returns ``(difference, low, high)``, missing where one of them is.
    Source: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702.

    >>> [round(float(x), 2) for x in score_difference((0.5, 0.4, 0.6), (0.3, 0.2, 0.4))]
    [0.2, 0.06, 0.34]
    """
    (value1, low1, high1), (value0, low0, high0) = now, before
    difference = np.asarray(value1) - np.asarray(value0)
    low = difference - np.hypot(np.subtract(value1, low1), np.subtract(high0, value0))
    high = difference + np.hypot(np.subtract(high1, value1), np.subtract(value0, low0))
    return difference, low, high


def weighted_counts(weights: ArrayLike, squares: ArrayLike) -> tuple[Floats, Floats]:
    """How many answers are weighted ones worth? Kish's effective number, shared out as the weights are.

    The usual wrong edge is to treat the sum of the weights as n: who weighs 2 is still one person.

    Parameters: sums of the weights by class on the last axis, and sums of their squares likewise. Returns ``(counts by
    class, effective n)``, to be used as counts by `score_mean` and `wilson`; all weights alike give the plain counts.
    Source: Kish (1965), Survey Sampling, 11.7.

    >>> counts, effective = weighted_counts([3.0, 1.0], [3.0, 1.0])
    >>> counts.tolist(), float(effective)
    ([3.0, 1.0], 4.0)
    """
    by_class = np.asarray(weights, dtype=float)
    total = by_class.sum(axis=-1)
    effective = np.nan_to_num(divide(total**2, np.asarray(squares, dtype=float).sum(axis=-1)))
    shares = np.nan_to_num(divide(by_class, total[..., None]))
    return shares * effective[..., None], effective


def share_of(counts: Floats, which: slice) -> tuple[Floats, Floats, Floats]:
    """Which share of the answers lies in some classes of the scale? With Wilson's interval; missing without any."""
    part, n = counts[..., which].sum(axis=-1), counts.sum(axis=-1)
    return (divide(part, np.where(n > 0, n, 0)), *wilson(part, n))
