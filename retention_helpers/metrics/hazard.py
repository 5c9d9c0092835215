"""Does one group meet an event sooner than another? Cox's hazard ratio of two groups, from a histogram of waits."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from .frames import numbers
from .intervals import CONFIDENCE, Floats

Ties = Literal["efron", "breslow"]
Likelihood = Callable[[float], tuple[float, float, float]]
COLUMNS = (
    "hazard_ratio", "hazard_ratio_low", "hazard_ratio_high", "log_hazard_ratio", "standard_error", "log_likelihood",
    "null_log_likelihood", "events",
)  # fmt: skip
_FARTHEST = 30.0  # of the log of a hazard ratio: a ratio of e**30 is endless to any reader
_MOST_STEPS, _CLOSE = 100, 1e-12
_ROUNDING = 1e-10  # so close to the top a likelihood that is rounded may seem to fall where it rises


def hazard_ratio(histogram: pd.DataFrame, *, ties: Ties = "efron", confidence: float = CONFIDENCE) -> pd.DataFrame:
    """How many times as fast does group 1 meet the event as group 0? Cox regression with one covariate, the group.

    Partial likelihood, ties as Efron or Breslow; whoever is censored on a day is at risk on it. The interval is that
    of the profile likelihood: it has an end even where one group has no event at all, where +- 1.96 se has none. The
    usual wrong edge: the ratio says how two groups differ, not what made them; and it takes the ratio to be the same
    on every day.

    Parameters: ``histogram`` with ``days`` (>= 0), ``group`` (0 or 1), ``events``, ``censored`` (counts).

    Returns one row:
      hazard_ratio, hazard_ratio_low, hazard_ratio_high  > 0, 0 or endless where one group has no event; all missing
                                                         without an event, or with one group alone at risk
      log_hazard_ratio, standard_error                   from Newton's method; missing where the ratio is 0 or endless
      log_likelihood, null_log_likelihood                at the estimate, at a ratio of 1
      events                                             count, of both groups

    Source: Cox (1972); Efron (1977). Tested against the remission times of Freireich et al. (1963) as published.

    >>> waits = pd.DataFrame({"days": [1, 2, 3, 4], "group": [1, 0, 1, 0], "events": [3, 1, 2, 2], "censored": 0})
    >>> hazard_ratio(waits)[["hazard_ratio", "hazard_ratio_low", "events"]].round(2).values.tolist()
    [[5.55, 0.87, 8.0]]
    """
    likelihood = _likelihood(histogram, ties)
    at_one, _, information = likelihood(0.0)
    row = dict.fromkeys(COLUMNS, np.nan)
    row |= {"null_log_likelihood": at_one, "events": numbers(histogram, "events").sum()}
    # Where the groups are never at risk together the likelihood is flat, and nothing can be said.
    if information > 0:
        best = _highest(likelihood)
        top, _, information = likelihood(best)
        limit = top - stats.chi2.ppf(confidence, 1) / 2
        low, high = (_edge(lambda at: likelihood(at)[0] - limit, best, end) for end in (-_FARTHEST, _FARTHEST))
        row |= {"hazard_ratio": _ratio(best), "hazard_ratio_low": low, "hazard_ratio_high": high, "log_likelihood": top}
        if abs(best) < _FARTHEST:
            row |= {"log_hazard_ratio": best, "standard_error": information**-0.5}
    return pd.DataFrame([row]).astype(dict.fromkeys(COLUMNS, "float64") | {"events": "int64"})


def _likelihood(histogram: pd.DataFrame, ties: Ties) -> Likelihood:
    """Log partial likelihood, its slope and its information, as a function of the log of the ratio."""
    days, place = np.unique(numbers(histogram, "days"), return_inverse=True)
    group = numbers(histogram, "group")
    sums = {
        (name, side): np.bincount(
            place[group == side], weights=numbers(histogram, name)[group == side], minlength=days.size
        )
        for name in ("events", "censored")
        for side in (0, 1)
    }
    at_risk = [(sums["events", side] + sums["censored", side])[::-1].cumsum()[::-1] for side in (0, 1)]
    events = [sums["events", side] for side in (0, 1)]
    tied = (events[0] + events[1]).astype(np.int64)
    # One row per event: of d on a day, the l-th leaves l / d of them behind (Efron), or none (Breslow).
    row = np.repeat(np.arange(days.size), tied)
    number = np.arange(row.size) - np.repeat(np.cumsum(tied) - tied, tied)
    gone = number / tied[row] if ties == "efron" else np.zeros(row.size)
    left: list[Floats] = [at_risk[side][row] - gone * events[side][row] for side in (0, 1)]
    of_group_1 = float(events[1].sum())

    def evaluate(log_ratio: float) -> tuple[float, float, float]:
        # Scaled so that neither a large nor a small ratio leaves the range of a float.
        scale = max(log_ratio, 0.0)
        risk = left[1] * np.exp(log_ratio - scale)
        total = risk + left[0] * np.exp(-scale)
        share = risk / total
        value = of_group_1 * log_ratio - float((np.log(total) + scale).sum())
        return value, of_group_1 - float(share.sum()), float((share * (1 - share)).sum())

    return evaluate


def _highest(likelihood: Likelihood) -> float:
    """Where the likelihood is highest: Newton's steps, halved until it rises; the farthest end where it has no top."""
    for end in (-_FARTHEST, _FARTHEST):
        if likelihood(end)[1] * np.sign(end) > -1e-9:
            return end
    at = 0.0
    for _ in range(_MOST_STEPS):
        value, slope, information = likelihood(at)
        step = float(np.clip(slope / information, -2, 2))
        while likelihood(at + step)[0] < value - _ROUNDING and abs(step) > _CLOSE:
            step /= 2
        at += step
        if abs(step) <= _CLOSE:
            break
    return at


def _edge(above: Callable[[float], float], best: float, end: float) -> float:
    """The ratio at which the likelihood has fallen to the limit; 0 or endless where it never does."""
    return _ratio(end if best == end or above(end) >= 0 else float(brentq(above, best, end, xtol=_CLOSE)))


def _ratio(log_ratio: float) -> float:
    if abs(log_ratio) >= _FARTHEST:
        return 0.0 if log_ratio < 0 else np.inf
    return float(np.exp(log_ratio))
