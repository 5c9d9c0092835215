"""BG/NBD: customers order at random at their own rate, and after each repeat order may leave for good.

Rates are gamma(r, alpha) over customers, chances of leaving beta(a, b). Source: Fader, Hardie and Lee (2005), "Counting
your customers the easy way", Marketing Science 24, 275-284; in the form of Fader and Hardie (2013), "Overcoming the
BG/NBD model's #NUM! error problem", which is stable at large counts.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, gammaln, psi

from .btyd_data import Histories
from .fit import FEWEST_CUSTOMERS, FEWEST_DAYS, Fit
from .history_fit import fit_histories
from .intervals import Floats
from .likelihood import Objective
from .pace import orders_if_alive

FEW = 50  # whole numbers up to so many times as many as there are values are told apart without sorting
STARTS = np.log([[0.5, 0.5, 1.0, 1.0], [1.0, 1.0, 1.0, 3.0], [0.25, 0.1, 0.5, 4.0]])


class BgNbd(NamedTuple):
    """Parameters: ``r``, ``alpha`` (unit of time) of the rates of ordering; ``a``, ``b`` of the chances of leaving."""

    r: float
    alpha: float
    a: float
    b: float

    @staticmethod
    def objective(h: Histories) -> Objective:
        """Log-likelihood and gradient of all histories together, by the logarithms of the parameters."""
        return _Likelihood(h)

    def log_likelihood(self, h: Histories) -> Floats:
        """The log-likelihood of one customer of each history, shape (n,)."""
        alive, left = self._branches(h)
        return self._of_counts(h.x) + np.logaddexp(alive, left)

    def probability_alive(self, h: Histories) -> Floats:
        """The chance 0..1 that a customer has not left, shape (n,); missing without a repeat order.

        Leaving can follow only a repeat order, so the model calls every one-time buyer alive, however long ago: that is
        an assumption, no finding.
        """
        alive, left = self._branches(h)
        return np.where(h.x > 0, expit(alive - left), np.nan)

    def expected_orders(self, h: Histories, days: float) -> Floats:
        """Repeat orders expected in the ``days`` after T, shape (n,). With x = tx = T = 0: those of a new customer."""
        return next(self.expected_orders_by(h, np.array([days])))

    def expected_orders_by(self, h: Histories, ends: Floats) -> Iterator[Floats]:
        """The same for each of the ``ends``, days after T: what does not depend on them is worked out once.

        Of customers who are still there they are the integral of a pace over the logarithm of alpha + T + days, and the
        pace depends on the number of repeat orders alone (see `pace`): a few values of it do for all histories.
        """
        x, T, place = _pairs(h.x, h.T)
        if_alive = orders_if_alive(self, x, np.log1p(ends[:, None] / (self.alpha + T)))
        alive, left = self._branches(h)
        is_alive = expit(alive - left)
        for each in if_alive:
            yield each[place] * is_alive

    def simulate(self, T: Floats, ends: Floats, rng: np.random.Generator) -> tuple[Histories, Floats]:
        """Customers as the model has them, each observed for ``T``: histories (n,), and orders after them.

        The latter by periods that end ``ends`` days after T, shape (periods, n).
        """
        r, alpha, a, b = self
        rate = rng.gamma(r, 1 / alpha, T.size)
        orders_until_gone = rng.geometric(np.maximum(rng.beta(a, b, T.size), 1e-12))
        wanted = rng.poisson(rate * T)
        x = np.minimum(wanted, orders_until_gone)
        # Moments of n orders are n uniform ones: the x-th of them is beta.
        last = T * rng.beta(np.maximum(x, 1), wanted - x + 1)
        left, future = orders_until_gone - x, []
        for days in np.diff(ends, prepend=0.0):
            future.append(np.minimum(rng.poisson(rate * days), left))
            left = left - future[-1]
        return Histories(x.astype(float), np.where(x > 0, last, 0.0), T, np.ones(T.size)), np.array(future, dtype=float)

    def _of_counts(self, x: Floats) -> Floats:
        """What of the log-likelihood depends on the number of repeat orders alone."""
        r, alpha, a, b = self
        rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        return rate + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)

    def _branches(self, h: Histories) -> tuple[Floats, Floats]:
        """Logarithms of the two ways to this history: still alive at T, or gone right after the last repeat order."""
        r, alpha, a, b = self
        again = np.maximum(h.x, 1)
        alive = -(r + h.x) * np.log(alpha + h.T)
        left = np.log(a) - np.log(b + again - 1) - (r + h.x) * np.log(alpha + h.tx)
        return alive, np.where(h.x > 0, left, -np.inf)


def fit_bg_nbd(
    histories: pd.DataFrame, *, fewest_customers: float = FEWEST_CUSTOMERS, fewest_days: float = FEWEST_DAYS
) -> Fit[BgNbd]:
    """How do customers order, and how do they leave? BG/NBD by maximum likelihood.

    Rates of ordering are gamma(r, alpha) over customers; after each repeat order a customer leaves for good with a
    chance that is beta(a, b). The usual wrong edge: histories rounded to weeks move the parameters; days do not.

    Parameters: ``histories``, an `order_histories` (columns repeat_orders, days_first_to_last_order, days_observed,
    customers; without ``customers`` each row is one); ``fewest_customers``, ``fewest_days``, below which nothing is
    fitted. Shape: any number of rows -> one `Fit` with
      params          BgNbd(r, alpha, a, b); alpha in the unit of the histories, days
      log_likelihood  of all customers
      n               customers
      covariance      (4, 4), of the logarithms of the parameters
      refusal         why there is no fit, else None
    Raises `CallError` for missing columns and impossible rows.
    Source: Fader, Hardie and Lee (2005), Marketing Science 24, 275-284; equal to its CDNOW estimates.

    >>> fit_bg_nbd(pd.DataFrame({"repeat_orders": [1], "days_first_to_last_order": [30], "days_observed": [400]}))
    Fit(BgNbd refused: too_few_customers, 1 of 500)
    """
    return fit_histories(BgNbd, STARTS, histories, (fewest_customers, fewest_days))


class _Likelihood:
    """Log-likelihood and gradient by the logarithms of the parameters; functions of one column are worked out once."""

    def __init__(self, h: Histories) -> None:
        bought = h.x > 0
        self.zero_T, zero = _distinct(h.T[~bought])
        self.zero_customers = np.bincount(zero, weights=h.customers[~bought], minlength=self.zero_T.size)
        self.x, self.x_at = _distinct(h.x[bought])
        self.tx, self.tx_at = np.unique(h.tx[bought], return_inverse=True)
        self.T, self.T_at = _distinct(h.T[bought])
        self.customers = h.customers[bought]
        self.x_customers = np.bincount(self.x_at, weights=self.customers, minlength=self.x.size)
        self.n = h.customers.sum()

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = p = BgNbd(*np.exp(theta))
        x, n_x, w = self.x, self.x_customers, self.customers
        log_zero, log_T, log_tx = (np.log(alpha + time) for time in (self.zero_T, self.T, self.tx))
        shape = (r + x)[self.x_at]
        alive = -shape * log_T[self.T_at]
        left = (np.log(a) - np.log(b + x - 1))[self.x_at] - shape * log_tx[self.tx_at]
        value = n_x @ p._of_counts(x) + w @ np.logaddexp(alive, left)
        value += r * (self.zero_customers @ (np.log(alpha) - log_zero))

        is_left = w * expit(left - alive)
        is_alive = w - is_left
        left_x = np.bincount(self.x_at, weights=is_left, minlength=x.size)
        left_tx, alive_T = _sums(self.tx_at, is_left, self.tx), _sums(self.T_at, is_alive, self.T)
        by_r = n_x @ (psi(r + x) - psi(r) + np.log(alpha)) - left_tx @ log_tx - alive_T @ log_T
        by_r += self.zero_customers @ (np.log(alpha) - log_zero)
        by_alpha = r * self.n / alpha - r * (self.zero_customers @ (1 / (alpha + self.zero_T)))
        by_alpha -= _sums(self.tx_at, is_left * shape, self.tx) @ (1 / (alpha + self.tx))
        by_alpha -= _sums(self.T_at, is_alive * shape, self.T) @ (1 / (alpha + self.T))
        by_both = n_x @ (psi(a + b) - psi(a + b + x))
        by_a = by_both + is_left.sum() / a
        by_b = by_both + n_x @ (psi(b + x) - psi(b)) - left_x @ (1 / (b + x - 1))
        return value, np.array([by_r, by_alpha, by_a, by_b]) * p


def _sums(place: np.ndarray, weights: Floats, values: Floats) -> Floats:
    return np.bincount(place, weights=weights, minlength=values.size)


def _pairs(first: Floats, second: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """The distinct pairs of two columns, and which of them each row has."""
    (a, a_at), (b, b_at) = _distinct(first), _distinct(second)
    pairs, place = _distinct(a_at * b.size + b_at)
    return a[pairs // b.size], b[pairs % b.size], place


def _distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values, and which of them each is; of whole numbers without sorting them."""
    whole = values.astype(np.int64)
    if not values.size or whole.max() > FEW * values.size or whole.min() < 0 or (whole != values).any():
        return np.unique(values, return_inverse=True)
    there = np.zeros(whole.max() + 1, dtype=np.int64)
    there[whole] = 1
    return np.flatnonzero(there).astype(values.dtype), (np.cumsum(there) - 1)[whole]
