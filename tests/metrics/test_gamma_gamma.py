"""Spend per order: the published estimates, derivatives, and whether it depends on how often somebody orders."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from retention_helpers.errors import CallError
from retention_helpers.metrics.btyd_data import customer_histories
from retention_helpers.metrics.fit import parameter_table
from retention_helpers.metrics.gamma_gamma import GammaGamma, fit_gamma_gamma, spend_independence, spend_likelihood
from retention_helpers.metrics.lifetime_value import expected_spend
from tests.metrics.order_base import CALIBRATION, cdnow_histories, cdnow_sample, slopes
from tests.metrics.shops import shuffled

CDNOW = GammaGamma(6.2488, 3.7446, 15.4478)


def made_up(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 9, n).astype(float)
    return pd.DataFrame({"repeat_orders": x, "repeat_spend_mean": CDNOW.simulate(x, rng) / x})


def test_the_fit_of_cdnow_is_the_published_one(retention_data: Path) -> None:
    fit = fit_gamma_gamma(cdnow_histories(retention_data)[1])
    assert tuple(fit.params) == pytest.approx(tuple(CDNOW), rel=1e-3)
    assert fit.n == 946


def test_means_of_one_class_together_give_the_fit_of_each_customer(retention_data: Path) -> None:
    rows = customer_histories(cdnow_sample(retention_data), as_of=CALIBRATION).filter("repeat_orders > 0").df()
    each = rows.assign(repeat_spend_mean=rows["repeat_spend_cents"] / 100 / rows["repeat_orders"])
    whole, classes = fit_gamma_gamma(each), fit_gamma_gamma(cdnow_histories(retention_data)[1])
    assert tuple(classes.params) == pytest.approx(tuple(whole.params), rel=1e-4)
    assert classes.log_likelihood == pytest.approx(whole.log_likelihood, abs=0.01)


def test_the_gradient_is_that_of_finite_differences() -> None:
    rows = made_up(300).to_numpy()
    objective = spend_likelihood(rows[:, 0], rows[:, 1], 1.0 + np.arange(300) % 3)
    for shift in (0.0, 0.5, -0.5):
        theta = np.log(np.array(CDNOW)) + shift * np.array([1, -1, 1])
        assert slopes(objective, theta) == pytest.approx(objective(theta)[1], rel=1e-5)


def test_the_likelihood_is_the_density_of_a_gamma_with_a_gamma_pace() -> None:
    p, q, v = CDNOW
    x, z = np.array([2.0]), np.array([31.0])
    pace, step = np.linspace(1e-6, 6, 400_001, retstep=True)
    density = stats.gamma.pdf(z, p * x, scale=1 / (x * pace)) * stats.gamma.pdf(pace, q, scale=1 / v)
    value = spend_likelihood(x, z, np.ones(1))(np.log([p, q, v]))[0]
    assert value == pytest.approx(np.log(density.sum() * step), rel=1e-6)


def test_neither_the_order_of_rows_nor_repeating_nor_the_currency_changes_a_fit() -> None:
    rows = made_up(400)
    weighed = rows.assign(customers=1 + np.arange(400) % 2)
    fit = fit_gamma_gamma(weighed)
    again = fit_gamma_gamma(shuffled(weighed.loc[weighed.index.repeat(weighed["customers"])].drop(columns="customers")))
    cents = fit_gamma_gamma(weighed.assign(repeat_spend_mean=weighed["repeat_spend_mean"] * 100))
    assert tuple(again.params) == pytest.approx(tuple(fit.params), rel=1e-5)
    assert tuple(cents.params) == pytest.approx(tuple(np.array(fit.params) * [1, 1, 100]), rel=1e-5)
    assert cents.log_likelihood == pytest.approx(fit.log_likelihood - fit.n * np.log(100))


def test_a_fit_finds_the_truth_within_its_intervals() -> None:
    table = parameter_table(fit_gamma_gamma(made_up(5000, seed=2)))
    assert (table["low"] < list(CDNOW)).all()
    assert (table["high"] > list(CDNOW)).all()


def test_a_few_orders_are_drawn_towards_everybodys_mean() -> None:
    fit = fit_gamma_gamma(made_up(3000))
    p, q, v = fit.params
    everybody = p * v / (q - 1)
    rows = pd.DataFrame({"repeat_orders": [0, 0, 1, 4, 1000], "repeat_spend_mean": [np.nan, 7, 90, 90, 90]})
    none, ignored, one, four, many = expected_spend(fit, rows)
    assert none == ignored == pytest.approx(everybody)
    assert everybody < one < four < many < 90
    assert many == pytest.approx(90, rel=0.01)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [(made_up(99), "too_few_customers"), (made_up(200).assign(repeat_spend_mean=5.0), "not_converged")],
)
def test_too_little_is_refused_with_its_reason(rows: pd.DataFrame, reason: str) -> None:
    fit = fit_gamma_gamma(rows)
    assert fit.refusal is not None
    assert fit.refusal.reason == reason
    assert np.isnan(expected_spend(fit, rows)).all()


def test_means_so_wide_that_they_have_no_mean_are_refused() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(1, 9, 3000).astype(float)
    rows = pd.DataFrame({"repeat_orders": x, "repeat_spend_mean": GammaGamma(5, 0.6, 10).simulate(x, rng) / x})
    refusal = fit_gamma_gamma(rows).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.needed) == ("no_mean", 1)


def test_a_customer_without_a_repeat_order_or_a_mean_is_no_row() -> None:
    rows = pd.DataFrame({"repeat_orders": [1, 0, 2], "repeat_spend_mean": [5.0, 5.0, 0.0]})
    with pytest.raises(CallError, match=r"2 rows break the rule repeat_orders > 0 .* \(rows 1, 2\)"):
        fit_gamma_gamma(rows)


def test_the_rank_correlation_is_spearmans_and_cdnow_is_weakly_dependent(retention_data: Path) -> None:
    rows = customer_histories(cdnow_sample(retention_data), as_of=CALIBRATION).filter("repeat_orders > 0").df()
    each = rows.assign(repeat_spend_mean=rows["repeat_spend_cents"] / 100 / rows["repeat_orders"])
    row = spend_independence(each).iloc[0]
    expected = stats.spearmanr(each["repeat_orders"], each["repeat_spend_mean"]).statistic
    assert row["correlation"] == pytest.approx(expected)
    assert row["linear_correlation"] == pytest.approx(0.1139, abs=1e-4)
    assert row["correlation_low"] < row["correlation"] < row["correlation_high"]
    assert (row["n"], row["verdict"]) == (946, "weak")
    weighed = spend_independence(cdnow_histories(retention_data)[1]).iloc[0]
    assert weighed["correlation"] == pytest.approx(expected, abs=1e-3)


def test_independence_is_judged_by_size_and_not_at_all_from_nothing() -> None:
    rows = made_up(2000)
    assert spend_independence(rows)["verdict"].tolist() == ["independent"]
    dear = rows.assign(repeat_spend_mean=rows["repeat_spend_mean"] * rows["repeat_orders"] ** 2)
    assert spend_independence(dear)["verdict"].tolist() == ["dependent"]
    for few in (rows.iloc[:0], rows.iloc[:3], rows.assign(repeat_orders=1)):
        frame = spend_independence(few)
        assert frame["verdict"].tolist() == ["cannot tell"]
        assert (frame.dtypes == spend_independence(rows).dtypes).all()
