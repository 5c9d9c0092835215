"""Targets are judged by the interval: on both sides of each boundary, and for every key figure."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.figures.wordings import WORDINGS
from retention_helpers.metrics.kpi_targets import LOWER_IS_BETTER, judge_targets, verdict
from retention_helpers.metrics.kpis import KPIS
from retention_helpers.params.targets import HIGHEST

NAN = float("nan")
AIM = 0.3
BELOW, ABOVE = math.nextafter(AIM, 0), math.nextafter(AIM, 1)


@pytest.mark.parametrize(
    ("low", "high", "floor", "ceiling"),
    [
        (0.35, 0.40, "reached", "missed"),
        (ABOVE, 0.40, "reached", "missed"),
        (AIM, 0.40, "reached", "open"),
        (BELOW, 0.40, "open", "open"),
        (0.25, 0.35, "open", "open"),
        (0.20, ABOVE, "open", "open"),
        (0.20, AIM, "open", "reached"),
        (0.20, BELOW, "missed", "reached"),
        (0.20, 0.25, "missed", "reached"),
        (AIM, AIM, "reached", "reached"),
        (NAN, NAN, "open", "open"),
    ],
)
def test_the_verdict_on_both_sides_of_each_boundary(low: float, high: float, floor: str, ceiling: str) -> None:
    assert (verdict(low, high, AIM), verdict(low, high, AIM, is_ceiling=True)) == (floor, ceiling)


def month(**intervals: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(kpi, *numbers) for kpi, numbers in intervals.items()], columns=["kpi", "value", "low", "high"]
    )


def test_each_target_has_its_row_in_the_order_given() -> None:
    kpis = month(revenue=(100.0, 90.0, 110.0), churn_rate=(0.10, 0.09, 0.11), crr=(0.7, 0.6, 0.8))
    judged = judge_targets(kpis, {"churn_rate": 0.12, "revenue": 120, "nrr": 1.0})
    assert judged.values.tolist()[:2] == [
        ["churn_rate", 0.12, "at_most", "reached", 0.10, 0.09, 0.11],
        ["revenue", 120.0, "at_least", "missed", 100.0, 90.0, 110.0],
    ]
    last = judged.iloc[2]
    assert (last["kpi"], last["target_verdict"]) == ("nrr", "open")
    assert last[["value", "low", "high"]].isna().all()


def test_no_target_and_no_month_give_the_same_columns_and_types() -> None:
    full = judge_targets(month(revenue=(100.0, 90.0, 110.0)), {"revenue": 80})
    for empty in (judge_targets(month(revenue=(1.0, 1.0, 1.0)), {}), judge_targets(month(), {"revenue": 80}).iloc[:0]):
        assert empty.empty
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_a_target_of_no_key_figure_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(CallError, match=r'no key figure "revenu"\. Did you mean "revenue"'):
        judge_targets(month(), {"revenu": 1})


def test_the_house_agrees_on_which_key_figures_there_are_and_which_are_better_low() -> None:
    assert set(HIGHEST) == {kpi.name for kpi in KPIS}
    assert {name for name, wording in WORDINGS.items() if not wording.more_is_better} == LOWER_IS_BETTER


numbers = st.floats(0, 1)


@given(st.tuples(numbers, numbers).map(sorted), numbers, numbers)
def test_a_higher_floor_is_never_easier_and_a_ceiling_is_a_floor_upside_down(
    interval: list[float], one: float, other: float
) -> None:
    order = ("missed", "open", "reached")
    low, high = interval
    easy, hard = min(one, other), max(one, other)
    assert order.index(verdict(low, high, hard)) <= order.index(verdict(low, high, easy))
    assert verdict(low, high, one, is_ceiling=True) == verdict(-high, -low, -one)


@given(st.tuples(numbers, numbers).map(sorted), numbers)
def test_a_wider_interval_never_decides_what_a_narrower_one_left_open(interval: list[float], target: float) -> None:
    low, high = interval
    if verdict(low, high, target) == "open":
        assert verdict(low - 0.1, high + 0.1, target) == "open"
