"""Pareto/NBD: customers order at random at their own rate, and may leave for good at any moment.

Rates are gamma(r, alpha) over customers, hazards of leaving gamma(s, beta). Source: Schmittlein, Morrison and Colombo
(1987), Management Science 33, 1-24; likelihood and expectations as in Fader and Hardie (2005), "A note on deriving the
Pareto/NBD model and related expressions". Their 2F1 for "left at an unknown moment" is worked out here as the integral
that it stands for: its derivatives come from the same nodes.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, gammaln, psi

from .btyd_data import Histories
from .fit import FEWEST_CUSTOMERS, FEWEST_DAYS, Fit
from .history_fit import fit_histories, unit_nodes
from .intervals import Floats
from .likelihood import Objective

STARTS = np.log([[0.5, 0.2, 0.5, 0.2], [1.0, 1.0, 1.0, 1.0], [0.5, 0.1, 2.0, 4.0]])
NEAR = 1e-6
NODES, NODE_WEIGHTS = unit_nodes(16)
CHUNK = 65_536  # histories integrated at once: what fits into the processor's cache


class ParetoNbd(NamedTuple):
    """Parameters: ``r``, ``alpha`` of the rates of ordering, ``s``, ``beta`` of the hazards of leaving."""

    r: float
    alpha: float
    s: float
    beta: float

    @staticmethod
    def objective(h: Histories) -> Objective:
        """Log-likelihood and gradient of all histories together, by the logarithms of the parameters."""
        return _Likelihood(h)

    def log_likelihood(self, h: Histories) -> Floats:
        """The log-likelihood of one customer of each history, shape (n,)."""
        alive, left, _ = self._branches(h)
        return self._of_counts(h.x) + np.logaddexp(alive, left)

    def probability_alive(self, h: Histories) -> Floats:
        """The chance 0..1 that a customer has not left, shape (n,); here for one-time buyers too."""
        alive, left, _ = self._branches(h)
        return expit(alive - left)

    def expected_orders(self, h: Histories, days: float) -> Floats:
        """Repeat orders expected in the ``days`` after T, shape (n,). With x = tx = T = 0: those of a new customer."""
        return next(self.expected_orders_by(h, np.array([days])))

    def expected_orders_by(self, h: Histories, ends: Floats) -> Iterator[Floats]:
        """The same for each of the ``ends``, days after T: what does not depend on them is worked out once."""
        r, alpha, s, beta = self
        s = 1 + NEAR if abs(s - 1) < NEAR else s  # the formula is 0/0 at s = 1, and smooth around it
        scale = (r + h.x) / (alpha + h.T) * (beta + h.T) / (s - 1) * self.probability_alive(h)
        for days in ends:
            yield scale * -np.expm1((s - 1) * np.log((beta + h.T) / (beta + h.T + days)))

    def simulate(self, T: Floats, ends: Floats, rng: np.random.Generator) -> tuple[Histories, Floats]:
        """Customers as the model has them; see `BgNbd.simulate`."""
        r, alpha, s, beta = self
        rate = rng.gamma(r, 1 / alpha, T.size)
        gone = rng.exponential(1 / rng.gamma(s, 1 / beta, T.size))
        active = np.minimum(gone, T)
        x = rng.poisson(rate * active)
        last = active * rng.beta(np.maximum(x, 1), 1)
        edges = np.minimum(gone, T + np.concatenate([[0.0], ends])[:, None])
        future = rng.poisson(rate * np.maximum(np.diff(edges, axis=0), 0))
        return Histories(x.astype(float), np.where(x > 0, last, 0.0), T, np.ones(T.size)), future.astype(float)

    def _of_counts(self, x: Floats) -> Floats:
        r, alpha, s, beta = self
        return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)

    def _branches(self, h: Histories) -> tuple[Floats, Floats, Floats]:
        """Logarithms of the two ways to this history, still alive at T or gone before, and the second's derivatives."""
        r, alpha, s, beta = self
        alive = -(r + h.x) * np.log(alpha + h.T) - s * np.log(beta + h.T)
        parts = [slice(start, start + CHUNK) for start in range(0, max(h.x.size, 1), CHUNK)]
        gone = [self._gone(h.x[part], h.tx[part], h.T[part]) for part in parts]
        left = np.concatenate([value for value, _ in gone])
        return alive, left, np.concatenate([slopes for _, slopes in gone], axis=1)

    def _gone(self, x: Floats, tx: Floats, T: Floats) -> tuple[Floats, Floats]:
        """The logarithm of s * integral from tx to T of (alpha + t)^-(r + x) (beta + t)^-(s + 1), and its derivatives.

        Gauss-Legendre over a stretched t: logarithmic from the smaller of alpha and beta, and slower the faster the
        integrand falls. Sixteen nodes give ten digits for counts up to hundreds.
        """
        r, alpha, s, beta = self
        least = min(alpha, beta)
        reach = np.log((least + T) / (least + tx))
        fall = (least + tx) * ((r + x) / (alpha + tx) + (s + 1) / (beta + tx)) - 1
        slow = np.maximum(fall, 0.1) / 4
        span = -np.expm1(-slow * reach)
        shrink = 1 - NODES[:, None] * span
        time = (least + tx) * shrink ** (-1 / slow) - least
        measure = NODE_WEIGHTS[:, None] * span * (least + time) / (slow * shrink)
        with np.errstate(divide="ignore"):  # whoever ordered on the last day cannot have left before it
            height = np.log(measure) - (r + x) * np.log((alpha + time) / (alpha + tx))
            height -= (s + 1) * np.log((beta + time) / (beta + tx))
            total = np.log(s) + np.log(np.exp(height).sum(axis=0))
        share = np.exp(height) / np.maximum(np.exp(height).sum(axis=0), np.finfo(float).tiny)
        slopes = np.stack(
            [
                -(share * np.log(alpha + time)).sum(axis=0),
                -(r + x) * (share / (alpha + time)).sum(axis=0),
                1 / s - (share * np.log(beta + time)).sum(axis=0),
                -(s + 1) * (share / (beta + time)).sum(axis=0),
            ]
        )
        return total - (r + x) * np.log(alpha + tx) - (s + 1) * np.log(beta + tx), slopes


def fit_pareto_nbd(
    histories: pd.DataFrame, *, fewest_customers: float = FEWEST_CUSTOMERS, fewest_days: float = FEWEST_DAYS
) -> Fit[ParetoNbd]:
    """How do customers order, and how do they leave, when they may leave at any moment? Pareto/NBD, maximum likelihood.

    Rates of ordering are gamma(r, alpha) over customers, hazards of leaving gamma(s, beta). It differs from BG/NBD most
    for one-time buyers, who may have left here. The usual wrong edge: the 2F1 of the papers overflows at large counts.

    Parameters, refusals and shape as `fit_bg_nbd`; ``params`` is ParetoNbd(r, alpha, s, beta), alpha and beta in days.
    Source: Fader and Hardie (2005), "A note on deriving the Pareto/NBD model"; equal to their CDNOW estimates.
    """
    return fit_histories(ParetoNbd, STARTS, histories, (fewest_customers, fewest_days))


class _Likelihood:
    """Log-likelihood and gradient by the logarithms of the parameters."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        h = self.h
        r, alpha, s, beta = p = ParetoNbd(*np.exp(theta))
        alive, left, slopes = p._branches(h)
        value = h.customers @ (p._of_counts(h.x) + np.logaddexp(alive, left))
        log_alpha, log_beta = np.log(alpha + h.T), np.log(beta + h.T)
        stays = np.stack([-log_alpha, -(r + h.x) / (alpha + h.T), -log_beta, -s / (beta + h.T)])
        is_left = expit(left - alive)
        mixed = (1 - is_left) * stays + is_left * slopes
        n = h.customers.sum()
        counts = h.customers @ (psi(r + h.x) - psi(r)) + n * np.log(alpha)
        of_counts = np.array([counts, n * r / alpha, n * np.log(beta), n * s / beta])
        return value, (of_counts + mixed @ h.customers) * p
