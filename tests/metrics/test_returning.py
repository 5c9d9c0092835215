"""New against returning customers, and the worth of a point of retention."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.errors import CallError
from retention_helpers.metrics.money import monthly_money
from retention_helpers.metrics.retention import monthly_retention
from retention_helpers.metrics.returning import new_and_returning, value_of_a_point
from tests.metrics.shop_twins import ratio
from tests.metrics.shops import (
    AS_OF,
    LAST,
    Shop,
    assert_rows_equal,
    month_end,
    order_frame,
    shops,
    shuffled,
    slow_facts,
)

MEASURES = [
    "average_order_value",
    "revenue_per_customer",
    "purchase_frequency",
    "revenue_share",
    "days_between_orders",
]


def twin(shop: Shop, months: range) -> list[dict[str, float]]:
    """Both sides of each measure, customers counted once in each month."""
    sides = []
    for returning in (False, True):
        pairs = [
            (who, month)
            for month in months
            for who in shop.buyers(month)
            if (who in shop.new(month)) != returning
        ]  # fmt: skip
        orders = sum((order.customer, order.month) in pairs for order in shop.orders)
        sides.append((len(pairs), orders, sum(shop.revenue[pair] for pair in pairs) / 100))
    total = sides[0][2] + sides[1][2]
    rows = [
        (ratio(revenue, orders), ratio(revenue, customers), ratio(orders, customers), ratio(revenue, total))
        for customers, orders, revenue in sides
    ]
    return [{"new": new, "returning": returning} for new, returning in zip(*rows, strict=True)]


def twin_gaps(shop: Shop, months: range) -> tuple[list[int], list[int]]:
    first, later = [], []
    for customer in shop.first():
        mine = [order for order in shop.orders if order.customer == customer]
        for number in range(1, len(mine)):
            if mine[number].month in months:
                days = (mine[number].at.date() - mine[number - 1].at.date()).days
                (first if number == 1 else later).append(days)
    return first, later


@given(shops(min_orders=1), st.sampled_from([1, 3, 12]))
def test_both_sides_equal_their_brute_force_twin(orders: pd.DataFrame, months: int) -> None:
    facts, shop = slow_facts(orders), Shop.of(orders)
    window = range(LAST - months + 1, LAST + 1)
    frame = new_and_returning(facts["month_buckets"], facts["order_gaps"], as_of=AS_OF, months=months)
    assert frame["measure"].tolist() == MEASURES
    assert_rows_equal(frame.iloc[:4], twin(shop, window))
    gaps = twin_gaps(shop, window)
    last = frame.iloc[4]
    assert (last["new_n"], last["returning_n"]) == (len(gaps[0]), len(gaps[1]))
    for side, days in zip(("new", "returning"), gaps, strict=True):
        assert last[side] == pytest.approx(np.mean(days) if days else np.nan, nan_ok=True)
    sure = frame.dropna(subset="difference_low")
    zero_outside = (sure["difference_low"] > 0) | (sure["difference_high"] < 0)
    assert sure["is_reliable"].equals(zero_outside)


@given(shops(min_orders=1))
def test_neither_row_order_nor_later_rows_change_a_number(orders: pd.DataFrame) -> None:
    facts, as_of = slow_facts(orders), month_end(LAST - 3)
    then = slow_facts(orders, as_of)
    one, other = (
        new_and_returning(shuffled(f["month_buckets"]), shuffled(f["order_gaps"]), as_of=as_of) for f in (facts, then)
    )
    pd.testing.assert_frame_equal(one, other)


def test_the_days_have_the_interval_of_welch() -> None:
    first, later = np.array([10, 20, 20, 40, 70]), np.array([5, 5, 9, 12, 15, 30])
    gaps = pd.concat(
        pd.DataFrame({"gap_days": days, "gaps": 1, "is_first_gap": is_first, "month": LAST})
        for days, is_first in ((first, True), (later, False))
    )
    empty = slow_facts(order_frame([]))["month_buckets"]
    row = new_and_returning(empty, gaps, as_of=AS_OF).iloc[-1]
    welch = stats.ttest_ind(later, first, equal_var=False).confidence_interval()
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((welch.low, welch.high))
    own = stats.t.interval(0.95, 4, first.mean(), stats.sem(first))
    assert (row["new_low"], row["new_high"]) == pytest.approx(own)


def test_no_month_at_all_is_refused_and_an_empty_shop_has_missing_values_of_the_same_types() -> None:
    orders = order_frame([("c1", "o1", month_end(LAST), 100, False, "web")])
    full, empty = slow_facts(orders), slow_facts(orders.iloc[:0])
    with pytest.raises(CallError, match="months is 0"):
        new_and_returning(full["month_buckets"], full["order_gaps"], as_of=AS_OF, months=0)
    frames = [new_and_returning(f["month_buckets"], f["order_gaps"], as_of=AS_OF) for f in (full, empty)]
    assert (frames[0].dtypes == frames[1].dtypes).all()
    assert frames[1]["new"].isna().all()


def test_a_clear_difference_is_reliable_and_none_is_not() -> None:
    january = [(f"c{n}", f"a{n}", pd.Timestamp(2025, 1, 5), 1_000 + n, False, "web") for n in range(60)]
    again = [(f"c{n}", f"b{n}", pd.Timestamp(2025, 2, 5), 5_000 + n, False, "web") for n in range(30)]
    others = [(f"d{n}", f"d{n}", pd.Timestamp(2025, 2, 6), 1_000 + n, False, "web") for n in range(30)]
    facts = slow_facts(order_frame(january + again + others))
    frame = new_and_returning(facts["month_buckets"], facts["order_gaps"], as_of=date(2025, 2, 28)).set_index("measure")
    assert frame.loc["average_order_value", "is_reliable"]
    assert frame.loc["average_order_value", "difference"] == pytest.approx(40)
    assert not frame.loc["purchase_frequency", "is_reliable"]


@given(shops(min_orders=1))
def test_a_point_is_worth_a_hundredth_of_the_base_at_the_spending_of_those_who_return(orders: pd.DataFrame) -> None:
    facts, shop = slow_facts(orders), Shop.of(orders)
    retention = monthly_retention(facts["activity_cube"], as_of=AS_OF)
    frame = value_of_a_point(facts["month_buckets"], retention, as_of=AS_OF)
    assert frame["month"].tolist() == monthly_money(facts["month_buckets"], as_of=AS_OF)["month"].tolist()
    expected = []
    for month in range(LAST - len(frame) + 1, LAST + 1):
        who = shop.buyers(month) - shop.new(month)
        each = ratio(sum(shop.spent(customer, month) for customer in who) / 100, len(who))
        base = len(shop.repeaters(month - 1))
        worth = each * base / 100 if base else np.nan
        expected.append({"existing_base": base, "revenue_per_returning_customer": each, "value_of_a_point": worth})
    assert_rows_equal(frame, expected)
