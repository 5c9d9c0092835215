"""At what pace will a customer of BG/NBD who is still there go on ordering? By the number of their repeat orders.

With ``s`` the logarithm of how far alpha + T has grown, the pace by ``s`` is the mean of
(r + x) e^s (1 + t (e^s - 1))^-(r + x + 1) over t, the chance of leaving after an order, which is beta(a, b + x): the
2F1 of Fader, Hardie and Lee (2005), equation 10, by Euler's integral.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import betaln, expit, hyp2f1

from .intervals import Floats
from .smooth import integrals

Params = tuple[float, float, float, float]  # r, alpha, a, b of `BgNbd`

NODES = 601
DEEP = 40.0  # logarithm of what is left out of an integral at each end
FAR = 700.0  # u beyond which there is nothing: e^-700 is the smallest number
HALVINGS = 40
AGREE = 1e-10


def orders_if_alive(params: Params, x: Floats, stretch: Floats) -> Floats:
    """Repeat orders expected of customers who are still there, ``x`` (n,) so far, shape (ends, n).

    ``stretch``, shape (ends, n): the logarithm of (alpha + T + days) / (alpha + T). The hypergeometric function of the
    library does for nearly all parameters; where it fails (counts and parameters in the hundreds) or is too rough to
    integrate, Euler's integral is taken. Missing where that did not converge either, see `integrals`.
    """
    orders = _integrated(by_series, params, x, stretch)
    lost = np.isnan(orders).any(axis=0)
    if lost.any():
        orders[:, lost] = _integrated(by_quadrature, params, x[lost], stretch[:, lost])
    return orders


def by_series(params: Params, x: Floats, ahead: Floats) -> Floats:
    """The pace at ``ahead`` (points, n) for counts ``x`` (n,), in the one of Pfaff's forms that overflows last."""
    r, _, a, b = params
    first, second, third = np.minimum(r + x + 1, a), np.maximum(r + x + 1, a), a + b + x
    with np.errstate(all="ignore"):
        return (r + x) * np.exp((1 - first) * ahead) * hyp2f1(third - second, first, third, -np.expm1(-ahead))


def by_quadrature(params: Params, x: Floats, ahead: Floats) -> Floats:
    """The same by Euler's integral over u = logit(t), once by parts: a sum of numbers above 0 for any parameters.

    The trapezoidal rule between the points where the integrand has all but vanished; missing where half of the nodes
    give another answer.
    """
    r, _, a, b = params
    counts, s = np.broadcast_to(x, ahead.shape).ravel(), ahead.ravel()
    log_integrand = _Integrand(a, a + b - r - 1, r + counts + 1, s)
    u = log_integrand.nodes()
    logs = log_integrand(u)
    top = logs.max(axis=0)
    heights = np.exp(logs - top)
    step = u[1] - u[0]
    area, by_half = step * heights.sum(axis=0), 2 * step * heights[::2].sum(axis=0)
    area = np.where(np.abs(by_half - area) <= AGREE * area, area, np.nan)
    scale = top - np.log(a) - betaln(a, b + counts) + s
    return ((r + counts) * np.exp(scale) * area).reshape(ahead.shape)


def _integrated(pace: Callable[..., Floats], params: Params, x: Floats, stretch: Floats) -> Floats:
    counts, which = np.unique(x, return_inverse=True)
    return integrals(lambda ahead: pace(params, counts, ahead), stretch, which)


class _Integrand:
    """The logarithm of the integrand for m pairs of count and ``s``; it rises to one peak and falls, shape (.., m)."""

    def __init__(self, a: float, rest: float, power: Floats, s: Floats) -> None:
        self.a, self.rest, self.power, self.s = a, rest, power, s

    def __call__(self, u: Floats) -> Floats:
        falls = self.rest * np.logaddexp(0, u) + self.power * np.logaddexp(0, u + self.s)
        return self.a * u - falls + np.log(self._pull(u))

    def nodes(self) -> Floats:
        """Points between which all but e^-`DEEP` of it lies, evenly spaced, shape (NODES, m)."""
        far = np.full(self.s.size, FAR)
        peak = _boundary(lambda u: self._slope(u) > 0, -far - self.s, far)
        top = self(peak) - DEEP
        left = _boundary(lambda u: self(u) < top, peak - far - self.s, peak)
        right = _boundary(lambda u: self(u) > top, peak, peak + far)
        return left + (right - left) * np.linspace(0, 1, NODES)[:, None]

    def _pull(self, u: Floats) -> Floats:
        return self.rest * expit(u) + self.power * expit(u + self.s)

    def _slope(self, u: Floats) -> Floats:
        here, there = expit(u), expit(u + self.s)
        bends = self.rest * here * (1 - here) + self.power * there * (1 - there)
        return self.a - self._pull(u) + bends / self._pull(u)


def _boundary(is_before: Callable[[Floats], np.ndarray], low: Floats, high: Floats) -> Floats:
    """Where ``is_before`` ends, between ``low`` and ``high``, by halving."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        before = is_before(middle)
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return high
