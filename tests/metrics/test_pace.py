"""Orders expected of who is still there: against numbers of another library, one integral, and what has no answer."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from retention_helpers.metrics.bg_nbd import BgNbd
from retention_helpers.metrics.btyd_data import Histories
from retention_helpers.metrics.pace import by_quadrature, by_series, orders_if_alive
from retention_helpers.metrics.smooth import integrals

# The paper's closed form (Fader, Hardie and Lee, 2005, equation 10, of who is alive) by mpmath 1.4 with 900 digits:
# r, alpha, a, b; repeat orders, days observed, days ahead; orders.
BY_MPMATH = [
    ((0.24, 30, 0.8, 500), (300, 400, 3650), 1325.50708121267),
    ((3.6, 30, 0.1, 5000), (300, 400, 140000), 80013.4521014553),
    ((50, 30, 100, 500), (40, 90, 3650), 6.45454545454545),
    ((0.24, 30, 0.8, 5000), (0, 0, 140000), 849.009216101105),
    ((0.001, 30, 0.001, 40), (300, 400, 3650), 2542.88996728403),
    ((50, 30, 100, 3.4), (2000, 1000, 3650), 21.2363636363636),
    ((0.24, 30, 1.3, 500), (2000, 1000, 365), 601.244306106019),
    ((0.5, 0.001, 0.8, 2.5), (40, 1000, 140000), 352.615825386861),
]


def stretch(alpha: float, observed: float, days: float) -> float:
    return float(np.log1p(days / (alpha + observed)))


@pytest.mark.parametrize(("params", "history", "orders"), BY_MPMATH)
def test_large_counts_and_parameters_are_those_of_mpmath(params, history, orders):
    x, observed, days = history
    found = orders_if_alive(params, np.array([float(x)]), np.array([[stretch(params[1], observed, days)]]))
    assert found[0, 0] == pytest.approx(orders, rel=1e-10)


def by_one_integral(r: float, a: float, b: float, x: float, s: float) -> float:
    """The mean over t, beta(a, b + x), of the orders of a customer who leaves after each with the chance t."""

    def density(u: float) -> float:
        log_t, log_stay = -np.logaddexp(0, -u), -np.logaddexp(0, u)
        orders = -np.expm1(-(r + x) * np.log1p(np.exp(log_t) * np.expm1(s)))
        return orders * np.exp((a - 1) * log_t + (b + x) * log_stay - betaln(a, b + x))

    edges = [-700.0, *np.arange(-60.0, 61.0, 4), 700.0]
    return sum(quad(density, *pair, epsabs=0, epsrel=1e-11, limit=200)[0] for pair in pairwise(edges))


@pytest.mark.parametrize("x", [0.0, 3.0, 300.0])
@pytest.mark.parametrize(("r", "a", "b"), [(0.24, 0.8, 2.5), (3.6, 1.0, 500.0), (0.05, 12.0, 0.9), (30.0, 0.3, 4000.0)])
@pytest.mark.parametrize("s", [0.01, 2.0, 8.0])
def test_orders_are_the_mean_over_all_chances_of_leaving(r, a, b, x, s):
    expected = by_one_integral(r, a, b, x, s)
    assert orders_if_alive((r, 30.0, a, b), np.array([x]), np.array([[s]]))[0, 0] == pytest.approx(expected, rel=1e-8)


def test_both_ways_to_the_pace_agree_where_the_library_can():
    counts, s = np.array([0.0, 1, 7, 60]), np.linspace(0, 6, 9)[:, None] * np.ones(4)
    for params in ((0.24, 30.0, 0.8, 2.5), (1.7, 30.0, 3.0, 9.0), (0.01, 30.0, 1.0, 30.0)):
        assert by_quadrature(params, counts, s) == pytest.approx(by_series(params, counts, s), rel=1e-10)


def test_a_count_that_the_library_cannot_do_spoils_nobody():
    model, x = BgNbd(0.24, 30.0, 0.8, 5000.0), np.array([0.0, 1.0, 300.0])
    h = Histories(x, np.where(x > 0, 350.0, 0.0), np.array([0.0, 400.0, 400.0]), np.ones(3))
    assert np.isnan(by_series(model, x, np.full((1, 3), 9.0))).any()
    together = model.expected_orders(h, 140_000)
    assert np.isfinite(together).all()
    for place in range(3):
        alone = Histories(*(part[[place]] for part in (h.x, h.tx, h.T, h.customers)))
        assert model.expected_orders(alone, 140_000)[0] == pytest.approx(together[place], rel=1e-8)


def test_an_integral_that_did_not_settle_is_missing_and_the_others_are_not():
    def heights(points: np.ndarray) -> np.ndarray:
        jump = np.where(points[:, :1] > 0.7, 2.0, 1.0)
        unknown = np.where(points[:, :1] > 0.9, np.nan, 1.0)
        return np.hstack([np.exp(points[:, :1]), jump, unknown])

    found = integrals(heights, np.array([[0.5, 0.5, 0.5, 1.0], [1.0, 1.0, 1.0, 0.2]]), np.array([0, 1, 2, 0]))
    assert np.isnan(found[:, 1:3]).all()
    assert found[:, [0, 3]] == pytest.approx(np.expm1([[0.5, 1.0], [1.0, 0.2]]), rel=1e-9)


def test_the_integral_knows_where_too_few_points_would_do_for_it():
    """Of one-time buyers who all but surely leave (b near 0) the tail is too long: missing, not wrong."""
    assert np.isnan(by_quadrature((0.24, 30.0, 0.8, 1e-3), np.array([0.0]), np.array([[1.0]]))).all()
