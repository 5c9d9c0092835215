"""Group-time effects and fixed effects: published numbers, and twins that do it unit by unit."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import CallError
from retention_helpers.metrics.cohort_sums import NEVER, matrix_of, sums_of
from retention_helpers.metrics.fixed_effects import two_way_fixed_effects
from retention_helpers.metrics.group_time import GroupTime, group_time_att
from tests.conftest import DATA

CLOSE = 5e-5


@pytest.fixture(scope="module")
def counties(retention_data: None) -> pd.DataFrame:
    """Teen employment in 500 counties, of which some raised the minimum wage (Callaway and Sant'Anna 2021)."""
    names = {"countyreal": "unit", "year": "period", "lemp": "outcome", "first.treat": "first_treated"}
    return pd.read_parquet(DATA / "mpdta" / "mpdta.parquet").rename(columns=names)


def effects(found: GroupTime, cohort: int, *periods: int) -> list[float]:
    cells = found.cells.set_index(["cohort", "period"])["effect"]
    return [float(cells[cohort, period]) for period in periods]


def test_the_published_effects_of_the_minimum_wage(counties: pd.DataFrame) -> None:
    found = group_time_att(counties)
    assert effects(found, 2004, 2004, 2005, 2006, 2007) == pytest.approx(
        [-0.0105, -0.0704, -0.1373, -0.1008], abs=CLOSE
    )
    assert effects(found, 2006, 2006, 2007) == pytest.approx([-0.0046, -0.0412], abs=CLOSE)
    assert effects(found, 2007, 2007) == pytest.approx([-0.0261], abs=CLOSE)
    assert found.simple.value == pytest.approx(-0.0400, abs=CLOSE)
    assert found.simple.se == pytest.approx(0.0120, abs=CLOSE)
    assert found.group.value == pytest.approx(-0.0310, abs=CLOSE)
    assert found.dynamic.value == pytest.approx(-0.0772, abs=CLOSE)


@pytest.mark.parametrize(
    ("control", "covariates", "simple"),
    [("never", ["lpop"], -0.0418), ("not_yet", [], -0.0398), ("not_yet", ["lpop"], -0.0414)],
)
def test_the_published_variants(counties: pd.DataFrame, control: str, covariates: list[str], simple: float) -> None:
    found = group_time_att(counties, control=control, covariates=covariates)
    assert found.simple.value == pytest.approx(simple, abs=CLOSE)


def panel(units: int = 60, periods: int = 7) -> pd.DataFrame:
    """A small panel in which some join in period 3, some in 5, some never; a covariate that is 1 for all."""
    rng = np.random.default_rng(5)
    first = np.array([0, 3, 5])[np.arange(units) % 3]
    outcome = rng.normal(size=(units, 1)) + rng.normal(size=(units, periods)).cumsum(axis=1)
    unit, period = np.divmod(np.arange(units * periods), periods)
    period = period + 1
    columns = {"unit": unit, "period": period, "outcome": outcome.ravel(), "first_treated": first[unit], "same": 0.0}
    return pd.DataFrame(columns)


@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_sums_give_the_effects_and_errors_that_units_give(control: str) -> None:
    by_sums, by_units = (group_time_att(panel(), control=control, covariates=given) for given in ([], ["same"]))
    pd.testing.assert_frame_equal(by_sums.cells, by_units.cells, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(by_sums.by_month, by_units.by_month, rtol=1e-9, atol=1e-9)
    for name in ("simple", "group", "dynamic"):
        one, other = getattr(by_sums, name), getattr(by_units, name)
        assert (one.value, one.se) == pytest.approx((other.value, other.se), rel=1e-9)


def test_fixed_effects_equal_a_regression_with_a_column_for_every_unit_and_period() -> None:
    rows = panel()
    cohort, outcome, _ = matrix_of(rows)
    found = two_way_fixed_effects(sums_of([(cohort, outcome)], 7))
    units, periods = len(outcome), outcome.shape[1]
    joined = np.where(cohort == NEVER, periods, cohort)
    member = (np.arange(periods) > joined[:, None]).astype(float).ravel()
    unit, period = np.divmod(np.arange(units * periods), periods)
    x = np.column_stack([member, unit[:, None] == np.arange(units), period[:, None] == np.arange(1, periods)])
    beta, *_ = np.linalg.lstsq(x.astype(float), outcome.ravel(), rcond=None)
    left = outcome.ravel() - x @ beta
    score = x.astype(float) * left[:, None]
    meat = np.array([score[unit == one].sum(axis=0) for one in range(units)])
    bread = np.linalg.pinv(x.astype(float).T @ x.astype(float))
    assert found.value == pytest.approx(beta[0], rel=1e-9)
    assert found.se == pytest.approx(np.sqrt((bread @ meat.T @ meat @ bread)[0, 0]), rel=1e-6)


def test_batches_add_up_to_the_whole() -> None:
    cohort, outcome, _ = matrix_of(panel())
    whole = sums_of([(cohort, outcome)], 7)
    parts = sums_of([(cohort[:13], outcome[:13]), (cohort[13:], outcome[13:])], 7)
    np.testing.assert_allclose(parts.mean, whole.mean)
    np.testing.assert_allclose(parts.covariance, whole.covariance, atol=1e-12)


def test_anticipation_moves_the_base_before_joining() -> None:
    rows = panel()
    wide = rows.pivot_table(index="unit", columns="period", values="outcome")
    first = rows.groupby("unit")["first_treated"].first()
    change = wide[6] - wide[3]
    found = group_time_att(rows, anticipation=1)
    assert effects(found, 5, 6) == pytest.approx([change[first == 5].mean() - change[first == 0].mean()])


def test_a_unit_that_lacks_a_period_is_named() -> None:
    with pytest.raises(CallError, match=r"units \[0\] have not one row a period"):
        group_time_att(panel().iloc[1:])
    with pytest.raises(CallError, match="several values of first_treated"):
        group_time_att(panel().assign(first_treated=lambda rows: np.where(rows.index == 0, 3, rows["first_treated"])))
