"""Shifted beta-geometric: customers under contract renew or leave period by period, each with a chance of their own.

Source: Fader and Hardie (2007), "How to project customer retention", Journal of Interactive Marketing 21, 76-90, and
(2010), "Customer-base valuation in a contractual setting", Marketing Science 29, 85-93.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betaln, hyp2f1, psi

from retention_helpers.errors import CallError

from .btyd_data import columns, refuse
from .fit import Fit, Refusal
from .intervals import CONFIDENCE, Floats
from .likelihood import GAIN_LEFT, Objective, climb
from .survival import log_log_interval

CONTRACTS = ("periods", "left", "still")
FEWEST_CUSTOMERS, FEWEST_PERIODS = 100, 2  # two parameters and leaving seen to the month: fewer than orders need
STARTS = np.log([[1.0, 1.0], [0.5, 3.0], [4.0, 20.0]])


class Sbg(NamedTuple):
    """Parameters ``alpha``, ``beta`` of the chance of leaving at the end of a period: beta over customers."""

    alpha: float
    beta: float

    def survival(self, periods: Floats) -> Floats:
        """The share 0..1 of customers who are still there after so many periods, shape (n,)."""
        return np.exp(betaln(self.alpha, self.beta + periods) - betaln(self.alpha, self.beta))

    def retention_rate(self, periods: Floats) -> Floats:
        """The share 0..1 of those in period ``periods`` (>= 1) who renew for the next; it rises as leavers leave."""
        return (self.beta + periods - 1) / (self.alpha + self.beta + periods - 1)

    def residual_periods(self, periods: Floats, discount_rate: float) -> Floats:
        """Further periods expected of whoever is in period ``periods`` (>= 1) and about to renew or not, discounted.

        ``discount_rate`` above 0, a period. Source: Fader and Hardie (2010), equation 6.
        """
        alpha, beta = self
        whole = alpha + beta + periods
        return (beta + periods - 1) / (whole - 1) * hyp2f1(1, beta + periods, whole, 1 / (1 + discount_rate))


def fit_sbg(contracts: pd.DataFrame, *, fewest_customers: float = FEWEST_CUSTOMERS) -> Fit[Sbg]:
    """How long do customers keep a contract? Shifted beta-geometric by maximum likelihood.

    Each customer leaves at the end of a period with a chance of their own, beta(alpha, beta) over customers. So the
    retention rate rises with age although nobody becomes more loyal: the usual wrong edge is to carry today's on.

    Parameters: ``contracts``, one row for each number of periods (cohorts of different ages may be added up):
      periods  int, >= 1, periods paid
      left     customers who paid so many and no more
      still    customers who have paid so many and have not yet had to decide again
    ``fewest_customers``, below which nothing is fitted. Shape: any number of rows -> one `Fit` with ``params``
    Sbg(alpha, beta), the covariance (2, 2) of their logarithms. Refused too where fewer than 2 periods are seen, or
    nobody left. Raises `CallError` for missing columns and impossible rows.
    Source: Fader and Hardie (2007); equal to its estimates for both segments.

    >>> contracts = pd.DataFrame({"periods": [1, 2, 3], "left": [300, 120, 60], "still": [0, 0, 520]})
    >>> fit_sbg(contracts).params.survival(np.array([1.0, 3.0])).round(2).tolist()
    [0.7, 0.52]
    """
    periods, left, still = columns(contracts, CONTRACTS)
    possible = (periods >= 1) & (periods == np.floor(periods)) & (left >= 0) & (still >= 0)
    refuse(contracts, ~possible, "periods >= 1, whole, left >= 0 and still >= 0")
    n = (left + still).sum()
    seen = periods[left + still > 0].max(initial=0)
    for reason, found, needed in (
        ("too_few_customers", n, fewest_customers),
        ("too_short", seen, FEWEST_PERIODS),
        ("nobody_left", left.sum(), 1),
    ):
        if found < needed:
            return Fit.refused(Sbg, n, Refusal(reason, found, needed))
    peak = climb(sbg_likelihood(periods, left, still), list(STARTS), n)
    if not peak.converged:
        return Fit.refused(Sbg, n, Refusal("not_converged", peak.gain_left, GAIN_LEFT))
    return Fit(Sbg(*np.exp(peak.theta)), peak.value, int(n), peak.covariance)


def contract_survival(fit: Fit[Sbg], *, periods: int) -> pd.DataFrame:
    """Which share of customers will still be under contract after so many periods, and which share of those renews?

    Parameters: ``fit``, a `fit_sbg`; ``periods``, up to which (>= 1). Returns one row per period from 1:
      period          int
      survival        rate 0..1, still there after it
      retention_rate  rate 0..1, of those who were there in it
      survival_low, survival_high  95 %, delta method on log(-log(survival))
    All rates are missing without a fit. Raises `CallError` for ``periods`` below 1.
    """
    if periods < 1:
        raise CallError(f"periods is {periods}; give 1 or more.")
    period = np.arange(1, periods + 1)
    survival, (low, high) = _survival_interval(fit, period.astype(float))
    rate = fit.params.retention_rate(period)
    return pd.DataFrame(
        {"period": period, "survival": survival, "survival_low": low, "survival_high": high, "retention_rate": rate}
    )


def _survival_interval(fit: Fit[Sbg], periods: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    alpha, beta = fit.params
    survival = fit.params.survival(periods)
    by_alpha = psi(alpha + beta) - psi(alpha + beta + periods)
    by_beta = by_alpha + psi(beta + periods) - psi(beta)
    slopes = np.stack([alpha * by_alpha, beta * by_beta])  # of the logarithm of survival
    return survival, log_log_interval(survival, np.einsum("in,ij,jn->n", slopes, fit.covariance, slopes), CONFIDENCE)


def sbg_likelihood(periods: Floats, left: Floats, still: Floats) -> Objective:
    """Log-likelihood and gradient by the logarithms of the parameters."""
    n, gone = (left + still).sum(), left.sum()
    paid = np.where(left > 0, periods - 1, 0)  # renewed before leaving

    def objective(theta: Floats) -> tuple[float, Floats]:
        alpha, beta = np.exp(theta)
        leaving = betaln(alpha + 1, beta + paid)
        staying = betaln(alpha, beta + periods)
        value = left @ leaving + still @ staying - n * betaln(alpha, beta)
        both = psi(alpha + beta) * n - left @ psi(alpha + 1 + beta + paid) - still @ psi(alpha + beta + periods)
        by_alpha = both + gone * psi(alpha + 1) + (n - gone) * psi(alpha) - n * psi(alpha)
        by_beta = both + left @ psi(beta + paid) + still @ psi(beta + periods) - n * psi(beta)
        return value, np.array([by_alpha * alpha, by_beta * beta])

    return objective
