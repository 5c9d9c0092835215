"""The second opinion on a programme: group-time effects by cohort of joining.

They compare changes of joiners with changes of those who have not joined, cohort by cohort, from means and covariances
alone (`cohort_sums`), and are right where joiners would have changed as the others did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .cohort_sums import NEVER, CohortSums, matrix_of, sums_of
from .doubly_robust import att, logit
from .intervals import CONFIDENCE, Floats, normal_quantile

Control = Literal["never", "not_yet"]


@dataclass(frozen=True)
class Cell:
    """Cohort and period compared with its base period, by places; the cohorts it is compared with."""

    cohort: int
    period: int
    base: int
    controls: tuple[int, ...]


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error."""

    value: float
    se: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 %."""
        reach = normal_quantile(CONFIDENCE) * self.se
        return self.value - reach, self.value + reach


class Influence(Protocol):
    """What each unit adds to each cell, summed up to variances."""

    def of_cells(self) -> Floats:
        """Of each cell, shape (K,)."""

    def of_sums(self, weights: Floats, constants: Floats) -> Floats:
        """Of weighted sums of cells, shape (M, K), with a constant for each cohort, shape (M, G)."""


@dataclass(frozen=True)
class GroupTime:
    """Effects by cohort and period (``cells``: cohort, period, effect, se) and what they come to.

    ``simple``: mean over all cells after joining, by members; ``group``: mean of cohorts' means; ``dynamic``: mean over
    months since joining; ``by_month``: months_since, effect, se, before and after.
    """

    cells: pd.DataFrame
    by_month: pd.DataFrame
    simple: Estimate
    group: Estimate
    dynamic: Estimate
    shares: "Shares"

    def months(self, first: int, last: int) -> Estimate:
        """The mean over the cells of some months since joining, by members."""
        since = self.shares.since
        return self.shares.mean([((since >= first) & (since <= last)).astype(float)])


def group_time_att(
    panel: pd.DataFrame | CohortSums,
    *,
    control: Control = "never",
    anticipation: int = 0,
    covariates: Sequence[str] = (),
) -> GroupTime:
    """What did joining change, by cohort of joining and period, had joiners otherwise changed like the others?

    ATT(g, t): change of cohort g from its base period (the last before joining, ``anticipation`` earlier) to t, minus
    that of the controls: those who never join, or have not joined by then. With covariates doubly robust (logit,
    linear change of the controls). The usual wrong edge: who joins on a good run has the run as base, and its end as
    effect; ``anticipation`` moves the base before it.

    Parameters: ``panel``, one row per unit and period, with ``unit``, ``period``, ``outcome``, ``first_treated`` (a
    period, 0 for never) and the covariates, of which a unit's first value counts; or its `CohortSums`. ``control``;
    ``anticipation`` in periods. Returns `GroupTime`.

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225, 200-230; Sant'Anna and Zhao (2020), ibid. 219,
    101-122. Tested against the published numbers of the county panel of minimum wages.
    """
    if isinstance(panel, CohortSums):
        return _aggregated(panel, np.arange(panel.periods), _cells(panel, control, anticipation), None)
    cohort, outcome, periods = matrix_of(panel)
    sums = sums_of([(cohort, outcome)], len(periods))
    cells = _cells(sums, control, anticipation)
    if not covariates:
        return _aggregated(sums, periods, cells, None)
    given = panel.groupby("unit")[list(covariates)].first().to_numpy(dtype=float)
    return _aggregated(sums, periods, cells, _conditional(cells, cohort, outcome, given))


def _cells(sums: CohortSums, control: Control, anticipation: int) -> list[Cell]:
    cells = []
    for cohort in sums.cohort[sums.cohort != NEVER]:
        base = int(cohort) - 1 - anticipation
        if base < 0 or cohort >= sums.periods:
            continue
        for period in range(sums.periods):
            last = max(period, base) + anticipation
            others = [
                int(one)
                for one in sums.cohort
                if one != cohort and (one == NEVER or (control == "not_yet" and one > last))
            ]
            if period != base and others:
                cells.append(Cell(int(cohort), period, base, tuple(others)))
    return cells


@dataclass(frozen=True)
class _SumsInfluence:
    """Influence of units from the sums alone: within a cohort it is linear in the outcomes of a unit."""

    sums: CohortSums
    loadings: Floats  # (G, K, T)
    offsets: Floats  # (G, K) mean influence in a cohort

    def of_cells(self) -> Floats:
        return self._variance(self.loadings, self.offsets)

    def of_sums(self, weights: Floats, constants: Floats) -> Floats:
        return self._variance(weights @ self.loadings, self.offsets @ weights.T + constants.T)

    def _variance(self, loadings: Floats, offsets: Floats) -> Floats:
        within = np.einsum("gmt,gmt->gm", loadings @ self.sums.covariance, loadings)
        return self.sums.n @ (within + offsets**2) / self.sums.n.sum() ** 2


@dataclass(frozen=True)
class _UnitInfluence:
    """Influence unit by unit, shape (n, K)."""

    effect: Floats
    influence: Floats
    place: NDArray[np.int64]  # (n,) which cohort of the sums

    def of_cells(self) -> Floats:
        return (self.influence**2).sum(axis=0) / len(self.influence) ** 2

    def of_sums(self, weights: Floats, constants: Floats) -> Floats:
        each = self.influence @ weights.T + constants.T[self.place]
        return (each**2).sum(axis=0) / len(each) ** 2


def _from_sums(sums: CohortSums, cells: list[Cell]) -> tuple[Floats, _SumsInfluence]:
    place = {int(one): number for number, one in enumerate(sums.cohort)}
    whole = sums.n.sum()
    loadings = np.zeros((len(sums.n), len(cells), sums.periods))
    offsets = np.zeros((len(sums.n), len(cells)))
    effect = np.zeros(len(cells))
    for k, cell in enumerate(cells):
        change = np.zeros(sums.periods)
        change[cell.period], change[cell.base] = 1, -1
        mean = sums.mean @ change
        mine, others = place[cell.cohort], [place[one] for one in cell.controls]
        size = sums.n[others].sum()
        pooled = sums.n[others] @ mean[others] / size
        effect[k] = mean[mine] - pooled
        loadings[mine, k] = whole / sums.n[mine] * change
        loadings[others, k] = -whole / size * change
        offsets[others, k] = -whole / size * (mean[others] - pooled)
    return effect, _SumsInfluence(sums, loadings, offsets)


def _conditional(cells: list[Cell], cohort: NDArray[np.int64], outcome: Floats, given: Floats) -> _UnitInfluence:
    effect, influence = np.zeros(len(cells)), np.zeros((len(cohort), len(cells)))
    x = np.column_stack([np.ones(len(cohort)), given])
    for k, cell in enumerate(cells):
        is_in = np.isin(cohort, (cell.cohort, *cell.controls))
        joins = cohort[is_in] == cell.cohort
        change = (outcome[:, cell.period] - outcome[:, cell.base])[is_in]
        found = att(change, joins, x[is_in], logit(x[is_in], joins))
        effect[k] = found.effect
        influence[is_in, k] = found.influence * len(cohort)
    return _UnitInfluence(effect, influence, np.searchsorted(np.unique(cohort), cohort))


def _aggregated(sums: CohortSums, periods: NDArray, cells: list[Cell], conditional: _UnitInfluence | None) -> GroupTime:
    effect, influence = (conditional.effect, conditional) if conditional else _from_sums(sums, cells)
    cohort = np.array([cell.cohort for cell in cells], dtype=np.int64)
    since = np.array([cell.period for cell in cells], dtype=np.int64) - cohort
    own = np.sqrt(influence.of_cells())
    frame = pd.DataFrame({"cohort": periods[cohort], "period": periods[cohort + since], "effect": effect, "se": own})
    after = since >= 0
    months = np.unique(since)
    counts = pd.Series(cohort[after]).value_counts()
    per_cohort = 1 / pd.Series(cohort).map(counts).fillna(np.inf).to_numpy(dtype=float)
    shares = Shares(sums, cohort, since, effect, influence)
    by_month = [shares.mean([(since == month).astype(float)]) for month in months]
    return GroupTime(
        cells=frame,
        by_month=pd.DataFrame(
            {
                "months_since": months,
                "effect": [one.value for one in by_month],
                "se": [one.se for one in by_month],
            }
        ),
        simple=shares.mean([after.astype(float)]),
        group=shares.mean([np.where(after, per_cohort, 0.0)]),
        dynamic=shares.mean([(since == month).astype(float) for month in months[months >= 0]]),
        shares=shares,
    )


@dataclass(frozen=True)
class Shares:
    """Means of cells, each weighed by the share of its cohort, which is estimated too."""

    sums: CohortSums
    cohort: NDArray[np.int64]
    since: NDArray[np.int64]
    effect: Floats
    influence: Influence

    def mean(self, scales: Sequence[Floats]) -> Estimate:
        """The mean over ``scales`` of the means that each of them weighs."""
        if not any(scale.any() for scale in scales):
            return Estimate(np.nan, np.nan)
        share = self.sums.n / self.sums.n.sum()
        place = np.searchsorted(self.sums.cohort, self.cohort)
        weights, constants = np.zeros(len(self.cohort)), np.zeros(len(share))
        for scale in scales:
            total = scale @ share[place]
            mine = scale * share[place] / total
            weights += mine / len(scales)
            off = scale * (self.effect - mine @ self.effect) / total
            constants += np.bincount(place, off, minlength=len(share)) / len(scales)
        variance = self.influence.of_sums(weights[None, :], constants[None, :])
        return Estimate(float(weights @ self.effect), float(np.sqrt(variance[0])))
