"""By how much would this forecast miss? Rehearsed on companies that the fitted models make up.

Each made-up company has customers like ours, watched for as long; its models are fitted anew and asked for its future,
which is known there. So the error holds what the fit may be off by, and what customers do by chance: a parametric
bootstrap of the whole procedure.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from .btyd_data import Histories
from .fit import Fit
from .gamma_gamma import GammaGamma, spend_likelihood
from .history_fit import OrderModel, units
from .intervals import CONFIDENCE, Floats, Interval
from .likelihood import climb_near

DRAWS = 199  # one less than 200: then the 5th from each end has exactly 2.5 % beyond it
MOST_CUSTOMERS = 4000
KNOTS = 12


@dataclass(frozen=True)
class Errors:
    """Relative errors, realised / predicted - 1, a row for each company; missing where no fit converged.

    ``orders`` (draws, periods), ``orders_so_far`` (draws, periods) cumulated, ``spend`` (draws,) over all periods.
    ``shrink``: with more customers than were made up, errors are smaller by the root of that.
    """

    orders: Floats
    orders_so_far: Floats
    spend: Floats
    shrink: float


def rehearse(
    fits: tuple[Fit[OrderModel], Fit[GammaGamma] | None], h: Histories, ends: Floats, *, seed: int, draws: int = DRAWS
) -> Errors:
    """The errors of a forecast of orders (and spend, with a second model) in periods that end ``ends`` days ahead."""
    rng = np.random.default_rng(seed)
    n = int(h.customers.sum())
    size = min(n, MOST_CUSTOMERS)
    orders, so_far, spend = (np.full(shape, np.nan) for shape in ((draws, ends.size), (draws, ends.size), (draws,)))
    every = np.repeat(h.T, h.customers.astype(np.int64)) if n == size else None
    up_to = np.cumsum(h.customers) / n
    for draw in range(draws):
        observed = h.T[np.searchsorted(up_to, rng.random(size), side="right")] if every is None else every
        known, future = fits[0].params.simulate(observed, ends, rng)
        again = _refit_orders(fits[0], known)
        if again is None:
            continue
        each, expected = _expected(again, known, ends)
        came = future.sum(axis=1)
        orders[draw] = came / np.diff(expected, prepend=0.0) - 1
        so_far[draw] = came.cumsum() / expected - 1
        if fits[1] is not None:
            spend[draw] = _spend_error(fits[1], (known, each), future.sum(axis=0), rng)
    return Errors(orders, so_far, spend, float(np.sqrt(size / max(n, 1))))


def expected_curve(model: OrderModel, h: Histories, ends: Floats) -> Floats:
    """Orders of all customers expected up to each of the ends; between a few knots the curve is smooth.

    To a per mille or better, and as quick for fifty weeks as for twelve.
    """
    return _expected(model, h, ends)[1]


def _expected(model: OrderModel, h: Histories, ends: Floats) -> tuple[Floats, Floats]:
    """Orders expected of one customer of each history up to the last end, and of all customers up to each end."""
    if ends.size == 1:
        each = model.expected_orders(h, ends[0])
        return each, np.array([h.customers @ each])
    stretch = np.log1p(ends / model.alpha)
    knots = np.linspace(0, stretch[-1], KNOTS + 1)
    totals, each = [0.0], np.zeros(h.x.size)
    for each in model.expected_orders_by(h, model.alpha * np.expm1(knots[1:])):
        totals.append(h.customers @ each)
    return each, CubicSpline(knots, totals)(stretch)


def error_interval(expected: Floats, errors: Floats, shrink: float, confidence: float = CONFIDENCE) -> Interval:
    """Where what is ``expected`` will come to lie, given rehearsed ``errors`` (draws on the first axis); 0 at least.

    The k-th error from each end, k the share beyond it of one more than there are. Missing with too few of them.
    """
    ordered = np.sort(errors, axis=0)  # missing ones last
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    rank = np.floor((known + 1) * (1 - confidence) / 2).astype(int)
    low, high = (
        np.take_along_axis(ordered, np.clip(place, 0, len(ordered) - 1)[None, ...], axis=0)[0]
        for place in (rank - 1, known - rank)
    )
    edges = (np.maximum(expected * (1 + shrink * np.where(rank > 0, edge, np.nan)), 0) for edge in (low, high))
    return next(edges), next(edges)


def _refit_orders(fit: Fit[OrderModel], known: Histories) -> OrderModel | None:
    model, unit = type(fit.params), known.T.max()
    scale = units(model, unit)
    objective, start = model.objective(known.by(unit)), np.log(np.array(fit.params) / scale)
    theta = climb_near(objective, start, _covariance_of(fit, known.customers.sum()))
    return None if theta is None else model(*(np.exp(theta) * scale))


def _refit_spend(fit: Fit[GammaGamma], x: Floats, z: Floats) -> GammaGamma | None:
    objective, start = spend_likelihood(x, z, np.ones(x.size)), np.log(np.array(fit.params))
    theta = climb_near(objective, start, _covariance_of(fit, x.size))
    return None if theta is None else GammaGamma(*np.exp(theta))


def _covariance_of(fit: Fit, customers: float) -> Floats:
    """What the covariance of a fit is with so many customers: information adds up over them."""
    return fit.covariance * (fit.n / max(customers, 1))


def _spend_error(
    fit: Fit[GammaGamma], known: tuple[Histories, Floats], came: Floats, rng: np.random.Generator
) -> float:
    """Realised / predicted spend - 1 of one company, whose customers' expected orders are ``known`` too.

    Missing where its spend cannot be fitted.
    """
    h, expected = known
    spent_before, spent = fit.params.simulate(np.stack([h.x, came]), rng)
    mean, bought = spent_before / np.maximum(h.x, 1), h.x > 0
    again = _refit_spend(fit, h.x[bought], mean[bought])
    if again is None or again.q <= 1:
        return np.nan
    return spent.sum() / (expected @ again.expected_spend(h.x, mean)) - 1
