"""Customers by month, for what is compared with the trials: the naive gap, before and after, fixed effects, group-time.

Only customers known before the first month are in it, so that nobody arrives in the middle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from .cohort_sums import NEVER, CohortSums, RunningSums
from .fixed_effects import two_way_fixed_effects
from .frames import statement
from .group_time import Estimate, group_time_att
from .relations import keep
from .trial_covariates import ACTIVE
from .trials import CHOSEN_MONTHS

MONTHS_BEFORE = 6  # of the launch, in the panel
_BATCH = 200_000


@dataclass(frozen=True)
class SecondOpinions:
    """Other answers to the same question, outcome a month and member. The first two are never an effect.

    ``naive``: members minus others in the months after joining. ``before_after``: members after joining minus before.
    """

    naive: float
    before_after: float
    fixed_effects: Estimate
    group_time: Estimate


def panel_sums(
    connection: duckdb.DuckDBPyConnection, outcomes: Sequence[str], *, first_month: int, last_month: int
) -> dict[str, CohortSums]:
    """The sums over customers by month of joining; tables ``orders``, ``known_customers``, ``programme_joins``."""
    keep(connection, "programme_customers", statement("programme_customers"), {"first_month": first_month})
    joined = connection.execute("SELECT joined_month FROM programme_customers ORDER BY place").fetchnumpy()
    cohort = np.where(joined["joined_month"] < 0, NEVER, joined["joined_month"] - first_month).astype(np.int64)
    periods = last_month - first_month + 1
    found = {outcome: RunningSums(periods) for outcome in outcomes}
    for first in range(0, len(cohort), _BATCH):
        size = min(_BATCH, len(cohort) - first)
        values = {"first_month": first_month, "last_month": last_month, "first": first, "last": first + size}
        rows = connection.execute(statement("programme_months"), values).fetchnumpy()
        # Members from before the months compared show no change in them.
        some = (cohort[first : first + size] == NEVER) | (cohort[first : first + size] > 0)
        for outcome, sums in found.items():
            wide = np.zeros((size, periods))
            wide[rows["place"] - first, rows["period"]] = 1.0 if outcome == ACTIVE else rows[outcome]
            sums.add(cohort[first : first + size][some], wide[some])
    return {outcome: sums.whole() for outcome, sums in found.items()}


def second_opinions(sums: CohortSums, horizon: int) -> SecondOpinions:
    """What else one could have answered, right or wrong, over months 1 to ``horizon`` after the month of joining."""
    month = np.arange(sums.periods)[None, :] - sums.cohort[:, None]
    joins = (sums.cohort != NEVER)[:, None]
    late, early = joins & (month >= 1) & (month <= horizon), joins & (month < 0) & (month >= -MONTHS_BEFORE)
    others = sums.mean[sums.cohort == NEVER]
    if not late.any() or not len(others):
        return SecondOpinions(np.nan, np.nan, Estimate(np.nan, np.nan), Estimate(np.nan, np.nan))
    n = np.broadcast_to(sums.n[:, None], sums.mean.shape)
    found = group_time_att(sums, control="not_yet", anticipation=CHOSEN_MONTHS)
    return SecondOpinions(
        naive=float(np.average((sums.mean - others)[late], weights=n[late])),
        before_after=float(
            np.average(sums.mean[late], weights=n[late]) - np.average(sums.mean[early], weights=n[early])
        ),
        fixed_effects=two_way_fixed_effects(sums),
        group_time=found.months(1, horizon),
    )
