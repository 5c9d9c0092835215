"""What a model of ordering can do, and how one is fitted to histories: too few data, the unit of time, the climb."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd

from .btyd_data import Histories
from .fit import Fit, Refusal
from .intervals import Floats
from .likelihood import GAIN_LEFT, Objective, climb

TIMES = {"alpha", "beta"}  # parameters in the unit of time
NODES = 24


class OrderModel(Protocol):
    """A model of ordering: a named tuple of its parameters. Histories in, shape (n,) out."""

    _fields: tuple[str, ...]

    @staticmethod
    def objective(h: Histories) -> Objective: ...

    def log_likelihood(self, h: Histories) -> Floats: ...

    def probability_alive(self, h: Histories) -> Floats: ...

    def expected_orders(self, h: Histories, days: float) -> Floats: ...

    def expected_orders_by(self, h: Histories, ends: Floats) -> Iterator[Floats]: ...

    def simulate(self, T: Floats, ends: Floats, rng: np.random.Generator) -> tuple[Histories, Floats]: ...


Model = TypeVar("Model", bound=OrderModel)


def fit_histories(
    model: type[Model], starts: Floats, histories: pd.DataFrame, fewest: tuple[float, float]
) -> Fit[Model]:
    """Fit a model of ordering, or refuse to.

    ``starts`` are logarithms of parameters, those of time in units of the longest time observed, in which the climb is
    made: so it is the same one for days and weeks. ``fewest`` customers and days.
    """
    h = Histories.of(histories)
    n = h.customers.sum()
    refusal = _too_little(h, *fewest)
    if refusal is not None:
        return Fit.refused(model, n, refusal)
    unit = h.T.max()
    peak = climb(model.objective(h.by(unit)), list(starts), n)
    if not peak.converged:
        return Fit.refused(model, n, Refusal("not_converged", peak.gain_left, GAIN_LEFT))
    # A density by days is one by units, divided by the unit for each repeat order.
    value = peak.value - np.log(unit) * (h.customers @ h.x)
    return Fit(model(*(np.exp(peak.theta) * units(model, unit))), value, int(n), peak.covariance)


def units(model: type[Model], unit: float) -> Floats:
    """What each parameter is multiplied by when time is counted in another unit."""
    return np.array([unit if name in TIMES else 1.0 for name in model._fields])


def discounted_orders(model: OrderModel, h: Histories, yearly_discount: float) -> Floats:
    """Repeat orders expected over the rest of the relationship, each worth less the later it comes, shape (n,).

    The integral of e^(-dt) over expected orders E(t), that is of d e^(-dt) E(t), with d = log(1 + yearly_discount) a
    day. Gauss-Legendre in the logarithm of t, from the scale of the rates on: eight digits, for any model.
    """
    per_day = np.log1p(yearly_discount) / 365.25
    points, weights = unit_nodes(NODES)
    scale = model.alpha
    reach = np.log1p(36 / (per_day * scale))
    time = scale * np.expm1(points * reach)
    measure = weights * reach * (scale + time) * per_day * np.exp(-per_day * time)
    return sum(part * orders for part, orders in zip(measure, model.expected_orders_by(h, time), strict=True))


def unit_nodes(count: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights for an integral from 0 to 1."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return (points + 1) / 2, weights / 2


def _too_little(h: Histories, fewest_customers: float, fewest_days: float) -> Refusal | None:
    n, days = h.customers.sum(), float(h.T.max(initial=0.0))
    if n < fewest_customers:
        return Refusal("too_few_customers", n, fewest_customers)
    if days < fewest_days:
        return Refusal("too_short", days, fewest_days)
    if not h.customers @ h.x > 0:
        return Refusal("no_repeat_orders", 0, 1)
    return None
