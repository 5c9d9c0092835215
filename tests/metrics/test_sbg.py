"""Contracts: both published segments, derivatives, survival against the recursion of the paper."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import CallError
from retention_helpers.metrics.fit import parameter_table
from retention_helpers.metrics.sbg import Sbg, contract_survival, fit_sbg, sbg_likelihood
from tests.metrics.order_base import slopes
from tests.metrics.shops import shuffled

SEGMENTS = {
    "High End": ([1000, 869, 743, 653, 593, 551, 517, 491], (0.6681, 3.8061), -1611.158),
    "Regular": ([1000, 631, 468, 382, 326, 289, 262, 241], (0.7041, 1.1820), -1680.265),
}


def contracts(there: list[int]) -> pd.DataFrame:
    """Customers still there by period as periods paid: who left after which, who is still there."""
    counts = np.array(there)
    last = len(there) - 1
    still = np.where(np.arange(1, last + 1) == last, counts[-1], 0)
    return pd.DataFrame({"periods": np.arange(1, last + 1), "left": counts[:-1] - counts[1:], "still": still})


@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_fit_is_the_published_one(segment: str, retention_data: Path) -> None:
    there, params, log_likelihood = SEGMENTS[segment]
    rows = pd.read_parquet(retention_data / "contractual_retention" / "sbg_paper.parquet")
    paid = rows.loc[rows["cohorts"] == segment.replace(" ", "").lower(), "recency"]
    assert [int((paid > period).sum()) for period in range(8)] == there
    fit = fit_sbg(contracts(there))
    assert tuple(fit.params) == pytest.approx(params, rel=1e-3)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.05)


def test_the_gradient_is_that_of_finite_differences() -> None:
    rows = contracts(SEGMENTS["Regular"][0]).assign(still=[5, 0, 7, 0, 0, 1, 241])
    objective = sbg_likelihood(*rows.to_numpy(dtype=float).T)
    for theta in (np.log([0.7, 1.2]), np.log([3.0, 0.4]), np.log([0.2, 9.0])):
        assert slopes(objective, theta) == pytest.approx(objective(theta)[1], rel=1e-5)


def test_survival_follows_the_recursion_of_the_paper() -> None:
    alpha, beta = model = Sbg(0.668, 3.806)
    share, survival = alpha / (alpha + beta), 1.0
    for period in range(1, 9):
        survival -= share
        assert model.survival(np.array([period]))[0] == pytest.approx(survival)
        assert model.retention_rate(np.array([period]))[0] == pytest.approx(survival / (survival + share))
        share *= (beta + period - 1) / (alpha + beta + period)


def test_residual_periods_are_the_discounted_sum_of_survival() -> None:
    model, periods = Sbg(0.668, 3.806), np.arange(1, 2000)
    for period in (1, 4):
        ahead = model.survival(period - 1 + periods) / model.survival(np.array([period - 1.0]))
        expected = (ahead / 1.1 ** (periods - 1)).sum()
        assert model.residual_periods(np.array([period]), 0.1)[0] == pytest.approx(expected)


def test_the_curve_holds_what_was_seen_and_goes_on() -> None:
    there = SEGMENTS["High End"][0]
    curve = contract_survival(fit_sbg(contracts(there)), periods=12)
    assert curve["period"].tolist() == list(range(1, 13))
    assert (curve["survival"].iloc[:7] - np.array(there[1:]) / 1000).abs().max() < 0.02
    assert curve["survival"].is_monotonic_decreasing
    assert curve["retention_rate"].is_monotonic_increasing
    assert ((curve["survival_low"] < curve["survival"]) & (curve["survival"] < curve["survival_high"])).all()


def test_neither_the_order_of_rows_nor_splitting_them_changes_a_fit() -> None:
    rows = contracts(SEGMENTS["Regular"][0])
    halves = pd.concat([rows.assign(left=rows["left"] / 2, still=rows["still"] / 2)] * 2, ignore_index=True)
    fit, again = fit_sbg(rows), fit_sbg(shuffled(halves))
    assert tuple(again.params) == pytest.approx(tuple(fit.params), rel=1e-5)
    assert fit.n == again.n == 1000


def test_an_interval_of_survival_holds_the_truth() -> None:
    truth, rng = Sbg(0.7, 1.2), np.random.default_rng(1)
    inside = []
    for _ in range(100):
        paid = np.minimum(rng.geometric(rng.beta(*truth, 800)), 8)
        there = [int((paid > period).sum()) for period in range(8)]
        curve = contract_survival(fit_sbg(contracts(there)), periods=12)
        inside.append(
            curve["survival_low"].iloc[-1] < truth.survival(np.array([12.0]))[0] < curve["survival_high"].iloc[-1]
        )
    assert np.mean(inside) >= 0.89


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        ([99, 60, 40], "too_few_customers"),
        ([1000, 900], "too_short"),
        ([1000, 1000, 1000], "nobody_left"),
        ([1000, 500, 250, 125], "not_converged"),  # all alike: no spread to estimate
    ],
)
def test_too_little_is_refused_and_nothing_is_claimed(there: list[int], reason: str) -> None:
    fit = fit_sbg(contracts(there))
    assert fit.refusal is not None
    assert fit.refusal.reason == reason
    curve = contract_survival(fit, periods=3)
    assert curve.drop(columns="period").isna().all(axis=None)
    assert parameter_table(fit)["estimate"].isna().all()


def test_impossible_rows_and_periods_are_refused() -> None:
    rows = contracts([1000, 900, 800])
    with pytest.raises(CallError, match="periods >= 1"):
        fit_sbg(rows.assign(periods=[0, 1]))
    with pytest.raises(CallError, match="periods is 0"):
        contract_survival(fit_sbg(rows), periods=0)
