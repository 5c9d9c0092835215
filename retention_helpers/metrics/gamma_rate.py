"""How often does each customer do something, and is the last time less than luck explains? Rates over customers.

Everybody's own rate is constant, and rates are gamma over customers: counts are negative binomial, also those of the
last days given the days before.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import gammaln, psi

from .cohort_tests import FALSE_DISCOVERY_RATE
from .fit import FEWEST_CUSTOMERS, Fit, Refusal
from .frames import numbers
from .intervals import Floats
from .likelihood import GAIN_LEFT, Objective, climb

_SAME = 1 + 1e-12  # chances that differ by less are one


class GammaRate(NamedTuple):
    """Everybody's own rate is constant; over customers rates are gamma(r, alpha), alpha in days."""

    r: float
    alpha: float

    def expected(self, before: Floats, days: Floats, window: float) -> Floats:
        """Events to expect in ``window`` days of a customer with so many in so many days, shape (n,)."""
        return (self.r + before) / (self.alpha + days) * window

    def chance_of_so_few(self, before: Floats, days: Floats, recent: Floats, window: float) -> Floats:
        """P(at most ``recent`` events in ``window`` days | the history), were the rate what it was, shape (n,)."""
        return stats.nbinom.cdf(recent, self.r + before, (self.alpha + days) / (self.alpha + days + window))

    def most_by_luck(self, before: Floats, days: Floats, window: float, chance: float) -> int:
        """The most events of which anybody's chance of so few is still no more than ``chance``, or one more."""
        shape, rest = self.r + before, (self.alpha + days) / (self.alpha + days + window)
        return int(stats.nbinom.ppf(chance, shape, rest).max(initial=0))


def fit_rates(counts: pd.DataFrame) -> Fit[GammaRate]:
    """How do rates differ from customer to customer? Negative binomial by maximum likelihood, each with their own time.

    Parameters: ``counts`` with events_before, days_before (> 0) and, where a row stands for several, customers. Returns
    a `Fit` of `GammaRate`; refused below 500 customers, without any event, and where there is no single best answer.
    """
    x, days = numbers(counts, "events_before"), numbers(counts, "days_before")
    many = numbers(counts, "customers") if "customers" in counts else np.ones(x.size)
    n = many.sum()
    if n < FEWEST_CUSTOMERS:
        return Fit.refused(GammaRate, n, Refusal("too_few_customers", n, FEWEST_CUSTOMERS))
    if not many @ x > 0:
        return Fit.refused(GammaRate, n, Refusal("no_repeat_orders", 0, 1))
    unit = days.max()
    peak = climb(_likelihood(x, days / unit, many), [np.log([0.5, 0.5]), np.log([2.0, 0.2])], n)
    if not peak.converged:
        return Fit.refused(GammaRate, n, Refusal("not_converged", peak.gain_left, GAIN_LEFT))
    r, alpha = np.exp(peak.theta)
    return Fit(GammaRate(float(r), float(alpha * unit)), peak.value, int(n), peak.covariance)


def q_values(
    rates: GammaRate, seen: tuple[Floats, Floats, Floats], many: Floats, window: float
) -> tuple[Floats, Floats]:
    """Whose events fell, if of all who are said to have fallen at most so many may be false?

    Benjamini-Hochberg for counts (Heyse, 2011; with the factor of Döhler, Durand and Roquain, 2018, which guarantees
    the rate): false warnings to expect at a chance are not the chance times all customers, but the sum of what each
    customer can reach of it. Of someone who was expected to order once, no silence is telling, and so nobody else's
    warning is weakened by looking at them. The usual wrong edge: the plain procedure, which among thousands of such
    customers finds nobody.

    Parameters: ``rates``; ``seen``: events before, days before, events in the ``window``, each of shape (n,); ``many``,
    how many customers each stands for. Returns the chance of so few events, and the q value, 0..1, shapes (n,); the
    latter is 1 for chances above 5 %.
    """
    before, days, recent = seen
    level = FALSE_DISCOVERY_RATE
    luck = rates.chance_of_so_few(before, days, recent, window)
    telling = rates.chance_of_so_few(before, days, np.zeros(1), window) <= level
    counts = np.arange(rates.most_by_luck(before[telling], days[telling], window, level) + 1)[:, None]
    chances = rates.chance_of_so_few(before[telling], days[telling], counts, window)
    reached = np.diff(chances, axis=0, prepend=0.0) * many[telling]
    order = np.argsort(chances, axis=None, kind="stable")
    up_to = np.append(0.0, np.cumsum(reached.ravel()[order]))
    false = up_to[np.searchsorted(chances.ravel()[order], luck * _SAME, side="right")] / (1 - level)
    ranked = np.argsort(luck, kind="stable")
    given = np.where(luck <= level, false, np.inf)[ranked] / np.cumsum(many[ranked])
    q = np.empty_like(luck)
    q[ranked] = np.minimum.accumulate(given[::-1])[::-1]
    return luck, np.minimum(q, 1.0)


def _likelihood(x: Floats, days: Floats, many: Floats) -> Objective:
    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha = np.exp(theta)
        log_all = np.log(alpha + days)
        value = many @ (gammaln(r + x) - (r + x) * log_all) + many.sum() * (r * np.log(alpha) - gammaln(r))
        by_r = many @ (psi(r + x) - log_all) + many.sum() * (np.log(alpha) - psi(r))
        by_alpha = many.sum() * r / alpha - many @ ((r + x) / (alpha + days))
        return float(value), np.array([by_r * r, by_alpha * alpha])

    return objective
