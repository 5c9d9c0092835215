"""The projection, tried on shops whose future is known because it was simulated."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import CallError, ParameterError
from retention_helpers.metrics.projection import backtest_projection, project_cohorts
from retention_helpers.periods import Period, month_label

LAST = Period.parse("2026-10")
NAMES = ["cohort", "months_since_first", "cohort_customers", "active_customers", "is_complete"]


def simulated(seed: int, *, cohorts: int = 36, size: int = 300, future: int = 0) -> pd.DataFrame:
    """Cohorts with a level of their own, a season, a shock for each calendar month, and binomial chance."""
    rng = np.random.default_rng(seed)
    first = np.arange(LAST.index - cohorts + 1, LAST.index + 1)
    age = np.arange(cohorts + future)
    month = first[:, None] + age
    level = rng.gamma(1 / 0.12**2, 0.12**2, (cohorts, 1))
    season = 1 + 0.15 * np.cos(2 * np.pi * (month % 12 - 11) / 12)
    shock = np.exp(rng.normal(0, 0.05, 2 * cohorts + future))[month - first[0]]
    rate = (0.08 + 0.18 * np.maximum(age, 1) ** -0.6) * level * season * shock
    customers = rng.poisson(size, (cohorts, 1)) + 1
    active = np.where(age == 0, customers, rng.binomial(customers, np.minimum(rate, 0.95)))
    row, column = np.nonzero(month <= LAST.index + future)
    labels = [month_label(int(month)) for month in first[row]]
    return pd.DataFrame(
        dict(zip(NAMES, [labels, column, customers[row, 0], active[row, column], True], strict=True))
    ).assign(month=month[row, column])


def same_rate(cohorts: int, *, size: int = 100) -> pd.DataFrame:
    first = range(LAST.index - cohorts + 1, LAST.index + 1)
    cells = [
        (month_label(m), k, size, size // 5 if k else size, True) for m in first for k in range(LAST.index - m + 1)
    ]
    return pd.DataFrame(cells, columns=NAMES)


@pytest.mark.slow
def test_the_95_percent_intervals_hold_90_to_98_percent_of_months_never_seen():
    inside, worlds = [], 12
    for seed in range(worlds):
        everything = simulated(seed, future=6)
        projected = project_cohorts(everything, as_of=LAST.as_of, horizon=6)
        seen = projected.merge(everything, on=["cohort", "months_since_first"], suffixes=("", "_seen"))
        assert len(seen) == len(projected) > 150
        rate = seen["active_customers_seen"] / seen["cohort_customers"]
        inside.append(rate.between(seen["retention_rate_low"], seen["retention_rate_high"]).mean())
    assert 0.90 <= np.mean(inside) <= 0.98


def test_the_backtest_is_covered_too_and_beats_carrying_the_last_rate_on():
    found = backtest_projection(simulated(3), as_of=LAST.as_of)
    together = found[found["months_ahead"] == 0].set_index("candidate")
    used = together[together["is_used"]].iloc[0]
    assert 0.90 <= used["coverage"] <= 1
    assert used["beats_naive"]
    assert used["gain"] > used["gain_low"] > 0
    assert used["mean_absolute_error"] < together.loc["carried_on", "mean_absolute_error"]
    assert set(found["candidate"]) == {"curve", "curve_level", "curve_level_season", "carried_on"}
    assert found["is_used"].groupby(found["candidate"]).nunique().eq(1).all()


def test_a_season_is_offered_only_with_24_months_of_history():
    found = backtest_projection(simulated(1, cohorts=20), as_of=LAST.as_of)
    assert set(found["candidate"]) == {"curve", "curve_level", "carried_on"}


def test_carrying_on_is_not_called_worse_where_nothing_can_be_better():
    found = backtest_projection(same_rate(12), as_of=LAST.as_of)
    assert not found["beats_naive"].any()
    assert found["mean_absolute_error"].max() < 0.01


def test_a_shop_that_never_changes_goes_on_as_it_was():
    projected = project_cohorts(same_rate(10), as_of=LAST.as_of)
    np.testing.assert_allclose(projected["retention_rate"], 0.2, atol=1e-6)
    assert projected["is_projected"].all()
    assert (projected["retention_rate_high"] > 0.2).all()


def test_exactly_the_open_cells_up_to_the_greatest_age_seen_are_projected():
    details = simulated(2, cohorts=10)
    projected = project_cohorts(details, as_of=LAST.as_of, horizon=3)
    seen = set(details[["cohort", "months_since_first"]].itertuples(index=False, name=None))
    ahead = [
        (month_label(m), k)
        for m in range(LAST.index - 9, LAST.index + 1)
        for k in range(10)
        if 0 < m + k - LAST.index <= 3
    ]
    assert list(projected[["cohort", "months_since_first"]].itertuples(index=False, name=None)) == ahead
    assert not seen & set(ahead)
    np.testing.assert_allclose(
        projected["active_customers"] / projected["cohort_customers"], projected["retention_rate"]
    )
    assert projected["retention_rate_low"].between(0, projected["retention_rate"]).all()
    assert projected["retention_rate_high"].between(projected["retention_rate"], 1).all()


def test_a_good_cohort_is_projected_better_than_a_poor_one():
    details = same_rate(14, size=500)
    good = (details["cohort"] == "2026-03") & (details["months_since_first"] > 0)
    details.loc[good, "active_customers"] = 200
    at_age = project_cohorts(details, as_of=LAST.as_of).query("months_since_first == 8").set_index("cohort")
    assert at_age.loc["2026-03", "retention_rate"] > 0.3 > at_age.loc["2026-04", "retention_rate"]


def test_a_running_month_is_projected_and_not_learnt_from():
    details = simulated(4, cohorts=15)
    running = details.assign(is_complete=details["month"] < LAST.index)
    running.loc[~running["is_complete"], "active_customers"] = 0
    before = details[details["month"] < LAST.index]
    projected = project_cohorts(running, as_of=LAST.as_of)
    pd.testing.assert_frame_equal(projected, project_cohorts(before, as_of=(LAST - 1).as_of))
    assert "2026-10" not in set(projected["cohort"])


def test_later_rows_and_row_order_change_nothing():
    everything = simulated(5, cohorts=14, future=3)
    known = everything[everything["month"] <= LAST.index]
    shuffled = everything.sample(frac=1, random_state=1)
    for function in (project_cohorts, backtest_projection):
        expected = function(known, as_of=LAST.as_of)
        pd.testing.assert_frame_equal(function(shuffled, as_of=LAST.as_of), expected)


@pytest.mark.parametrize("function", [project_cohorts, backtest_projection])
def test_too_little_data_gives_an_empty_table_of_the_same_columns_and_types(function: Callable):
    full = function(simulated(1, cohorts=9), as_of=LAST.as_of)
    for cohorts in (0, 1, 2, 6):
        little = simulated(1, cohorts=max(cohorts, 1)).iloc[: None if cohorts else 0]
        empty = function(little, as_of=LAST.as_of)
        assert empty.empty
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()


@pytest.mark.parametrize("cohorts", [7, 8, 9])
@pytest.mark.parametrize("size", [1, 4])
def test_tiny_shops_work_and_nobody_coming_back_is_no_certainty(cohorts: int, size: int):
    nobody = same_rate(cohorts, size=size)
    projected = project_cohorts(nobody, as_of=LAST.as_of)
    assert (projected["retention_rate"] == 0).all()
    assert (projected["retention_rate_high"] > 0).all()
    assert not backtest_projection(nobody, as_of=LAST.as_of)["beats_naive"].any()


def test_further_ahead_than_ever_tried_is_marked_and_not_narrower():
    projected = project_cohorts(simulated(6, cohorts=9), as_of=LAST.as_of)
    assert projected["is_calibrated"].any()
    assert not projected["is_calibrated"].all()
    by_ahead = projected.groupby("months_ahead")["is_calibrated"].all()
    assert by_ahead.is_monotonic_decreasing


def test_wrong_calls_say_what_is_wrong():
    details = same_rate(8)
    with pytest.raises(CallError, match="no column is_complete"):
        project_cohorts(details.drop(columns="is_complete"), as_of=LAST.as_of)
    with pytest.raises(ParameterError, match="quarters"):
        project_cohorts(details.assign(cohort="2025-Q1"), as_of=LAST.as_of)
    with pytest.raises(ParameterError, match="several values"):
        project_cohorts(pd.concat([details, details]), as_of=date(2026, 10, 31))
