"""All that differences between groups of joiners need of a panel: sizes, means by period, covariances between periods.

They are sums over customers, so millions of them are read in batches and then forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import CallError

from .intervals import Floats

NEVER = -1


@dataclass(frozen=True)
class CohortSums:
    """G cohorts, by the place of the period in which they join (`NEVER` for those who do not), over T periods."""

    cohort: NDArray[np.int64]  # (G,) place of a period, or NEVER
    n: Floats  # (G,)
    mean: Floats  # (G, T)
    covariance: Floats  # (G, T, T), between periods of one unit, divided by n

    @property
    def periods(self) -> int:
        return self.mean.shape[1]


class RunningSums:
    """Adds up batches of units as they are read."""

    def __init__(self, periods: int) -> None:
        self._periods = periods
        self._n: dict[int, float] = {}
        self._total: dict[int, Floats] = {}
        self._squares: dict[int, Floats] = {}

    def add(self, cohort: NDArray[np.int64], outcome: Floats) -> None:
        """A batch: cohort of each unit (b,), outcome (b, T)."""
        for one in np.unique(cohort):
            mine, key = np.asarray(outcome[cohort == one], dtype=float), int(one)
            self._n[key] = self._n.get(key, 0.0) + len(mine)
            self._total[key] = self._total.get(key, 0.0) + mine.sum(axis=0)
            self._squares[key] = self._squares.get(key, 0.0) + mine.T @ mine

    def whole(self) -> CohortSums:
        """All that was added."""
        cohorts, periods = sorted(self._n), self._periods
        size = np.array([self._n[one] for one in cohorts])
        mean = np.array([self._total[one] / self._n[one] for one in cohorts]).reshape(-1, periods)
        square = np.array([self._squares[one] / self._n[one] for one in cohorts]).reshape(-1, periods, periods)
        spread = square - mean[:, :, None] * mean[:, None, :]
        return CohortSums(np.array(cohorts, dtype=np.int64), size, mean, spread)


def sums_of(batches: Iterable[tuple[NDArray[np.int64], Floats]], periods: int) -> CohortSums:
    """Add up batches of (cohort of each unit (b,), outcome (b, T))."""
    sums = RunningSums(periods)
    for cohort, outcome in batches:
        sums.add(cohort, outcome)
    return sums.whole()


def matrix_of(panel: pd.DataFrame) -> tuple[NDArray[np.int64], Floats, NDArray]:
    """A long panel as (cohort of each unit (n,), outcome (n, T), periods (T,)); units in order, every one complete.

    Raises `CallError` where a unit lacks a period, has one twice, or joins in two.
    """
    wide = panel.pivot_table(index="unit", columns="period", values="outcome", aggfunc=["size", "first"])
    if not (wide["size"] == 1).all(axis=None):
        lacking = wide.index[~(wide["size"] == 1).all(axis=1)][:5].tolist()
        raise CallError(f"panel: units {lacking} have not one row a period. Give each unit every period once.")
    joined = panel.groupby("unit")["first_treated"].agg(["min", "max"])
    if not (joined["min"] == joined["max"]).all():
        raise CallError("panel: a unit has several values of first_treated. Give each unit one, 0 for never.")
    periods = wide["first"].columns.to_numpy()
    first = joined["min"].to_numpy()
    cohort = np.where(first > 0, np.searchsorted(periods, first), NEVER).astype(np.int64)
    return cohort, wide["first"].to_numpy(dtype=float), periods
