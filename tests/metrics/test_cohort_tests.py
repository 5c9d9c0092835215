"""Differences between cohorts, against other implementations of the same tests."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from retention_helpers.errors import CallError, ParameterError
from retention_helpers.metrics.cohort_tests import cohort_differences, two_proportions
from retention_helpers.periods import month_label

JAN = 2025 * 12
DECEMBER = date(2025, 12, 31)
COLUMNS = ["cohort", "months_since_first", "cohort_customers", "retention_rate", "others_rate", "difference"]
COLUMNS += ["difference_low", "difference_high", "p_value", "q_value", "is_different"]


def table_of(sizes: list[int], rate: float = 0.2, *, odd: int | None = None) -> pd.DataFrame:
    """Cohorts from January on, all with one rate but the odd one, which has twice that."""
    rows = []
    for place, size in enumerate(sizes):
        for age in range(12 - place):
            share = 1 if age == 0 else rate * (2 if place == odd else 1)
            rows.append((month_label(JAN + place), age, size, round(size * share), True))
    names = ["cohort", "months_since_first", "cohort_customers", "active_customers", "is_complete"]
    return pd.DataFrame(rows, columns=names)


def test_only_the_odd_cohort_is_found():
    found = cohort_differences(table_of([500] * 6, odd=2), as_of=DECEMBER)
    assert list(found) == COLUMNS
    assert found.groupby("cohort")["is_different"].any().tolist() == [False, False, True, False, False, False]
    odd = found[found["cohort"] == "2025-03"]
    assert (odd["difference"] > 0).all()
    assert (odd["difference_low"] > 0).all()


def test_each_cohort_is_held_against_all_others_pooled():
    found = cohort_differences(table_of([100, 200, 300], odd=0), as_of=DECEMBER, ages=(1,))
    assert found["retention_rate"].tolist() == [0.4, 0.2, 0.2]
    np.testing.assert_allclose(found["others_rate"], [0.2, (40 + 60) / 400, (40 + 40) / 300])


def test_the_z_test_is_the_chi_square_test_without_correction():
    found = two_proportions(np.array([30.0]), np.array([100.0]), np.array([90.0]), np.array([400.0]))
    chi = stats.chi2_contingency([[30, 70], [90, 310]], correction=False)
    assert found[0] == pytest.approx(chi.pvalue)


def test_small_expected_counts_use_fishers_exact_test():
    found = two_proportions(np.array([3]), np.array([8]), np.array([10]), np.array([400]))
    assert found[0] == pytest.approx(stats.fisher_exact([[3, 5], [10, 390]]).pvalue)


def test_no_difference_at_all_has_p_one():
    assert two_proportions(
        np.array([0, 5, 20]), np.array([9, 5, 100]), np.array([0, 9, 40]), np.array([50, 9, 200])
    ).tolist() == [
        1,
        1,
        1,
    ]


def test_q_values_are_benjamini_hochberg_over_the_rows_shown():
    table = table_of([300, 100, 200, 400], odd=1)
    for last in (None, 2):
        found = cohort_differences(table, as_of=DECEMBER, last=last)
        np.testing.assert_allclose(found["q_value"], stats.false_discovery_control(found["p_value"]))
        assert (found["is_different"] == (found["q_value"] <= 0.05)).all()


def test_the_last_cohorts_are_shown_but_all_others_are_compared_with():
    table = table_of([100] * 6, odd=0)
    all_shown, last = cohort_differences(table, as_of=DECEMBER), cohort_differences(table, as_of=DECEMBER, last=2)
    assert last[last["months_since_first"] == 1]["cohort"].tolist() == ["2025-05", "2025-06"]
    both = last.merge(all_shown, on=["cohort", "months_since_first"], suffixes=("", "_all"))
    assert len(both) == len(last)
    assert (both["p_value"] == both["p_value_all"]).all()


def test_a_cohort_alone_at_its_age_has_no_difference_and_is_in_no_family():
    found = cohort_differences(table_of([100, 100]), as_of=DECEMBER, ages=(1, 11))
    alone = found[found["months_since_first"] == 11]
    assert alone["retention_rate"].tolist() == [0.2]
    assert alone[["others_rate", "difference", "p_value", "q_value"]].isna().all(axis=None)
    assert not alone["is_different"].any()
    assert found[found["months_since_first"] == 1]["q_value"].notna().all()


def test_incomplete_and_later_cells_are_left_out():
    table = table_of([100] * 6)
    october = date(2025, 10, 31)
    early = cohort_differences(table, as_of=october)
    cut = table[table["cohort"].map(lambda name: int(name[5:])) + table["months_since_first"] <= 10]
    pd.testing.assert_frame_equal(early, cohort_differences(cut, as_of=october))
    marked = table.assign(is_complete=table["cohort"] != "2025-06")
    assert "2025-06" not in set(cohort_differences(marked, as_of=DECEMBER)["cohort"])


def test_row_order_is_irrelevant():
    table = table_of([300, 100, 200, 400], odd=1)
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        cohort_differences(table, as_of=DECEMBER), cohort_differences(shuffled, as_of=DECEMBER)
    )


def test_values_of_a_dimension_are_compared_within_or_between():
    web, shop = table_of([400] * 4, odd=1).assign(value="web"), table_of([400] * 4, rate=0.1).assign(value="shop")
    both = pd.concat([web, shop], ignore_index=True)
    within = cohort_differences(both, as_of=DECEMBER, ages=(1,))
    assert list(within) == ["value", *COLUMNS]
    assert within[within["is_different"]]["value"].unique().tolist() == ["web"]
    between = cohort_differences(both, as_of=DECEMBER, ages=(1,), between="value")
    assert list(between) == ["value", *COLUMNS[1:]]
    assert between["cohort_customers"].tolist() == [1600, 1600]
    np.testing.assert_allclose(between["difference"], [-0.15, 0.15])


@pytest.mark.slow
def test_under_no_difference_few_cohorts_are_called_different():
    rng = np.random.default_rng(5)
    false_alarms = 0
    for _ in range(40):
        table = table_of([200] * 12)
        came = rng.binomial(table["cohort_customers"], 0.2)
        table["active_customers"] = table["active_customers"].where(table["months_since_first"] == 0, came)
        false_alarms += cohort_differences(table, as_of=DECEMBER)["is_different"].any()
    # At most 5 % of families should have one; 40 families leave room for 6 by chance (p < 0.01).
    assert false_alarms <= 6


def test_an_empty_answer_has_the_same_columns_and_types():
    full = cohort_differences(table_of([100] * 3), as_of=DECEMBER)
    empty = cohort_differences(table_of([100] * 3).iloc[:0], as_of=DECEMBER)
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_wrong_calls_say_what_is_wrong():
    with pytest.raises(CallError, match="no column active_customers"):
        cohort_differences(table_of([100]).drop(columns="active_customers"), as_of=DECEMBER)
    with pytest.raises(ParameterError, match="quarters"):
        cohort_differences(table_of([100]).assign(cohort="2025-Q1"), as_of=DECEMBER)
    with pytest.raises(ParameterError, match="between"):
        cohort_differences(table_of([100]), as_of=DECEMBER, between="value")
