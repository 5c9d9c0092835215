"""Gamma-Gamma: what a customer spends on an order varies around a mean of their own, and the means vary over customers.

Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value"; Fader, Hardie and Lee (2005), "RFM and CLV",
Journal of Marketing Research 42, 415-430.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln, psi

from .btyd_data import SPENDING, columns, refuse, weights_of
from .fit import Fit, Refusal
from .intervals import CONFIDENCE, Floats, normal_quantile
from .likelihood import GAIN_LEFT, Objective, climb

FEWEST_REPEATERS = 100
STARTS = np.log([[1.0, 2.0, 1.0], [6.0, 4.0, 0.5], [2.0, 10.0, 5.0]])
WEAK, STRONG = 0.1, 0.3


class GammaGamma(NamedTuple):
    """Parameters: ``p`` of the orders of one customer; ``q``, ``v`` (money) of the customers' own means."""

    p: float
    q: float
    v: float

    def expected_spend(self, x: Floats, z: Floats) -> Floats:
        """Money per order expected of a customer whose ``x`` repeat orders had the mean ``z``, shape (n,).

        Their own mean, drawn towards that of all the more the fewer orders they made; ``z`` does not matter at x = 0.
        """
        p, q, v = self
        return p * (v + x * np.where(x > 0, z, 0)) / (p * x + q - 1)

    def simulate(self, orders: Floats, rng: np.random.Generator) -> Floats:
        """Money spent on so many orders, shape (periods, n), by n customers as the model has them."""
        p, q, v = self
        pace = rng.gamma(q, 1 / v, orders.shape[-1])
        return np.where(orders > 0, rng.standard_gamma(p * np.maximum(orders, 1)) / pace, 0.0)


def fit_gamma_gamma(spending: pd.DataFrame, *, fewest_customers: float = FEWEST_REPEATERS) -> Fit[GammaGamma]:
    """What do customers spend on an order, and how much do they differ? Gamma-Gamma by maximum likelihood.

    A customer's orders are gamma around their own mean; the means are inverse-gamma over customers, the same however
    often they order (see `spend_independence`). The usual wrong edge: the first order counted in the mean, or
    customers without a repeat order taken in with a mean of 0.

    Parameters: ``spending``, a `spend_histories` (columns repeat_orders, repeat_spend_mean, customers; without
    ``customers`` each row is one); ``fewest_customers`` with a repeat order, below which nothing is fitted. Shape: any
    number of rows -> one `Fit` with ``params`` GammaGamma(p, q, v), v in money, the covariance (3, 3) of their
    logarithms. Refused too where q <= 1: then the model has no mean to expect.
    Raises `CallError` for missing columns, and for rows without a repeat order or without a mean above 0.
    Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value"; equal to its CDNOW estimates.
    """
    x, z = columns(spending, SPENDING)
    refuse(spending, ~((x > 0) & (z > 0)), "repeat_orders > 0 and repeat_spend_mean > 0")
    weights = weights_of(spending)
    n = weights.sum()
    if n < fewest_customers:
        return Fit.refused(GammaGamma, n, Refusal("too_few_customers", n, fewest_customers))
    unit = float(weights @ z / n)
    peak = climb(spend_likelihood(x, z / unit, weights), list(STARTS), n)
    if not peak.converged:
        return Fit.refused(GammaGamma, n, Refusal("not_converged", peak.gain_left, GAIN_LEFT))
    p, q, v = np.exp(peak.theta)
    if q <= 1:
        return Fit.refused(GammaGamma, n, Refusal("no_mean", q, 1))
    return Fit(GammaGamma(p, q, v * unit), peak.value - n * np.log(unit), int(n), peak.covariance)


def spend_independence(spending: pd.DataFrame) -> pd.DataFrame:
    """Do customers who order more often also spend more on an order? The Gamma-Gamma model takes it that they do not.

    Rank correlation of the number of repeat orders with their mean spend; plain correlation is led by the few dearest.
    The usual wrong edge: with many customers the smallest correlation is "significant"; what counts is how large it is.

    Parameters: ``spending``, a `spend_histories`. Returns one row:
      correlation                                  -1..1, Spearman's
      correlation_low, correlation_high            95 %, Bonett and Wright (2000)
      linear_correlation                           -1..1, Pearson's
      n                                            customers with a repeat order
      verdict                                      "independent" within +-0.1, "weak" within +-0.3, "dependent",
                                                   or "cannot tell" (fewer than 4, all alike)
    """
    x, z = columns(spending, SPENDING)
    weights = weights_of(spending)
    n = weights.sum()
    ranked = _correlation(_mid_ranks(x, weights), _mid_ranks(z, weights), weights)
    half = normal_quantile(CONFIDENCE) * np.sqrt((1 + ranked**2 / 2) / (n - 3)) if n > 3 else np.nan
    with np.errstate(divide="ignore"):
        low, high = np.tanh(np.arctanh(ranked) - half), np.tanh(np.arctanh(ranked) + half)
    cases = [abs(ranked) <= WEAK, abs(ranked) <= STRONG, abs(ranked) > STRONG]
    verdict = np.select(cases, ["independent", "weak", "dependent"], "cannot tell") if n > 3 else "cannot tell"
    return pd.DataFrame(
        {
            "correlation": [ranked],
            "correlation_low": [low],
            "correlation_high": [high],
            "linear_correlation": [_correlation(x, z, weights)],
            "n": [int(n)],
            "verdict": pd.Series([str(verdict)], dtype="str"),
        }
    )


def spend_likelihood(x: Floats, z: Floats, weights: Floats) -> Objective:
    """Log-likelihood and gradient by the logarithms of the parameters."""
    counts, at = np.unique(x, return_inverse=True)
    customers, n = np.bincount(at, weights=weights, minlength=counts.size), weights.sum()
    log_total, total = np.bincount(at, weights=weights * np.log(x * z), minlength=counts.size), x * z
    constant = weights @ np.log(z)

    def objective(theta: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(theta)
        shape, pull = p * counts, p * counts + q
        # Per customer there is one logarithm; the rest depends on the number of orders alone.
        log_sum = np.bincount(at, weights=weights * np.log(total + v), minlength=counts.size)
        value = customers @ (gammaln(pull) - gammaln(shape)) + shape @ log_total - pull @ log_sum - constant
        value += n * (q * np.log(v) - gammaln(q))
        by_p = counts @ (customers * (psi(pull) - psi(shape)) + log_total - log_sum)
        by_q = customers @ psi(pull) - log_sum.sum() + n * (np.log(v) - psi(q))
        by_v = n * q / v - weights @ (pull[at] / (total + v))
        return value, np.array([by_p * p, by_q * q, by_v * v])

    return objective


def _mid_ranks(values: Floats, weights: Floats) -> Floats:
    """Ranks of weighted values, ties in the middle of the places that they share."""
    _, place = np.unique(values, return_inverse=True)
    many = np.bincount(place, weights=weights)
    return (np.cumsum(many) - many / 2)[place]


def _correlation(first: Floats, second: Floats, weights: Floats) -> float:
    n = weights.sum()
    if n == 0:
        return np.nan
    first, second = first - weights @ first / n, second - weights @ second / n
    spread = (weights @ first**2) * (weights @ second**2)
    return float(weights @ (first * second) / np.sqrt(spread)) if spread > 0 else np.nan
