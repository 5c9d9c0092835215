"""Revenue and its parts: sums that must be exact, rates that must stay in order, and a brute-force twin."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.metrics.money import (
    decompose_revenue,
    monthly_money,
    net_and_gross_retention,
    revenue_parts,
)
from tests.metrics.shop_twins import twin_money, twin_revenue_retention
from tests.metrics.shops import (
    AS_OF,
    LAST,
    Shop,
    assert_rows_equal,
    label,
    month_end,
    order_frame,
    shops,
    shuffled,
    slow_facts,
)

PARTS = ["from_buyers", "from_frequency", "from_average_order_value"]


def buckets(*rows: tuple) -> pd.DataFrame:
    return slow_facts(order_frame(list(rows)))["month_buckets"]


def at(month: int, day: int = 5) -> pd.Timestamp:
    return pd.Timestamp(2025, month, day)


FOUR_ROWS = buckets(
    ("c1", "o1", at(1), 10_000, False, "web"),
    ("c2", "o2", at(1), 2_000, False, "web"),
    ("c1", "o3", at(2), 15_000, False, "web"),
    ("c2", "o2", at(2), -2_000, True, "web"),
)


def booked_months(shop: Shop) -> list[int]:
    """From the first month with anything booked, an order or a refund."""
    return list(range(min(month for _, month in shop.revenue), LAST + 1)) if shop.revenue else []


def test_a_later_refund_lowers_the_month_it_happens_in_and_is_no_order() -> None:
    february = monthly_money(FOUR_ROWS, as_of=date(2025, 2, 28)).iloc[1]
    assert february[["buyers", "orders", "revenue"]].tolist() == [1, 1, 130.0]
    assert february["average_order_value"] == 130.0


def test_a_refund_in_the_month_of_its_order_can_undo_the_order() -> None:
    rows = buckets(("c1", "o1", at(1), 500, False, "web"), ("c1", "o1", at(1, 20), -500, True, "web"))
    january = monthly_money(rows, as_of=date(2025, 1, 31)).iloc[0]
    assert january[["buyers", "orders", "revenue"]].tolist() == [0, 0, 0.0]
    assert np.isnan(january["average_order_value"])


def test_growth_of_one_customer_counts_in_net_retention_and_not_in_gross() -> None:
    february = net_and_gross_retention(FOUR_ROWS, as_of=date(2025, 2, 28)).iloc[1]
    assert february[["base_customers", "base_revenue"]].tolist() == [2, 120.0]
    assert february["nrr"] == 150 / 120
    assert february["grr"] == 100 / 120


def test_totals_of_money_are_whole_cents_whatever_buckets_they_lie_in() -> None:
    cents = [3, 10, 29, 58, 1_099, 4_317, 76_109_30, 3_333_333]
    orders = [
        (f"c{n}", f"o{month}{n}", at(month), amount, False, "web") for n, amount in enumerate(cents) for month in (1, 2)
    ]
    rows = buckets(*orders, ("c9", "o9", at(2), 7, False, "web"))
    total = sum(cents) / 100
    money = monthly_money(rows, as_of=date(2025, 2, 28))
    assert money["revenue"].tolist() == [total, (sum(cents) + 7) / 100]
    change = decompose_revenue(rows, as_of=date(2025, 2, 28)).iloc[1]
    assert (change["revenue_before"], change["revenue"], change["change"]) == (total, (sum(cents) + 7) / 100, 0.07)
    assert net_and_gross_retention(rows, as_of=date(2025, 2, 28))["base_revenue"].tolist() == [0, total]


def test_the_first_month_has_no_base() -> None:
    january = net_and_gross_retention(FOUR_ROWS, as_of=date(2025, 1, 31)).iloc[0]
    assert np.isnan([january["nrr"], january["grr"]]).all()


def test_twice_the_buyers_and_nothing_else_is_a_change_from_buyers_alone() -> None:
    parts = revenue_parts((10, 20, 400.0), (20, 40, 800.0))
    assert np.allclose(parts, (400, 0, 0))


positive = st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(0.01, 1e9))


@given(positive, positive)
def test_the_parts_sum_to_the_change(before: tuple, after: tuple) -> None:
    parts = revenue_parts(before, after)
    assert np.isfinite(parts).all()
    assert sum(parts) == pytest.approx(after[2] - before[2], rel=1e-9, abs=1e-9 * max(before[2], after[2]))
    back = revenue_parts(after, before)
    assert np.allclose(parts, [-part for part in back], rtol=1e-6, atol=1e-9 * max(before[2], after[2]))


def test_equal_revenues_are_decomposed_and_not_divided_by_zero() -> None:
    parts = revenue_parts((10, 20, 400.0), (20, 20, 400.0))
    assert np.allclose(parts, (400 * np.log(2), -400 * np.log(2), 0))
    assert np.allclose(revenue_parts((10, 20, 400.0), (10, 20, 400.0)), 0)


@pytest.mark.parametrize("revenue", [0.0, -5.0])
def test_a_revenue_without_a_log_has_a_change_and_no_parts(revenue: float) -> None:
    assert np.isnan(revenue_parts((10, 20, 400.0), (10, 20, revenue))).all()


def test_a_comparison_over_no_month_is_refused() -> None:
    with pytest.raises(CallError, match="months is 0"):
        decompose_revenue(FOUR_ROWS, as_of=AS_OF, months=0)


@pytest.mark.parametrize("metric", [monthly_money, net_and_gross_retention, decompose_revenue])
def test_an_empty_answer_has_the_columns_and_types_of_a_full_one(metric: Callable) -> None:
    full = metric(FOUR_ROWS, as_of=date(2025, 2, 28))
    empty = metric(FOUR_ROWS.iloc[:0], as_of=date(2025, 2, 28))
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()


@given(shops())
def test_money_equals_its_brute_force_twin(orders: pd.DataFrame) -> None:
    shop, facts = Shop.of(orders), slow_facts(orders)["month_buckets"]
    frame = monthly_money(facts, as_of=AS_OF)
    assert_rows_equal(frame, [twin_money(shop, range(month, month + 1)) for month in booked_months(shop)])
    assert frame["month"].tolist() == [label(month) for month in booked_months(shop)]
    rates = net_and_gross_retention(facts, as_of=AS_OF)
    expected = [
        twin_revenue_retention(shop, range(month, month + 1), range(month - 1, month)) for month in booked_months(shop)
    ]
    assert_rows_equal(rates, expected)


@given(shops(), st.sampled_from([1, 3, 12]))
def test_each_decomposition_adds_up_and_agrees_with_the_money(orders: pd.DataFrame, months: int) -> None:
    facts = slow_facts(orders)["month_buckets"]
    frame, money = decompose_revenue(facts, as_of=AS_OF, months=months), monthly_money(facts, as_of=AS_OF)
    assert np.allclose(frame["revenue"], money["revenue"])
    assert np.allclose(frame["change"], frame["revenue"] - frame["revenue_before"], equal_nan=True)
    known = frame.dropna(subset=PARTS)
    assert np.allclose(known[PARTS].sum(axis=1), known["change"], rtol=0, atol=1e-9)
    comparable = (frame["revenue_before"] > 0) & (frame["revenue"] > 0) & (money["orders"] > 0)
    comparable &= money["orders"].shift(months, fill_value=0) > 0
    assert frame[PARTS].notna().all(axis=1).equals(comparable)
    assert frame["compared_with"].tolist()[months:] == frame["month"].tolist()[: max(len(frame) - months, 0)]


@pytest.mark.slow
@given(shops(min_orders=1))
def test_rates_keep_their_order_and_neither_row_order_nor_later_rows_change_a_number(orders: pd.DataFrame) -> None:
    facts = slow_facts(orders)["month_buckets"]
    as_of = month_end(LAST - 3)
    then = slow_facts(orders, as_of)["month_buckets"]
    for metric in (monthly_money, net_and_gross_retention, decompose_revenue):
        frame = metric(facts, as_of=AS_OF, seed=5)
        pd.testing.assert_frame_equal(metric(shuffled(facts), as_of=AS_OF, seed=5), frame)
        earlier = metric(then, as_of=as_of, seed=5)
        pd.testing.assert_frame_equal(metric(facts, as_of=as_of, seed=5), earlier)
        assert earlier.equals(frame.iloc[: len(earlier)]), "a month's numbers stay when the next one is added"
    rates = net_and_gross_retention(facts, as_of=AS_OF)
    known = rates.dropna(subset="nrr")
    assert (known["grr"] <= np.minimum(1, known["nrr"]) + 1e-12).all()
    for name in ("nrr", "grr"):
        sure = known.dropna(subset=f"{name}_low")
        assert (sure[f"{name}_low"] <= sure[f"{name}_high"]).all()


def test_frequency_and_order_value_multiply_to_revenue() -> None:
    money = monthly_money(FOUR_ROWS, as_of=date(2025, 2, 28))
    product = money["buyers"] * money["purchase_frequency"] * money["average_order_value"]
    assert np.allclose(product, money["revenue"])
