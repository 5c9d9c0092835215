"""What is watched: false alerts in companies where nothing happens, falls that are found, each rule by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.change_tests import agreeing_p, implied_p, movement_p
from retention_helpers.metrics.cohort_tests import q_values
from retention_helpers.metrics.intervals import newcombe_difference
from retention_helpers.metrics.kpi_targets import judge_targets
from retention_helpers.metrics.usual_course import SHORTEST, usual_course
from retention_helpers.metrics.watch import RATES, WatchTables, watch
from retention_helpers.periods import Period
from tests.metrics.stable_histories import KPIS, Series, World, Z, histories

LEVEL = 0.05
HISTORIES = 1000
ALLOWED = LEVEL + 2 * (LEVEL * (1 - LEVEL) / HISTORIES) ** 0.5  # Monte Carlo error of 1,000 histories
LAST = Period.parse("2026-10")


def movements(series: Series, kpi: str, reach: int) -> np.ndarray:
    """The p value of each history's last month, by the rule that its length allows."""
    if series.last_year is None:
        return implied_p(*series.previous)
    if reach <= SHORTEST:
        return agreeing_p(series.previous, series.last_year)
    scale = np.asarray if kpi in RATES else np.log
    value, low, high = (scale(part) for part in (series.value, series.low[:, -1], series.high[:, -1]))
    course = usual_course(value, (high - low) / 2 / Z)
    return movement_p(course.p_value, value[:, -1] - course.expected, series.last_year)


def alarms(world: World, seed: int, count: int = HISTORIES) -> pd.DataFrame:
    """Which key figures (columns) are alerts in which histories (rows), four targets standing at the truth."""
    found = histories(world, count, seed)
    p_values = np.column_stack([movements(found[kpi], kpi, world.months) for kpi in KPIS])
    aims = np.random.default_rng(seed + 1).uniform(size=(count, 4))
    corrected = np.array([q_values(row) for row in np.hstack([p_values, aims])])
    is_alert = pd.DataFrame(corrected[:, : len(KPIS)] <= LEVEL, columns=list(KPIS))
    return is_alert.assign(targets=(corrected[:, len(KPIS) :] <= LEVEL).any(axis=1))


STABLE = {
    "half a year": World(6),
    "a year and a half, season": World(18, season=0.2),
    "two years, season and growth": World(25, season=0.2, growth=0.02),
    "two and a half years": World(30),
    "three years, season and growth": World(37, season=0.2, growth=0.02),
    "three years, months of their own": World(37, season=0.1, unrest=1.5),
    "two years, months of their own": World(25, unrest=1.5),
}


@pytest.mark.parametrize("name", STABLE)
def test_at_most_the_stated_part_of_a_thousand_stable_histories_brings_an_alert(name: str) -> None:
    rate = alarms(STABLE[name], seed=11).any(axis=1).mean()
    assert rate <= ALLOWED, f"{name}: {rate:.3f}"


# A fall of 3 points in the retention of 5,000 customers, from which rate, after how many months: how often it is found.
POWER = {
    (0.10, 6): 0.98,
    (0.10, 30): 0.98,
    (0.20, 6): 0.80,
    (0.20, 18): 0.70,
    (0.20, 30): 0.88,
    (0.20, 37): 0.90,
    (0.30, 6): 0.64,
    (0.30, 18): 0.50,
    (0.30, 30): 0.74,
    (0.30, 37): 0.77,
}


@pytest.mark.parametrize(("rate", "months"), POWER)
def test_a_fall_of_three_points_of_five_thousand_customers_is_found(rate: float, months: int) -> None:
    found = alarms(World(months, fall=0.03, base=5000, rate=rate), seed=5)["existing_retention_rate"].mean()
    assert found >= POWER[rate, months], f"{found:.3f}"


def test_a_season_is_no_alert_once_two_years_are_known() -> None:
    december = np.where(np.arange(37) % 12 == 0, 5.0, 0.0)  # five errors up in the judged month, and in those before
    values = 0.3 + 0.01 * (december + np.random.default_rng(3).standard_normal((2000, 37)))
    unlikely = usual_course(values, 0.01).p_value < 0.05
    assert unlikely.mean() < 0.05
    without = values.copy()
    without[:, :-1] -= 0.01 * december[:-1]
    assert (usual_course(without, 0.01).p_value < 0.05).mean() > 0.95


def tables(found: dict[str, Series], history: int, targets: dict[str, float]) -> WatchTables:
    """The series of one history as the tables that the month's metrics give."""
    labels = [(LAST - back).label for back in range(next(iter(found.values())).value.shape[1])][::-1]
    month, year, past = [], [], []
    for kpi, series in found.items():
        values = [(part[history]) for part in (series.value, series.low, series.high)]
        for rows, change in ((month, series.previous), (year, series.last_year)):
            ends = [np.nan] * 3 if change is None else [part[history] for part in change]
            rows.append((kpi, *(value[-1] for value in values), 1000, *ends))
        past += [(kpi, label, *parts) for label, *parts in zip(labels, *values, strict=True)]
    columns = ["kpi", "value", "low", "high", "n", "change", "change_low", "change_high"]
    frames = [pd.DataFrame(rows, columns=columns) for rows in (month, year)]
    return WatchTables(
        *frames, pd.DataFrame(past, columns=["kpi", "month", *columns[1:4]]), judge_targets(frames[0], targets)
    )


@pytest.mark.parametrize(("months", "rule"), [(6, "previous"), (20, "previous_and_last_year"), (30, "usual_course")])
def test_the_table_says_what_the_simulation_of_many_histories_judged(months: int, rule: str) -> None:
    found = histories(World(months, fall=0.05), 12, seed=2)
    expected = np.column_stack([movements(found[kpi], kpi, months) for kpi in KPIS])
    for history in range(12):
        frame = watch(tables(found, history, {}), as_of=LAST.as_of, watched=KPIS, level=LEVEL)
        assert frame["kpi"].tolist() == list(KPIS)
        assert set(frame["rule"]) == {rule}
        np.testing.assert_allclose(frame["p_value"], expected[history], rtol=1e-9)
        assert (frame["is_alert"] == (q_values(expected[history]) <= LEVEL)).all()


def one(value: float, previous: tuple, last_year: tuple, n: int = 1000, kpi: str = "churn_rate") -> WatchTables:
    """One key figure of a company thirteen months old."""
    found = {
        kpi: Series(
            np.full((1, 13), value),
            np.full((1, 13), value - 0.02),
            np.full((1, 13), value + 0.02),
            tuple(np.array([part]) for part in previous),
            tuple(np.array([part]) for part in last_year),
        )
    }
    given = tables(found, 0, {})
    return given._replace(month=given.month.assign(n=n), year=given.year.assign(n=n))


UP, DOWN = (0.03, 0.01, 0.05), (-0.03, -0.05, -0.01)


@pytest.mark.parametrize(
    ("previous", "last_year", "n", "moved", "is_worse"),
    [
        (UP, UP, 1000, "up", True),
        (DOWN, DOWN, 1000, "down", False),
        (UP, DOWN, 1000, "", False),
        (UP, (0.01, -0.01, 0.03), 1000, "", False),
        (UP, UP, 29, "", False),
    ],
)
def test_both_changes_must_agree_and_there_must_be_enough_customers(
    previous: tuple, last_year: tuple, n: int, moved: str, is_worse: bool
) -> None:
    row = watch(one(0.1, previous, last_year, n), as_of=LAST.as_of, watched=["churn_rate"], level=LEVEL).iloc[0]
    assert (row["moved"], row["is_worse"], row["is_alert"]) == (moved, is_worse, bool(moved))
    assert row["compared_with"] == ("2025-10" if n == 1000 else "")


def test_months_that_may_count_old_customers_as_new_are_compared_with_nothing() -> None:
    given = one(0.1, UP, UP)
    starts = {"2025-09-15": "previous_and_last_year", "2025-10-01": "previous", "2026-09-01": "none"}
    for day, rule in starts.items():
        frame = watch(
            given, as_of=LAST.as_of, watched=["churn_rate"], level=LEVEL, history_starts=date.fromisoformat(day)
        )
        assert frame["rule"].tolist() == [rule]


def test_targets_are_corrected_with_all_that_is_watched_and_one_that_is_not_watched_is_judged_too() -> None:
    calm = (0.0, -0.01, 0.01)
    given = one(0.1, calm, calm)
    near = given._replace(targets=judge_targets(given.month, {"churn_rate": 0.079}))
    far = given._replace(targets=judge_targets(given.month, {"churn_rate": 0.06}))
    for tables_, watched, missed in ((near, ["churn_rate"], False), (far, ["churn_rate"], True), (far, [], True)):
        row = watch(tables_, as_of=LAST.as_of, watched=watched, level=0.03).iloc[0]
        assert (row["target_verdict"], row["is_target_missed"], row["moved"]) == ("missed", missed, "")
    assert np.isnan(row["p_value"])


def test_a_p_value_below_five_hundredths_is_an_interval_without_zero() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(100, 900, (4, 500))
    change = newcombe_difference(
        np.minimum(counts[0], counts[1]), counts[1], np.minimum(counts[2], counts[3]), counts[3]
    )
    without = (change[1] > 0) | (change[2] < 0)
    assert (without == (implied_p(*change) < 0.05)).all()
    assert 0 < without.sum() < without.size


def test_before_the_data_there_are_no_rows_but_all_columns() -> None:
    given = one(0.1, UP, UP)
    full = watch(given, as_of=LAST.as_of, watched=["churn_rate"], level=LEVEL)
    empty = watch(
        WatchTables(*(table.iloc[:0] for table in given)), as_of=LAST.as_of, watched=["churn_rate"], level=LEVEL
    )
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_the_expected_value_of_a_course_worked_out_by_hand() -> None:
    growing = 100 + np.arange(25.0)  # one more a month
    course = usual_course(growing, 1.0)
    assert course.expected == pytest.approx(124)
    assert course.z == pytest.approx(0, abs=1e-9)
    # With a straight line through 24 months a forecast's error is 1.0871 of a residual's.
    time = np.arange(24)
    reach = np.sqrt(1 + 1 / 24 + (24 - time.mean()) ** 2 / ((time - time.mean()) ** 2).sum())
    assert (course.high - course.low) / 2 / reach == pytest.approx(2.0739, abs=1e-4)  # t of 22 degrees of freedom
