"""Retention of new and existing customers: published counts, a brute-force twin, and the edges."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.retention import monthly_retention
from tests.metrics.shop_twins import all_months, twin_retention
from tests.metrics.shops import AS_OF, LAST, Shop, assert_rows_equal, label, month_end, shops, shuffled, slow_facts

COUNTS = [
    "month",
    "new_customers",
    "existing_customers",
    "new_base",
    "new_retained",
    "new_retention_rate",
    "existing_base",
    "existing_retained",
    "existing_retention_rate",
    "overlap_customers",
]
JANUARY = 2026 * 12


def cube(rows: list[tuple]) -> pd.DataFrame:
    names = ["month", "first_month", "previous_month", "several_before", "several_now", "customers"]
    types = {"month": "int64", "first_month": "int64", "previous_month": "Int64", "customers": "int64"}
    return pd.DataFrame(rows, columns=names).astype(types | {"several_before": "bool", "several_now": "bool"})


TWO_MONTHS = cube(
    [
        (JANUARY, JANUARY, None, False, False, 7),
        (JANUARY, JANUARY, None, False, True, 3),  # first and second order in January
        (JANUARY + 1, JANUARY, JANUARY, False, False, 2),
        (JANUARY + 1, JANUARY, JANUARY, True, False, 1),
    ]
)


def test_the_columns_are_those_that_people_read_by_name() -> None:
    frame = monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 28))
    rates = [f"{who}_retention_rate_{edge}" for who in ("new", "existing") for edge in ("low", "high")]
    assert list(frame) == [*COUNTS, *rates, "is_small", "is_left_censored"]
    assert frame["month"].tolist() == ["2026-01", "2026-02"]


def test_two_orders_in_the_first_month_are_in_both_bases_unless_the_rule_says_before_month() -> None:
    february = monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 28)).iloc[1]
    assert (february["new_base"], february["new_retained"]) == (10, 3)
    assert (february["existing_base"], february["existing_retained"], february["overlap_customers"]) == (3, 1, 3)
    disjoint = monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 28), existing_base_rule="before_month").iloc[1]
    assert (disjoint["existing_base"], disjoint["existing_retained"], disjoint["overlap_customers"]) == (0, 0, 0)
    assert np.isnan(disjoint["existing_retention_rate"])


def test_a_month_without_any_order_has_a_row_and_ends_the_run_of_bases() -> None:
    frame = monthly_retention(TWO_MONTHS, as_of=date(2026, 4, 30))
    assert frame["month"].tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert frame["existing_base"].tolist() == [0, 3, 3, 0]
    assert frame["existing_retained"].tolist() == [0, 1, 0, 0]


def test_months_before_history_starts_are_marked_and_the_month_whose_base_lies_there() -> None:
    frame = monthly_retention(TWO_MONTHS, as_of=date(2026, 4, 30), history_starts=date(2026, 2, 1))
    assert frame["is_left_censored"].tolist() == [True, True, False, False]
    whole = monthly_retention(TWO_MONTHS, as_of=date(2026, 4, 30), history_starts=date(2026, 1, 1))
    assert not whole["is_left_censored"].any()


def test_an_unknown_rule_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CallError, match='mean "before_month"'):
        monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 28), existing_base_rule="before_months")


def test_an_as_of_inside_a_month_is_refused() -> None:
    with pytest.raises(PeriodError, match="2026-02-15"):
        monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 15))


def test_an_empty_answer_has_the_columns_and_types_of_a_full_one() -> None:
    full = monthly_retention(TWO_MONTHS, as_of=date(2026, 2, 28))
    empty = monthly_retention(TWO_MONTHS, as_of=date(2025, 12, 31))
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()
    assert (monthly_retention(TWO_MONTHS.iloc[:0], as_of=date(2026, 2, 28)).dtypes == full.dtypes).all()


@given(shops(), st.sampled_from(["non_first_order", "before_month"]))
def test_it_equals_its_brute_force_twin(orders: pd.DataFrame, rule: str) -> None:
    shop = Shop.of(orders)
    frame = monthly_retention(slow_facts(orders)["activity_cube"], as_of=AS_OF, existing_base_rule=rule)
    expected = [twin_retention(shop, month, rule) for month in all_months(shop)]
    assert_rows_equal(frame, expected)
    assert frame["month"].tolist() == [label(month) for month in all_months(shop)]


@given(shops(min_orders=1))
def test_rates_lie_in_their_interval_and_neither_row_order_nor_later_rows_change_them(orders: pd.DataFrame) -> None:
    facts = slow_facts(orders)["activity_cube"]
    frame = monthly_retention(facts, as_of=AS_OF)
    for rate in ("new_retention_rate", "existing_retention_rate"):
        known = frame.dropna(subset=rate)
        assert known[rate].between(0, 1).all()
        assert known[rate].between(known[f"{rate}_low"], known[f"{rate}_high"]).all()
    pd.testing.assert_frame_equal(monthly_retention(shuffled(facts), as_of=AS_OF), frame)
    as_of = month_end(LAST - 4)
    then = slow_facts(orders, as_of)["activity_cube"]
    pd.testing.assert_frame_equal(monthly_retention(facts, as_of=as_of), monthly_retention(then, as_of=as_of))


# ---- CDNOW, published counts


def cdnow_cube(folder: Path, *, merged: bool = False, zeros: bool = True) -> pd.DataFrame:
    """The activity cube of CDNOW; it has no refunds, so a few vectorised lines are enough."""
    rows = pd.read_parquet(folder / "cdnow" / "cdnow_master.parquet")
    rows = rows if zeros else rows[rows["dollar_value"] > 0]
    rows = rows.drop_duplicates(["customer_id", "date"]) if merged else rows
    month = rows["date"].str[:4].astype(int) * 12 + rows["date"].str[4:6].astype(int) - 1
    orders = rows.assign(month=month).groupby(["customer_id", "month"], as_index=False).size()
    customer = orders.groupby("customer_id")
    orders = orders.assign(
        first_month=customer["month"].transform("min"),
        previous_month=customer["month"].shift().astype("Int64"),
        several_before=customer["size"].shift(fill_value=0) > 1,
        several_now=orders["size"] > 1,
    )
    keys = ["month", "first_month", "previous_month", "several_before", "several_now"]
    return orders.groupby(keys, dropna=False, as_index=False).size().rename(columns={"size": "customers"})


# month: new retained, new base, existing retained, existing base
KEPT = {
    "1997-02": (1157, 7846, 262, 844),
    "1997-03": (1312, 8476, 679, 2048),
    "1997-04": (1032, 7248, 1027, 3232),
    "1997-05": (0, 0, 852, 2822),
    "1997-06": (0, 0, 747, 2214),
    "1998-06": (0, 0, 446, 1488),
}
MERGED = {
    "1997-02": (1157, 7846, 246, 753),
    "1997-03": (1312, 8476, 659, 1951),
    "1997-04": (1032, 7248, 1014, 3150),
}
DROPPED = {
    "1997-02": (1155, 7814, 262, 844),
    "1997-03": (1311, 8455, 679, 2047),
    "1997-04": (1032, 7231, 1027, 3231),
    "1997-05": (0, 0, 852, 2822),
}


@pytest.mark.parametrize(
    ("merged", "zeros", "expected"),
    [(False, True, KEPT), (True, True, MERGED), (False, False, DROPPED)],
    ids=["zero rows kept", "same-day orders merged", "zero rows dropped"],
)
def test_cdnow_gives_the_published_counts(retention_data: Path, merged: bool, zeros: bool, expected: dict) -> None:
    frame = monthly_retention(cdnow_cube(retention_data, merged=merged, zeros=zeros), as_of=date(1998, 6, 30))
    counts = frame.set_index("month")[["new_retained", "new_base", "existing_retained", "existing_base"]]
    assert {month: tuple(counts.loc[month]) for month in expected} == expected
    may = frame.set_index("month").loc["1997-05"]
    assert np.isnan(may["new_retention_rate"])
    assert may["existing_retention_rate"] == may["existing_retained"] / may["existing_base"]
