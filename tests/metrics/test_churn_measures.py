"""How good chances are: against scikit-learn, against pairs counted one by one, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.metrics.churn_measures import (
    Ranked,
    auc_gains,
    calibration,
    reach,
    score_quality,
)


@st.composite
def tried(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Chances with many ties, and who stayed silent; at least one of each kind."""
    rows = draw(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60))
    rows += [(3, True), (3, False)]
    return np.array([chance / 6 for chance, _ in rows]), np.array([silent for _, silent in rows])


def pairs(order: np.ndarray, silent: np.ndarray) -> float:
    """The AUC by counting pairs."""
    difference = order[silent][:, None] - order[~silent][None, :]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


@given(tried())
def test_auc_and_average_precision_are_those_of_the_textbook(rows):
    from sklearn.metrics import average_precision_score, brier_score_loss

    chance, silent = rows
    found = score_quality(chance, chance, silent)
    assert found["auc"] == pytest.approx(pairs(chance, silent))
    assert found["average_precision"] == pytest.approx(average_precision_score(silent, chance))
    assert found["brier"] == pytest.approx(brier_score_loss(silent, chance))
    assert found["n"] == silent.size


@given(tried(), st.integers(0, 5))
def test_customers_drawn_twice_count_as_if_they_were_there_twice(rows, seed):
    chance, silent = rows
    drawn = np.random.default_rng(seed).integers(0, silent.size, silent.size)
    expected = pairs(chance[drawn], silent[drawn]) if silent[drawn].any() and not silent[drawn].all() else np.nan
    assert Ranked.of(chance, silent).auc(drawn) == pytest.approx(expected, nan_ok=True)


@given(tried())
def test_the_order_of_rows_changes_nothing(rows):
    chance, silent = rows
    turned = score_quality(chance[::-1], chance[::-1], silent[::-1])
    assert turned == pytest.approx(score_quality(chance, chance, silent))
    assert reach(chance[::-1], silent[::-1]).equals(reach(chance, silent))


@given(tried())
def test_groups_hold_everybody_once_and_contacting_all_reaches_all(rows):
    chance, silent = rows
    groups = calibration(chance, silent)
    assert groups["customers"].sum() == silent.size
    assert groups["silent"].sum() == silent.sum()
    assert (groups["predicted"] @ groups["customers"]) == pytest.approx(chance.sum())
    assert (groups["observed"].between(groups["observed_low"] - 1e-12, groups["observed_high"] + 1e-12)).all()
    reached = reach(chance, silent)["reached"]
    assert reached.is_monotonic_increasing
    assert reached.iloc[-1] == pytest.approx(1)


def test_chances_that_hold_have_no_calibration_error_and_no_lift_where_all_are_alike():
    silent = np.array([True, False] * 50)
    found = score_quality(np.full(100, 0.5), np.full(100, 0.5), silent)
    assert (found["auc"], found["ece"], found["lift_top_decile"]) == (0.5, 0.0, pytest.approx(1.0))


@pytest.mark.parametrize("silent", [np.zeros(0, dtype=bool), np.ones(5, dtype=bool), np.zeros(5, dtype=bool)])
def test_where_everybody_did_the_same_nothing_is_claimed(silent):
    found = score_quality(np.zeros(silent.size), np.zeros(silent.size), silent)
    assert found.pop("n") == silent.size
    assert np.isnan(list(found.values())).all()
    assert len(calibration(np.zeros(silent.size), silent)) == min(silent.size, 1)


def test_a_gain_has_an_interval_that_leaves_out_zero_only_where_there_is_one():
    rng = np.random.default_rng(5)
    truth = rng.normal(size=1500)
    silent = truth + rng.normal(size=1500) > 0
    orders = {"rule": truth + rng.normal(size=1500) * 2, "alike": truth + rng.normal(size=1500) * 2, "model": truth}
    gains = auc_gains(orders, "rule", silent, draws=200).set_index("score")
    assert gains.loc["rule"].eq(0).all()
    assert gains.loc["model", "auc_gain_low"] > 0.05
    assert gains.loc["alike", "auc_gain_low"] < 0 < gains.loc["alike", "auc_gain_high"]
    expected = pairs(orders["model"], silent) - pairs(orders["rule"], silent)
    assert gains.loc["model", "auc_gain"] == pytest.approx(expected)
