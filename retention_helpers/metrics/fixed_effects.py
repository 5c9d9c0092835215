"""Two-way fixed effects: the usual way to ask what joining changed, told beside ours as a second opinion."""

import numpy as np

from .cohort_sums import NEVER, CohortSums
from .group_time import Estimate
from .intervals import Floats


def two_way_fixed_effects(sums: CohortSums) -> Estimate:
    """By how much do members order more after joining than before, customers and months apart? Two-way fixed effects.

    Member from the period after the one of joining on; standard error clustered by customer.
    """
    joined = np.where(sums.cohort == NEVER, sums.periods, sums.cohort)
    is_member = (np.arange(sums.periods)[None, :] > joined[:, None]).astype(float)
    x, y = _demeaned(is_member, sums.n), _demeaned(sums.mean, sums.n)
    power = float(sums.n @ (x * x).sum(axis=1))
    if power == 0:
        return Estimate(np.nan, np.nan)
    slope = float(sums.n @ (x * y).sum(axis=1)) / power
    left = y - slope * x
    spread = np.einsum("gt,gts,gs->g", x, sums.covariance + left[:, :, None] * left[:, None, :], x)
    return Estimate(slope, float(np.sqrt(sums.n @ spread)) / power)


def _demeaned(values: Floats, n: Floats) -> Floats:
    by_period = n @ values / n.sum()
    return values - values.mean(axis=1, keepdims=True) - by_period + by_period.mean()
