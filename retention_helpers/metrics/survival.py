"""How long until something happens, when some are still being watched: the Kaplan-Meier curve and its interval."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .frames import numbers
from .intervals import CONFIDENCE, Floats, Interval, normal_quantile


def kaplan_meier(histogram: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Which share is still without the event after so many days, when some are still being watched?

    Kaplan-Meier on a weighted histogram. Whoever is censored on a day counts as at risk on it. The usual wrong edge is
    to leave the censored out: the long waits are the ones still open, and the curve falls too fast.

    Parameters: ``histogram`` with ``days`` (>= 0), ``events``, ``censored`` (counts; rows of one day are added up).

    Returns one row per day that occurs:
      days                          int, >= 0
      at_risk, events, censored     counts
      survival                      share 0..1 with no event up to and with that day
      survival_low, survival_high   log-log interval with Greenwood's variance (the value itself at 0 and 1)

    Source: Kaplan and Meier (1958); tested against scipy.stats.ecdf.

    >>> waits = pd.DataFrame({"days": [1, 2, 2, 3], "events": [1, 1, 0, 1], "censored": [0, 0, 1, 0]})
    >>> kaplan_meier(waits)["survival"].round(2).tolist()
    [0.75, 0.5, 0.0]
    """
    given = histogram[(numbers(histogram, "events") + numbers(histogram, "censored")) > 0]
    days, place = np.unique(numbers(given, "days").astype(np.int64), return_inverse=True)
    events, censored = (
        np.rint(np.bincount(place, weights=numbers(given, name), minlength=days.size)).astype(np.int64)
        for name in ("events", "censored")
    )
    at_risk = (events + censored)[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - events / at_risk)
    low, high = log_log_interval(survival, np.cumsum(greenwood(events, at_risk)), confidence)
    return pd.DataFrame(
        {
            "days": days,
            "at_risk": at_risk,
            "events": events,
            "censored": censored,
            "survival": survival,
            "survival_low": low,
            "survival_high": high,
        }
    )


def quantile_days(curve: pd.DataFrame, survival: float = 0.5, column: str = "survival") -> float:
    """On which day does a `kaplan_meier` curve (or an edge of its band) first reach a survival? Missing where never."""
    # A product of fractions may come to rest a rounding error above it.
    reached = curve.loc[curve[column] <= survival + 1e-12, "days"]
    return float(reached.iloc[0]) if len(reached) else math.nan


def greenwood(events: NDArray[np.int64], at_risk: NDArray[np.int64]) -> Floats:
    """Each day's part of the variance of the log of survival; endless once nobody is left."""
    left = at_risk - events
    return np.where(left > 0, events / (at_risk * np.maximum(left, 1)), np.inf)


def log_log_interval(survival: Floats, log_variance: Floats, confidence: float) -> Interval:
    """Interval for survival that stays within 0..1; at exactly 0 and 1 it has no width to give."""
    inside = (survival > 0) & (survival < 1)
    log = np.log(np.where(inside, survival, 0.5))
    spread = normal_quantile(confidence) * np.sqrt(np.where(inside, log_variance, 0)) / log
    low = np.where(inside, np.exp(log * np.exp(-spread)), survival)
    high = np.where(inside, np.exp(log * np.exp(spread)), survival)
    return np.minimum(low, high), np.maximum(low, high)
