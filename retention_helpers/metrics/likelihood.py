"""Maximum likelihood for models whose parameters are all above 0: one optimiser, which also judges itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from .intervals import Floats

Objective = Callable[[Floats], tuple[float, Floats]]

GAIN_LEFT = 1e-4  # of the log-likelihood: what a converged fit could still win by one more step
FURTHEST = 14.0  # logarithm of a parameter in the scale of the data: further out a model has lost that parameter
STEP = 1e-4
POLISH = 6
NEAR_STEPS = 40


@dataclass(frozen=True)
class Peak:
    """Where the log-likelihood is highest: logarithms of the parameters, its value there, how it curves."""

    theta: Floats
    value: float
    hessian: Floats
    gain_left: float

    @property
    def converged(self) -> bool:
        return self.gain_left <= GAIN_LEFT

    @property
    def covariance(self) -> Floats:
        return np.linalg.inv(-self.hessian)


def climb(objective: Objective, starts: Sequence[Floats], n: float) -> Peak:
    """The highest peak reached from ``starts``.

    ``objective`` takes the logarithms of the parameters and gives log-likelihood and gradient of ``n`` customers. Each
    start is climbed roughly by L-BFGS, the best of them to the end and by Newton's steps, because a flat ridge looks
    finished long before it is. What a last step would still gain (half the Newton decrement) says whether the peak is
    one; a Hessian that is not negative definite, or a parameter that ran away, says that it is none.
    """
    bounds = [(-FURTHEST, FURTHEST)] * len(starts[0])

    def downhill(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        return -value / n, -gradient / n

    def descend(start: Floats, tolerance: float) -> tuple[float, Floats]:
        options = {"ftol": tolerance, "gtol": 1e-9, "maxiter": 500}
        found = minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return found.fun, found.x

    best = min((descend(start, 1e-6) for start in starts), key=lambda found: found[0])[1]
    theta = descend(best, 1e-13)[1]
    for steps_left in reversed(range(POLISH)):
        value, gradient = objective(theta)
        hessian = _hessian(objective, theta)
        step, gain = _newton(hessian, gradient)
        ahead = np.clip(theta + step, -FURTHEST, FURTHEST)
        if not GAIN_LEFT / 100 < gain < np.inf or not steps_left or not objective(ahead)[0] > value:
            break
        theta = ahead
    lost = np.abs(theta) >= FURTHEST
    return Peak(theta, value, hessian, np.inf if lost.any() else gain)


def climb_near(objective: Objective, start: Floats, covariance: Floats) -> Floats | None:
    """The peak for data like those whose fit was ``start``, curved as it is there; None where it is not found.

    Newton's steps with a Hessian that is known already cost one gradient each; a step that overshoots, or leads to
    where a model has lost a parameter, is cut short.
    """
    theta, (value, gradient) = start, objective(start)
    for _ in range(NEAR_STEPS):
        step = covariance @ gradient
        if gradient @ step / 2 <= GAIN_LEFT:
            return theta
        reached, ahead = _ahead(objective, theta + step)
        while not reached > value:
            step = step / 4
            if gradient @ step <= GAIN_LEFT:
                return None
            reached, ahead = _ahead(objective, theta + step)
        theta, value, gradient = theta + step, reached, ahead
    return None


def _ahead(objective: Objective, theta: Floats) -> tuple[float, Floats]:
    """The objective, which falls without end where a parameter is lost."""
    return objective(theta) if np.abs(theta).max() < FURTHEST else (-np.inf, theta)


def _hessian(objective: Objective, theta: Floats) -> Floats:
    """Central differences of the analytic gradient, made symmetric."""
    shifts = STEP * np.eye(theta.size)
    rows = [(objective(theta + shift)[1] - objective(theta - shift)[1]) / (2 * STEP) for shift in shifts]
    return (np.array(rows) + np.array(rows).T) / 2


def _newton(hessian: Floats, gradient: Floats) -> tuple[Floats, float]:
    """Newton's step and what it promises to gain; endless where the surface is no hill."""
    try:
        lower = np.linalg.cholesky(-hessian)
    except np.linalg.LinAlgError:
        return np.zeros_like(gradient), np.inf
    part = np.linalg.solve(lower, gradient)
    return np.linalg.solve(lower.T, part), float(part @ part / 2)
