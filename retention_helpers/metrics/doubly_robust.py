"""Effect on those who joined, with two models of which one may be wrong: who joins, and how the others go on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import Floats

HIGHEST = 0.9  # a chance to join above it weighs no more
_STEPS, _CLOSE, _LONGEST = 40, 1e-8, 2.0
_RIDGE = 1e-8
_ROWS = 100_000  # at a time
_MANY = 500_000  # rows: above it the search starts from what some of them say


@dataclass(frozen=True)
class Chance:
    """The chance of each row to join, and the covariance of the coefficients behind it."""

    chance: Floats  # (n,) 0..1
    covariance: Floats  # (k, k)


@dataclass(frozen=True)
class Att:
    """The effect on joiners, what each row adds to it, and the weights of the controls, which sum to 1."""

    effect: float
    influence: Floats  # (n,) sums to 0; the variance is the sum of squares over clusters
    weight: Floats  # (n,)


def logit(x: Floats, joins: NDArray[np.bool_]) -> Chance:
    """Logistic regression by Newton's method; ``x`` (n, k) with a first column of ones."""
    y = joins.astype(float)
    beta, information = _newton(x, y, _start(x, y))
    return Chance(_expit(x @ beta), np.linalg.inv(information))


def _start(x: Floats, y: Floats) -> Floats:
    """Near the answer: of every tenth row where there are many, else the share of those who join."""
    if len(y) > _MANY:
        return _newton(x[::10], y[::10], _start(x[::10], y[::10]))[0]
    beta = np.zeros(x.shape[1])
    share = np.clip(y.mean(), 1e-9, 1 - 1e-9)
    beta[0] = np.log(share / (1 - share))
    return beta


def _newton(x: Floats, y: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """The coefficients, and the information at them."""
    ridge = _RIDGE * len(y) * np.eye(len(beta))
    for _ in range(_STEPS):
        chance = _expit(x @ beta)
        information = _weighed(x, chance * (1 - chance)) + ridge
        step = np.linalg.solve(information, x.T @ (y - chance))
        longest = np.abs(step).max()
        beta = beta + step * min(1.0, _LONGEST / max(longest, _CLOSE))
        if longest < _CLOSE:
            break
    return beta, information


def att(y: Floats, joins: NDArray[np.bool_], x: Floats, model: Chance) -> Att:
    """Sant'Anna and Zhao's doubly robust effect on joiners, with the influence of both fitted models.

    ``y`` (n,) a change; ``x`` (n, k) covariates.
    """
    stays = ~joins
    chance = np.minimum(model.chance, HIGHEST)
    bread = np.linalg.pinv(_weighed(x, stays.astype(float)))
    left = y - x @ (bread @ (x.T @ (y * stays)))
    weight = np.where(stays, chance / (1 - chance), 0.0)
    weight /= weight.sum()
    treated, control = left[joins].mean(), weight @ left
    influence = np.where(joins, (left - treated) / joins.sum(), -weight * (left - control))
    influence -= x @ (bread.T @ (joins @ x / joins.sum() - weight @ x)) * left * stays
    influence -= x @ (model.covariance @ ((weight * (left - control)) @ x)) * (joins - model.chance)
    return Att(float(treated - control), influence, weight)


def _weighed(x: Floats, weight: Floats) -> Floats:
    """(k, k) the weighted products of columns, some rows at a time: never a second copy of all."""
    blocks = range(0, max(len(x), 1), _ROWS)
    return sum(
        ((x[i : i + _ROWS] * weight[i : i + _ROWS, None]).T @ x[i : i + _ROWS] for i in blocks),
        start=np.zeros((x.shape[1], x.shape[1])),
    )


def _expit(value: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
