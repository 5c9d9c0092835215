"""What each candidate expects of the cells that are not known yet.

Expected active = customers x curve[age] x level[cohort] x season, of which a candidate takes the first factors:

    curve                the pooled age curve of the last 12 cohorts matured to each age
    curve_level          times the cohort's own level, drawn towards 1 (gamma-Poisson) as far as its months are few
    curve_level_season   times a factor of the calendar month of the year, once 24 months can be seen
"""

import numpy as np
import pandas as pd

from .intervals import Floats
from .triangle import Triangle

CANDIDATES = ("curve", "curve_level", "curve_level_season")
RECENT = 12  # cohorts pooled at each age: a year, so that every calendar month counts once
SEASON_MONTHS = 24
ROUNDS = 8  # of fitting one factor given the others; more change nothing a reader sees
LEAN = 25  # customers' worth of the neighbouring ages in the curve
SMALLEST = 1.0  # spread in customers: one customer more or less is always possible


def candidates(triangle: Triangle) -> list[str]:
    """The candidates for which the history is long enough."""
    has_season = triangle.last - triangle.first[0] >= SEASON_MONTHS
    return [name for name in CANDIDATES if has_season or name != "curve_level_season"]


def forecast(triangle: Triangle, candidate: str) -> pd.DataFrame:
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


def _expected(triangle: Triangle, candidate: str) -> Floats:
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
