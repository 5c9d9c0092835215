"""Cells of the cohort table that nobody can know yet: what they will probably be, and how wrong that has been before.

Which of the candidates (see `forecast`) is used, and how wide the intervals are, is decided by hiding the last
diagonals (calendar months) and predicting them (see `hindsight`): nothing is claimed that was not tried on months since
seen.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from retention_helpers.periods import month_label

from .forecast import CANDIDATES, forecast
from .hindsight import HIDDEN, hidden_cells, is_inside, prediction_interval, rate_error, widths, winner
from .intervals import ratio_bootstrap
from .triangle import Triangle

NAIVE = "carried_on"

_TABLE = {
    "cohort": "str", "months_since_first": "int64", "cohort_customers": "int64", "months_ahead": "int64",
    "active_customers": "float64", "retention_rate": "float64", "retention_rate_low": "float64",
    "retention_rate_high": "float64", "candidate": "str", "is_calibrated": "bool", "is_projected": "bool",
}  # fmt: skip
_BACKTEST = {
    "candidate": "str", "months_ahead": "int64", "cells": "int64", "mean_absolute_error": "float64",
    "coverage": "float64", "paired_cells": "int64", "naive_mean_absolute_error": "float64", "gain": "float64",
    "gain_low": "float64", "gain_high": "float64", "beats_naive": "bool", "is_used": "bool",
}  # fmt: skip


def project_cohorts(details: pd.DataFrame, *, as_of: date, horizon: int = 12) -> pd.DataFrame:
    """How many customers of each cohort will probably order in the months that have not happened yet?

    Rule: the candidate (see `forecast`) whose error on hidden diagonals was smallest; a more complicated one must be
    at least 2 % better. Interval: 95 %, for the rate that will be observed, not for its mean: expected +- q x spread,
    where spread holds binomial and over-dispersed variation, and q is the 95 % quantile of what
    |observed - expected| / spread was on hidden diagonals about as far ahead (conformal). Usual wrong edge: an interval
    of the curve alone forgets that a small cohort and an odd calendar month scatter around it. A month still running
    counts as not observed; a cohort whose first month is still running is not projected.

    Parameters: ``details`` month cohorts from `cohort_details`, one value of a dimension; ``as_of`` last day that
    counts; ``horizon`` months ahead. Ages never seen in any cohort are not projected.

    Returns one row for each unobserved cell, none when fewer than 6 cohorts have been seen after their first month:
      cohort                 text, YYYY-MM
      months_since_first     age k >= 1
      cohort_customers       customers of the cohort
      months_ahead           1..horizon, calendar months after the last complete one
      active_customers       customers expected to order, not rounded
      retention_rate         rate 0..1, expected
      retention_rate_low, retention_rate_high  rate 0..1, 95 % prediction interval
      candidate              which candidate it comes from
      is_calibrated          False where no hidden diagonal was as far ahead: width grows as the root of months_ahead
      is_projected           always True

    Raises `CallError` for missing columns, `ParameterError` for quarters or several values of a dimension at once.
    Source: METRICS section 4; multiplicative Poisson model of age and cohort; Lei et al. (2018) on conformal intervals.

    >>> from datetime import date
    >>> months = [f"2026-{month:02d}" for month in range(1, 9)]  # eight cohorts of 50, of whom 10 come in each month
    >>> cells = [(c, k, 50, 10 if k else 50, True) for i, c in enumerate(months) for k in range(8 - i)]
    >>> names = ["cohort", "months_since_first", "cohort_customers", "active_customers", "is_complete"]
    >>> ahead = project_cohorts(pd.DataFrame(cells, columns=names), as_of=date(2026, 8, 31), horizon=1)
    >>> ahead[["cohort", "months_since_first", "retention_rate", "is_projected"]].tail(2).values.tolist()
    [['2026-07', 2, 0.2, True], ['2026-08', 1, 0.2, True]]
    """
    triangle = Triangle.of(details, as_of)
    if triangle is None:
        return _typed({}, _TABLE)
    hidden = hidden_cells(triangle)
    candidate = winner(hidden, triangle.last)
    ahead = forecast(triangle, candidate)
    ahead = ahead[ahead["months_ahead"] <= horizon]
    width, calibrated = widths(hidden, candidate, triangle.last, ahead["months_ahead"].to_numpy())
    size, expected = ahead["cohort_customers"].to_numpy(), ahead["expected"].to_numpy()
    low, high = prediction_interval(ahead, width)
    found = {
        "cohort": [month_label(int(month)) for month in ahead["first_month"]],
        "months_since_first": ahead["months_since_first"],
        "cohort_customers": size,
        "months_ahead": ahead["months_ahead"],
        "active_customers": expected,
        "retention_rate": expected / size,
        "retention_rate_low": low,
        "retention_rate_high": high,
        "candidate": candidate,
        "is_calibrated": calibrated,
        "is_projected": True,
    }
    return _typed(found, _TABLE).sort_values(["cohort", "months_since_first"], ignore_index=True)


def backtest_projection(details: pd.DataFrame, *, as_of: date, seed: int = 0) -> pd.DataFrame:
    """Had we projected in each of the last 6 months, how far off would we have been, and further than a simple rule?

    Rule: the last 1..6 diagonals are hidden and predicted from what was known before them; intervals too are
    calibrated on earlier diagonals alone. The simple rule carries each cohort's last observed rate on. Usual wrong
    edge: comparing over different cells; here only cells that the simple rule can predict are paired (a cohort seen
    in its first month alone has no rate to carry on), and cohorts are resampled whole. The hidden months are the same
    for all, so the interval says nothing about other, odder months.

    Parameters: ``details``, ``as_of`` as `project_cohorts`; ``seed`` of the bootstrap over cohorts.

    Returns one row for each candidate (the simple rule last, as "carried_on") and months ahead:
      candidate              curve, curve_level, curve_level_season (with 24 months of history), carried_on
      months_ahead           1..6; 0 is all of them together
      cells                  hidden cells predicted
      mean_absolute_error    of the rate, 0..1
      coverage               share 0..1 of cells inside their 95 % interval; missing if nothing earlier calibrates it
      paired_cells           cells that the simple rule predicts too
      naive_mean_absolute_error  0..1, of the simple rule on the paired cells
      gain                   its error minus the candidate's on the paired cells
      gain_low, gain_high    95 %, bootstrap over cohorts
      beats_naive            gain_low > 0
      is_used                the candidate that `project_cohorts` uses

    Raises `CallError` for missing columns, `ParameterError` for quarters or several values of a dimension at once.
    Source: METRICS section 4.
    """
    triangle = Triangle.of(details, as_of)
    if triangle is None:
        return _typed({}, _BACKTEST)
    hidden = hidden_cells(triangle)
    tested = hidden[(hidden["origin"] >= triangle.last - HIDDEN) & (hidden["months_ahead"] <= HIDDEN)]
    tested = tested.assign(is_inside=is_inside(hidden, tested), error=rate_error(tested, "expected"))
    tested["naive_error"] = rate_error(tested, "carried_on")
    naive = tested[tested["candidate"] == CANDIDATES[0]].dropna(subset=["naive_error"])
    tested = pd.concat([tested, naive.assign(candidate=NAIVE, error=naive["naive_error"], is_inside=np.nan)])
    tested = pd.concat([tested.assign(months_ahead=0), tested])
    rows = [
        {"candidate": candidate, "months_ahead": ahead, **_judged(cells, seed)}
        for candidate in (*CANDIDATES, NAIVE)
        for ahead, cells in tested[tested["candidate"] == candidate].groupby("months_ahead")
    ]
    found = _typed(pd.DataFrame(rows), _BACKTEST)
    return found.assign(is_used=found["candidate"] == winner(hidden, triangle.last))


def _judged(cells: pd.DataFrame, seed: int) -> dict[str, float]:
    """One row of the back-test."""
    paired = cells[cells["naive_error"].notna() & (cells["candidate"] != NAIVE)]
    gain = paired["naive_error"] - paired["error"]
    by_cohort = gain.groupby(paired["first_month"]).agg(["sum", "size"]).to_numpy(dtype=float)
    low, high = ratio_bootstrap(by_cohort[:, 0], by_cohort[:, 1], seed=seed) if len(by_cohort) else (np.nan, np.nan)
    return {
        "cells": len(cells),
        "mean_absolute_error": cells["error"].mean(),
        "coverage": cells["is_inside"].astype(float).mean(),
        "paired_cells": len(paired),
        "naive_mean_absolute_error": paired["naive_error"].mean(),
        "gain": gain.mean(),
        "gain_low": float(low),
        "gain_high": float(high),
        "beats_naive": bool(low > 0),
    }


def _typed(columns: Mapping[str, Any] | pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """The same columns and types, full or empty."""
    frame = pd.DataFrame(columns)
    return frame.reindex(columns=list(types)).astype(dict(types))
