"""Cohorts against a shop worked by hand, published numbers of two real shops, and a slow twin."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, ParameterError, PeriodError
from retention_helpers.metrics.cohort_grid import cohort_grid
from retention_helpers.metrics.cohorts import (
    all_cohorts,
    cohort_details,
    cohort_retention,
    unassigned_revenue,
)
from retention_helpers.periods import Period
from tests.metrics.shops import AS_OF, LAST, Shop, label, month_end, shops, shuffled, slow_facts

JAN = Period.parse("2026-01").index
APRIL = date(2026, 4, 30)
RETENTION = ["cohort", "months_since_first", "cohort_customers", "active_customers", "retention_rate", "revenue"]
RETENTION += ["cumulative_revenue_per_customer", "is_complete"]

# Four customers, months 0 = January .. 3 = April: customer, month, orders, cents. B only gives back in April; D gives
# something back in February, before the first order that we know of.
FOUR = [
    ("A", 0, 2, 3000),
    ("A", 1, 1, 500),
    ("A", 3, 1, 1500),
    ("B", 0, 1, 1000),
    ("B", 2, 1, 3000),
    ("B", 3, 0, -1000),
]
FOUR += [("C", 1, 1, 4000), ("C", 2, 1, 2000), ("D", 1, 0, -500), ("D", 2, 1, 5000)]


def cube_of(customer_months: pd.DataFrame, dimension: str = "all") -> pd.DataFrame:
    """The fact frame cohort_cube from customer, month, orders, cents [, value], the vectorised way."""
    rows = customer_months.sort_values(["customer", "month"], ignore_index=True)
    ordered = rows["month"].where(rows["orders"] > 0)
    rows["first_month"] = ordered.groupby(rows["customer"]).transform("min")
    before = ordered.groupby(rows["customer"]).ffill().groupby(rows["customer"]).shift()
    rows["previous_month"] = before.where(rows["orders"] > 0)
    rows["active"] = (rows["orders"] > 0).astype("int64")
    if "value" not in rows:
        rows["value"] = "all"
    by = ["value", "first_month", "month", "previous_month"]
    sums = {"active_customers": ("active", "sum"), "orders": ("orders", "sum"), "revenue_cents": ("cents", "sum")}
    return rows.groupby(by, dropna=False, as_index=False).agg(**sums).assign(dimension=dimension)


def four() -> pd.DataFrame:
    rows = pd.DataFrame(FOUR, columns=["customer", "month", "orders", "cents"])
    return cube_of(rows.assign(month=rows["month"] + JAN))


def cells(table: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def test_the_shop_of_four_customers_worked_by_hand():
    table = cohort_retention(four(), as_of=APRIL)
    assert list(table) == RETENTION
    assert cells(table, *RETENTION[:6]) == [
        ("2026-01", 0, 2, 2, 1.0, 40.0),
        ("2026-01", 1, 2, 1, 0.5, 5.0),
        ("2026-01", 2, 2, 1, 0.5, 30.0),
        ("2026-01", 3, 2, 1, 0.5, 5.0),
        ("2026-02", 0, 1, 1, 1.0, 40.0),
        ("2026-02", 1, 1, 1, 1.0, 20.0),
        ("2026-02", 2, 1, 0, 0.0, 0.0),
        ("2026-03", 0, 1, 1, 1.0, 50.0),
        ("2026-03", 1, 1, 0, 0.0, 0.0),
    ]
    assert table["cumulative_revenue_per_customer"].tolist() == [20, 22.5, 37.5, 40, 40, 60, 60, 50, 50]
    assert table["is_complete"].all()


def test_details_of_the_four_customers_worked_by_hand():
    table = cohort_details(four(), as_of=APRIL)
    assert table["active_on_or_after"].tolist() == [2, 2, 2, 1, 1, 1, 0, 1, 0]
    assert table["orders"].tolist() == [3, 1, 1, 1, 1, 1, 0, 1, 0]
    np.testing.assert_allclose(table["average_order_value"], [40 / 3, 5, 30, 5, 40, 20, np.nan, 50, np.nan])
    assert table["is_small"].all()
    assert (table["retention_rate_low"] <= table["retention_rate"]).all()
    assert (table["retention_rate_high"] >= table["retention_rate"]).all()


def test_a_quarter_counts_age_from_each_customers_own_month_and_pools_only_matured_cohorts():
    table = cohort_details(four(), as_of=APRIL, grain="quarter")
    columns = ("cohort", "months_since_first", "month_cohorts", "cohort_customers", "active_customers")
    expected = [("2026-Q1", 0, 3, 4, 4), ("2026-Q1", 1, 3, 4, 2), ("2026-Q1", 2, 2, 3, 1), ("2026-Q1", 3, 1, 2, 1)]
    assert cells(table, *columns) == expected
    assert table["cumulative_revenue_per_customer"].tolist() == [130 / 4, 155 / 4, 135 / 3, 40.0]


def test_all_cohorts_divides_by_cohorts_matured_to_the_age_only():
    table = all_cohorts(four(), as_of=APRIL)
    columns = ("months_since_first", "month_cohorts", "cohort_customers", "active_customers")
    assert cells(table, *columns) == [(0, 3, 4, 4), (1, 3, 4, 2), (2, 2, 3, 1), (3, 1, 2, 1)]


def test_the_running_month_is_there_but_is_not_complete_and_not_in_the_pool():
    table = cohort_retention(four(), as_of=APRIL, data_through=datetime(2026, 4, 12, 9, 30))
    assert [k for c, k, complete in cells(table, "cohort", "months_since_first", "is_complete") if not complete] == [
        3,
        2,
        1,
    ]
    pool = all_cohorts(four(), as_of=APRIL, data_through=date(2026, 4, 12))
    columns = ("months_since_first", "cohort_customers", "active_customers")
    assert cells(pool, *columns) == [(0, 4, 4), (1, 3, 2), (2, 2, 1)]


def test_months_that_the_source_does_not_reach_are_not_there():
    table = cohort_retention(four(), as_of=date(2026, 8, 31), data_through=date(2026, 4, 30))
    pd.testing.assert_frame_equal(table, cohort_retention(four(), as_of=APRIL))


def test_a_quarter_with_a_running_month_is_not_complete_there():
    table = cohort_retention(four(), as_of=APRIL, grain="quarter", data_through=date(2026, 4, 12))
    assert table["is_complete"].tolist() == [True, False, False, False]


def test_revenue_before_the_first_order_belongs_to_no_cohort_and_is_shown():
    assert cells(unassigned_revenue(four(), as_of=APRIL), "month", "revenue") == [("2026-02", -5.0)]
    # As of February nobody can know that D will order; the answer is the same.
    assert cells(unassigned_revenue(four(), as_of=date(2026, 2, 28)), "month", "revenue") == [("2026-02", -5.0)]


def test_customers_who_never_ordered_have_no_cohort():
    rows = pd.DataFrame([("A", JAN, 1, 1000), ("E", JAN, 0, -300)], columns=["customer", "month", "orders", "cents"])
    assert cohort_retention(cube_of(rows), as_of=date(2026, 1, 31))["revenue"].tolist() == [10.0]
    assert unassigned_revenue(cube_of(rows), as_of=date(2026, 1, 31))["revenue"].tolist() == [-3.0]


def test_the_grid_has_sizes_no_month_0_and_missing_where_nobody_can_know():
    grid = cohort_grid(cohort_retention(four(), as_of=APRIL), cohorts=2, months=3)
    assert list(grid) == ["cohort", "cohort_customers", "month_1", "month_2", "month_3"]
    assert grid["cohort"].tolist() == ["2026-02", "2026-03"]
    assert grid["cohort_customers"].tolist() == [1, 1]
    np.testing.assert_array_equal(grid[["month_1", "month_2", "month_3"]], [[1, 0, np.nan], [0, np.nan, np.nan]])


def test_each_value_of_a_dimension_has_its_own_cohorts():
    rows = pd.DataFrame(FOUR, columns=["customer", "month", "orders", "cents"])
    rows = rows.assign(
        month=rows["month"] + JAN, value=rows["customer"].map({"A": "web", "B": "shop"}).fillna("unassigned")
    )
    cube = pd.concat([cube_of(rows, "channel"), four()], ignore_index=True)
    table = cohort_retention(cube, as_of=APRIL, dimension="channel")
    assert list(table) == ["dimension", "value", *RETENTION]
    sizes = table[table["months_since_first"] == 0]
    assert cells(sizes, "value", "cohort", "cohort_customers") == [
        ("shop", "2026-01", 1),
        ("unassigned", "2026-02", 1),
        ("unassigned", "2026-03", 1),
        ("web", "2026-01", 1),
    ]
    summed = table.groupby(["cohort", "months_since_first"])["active_customers"].sum()
    assert summed.tolist() == cohort_retention(cube, as_of=APRIL)["active_customers"].tolist()
    curve = all_cohorts(cube, as_of=APRIL, dimension="channel")
    assert cohort_grid(curve, months=3)["value"].tolist() == ["shop", "unassigned", "web"]
    with pytest.raises(ParameterError, match="several values"):
        cohort_grid(table.assign(cohort="2026-01"))


def test_small_integers_and_gaps_as_the_facts_hold_them_change_nothing():
    small = {"first_month": "Int16", "month": "int16", "previous_month": "Int16", "active_customers": "int32"}
    pd.testing.assert_frame_equal(
        cohort_details(four().astype(small), as_of=APRIL), cohort_details(four(), as_of=APRIL)
    )


def test_cents_stay_exact_where_floats_would_not():
    big = 2**53 + 1
    cube = four().assign(revenue_cents=np.int64(0))
    cube.loc[(cube["first_month"] == JAN) & (cube["month"] == JAN), "revenue_cents"] = big
    cube.loc[(cube["first_month"] == JAN) & (cube["month"] == JAN + 1), "revenue_cents"] = -big + 100
    table = cohort_retention(cube, as_of=APRIL)
    assert table["cumulative_revenue_per_customer"].iloc[1] == 0.5


@pytest.mark.parametrize("function", [cohort_retention, cohort_details, all_cohorts, unassigned_revenue])
def test_an_empty_answer_has_the_same_columns_and_types(function):
    full, empty = function(four(), as_of=APRIL), function(four().iloc[:0], as_of=APRIL)
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    before = function(four(), as_of=date(2025, 12, 31))
    assert before.dtypes.to_dict() == full.dtypes.to_dict()


def test_an_empty_grid_has_the_same_columns():
    full = cohort_grid(cohort_retention(four(), as_of=APRIL))
    assert cohort_grid(cohort_retention(four().iloc[:0], as_of=APRIL)).dtypes.to_dict() == full.dtypes.to_dict()


def test_wrong_calls_say_what_is_wrong():
    with pytest.raises(ParameterError, match='no dimension "chanel"'):
        cohort_retention(four(), as_of=APRIL, dimension="chanel")
    with pytest.raises(ParameterError, match="grain"):
        cohort_retention(four(), as_of=APRIL, grain="week")
    with pytest.raises(CallError, match="no column first_month"):
        cohort_retention(four().drop(columns="first_month"), as_of=APRIL)
    with pytest.raises(PeriodError, match="not the last day"):
        cohort_retention(four(), as_of=date(2026, 4, 12))
    with pytest.raises(ParameterError, match='Did you mean "retention_rate"'):
        cohort_grid(cohort_retention(four(), as_of=APRIL), measure="retention")


# ---- random shops against a slow twin


def twin_cells(shop: Shop, month: int, channel: str | None = None) -> list[tuple]:
    """Cohort, age and every count of the cell, from sets of customers."""
    first = {who: order.month for who, order in shop.first().items() if channel in (None, order.channel)}
    found = []
    for cohort in sorted(set(first.values())):
        members = {who for who, began in first.items() if began == cohort}
        spent = 0
        for now in range(cohort, month + 1):
            cents = sum(shop.spent(who, now) for who in members)
            spent += cents
            found.append(
                (
                    label(cohort),
                    now - cohort,
                    len(members),
                    len(members & shop.buyers(now)),
                    len(members & shop.buyers(*range(now, month + 1))),
                    sum(order.customer in members and order.month == now for order in shop.orders),
                    cents,
                    spent,
                )
            )
    return found


def counted(table: pd.DataFrame) -> list[tuple]:
    cents = (table["revenue"] * 100).round().astype("int64")
    total = (table["cumulative_revenue_per_customer"] * table["cohort_customers"] * 100).round().astype("int64")
    names = ("cohort", "months_since_first", "cohort_customers", "active_customers", "active_on_or_after", "orders")
    return cells(table.assign(cents=cents, total=total), *names, "cents", "total")


@given(rows=shops(), month=st.integers(LAST - 9, LAST))
def test_every_cell_is_that_of_a_slow_twin(rows: pd.DataFrame, month: int):
    cube = slow_facts(rows)["cohort_cube"]
    shop = Shop.of(rows, month_end(month))
    assert counted(cohort_details(cube, as_of=month_end(month))) == twin_cells(shop, month)
    for channel, table in cohort_details(cube, as_of=month_end(month), dimension="channel").groupby("value"):
        assert counted(table) == twin_cells(shop, month, str(channel))


@given(rows=shops(min_orders=1), month=st.integers(LAST - 6, LAST))
def test_cohorts_keep_their_laws(rows: pd.DataFrame, month: int):
    as_of = month_end(month)
    facts = slow_facts(rows)
    table = cohort_details(facts["cohort_cube"], as_of=as_of)
    for name in ("retention_rate", "on_or_after_rate"):
        for suffix in ("", "_low", "_high"):
            assert table[name + suffix].between(0, 1).all()
    assert (table.loc[table["months_since_first"] == 0, "retention_rate"] == 1).all()
    assert (table["active_on_or_after"] >= table["active_customers"]).all()
    assert (table.groupby("cohort")["active_on_or_after"].diff().fillna(0) <= 0).all()
    # Cohorts and what belongs to none are all revenue, and all orders, up to as_of.
    known = facts["customer_months"].query("month <= @month")
    loose = unassigned_revenue(facts["cohort_cube"], as_of=as_of)["revenue"].sum()
    assert table["revenue"].sum() + loose == pytest.approx(known["revenue_cents"].sum() / 100)
    assert table["orders"].sum() == known["orders"].sum()
    pool = all_cohorts(facts["cohort_cube"], as_of=as_of)
    assert pool["active_customers"].sum() == table["active_customers"].sum()
    assert pool["cohort_customers"].is_monotonic_decreasing


@pytest.mark.slow
@given(rows=shops(), month=st.integers(LAST - 6, LAST))
def test_row_order_and_later_data_change_nothing(rows: pd.DataFrame, month: int):
    as_of = month_end(month)
    now, then = slow_facts(rows)["cohort_cube"], slow_facts(rows, as_of)["cohort_cube"]
    for function in (cohort_details, all_cohorts, unassigned_revenue):
        expected = function(then, as_of=as_of)
        pd.testing.assert_frame_equal(function(shuffled(now), as_of=as_of), expected)


@pytest.mark.slow
@given(rows=shops())
def test_a_quarter_is_the_sum_of_its_matured_months(rows: pd.DataFrame):
    cube = slow_facts(rows)["cohort_cube"]
    months = cohort_details(cube, as_of=AS_OF)
    names = [f"{name[:4]}-Q{(int(name[5:]) + 2) // 3}" for name in months["cohort"]]
    counts = ["cohort_customers", "active_customers", "active_on_or_after", "orders"]
    summed = months.assign(cohort=names).groupby(["cohort", "months_since_first"])[counts].sum()
    quarters = cohort_details(cube, as_of=AS_OF, grain="quarter")
    assert cells(quarters, *counts) == cells(summed, *counts)


# ---- real shops


def test_online_retail_has_its_published_cohorts(retention_data: Path):
    lines = pd.read_parquet(
        retention_data / "online_retail" / "online_retail.parquet",
        columns=["InvoiceNo", "InvoiceDate", "CustomerID", "Quantity", "UnitPrice"],
        filters=[("Quantity", ">", 0), ("UnitPrice", ">", 0)],
    ).dropna(subset=["CustomerID"])
    when = lines["InvoiceDate"].dt
    lines = lines.assign(
        customer=lines["CustomerID"],
        month=when.year * 12 + when.month - 1,
        cents=(lines["Quantity"] * lines["UnitPrice"] * 100).round().astype("int64"),
    )
    months = lines.groupby(["customer", "month"], as_index=False).agg(
        orders=("InvoiceNo", "nunique"), cents=("cents", "sum")
    )
    table = cohort_retention(cube_of(months), as_of=date(2011, 12, 31), data_through=date(2011, 12, 9))
    first = table[table["months_since_first"] == 0]
    assert first["cohort_customers"].tolist() == [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]
    rates = (100 * table.set_index("cohort")["retention_rate"]).round(1)
    december = [100, 36.6, 32.3, 38.4, 36.3, 39.8, 36.3, 34.9, 35.4, 39.5, 37.4, 50.3, 26.6]
    assert rates.loc["2010-12"].tolist() == december
    assert rates.loc["2011-01"].tolist()[:6] == [100, 22.1, 26.6, 23.0, 32.1, 28.8]
    running = table[~table["is_complete"]]
    assert (running["months_since_first"].to_numpy() == np.arange(12, -1, -1)).all()
    assert table["revenue"].sum() == pytest.approx(8_911_407.90, abs=1)  # prices with three decimals, rounded by line


def test_cdnow_has_its_published_cohorts(retention_data: Path):
    rows = pd.read_parquet(
        retention_data / "cdnow" / "cdnow_master.parquet", columns=["customer_id", "date", "dollar_value"]
    )
    rows = rows.assign(
        customer=rows["customer_id"],
        month=rows["date"].str[:4].astype(int) * 12 + rows["date"].str[4:6].astype(int) - 1,
        cents=(rows["dollar_value"] * 100).round().astype("int64"),
    )
    months = rows.groupby(["customer", "month"], as_index=False).agg(orders=("cents", "size"), cents=("cents", "sum"))
    table = cohort_retention(cube_of(months), as_of=date(1998, 6, 30))
    active = {cohort: cells["active_customers"].tolist() for cohort, cells in table.groupby("cohort")}
    assert {cohort: counts[:4] for cohort, counts in active.items()} == {
        "1997-01": [7846, 1157, 964, 810],
        "1997-02": [8476, 1312, 980, 783],
        "1997-03": [7248, 1032, 752, 756],
    }
    assert [len(counts) for counts in active.values()] == [18, 17, 16]
    assert table["revenue"].sum() == pytest.approx(2_500_315.63)
