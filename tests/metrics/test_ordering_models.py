"""BG/NBD and Pareto/NBD: the published estimates, their derivatives, and what must not change a fit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from retention_helpers.metrics.bg_nbd import BgNbd, fit_bg_nbd
from retention_helpers.metrics.btyd_data import Histories
from retention_helpers.metrics.fit import Fit, parameter_table
from retention_helpers.metrics.pareto_nbd import ParetoNbd, fit_pareto_nbd
from tests.metrics.order_base import as_frame, cdnow_histories, in_weeks, slopes
from tests.metrics.shops import shuffled

BG = BgNbd(r=0.2426, alpha=30.895, a=0.7929, b=2.4258)
PARETO = ParetoNbd(r=0.5533, alpha=74.05, s=0.6062, beta=81.68)
FITTERS = {"bg_nbd": (fit_bg_nbd, BG), "pareto_nbd": (fit_pareto_nbd, PARETO)}
PUBLISHED = {
    "bg_nbd": ((0.2426, 4.4135, 0.7929, 2.4258), -9582.43),
    "pareto_nbd": ((0.5533, 10.578, 0.6062, 11.668), -9594.97),
}
both = pytest.mark.parametrize("name", FITTERS)


def history(x: float, tx: float, T: float) -> Histories:
    return Histories(*(np.array([value], dtype=float) for value in (x, tx, T, 1)))


def made_up(model: BgNbd | ParetoNbd, n: int, seed: int = 0) -> pd.DataFrame:
    """Histories of n customers as the model has them, over up to two years."""
    rng = np.random.default_rng(seed)
    return as_frame(model.simulate(rng.uniform(100, 700, n), np.array([1.0]), rng)[0])


@both
def test_the_fit_of_cdnow_is_the_published_one(name: str, retention_data: Path) -> None:
    fit = FITTERS[name][0](in_weeks(cdnow_histories(retention_data)[0]), fewest_days=1)
    params, log_likelihood = PUBLISHED[name]
    assert tuple(fit.params) == pytest.approx(params, rel=1e-3)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.05)
    assert (fit.n, fit.converged, fit.refusal) == (2357, True, None)


@both
def test_days_and_weeks_tell_the_same(name: str, retention_data: Path) -> None:
    days = cdnow_histories(retention_data)[0]
    by_day, by_week = FITTERS[name][0](days), FITTERS[name][0](in_weeks(days), fewest_days=1)
    times = np.array([7.0 if field in ("alpha", "beta") else 1.0 for field in by_day.params._fields])
    assert np.array(by_day.params) == pytest.approx(np.array(by_week.params) * times, rel=1e-6)
    repeats = (days["repeat_orders"] * days["customers"]).sum()
    assert by_day.log_likelihood == pytest.approx(by_week.log_likelihood - repeats * np.log(7))
    assert by_day.covariance == pytest.approx(by_week.covariance, rel=1e-4)


def test_a_new_customer_of_cdnow_orders_as_published() -> None:
    weeks = BgNbd(0.2426, 4.4135, 0.7929, 2.4258)
    expected = [weeks.expected_orders(history(0, 0, 0), t)[0] for t in (1, 32, 78)]
    assert expected == pytest.approx([0.0532, 1.0437, 1.858], rel=1e-3)


def test_a_known_customer_of_cdnow_orders_and_is_alive_as_published() -> None:
    weeks, known = BgNbd(0.2426, 4.4135, 0.7929, 2.4258), history(2, 30.43, 38.86)
    assert weeks.expected_orders(known, 39)[0] == pytest.approx(1.2259, rel=1e-3)
    assert weeks.probability_alive(known)[0] == pytest.approx(0.72661, rel=1e-3)


def test_the_likelihood_is_stable_at_large_counts() -> None:
    model = BgNbd(r=0.25, alpha=4, a=0.8, b=2.5)
    assert model.log_likelihood(history(0, 0, 40))[0] == pytest.approx(-0.599474, abs=1e-6)
    assert model.log_likelihood(history(200, 38, 40))[0] == pytest.approx(100.7957, abs=1e-4)
    assert 0 < model.expected_orders(history(200, 38, 40), 40)[0] < 200


@pytest.mark.slow
@pytest.mark.parametrize("a", [0.1, 0.57, 0.999, 1.001, 7.7])
@pytest.mark.parametrize("b", [0.12, 3.4, 40.0])
@pytest.mark.parametrize("r", [0.05, 0.24, 3.6])
def test_orders_expected_are_those_of_the_paper_to_nine_digits(r: float, a: float, b: float) -> None:
    """Fader, Hardie and Lee (2005), equation 10, after Euler's transformation, history by history."""
    model, ends = BgNbd(r, 30.0, a, b), np.array([1.0, 30.0, 365.0, 3650.0, 140_000.0])
    x = np.array([0, 0, 0, 1, 1, 2, 7, 40, 40, 300, 300], dtype=float)
    T = np.array([0, 1, 1100, 1, 1100, 90, 1100, 90, 1100, 400, 1100], dtype=float)
    h = Histories(x, np.where(x > 0, 0.9 * T, 0), T, np.ones(x.size))
    z = ends[:, None] / (30 + T + ends[:, None])
    lost = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    factor, alive = (a + b + x - 1) / (a - 1), np.where(x > 0, model.probability_alive(h), 1)
    found = np.array(list(model.expected_orders_by(h, ends)))
    digits_lost = 3e-14 * np.abs(factor) * alive  # 1 - lost of the paper's form, where a is near 1 or days are few
    assert (np.abs(found - factor * (1 - lost) * alive) <= 1e-9 * found + digits_lost).all()
    one_by_one = np.array([model.expected_orders(h, days) for days in ends])
    assert found == pytest.approx(one_by_one, rel=1e-9, abs=0)


def test_the_integral_of_pareto_nbd_is_stable_at_large_counts() -> None:
    r, alpha, s, beta = p = ParetoNbd(0.5, 4, 0.6, 12)
    x, tx, T = 200, 38, 40
    at_last = (r + x) * np.log(alpha + tx) + (s + 1) * np.log(beta + tx)  # in units of the density at the last order
    inside = quad(lambda t: np.exp(at_last - (r + x) * np.log(alpha + t) - (s + 1) * np.log(beta + t)), tx, T)[0]
    alive = np.exp(at_last - (r + x) * np.log(alpha + T) - s * np.log(beta + T))
    counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    assert p.log_likelihood(history(x, tx, T))[0] == pytest.approx(counts - at_last + np.log(alive + s * inside))


def published_pareto(p: ParetoNbd, x: float, tx: float, T: float) -> float:
    """The log-likelihood with the 2F1 of Fader and Hardie (2005), equations 19 to 22."""
    r, alpha, s, beta = p
    whole, larger = r + s + x, max(alpha, beta)
    second, gap = (s + 1, alpha - beta) if alpha >= beta else (r + x, beta - alpha)
    edges = [hyp2f1(whole, second, whole + 1, gap / (larger + t)) / (larger + t) ** whole for t in (tx, T)]
    alive = (alpha + T) ** -(r + x) * (beta + T) ** -s
    factor = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return float(factor + np.log(alive + s / whole * (edges[0] - edges[1])))


@pytest.mark.parametrize("alpha", [0.5, 10, 300])
@pytest.mark.parametrize("beta", [0.2, 12, 400])
def test_the_integral_of_pareto_nbd_is_the_published_closed_form(alpha: float, beta: float) -> None:
    p = ParetoNbd(0.55, alpha, 0.61, beta)
    for x, tx, T in ((0, 0, 39), (1, 1.5, 39), (2, 30.43, 38.86), (7, 20, 38), (29, 38, 39)):
        assert p.log_likelihood(history(x, tx, T))[0] == pytest.approx(published_pareto(p, x, tx, T), rel=1e-8)


@both
def test_the_gradient_is_that_of_finite_differences(name: str, retention_data: Path) -> None:
    model = FITTERS[name][1]
    h = Histories.of(cdnow_histories(retention_data)[0])
    objective = type(model).objective(h.by(h.T.max()))
    theta = np.log(np.array(model) / [1, 100, 1, 80 if name == "pareto_nbd" else 1])
    for shift in (0.0, 0.3, -0.4):
        gradient = objective(theta + shift * np.array([1, -1, 1, -1]))[1]
        assert slopes(objective, theta + shift * np.array([1, -1, 1, -1])) == pytest.approx(gradient, rel=1e-5)


@both
@given(st.integers(0, 2**16))
def test_the_whole_is_the_sum_of_its_customers(name: str, seed: int) -> None:
    model = FITTERS[name][1]
    h = Histories.of(made_up(model, 40, seed))
    value = type(model).objective(h)(np.log(model))[0]
    assert value == pytest.approx(model.log_likelihood(h).sum(), rel=1e-9)


@both
def test_neither_the_order_of_rows_nor_repeating_instead_of_weighing_changes_a_fit(name: str) -> None:
    fitter, model = FITTERS[name]
    rows = made_up(model, 600).round().drop_duplicates(ignore_index=True)
    weighed = rows.assign(customers=1 + np.arange(len(rows)) % 3)
    repeated = weighed.loc[weighed.index.repeat(weighed["customers"])].drop(columns="customers")
    fit = fitter(weighed)
    for again in (fitter(repeated), fitter(shuffled(weighed)), fitter(shuffled(repeated.reset_index(drop=True)))):
        assert np.array(again.params) == pytest.approx(np.array(fit.params), rel=1e-5)
        assert again.log_likelihood == pytest.approx(fit.log_likelihood)
        assert again.n == fit.n


@pytest.mark.slow
@both
def test_a_fit_finds_the_truth_within_its_intervals(name: str) -> None:
    fitter, model = FITTERS[name]
    table = parameter_table(fitter(made_up(model, 5_000, seed=3)))
    assert table["parameter"].tolist() == list(model._fields)
    assert table["low"].lt(list(model)).all()
    assert table["high"].gt(list(model)).all()


@both
@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (made_up(BG, 499), "too_few_customers"),
        (made_up(BG, 0), "too_few_customers"),
        (made_up(BG, 600).div([1, 10, 10, 1]), "too_short"),
        (made_up(BG, 600).mul([0, 0, 1, 1]), "no_repeat_orders"),
        (pd.DataFrame({"repeat_orders": 1, "days_first_to_last_order": 9.0, "days_observed": [400.0] * 600}), None),
    ],
)
def test_too_little_is_refused_with_its_reason_and_nothing_is_claimed(
    name: str, rows: pd.DataFrame, reason: str | None
) -> None:
    fit = FITTERS[name][0](rows)
    assert not fit.converged
    assert fit.refusal is not None
    assert fit.refusal.reason == (reason or "not_converged")
    assert fit.refusal.found < fit.refusal.needed or fit.refusal.reason == "not_converged"
    assert np.isnan(list(fit.params)).all()
    assert parameter_table(fit)[["estimate", "low", "high"]].isna().all(axis=None)
    assert "refused" in repr(fit)


def test_a_fit_reads_as_its_parameters() -> None:
    fit = Fit(BG, -1.5, 3, np.eye(4))
    assert repr(fit) == "Fit(BgNbd(r=0.2426, alpha=30.895, a=0.7929, b=2.4258), log_likelihood=-1.500, n=3)"


@pytest.mark.slow
@both
def test_made_up_customers_order_as_often_as_expected(name: str) -> None:
    model = FITTERS[name][1]
    rng = np.random.default_rng(5)
    n, ends = 200_000, np.array([30.0, 100.0, 400.0])
    h, future = model.simulate(np.full(n, 200.0), ends, rng)
    new = np.concatenate([h.x, future.sum(axis=0)]).reshape(2, n)
    assert new[0].mean() == pytest.approx(model.expected_orders(history(0, 0, 0), 200)[0], rel=0.02)
    assert future.sum() == pytest.approx(model.expected_orders(h, 400).sum(), rel=0.02)
    assert future[:2].sum() == pytest.approx(model.expected_orders(h, 100).sum(), rel=0.02)
    for x in (0, 1, 4):
        same = h.x == x
        assert future[:, same].sum() == pytest.approx(
            model.expected_orders(Histories(h.x[same], h.tx[same], h.T[same], h.customers[same]), 400).sum(), rel=0.06
        )


@pytest.mark.parametrize(("at", "field"), [(BG._replace(a=1.0), "a"), (PARETO._replace(s=1.0), "s")])
def test_where_the_formula_is_nothing_by_nothing_the_expectation_goes_on(at: BgNbd | ParetoNbd, field: str) -> None:
    beside = [at._replace(**{field: 1 + shift}).expected_orders(history(3, 90, 200), 365)[0] for shift in (-0.01, 0.01)]
    assert at.expected_orders(history(3, 90, 200), 365)[0] == pytest.approx(np.mean(beside), rel=1e-3)
