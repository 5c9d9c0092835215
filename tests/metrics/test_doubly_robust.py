"""Doubly robust comparison, purging of later joiners, and bands: small cases, twins, simulated truth."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from retention_helpers.metrics import doubly_robust
from retention_helpers.metrics.bands import pointwise, simultaneous, standard_error
from retention_helpers.metrics.dilution import Month, purged
from retention_helpers.metrics.doubly_robust import att, logit
from retention_helpers.metrics.intervals import wilson


def confounded(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who has more of x joins sooner and changes more; joining itself adds 0.5."""
    x = rng.normal(size=(n, 2))
    joins = rng.random(n) < 1 / (1 + np.exp(1 - x[:, 0] + 0.5 * x[:, 1]))
    y = 2 * x[:, 0] + x[:, 1] + 0.5 * joins + rng.normal(size=n)
    return np.column_stack([np.ones(n), x]), joins, y


def test_the_logit_is_that_of_scikit_learn() -> None:
    x, joins, _ = confounded(np.random.default_rng(1), 2_000)
    twin = LogisticRegression(C=1e10, tol=1e-10, max_iter=1000).fit(x[:, 1:], joins)
    assert logit(x, joins).chance == pytest.approx(twin.predict_proba(x[:, 1:])[:, 1], abs=1e-5)


def test_of_many_rows_the_search_starts_from_some_and_ends_where_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    x, joins, _ = confounded(np.random.default_rng(1), 3_000)
    plain = logit(x, joins)
    monkeypatch.setattr(doubly_robust, "_MANY", 1_000)
    found = logit(x, joins)
    assert found.chance == pytest.approx(plain.chance, abs=1e-10)
    assert found.covariance == pytest.approx(plain.covariance)


def test_without_covariates_it_is_the_difference_of_means() -> None:
    _, joins, y = confounded(np.random.default_rng(2), 500)
    one = np.ones((500, 1))
    found = att(y, joins, one, logit(one, joins))
    assert found.effect == pytest.approx(y[joins].mean() - y[~joins].mean())
    spread = y[joins].var() / joins.sum() + y[~joins].var() / (~joins).sum()
    assert (found.influence**2).sum() == pytest.approx(spread)


@pytest.mark.parametrize("wrong", ["outcome", "chance", "neither"])
def test_one_of_the_two_models_may_be_wrong(wrong: str) -> None:
    off, covered, times = [], 0, 200
    for seed in range(times):
        x, joins, y = confounded(np.random.default_rng(seed), 600)
        # The outcome is bent where the linear model is to be wrong; the chance is forgotten where it is.
        bent = y + (x[:, 1] ** 2 if wrong == "outcome" else 0)
        only = x[:, :1] if wrong == "chance" else x
        model = logit(x, joins) if wrong != "chance" else _alone(only, joins, x.shape[1])
        found = att(bent, joins, x, model)
        error = np.sqrt((found.influence**2).sum())
        off.append(found.effect - 0.5)
        covered += abs(found.effect - 0.5) < 1.96 * error
    assert abs(np.mean(off)) < 4 * np.std(off) / np.sqrt(times) + 0.01
    if wrong == "neither":
        # The error is that of two models that are right: a wrong one leaves the effect alone, not its error.
        assert wilson(covered, times)[1] >= 0.95


def _alone(one: np.ndarray, joins: np.ndarray, columns: int):
    """A model that knows of nothing, as wide as the covariates."""
    model = logit(one, joins)
    wide = np.zeros((columns, columns))
    wide[0, 0] = model.covariance[0, 0]
    return type(model)(model.chance, wide)


def test_later_joiners_among_the_controls_are_purged_month_by_month() -> None:
    """Half of the controls join in the middle of month 1: worked by hand, with effects of 4, 6 and 8."""
    true = [4.0, 6.0, 8.0]
    # Of month e of the start a joiner in the middle of month 1 spends half in its month e - 1, half in its month e.
    gained = [0.5 * 0.5 * 4, 0.5 * (0.5 * 4 + 0.5 * 6), 0.5 * (0.5 * 6 + 0.5 * 8)]
    weight, joins = np.array([0.5, 0.5]), np.array([0.5, np.inf])
    months = [Month(t - g, np.array([1.0, -1.0]), weight, joins) for t, g in zip(true, gained, strict=True)]
    found, influence = purged(months)
    assert found.tolist() == pytest.approx(true)
    assert influence[0].tolist() == pytest.approx([4 / 3, -4 / 3])


def test_bands_of_all_months_are_wider_than_each_months_own() -> None:
    rng = np.random.default_rng(3)
    influence = rng.normal(size=(6, 400)) / 400
    low, high = pointwise(np.zeros(6), influence)
    band_low, band_high = simultaneous(np.zeros(6), influence, seed=0)
    assert (band_low < low).all()
    assert (band_high > high).all()
    # Of six independent numbers the largest stays within 2.63 standard errors in 95 %.
    assert band_high / standard_error(influence) == pytest.approx(np.full(6, 2.63), abs=0.12)


def test_numbers_that_are_the_same_need_no_wider_band() -> None:
    influence = np.tile(np.random.default_rng(4).normal(size=400), (5, 1))
    _, high = pointwise(np.zeros(5), influence)
    _, band_high = simultaneous(np.zeros(5), influence, seed=0)
    assert band_high == pytest.approx(high, rel=0.05)
