"""Customers by month, for what is compared with the trials: the naive gap, before and after, fixed effects, group-time.

Only customers known before the first month are in it, so that nobody arrives in the middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from .cohort_sums import NEVER, CohortSums, sums_of
from .frames import statement
from .group_time import Estimate, group_time_att, two_way_fixed_effects
from .intervals import Floats
from .relations import keep
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


def panel_sums(connection: duckdb.DuckDBPyConnection, outcome: str, *, first_month: int, last_month: int) -> CohortSums:
    """The sums over customers by month of joining; tables ``orders``, ``known_customers``, ``programme_joins``."""
    keep(connection, "programme_customers", statement("programme_customers"), {"first_month": first_month})
    joined = connection.execute("SELECT joined_month FROM programme_customers ORDER BY place").fetchnumpy()
    cohort = np.where(joined["joined_month"] < 0, NEVER, joined["joined_month"] - first_month).astype(np.int64)
    periods = last_month - first_month + 1

    def batches() -> Iterator[tuple[NDArray[np.int64], Floats]]:
        for first in range(0, len(cohort), _BATCH):
            size = min(_BATCH, len(cohort) - first)
            values = {
                "first_month": first_month, "last_month": last_month, "first": first, "last": first + size
            }  # fmt: skip
            rows = connection.execute(statement("programme_months"), values).fetchnumpy()
            wide = np.zeros((size, periods))
            amount = np.ones(len(rows["place"])) if outcome == "active" else rows[outcome]
            wide[rows["place"] - first, rows["period"]] = amount
            # Members from before the months compared show no change in them.
            some = (cohort[first : first + size] == NEVER) | (cohort[first : first + size] > 0)
            yield cohort[first : first + size][some], wide[some]

    return sums_of(batches(), periods)


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
