"""Refunds and cancellations are booked when they happen: METRICS' paragraph, worked by hand."""

from pathlib import Path
from typing import Any

import pytest

from retention_helpers.params import Profile
from tests.company import company, fact_rows

HEADER = "customer_id,order_id,ordered_at,amount,product_id"


def shop(folder: Path, rows: str, header: str = HEADER, **options: Any) -> Profile:
    return company(folder, header + "\n" + rows, **options)


def ledger(profile: Profile) -> list[tuple]:
    """(month since January 2024, reason, rows, cents)."""
    return fact_rows(profile, "month - 24288, reason, rows, amount_cents", "row_ledger")


def orders(profile: Profile) -> list[tuple]:
    return fact_rows(profile, "month - 24288, order_id, amount_cents", "orders_valid")


def months(profile: Profile) -> list[tuple]:
    return fact_rows(profile, "customer_id, month - 24288, orders, revenue_cents", "customer_months")


def test_a_cancellation_within_the_month_leaves_no_order(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-01-20,-10,p\n")
    assert orders(profile) == []
    assert ledger(profile) == [(0, "cancelled_in_month", 2, 0)]
    assert months(profile) == [("a", 0, 0, 0)]


def test_a_partial_refund_within_the_month_reduces_the_order(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-01-20,-4,p\n")
    assert orders(profile) == [(0, "1", 600)]
    assert ledger(profile) == [(0, "counted", 2, 600)]


def test_a_later_refund_reduces_its_own_month_and_undoes_no_order(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-02-01,-10,p\n")
    assert orders(profile) == [(0, "1", 1000)]
    assert ledger(profile) == [(0, "counted", 1, 1000), (1, "refund_later", 1, -1000)]
    assert months(profile) == [("a", 0, 1, 1000), ("a", 1, 0, -1000)]


def test_a_later_refund_never_falls_on_a_newer_order_of_the_same_product(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,2,2024-02-01,10,p\na,1,2024-02-20,-10,p\n")
    assert orders(profile) == [(0, "1", 1000), (1, "2", 1000)]
    assert ledger(profile) == [(0, "counted", 1, 1000), (1, "counted", 1, 1000), (1, "refund_later", 1, -1000)]


def test_a_refund_may_name_its_order_in_a_column_of_its_own(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,p,\na,2,2024-01-06,10,p,\na,r1,2024-01-20,-10,p,1\na,r2,2024-02-20,-3,p,2\n"
    profile = shop(tmp_path, rows, HEADER + ",refund_of")
    assert orders(profile) == [(0, "2", 1000)]
    assert ledger(profile) == [(0, "cancelled_in_month", 2, 0), (0, "counted", 1, 1000), (1, "refund_later", 1, -300)]


def test_a_refund_of_its_own_number_falls_on_the_latest_earlier_order_of_the_product(tmp_path: Path) -> None:
    rows = """a,1,2024-01-05,10,p
a,2,2024-01-10,10,p
a,3,2024-01-11,10,q
b,4,2024-01-12,10,p
a,C9,2024-01-15,-10,p
a,5,2024-01-20,10,p
"""
    profile = shop(tmp_path, rows, rules={"cancellation_prefix": "C"})
    assert orders(profile) == [(0, "1", 1000), (0, "3", 1000), (0, "4", 1000), (0, "5", 1000)]
    assert fact_rows(profile, "source_order_id, order_id", "order_lines WHERE is_refund") == [("C9", "2")]


def test_a_refund_without_any_earlier_purchase_is_booked_and_counted_as_unmatched(tmp_path: Path) -> None:
    rows = "a,C1,2024-01-05,-10,p\na,2,2024-01-06,10,q\na,3,2024-01-07,10,p\n"
    profile = shop(tmp_path, rows, rules={"cancellation_prefix": "C"})
    assert ledger(profile) == [(0, "counted", 2, 2000), (0, "refund_unmatched", 1, -1000)]
    assert months(profile) == [("a", 0, 2, 1000)]


def test_a_refund_of_an_unknown_order_is_unmatched(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p,\na,r,2024-02-01,-1,p,77\n", HEADER + ",refund_of")
    assert ledger(profile) == [(0, "counted", 1, 1000), (1, "refund_unmatched", 1, -100)]


def test_another_customers_order_is_not_refunded(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\nb,C1,2024-01-20,-10,p\n", rules={"cancellation_prefix": "C"})
    assert orders(profile) == [(0, "1", 1000)]
    assert ledger(profile)[1] == (0, "refund_unmatched", 1, -1000)


def test_a_refund_before_the_first_order_knows_nothing_of_it(tmp_path: Path) -> None:
    rows = "a,C1,2024-01-05,-10,p,web\na,2,2024-03-06,10,p,shop\n"
    profile = shop(tmp_path, rows, HEADER + ",channel", rules={"cancellation_prefix": "C"})
    found = fact_rows(profile, "month - 24288, orders, first_month - 24288, previous_month", "customer_months")
    assert found == [(0, 0, None, None), (2, 1, 2, None)]
    cube = fact_rows(profile, "month - 24288, value, active_customers", "cohort_cube WHERE dimension = 'channel'")
    assert cube == [(0, "unassigned", 0), (2, "shop", 1)]


def test_a_month_of_refunds_alone_is_not_active_and_is_nobodys_previous_month(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-02-05,-10,p\na,2,2024-03-05,7,p\na,3,2024-03-06,7,p\n")
    columns = "month - 24288, orders, first_month - 24288, previous_month - 24288, previous_revenue_cents"
    assert fact_rows(profile, columns, "customer_months") == [(0, 1, 0, None, None), (1, 0, 0, None, None), (2, 2, 0, 0, 1000)]
    columns = "month - 24288, first_month - 24288, previous_month - 24288, several_before, several_now, customers"
    assert fact_rows(profile, columns, "activity_cube") == [(0, 0, None, False, False, 1), (2, 0, 0, False, True, 1)]
    assert fact_rows(profile, "month - 24288, buyer, revenue_cents", "month_buckets") == [
        (0, "new", 1000),
        (1, "none", -1000),
        (2, "returning", 1400),
    ]
    assert fact_rows(profile, "month - 24288, is_first_gap, gap_days, gaps", "order_gaps") == [(2, False, 1, 1), (2, True, 60, 1)]


def test_refunds_told_by_number_or_status_are_negative_whatever_their_sign(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,p,ok,2,6\na,C2,2024-02-05,4,p,ok,1,3\na,3,2024-02-06,6,p,returned,1,3\n"
    profile = shop(
        tmp_path,
        rows,
        HEADER + ",status,quantity,margin",
        rules={"cancellation_prefix": "C", "refund_statuses": ["returned"]},
    )
    assert months(profile) == [("a", 0, 1, 1000), ("a", 1, 0, -1000)]
    found = fact_rows(profile, "source_order_id, amount_cents, quantity, margin_cents, is_refund")
    assert found == [("1", 1000, 2.0, 600, False), ("3", -600, -1.0, -300, True), ("C2", -400, -1.0, -300, True)]


def test_a_negative_quantity_is_a_refund(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p,1\na,1,2024-01-06,10,p,-1\n", HEADER + ",quantity")
    assert ledger(profile) == [(0, "cancelled_in_month", 2, 0)]


def test_a_void_order_was_never_one(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,p,cancelled\na,2,2024-01-05,5,p,paid\n"
    profile = shop(tmp_path, rows, HEADER + ",status", rules={"void_statuses": ["cancelled"]})
    assert ledger(profile) == [(0, "counted", 1, 500), (0, "void_status", 1, 1000)]
    assert months(profile) == [("a", 0, 1, 500)]


def test_one_cancelled_line_of_two_leaves_the_order(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-01-05,5,q\na,1,2024-01-06,-10,p\n")
    assert orders(profile) == [(0, "1", 500)]


def test_several_refunds_of_one_order_add_up(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-01-06,-4,p\na,1,2024-01-07,-6,p\na,2,2024-01-08,1,p\n")
    assert orders(profile) == [(0, "2", 100)]
    assert ledger(profile) == [(0, "cancelled_in_month", 3, 0), (0, "counted", 1, 100)]


def test_a_refund_greater_than_its_order_is_booked_in_full(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10,p\na,1,2024-01-06,-15,p\n")
    assert orders(profile) == []
    assert months(profile) == [("a", 0, 0, -500)]


def test_refunds_of_merged_days_find_their_day(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05 10:00,10,p\na,2,2024-01-05 12:00,5,q\na,2,2024-01-09,-5,q\n"
    profile = shop(tmp_path, rows, rules={"same_day_orders": "merge"})
    assert [cents for _, _, cents in orders(profile)] == [1000]


@pytest.mark.parametrize("name", ["order_id", "nothing"])
def test_refunds_of_orders_without_names_fall_on_the_latest_earlier_one(tmp_path: Path, name: str) -> None:
    rows = "a,,2024-01-05,10\na,,2024-01-06,5\na,,2024-01-07,-5\n"
    profile = shop(tmp_path, rows, f"customer_id,{name},ordered_at,amount")
    assert [cents for _, _, cents in orders(profile)] == [1000]
