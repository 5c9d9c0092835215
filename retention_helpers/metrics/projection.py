"""Cells of the cohort table that nobody can know yet: what they will probably be, and how wrong that has been before.

Three candidates, each a product of simple factors, expected active = customers x curve[age] x level[cohort] x season:

    curve                the pooled age curve of the last 12 cohorts matured to each age
    curve_level          times the cohort's own level, drawn towards 1 (gamma-Poisson) as far as its months are few
    curve_level_season   times a factor of the calendar month of the year, once 24 months can be seen

Which one is used, and how wide the intervals are, is decided by hiding the last diagonals (calendar months) and
predicting them: nothing is claimed that was not tried on months since seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import ParameterError
from retention_helpers.periods import month_label

from .cohorts import complete_cells
from .intervals import ratio_bootstrap

CANDIDATES = ("curve", "curve_level", "curve_level_season")
NAIVE = "carried_on"
FEWEST_COHORTS = 6
RECENT = 12  # cohorts pooled at each age: a year, so that every calendar month counts once
SEASON_MONTHS = 24
HIDDEN = 6  # diagonals hidden for the back-test
CALIBRATION = 12  # diagonals hidden to learn how wide an interval must be
WORTH = 0.02  # a more complicated candidate must have an error smaller by this share
COVERAGE = 0.95
NORMAL = 1.96
FEWEST_HIDDEN = 3  # cohorts that must be left when diagonals are hidden
ENOUGH = 60  # misses from which a quantile is read
ROUNDS = 8  # of fitting one factor given the others; more change nothing a reader sees
LEAN = 25  # customers' worth of the neighbouring ages in the curve
SMALLEST = 1.0  # spread, in customers, and width, in spreads: one customer more or less is always possible

Floats = NDArray[np.float64]
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

    Rule: the candidate (see the module) whose error on hidden diagonals was smallest; a more complicated one must be
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
    triangle = _Triangle.of(details, as_of)
    if triangle is None:
        return _typed({}, _TABLE)
    hidden = _hidden(triangle)
    candidate = _winner(hidden, triangle.last)
    ahead = _forecast(triangle, candidate)
    ahead = ahead[ahead["months_ahead"] <= horizon]
    width, calibrated = _widths(hidden, candidate, triangle.last, ahead["months_ahead"].to_numpy())
    size, expected = ahead["cohort_customers"].to_numpy(), ahead["expected"].to_numpy()
    low, high = _interval(ahead, width)
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
    triangle = _Triangle.of(details, as_of)
    if triangle is None:
        return _typed({}, _BACKTEST)
    hidden = _hidden(triangle)
    tested = hidden[(hidden["origin"] >= triangle.last - HIDDEN) & (hidden["months_ahead"] <= HIDDEN)]
    tested = tested.assign(is_inside=_inside(hidden, tested), error=_error(tested, "expected"))
    tested["naive_error"] = _error(tested, "carried_on")
    naive = tested[tested["candidate"] == CANDIDATES[0]].dropna(subset=["naive_error"])
    tested = pd.concat([tested, naive.assign(candidate=NAIVE, error=naive["naive_error"], is_inside=np.nan)])
    tested = pd.concat([tested.assign(months_ahead=0), tested])
    rows = [
        {"candidate": candidate, "months_ahead": ahead, **_judged(cells, seed)}
        for candidate in (*CANDIDATES, NAIVE)
        for ahead, cells in tested[tested["candidate"] == candidate].groupby("months_ahead")
    ]
    found = _typed(pd.DataFrame(rows), _BACKTEST)
    return found.assign(is_used=found["candidate"] == _winner(hidden, triangle.last))


@dataclass(frozen=True)
class _Triangle:
    """Month cohorts by age 1, 2, ...: customers that ordered, missing where not known up to ``last``."""

    first: NDArray[np.int64]
    size: Floats
    active: Floats
    last: int

    @classmethod
    def of(cls, details: pd.DataFrame, as_of: date) -> "_Triangle | None":
        """None where fewer than six cohorts have been seen after their first month."""
        cells = complete_cells(details, as_of)
        if cells.duplicated(["first_month", "months_since_first"]).any():
            raise ParameterError("projection: the table holds several values of a dimension. Filter it to one first.")
        if cells.empty or cells["months_since_first"].max() == 0:
            return None
        ages = range(1, int(cells["months_since_first"].max()) + 1)
        wide = cells.pivot(index="first_month", columns="months_since_first", values="active_customers")
        size = cells.groupby("first_month")["cohort_customers"].max().to_numpy(dtype=float)
        last = int((cells["first_month"] + cells["months_since_first"]).max())
        known = size > 0
        active = wide.reindex(columns=ages).to_numpy(dtype=float)[known]
        triangle = cls(wide.index.to_numpy(dtype="int64")[known], size[known], active, last)
        return triangle if triangle.seen_cohorts >= FEWEST_COHORTS else None

    @property
    def seen_cohorts(self) -> int:
        return int((~np.isnan(self.active)).any(axis=1).sum())

    @property
    def months(self) -> NDArray[np.int64]:
        """The calendar month of every cell."""
        return self.first[:, None] + np.arange(1, self.active.shape[1] + 1)

    def hidden_after(self, month: int) -> "_Triangle":
        """What was known at the end of ``month``."""
        started = self.first <= month
        active = np.where(self.months > month, np.nan, self.active)[started]
        return _Triangle(self.first[started], self.size[started], active, month)

    def offers(self, candidate: str) -> bool:
        """Whether the history is long enough for the candidate."""
        return candidate != "curve_level_season" or self.last - self.first[0] >= SEASON_MONTHS


def _expected(triangle: _Triangle, candidate: str) -> Floats:
    """Expected active customers of every cell, seen or not; missing at ages that no cohort has reached."""
    seen = ~np.isnan(triangle.active)
    active = np.where(seen, triangle.active, 0)
    recent = seen & (seen[::-1].cumsum(axis=0)[::-1] <= RECENT)
    month_of_year = triangle.months % 12
    size = triangle.size[:, None]
    level, season = np.ones_like(size), np.ones(12)
    for _ in range(ROUNDS):
        curve = _curve((active * recent).sum(axis=0), (size * level * season[month_of_year] * recent).sum(axis=0))
        if candidate == "curve":
            break
        plain = np.where(seen, size * curve * season[month_of_year], 0)
        level = _shrunk(active.sum(axis=1), plain.sum(axis=1))[:, None]
        if candidate == "curve_level_season":
            unseasoned = np.where(seen, size * curve * level, 0).ravel()
            came = np.bincount(month_of_year.ravel(), weights=active.ravel(), minlength=12)
            season = _shrunk(came, np.bincount(month_of_year.ravel(), weights=unseasoned, minlength=12))
    return np.minimum(size * level * curve * season[month_of_year], size)


def _curve(active: Floats, base: Floats) -> Floats:
    """Rate by age; where few customers were seen it leans on the ages beside it."""
    beside_active = np.convolve(active, np.ones(3), mode="same")
    beside_base = np.convolve(base, np.ones(3), mode="same")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, (active + LEAN * beside_active / beside_base) / (base + LEAN), np.nan)


def _shrunk(came: Floats, expected: Floats) -> Floats:
    """Factors came / expected, drawn towards 1 as far as their spread could be chance (gamma-Poisson, by moments)."""
    excess = np.sum((came - expected) ** 2 - expected) / max(np.sum(expected**2), 1e-9)
    if excess <= 0:
        return np.ones_like(expected)
    return (1 / excess + came) / (1 / excess + expected)


def _forecast(triangle: _Triangle, candidate: str) -> pd.DataFrame:
    """One row per cell not seen: expected and spread, and the rate the simple rule would carry on."""
    expected, size = _expected(triangle, candidate), triangle.size[:, None]
    binomial = expected * (1 - expected / size)
    seen = ~np.isnan(triangle.active)
    squares = (triangle.active - expected) ** 2
    excess = np.sum((squares - binomial)[seen]) / max(np.sum(expected[seen] ** 2), 1e-9)
    spread = np.sqrt(np.maximum(binomial + max(excess, 0) * expected**2, SMALLEST**2))
    newest = np.where(seen.any(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1), 0)
    carried_on = np.take_along_axis(triangle.active, newest[:, None], axis=1)[:, 0]
    cohort, place = np.nonzero(~seen & ~np.isnan(expected) & (triangle.months > triangle.last))
    return pd.DataFrame(
        {
            "first_month": triangle.first[cohort],
            "months_since_first": place + 1,
            "cohort_customers": triangle.size[cohort],
            "months_ahead": triangle.months[cohort, place] - triangle.last,
            "expected": expected[cohort, place],
            "spread": spread[cohort, place],
            "carried_on": carried_on[cohort],
        }
    )


def _hidden(triangle: _Triangle) -> pd.DataFrame:
    """Every cell of the last diagonals as each candidate would have predicted it at each earlier month's end."""
    parts = [_forecast(triangle, "curve").iloc[:0].assign(candidate="", origin=0, actual=0.0)]  # if none can be hidden
    for origin in range(triangle.last - HIDDEN - CALIBRATION, triangle.last):
        known = triangle.hidden_after(origin)
        if known.seen_cohorts < FEWEST_HIDDEN:
            continue
        for candidate in filter(known.offers, CANDIDATES):
            cells = _forecast(known, candidate)
            row = np.searchsorted(triangle.first, cells["first_month"])
            actual = triangle.active[row, cells["months_since_first"] - 1]
            parts.append(cells.assign(candidate=candidate, origin=origin, actual=actual))
    hidden = pd.concat(parts[1:] or parts, ignore_index=True).dropna(subset=["actual"])
    hidden = hidden[hidden["months_ahead"] <= CALIBRATION]
    return hidden.assign(miss=(hidden["actual"] - hidden["expected"]).abs() / hidden["spread"])


def _winner(hidden: pd.DataFrame, last: int) -> str:
    """The candidate of the smallest error over the cells that all offered candidates predicted."""
    tested = hidden[(hidden["origin"] >= last - HIDDEN) & (hidden["months_ahead"] <= HIDDEN)]
    origins = tested.groupby("candidate")["origin"].unique()
    offered = [
        name for name in CANDIDATES if name in origins and len(origins[name]) >= min(3, len(origins[CANDIDATES[0]]))
    ]
    if not offered:
        return CANDIDATES[0]
    common = set.intersection(*(set(origins[name]) for name in offered))
    tested = tested[tested["origin"].isin(common)]
    errors = _error(tested, "expected").groupby(tested["candidate"]).mean()
    best = offered[0]
    for name in offered[1:]:
        if errors[name] < (1 - WORTH) * errors[best]:
            best = name
    return best


def _widths(
    hidden: pd.DataFrame, candidate: str, last: int, ahead: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.bool_]]:
    """How many spreads an interval reaches to each side, learnt from what was known at ``last`` alone."""
    known = hidden[(hidden["candidate"] == candidate) & hidden["origin"].between(last - CALIBRATION, last - 1)]
    known = known[known["origin"] + known["months_ahead"] <= last]
    furthest = int(known["months_ahead"].max()) if len(known) else 0
    reach = max(int(ahead.max()) if len(ahead) else 0, 1)
    width = np.array([_quantile(known, h) if h <= furthest else np.nan for h in range(1, reach + 1)])
    if not furthest:
        width[0] = NORMAL
    width = np.fmax.accumulate(width)
    # Further than ever tried: errors are taken to wander on, so they grow with the root of the time.
    beyond = np.sqrt(np.maximum(np.arange(1, reach + 1) / max(furthest, 1), 1))
    return (width * beyond)[ahead - 1], ahead <= furthest


def _quantile(known: pd.DataFrame, ahead: int) -> float:
    """The 95 % quantile, with the conformal correction for few, of misses about as many months ahead."""
    distance = (known["months_ahead"] - ahead).abs().to_numpy()
    nearest = np.sort(distance)[min(ENOUGH, len(distance)) - 1]
    misses = np.sort(known["miss"].to_numpy()[distance <= max(nearest, 1)])
    rank = int(np.ceil((len(misses) + 1) * COVERAGE))
    if rank > len(misses):
        return max(float(misses[-1]), NORMAL)
    return max(float(misses[rank - 1]), SMALLEST)


def _interval(cells: pd.DataFrame, width: Floats) -> tuple[Floats, Floats]:
    size, expected = cells["cohort_customers"].to_numpy(), cells["expected"].to_numpy()
    reach = width * cells["spread"].to_numpy()
    return np.clip((expected - reach) / size, 0, 1), np.clip((expected + reach) / size, 0, 1)


def _inside(hidden: pd.DataFrame, tested: pd.DataFrame) -> pd.Series:
    """Whether each tested cell lies in the interval it would have had then (1, 0, or missing without calibration)."""
    inside = pd.Series(np.nan, index=tested.index)
    for (candidate, origin), cells in tested.groupby(["candidate", "origin"]):
        width, calibrated = _widths(hidden, candidate, int(origin), cells["months_ahead"].to_numpy())
        low, high = _interval(cells, width)
        rate = cells["actual"] / cells["cohort_customers"]
        inside[cells.index] = np.where(calibrated, rate.between(low, high), np.nan)
    return inside


def _error(cells: pd.DataFrame, predicted: str) -> pd.Series:
    return (cells["actual"] - cells[predicted]).abs() / cells["cohort_customers"]


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
