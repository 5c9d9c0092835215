"""What came before: first month, previous month with orders, gaps; refunds alone make no month active."""

from pathlib import Path

from tests.company import company, fact_rows

HEADER = "customer_id,order_id,ordered_at,amount,channel\n"


def test_a_month_of_refunds_alone_is_not_active_and_is_nobodys_previous_month(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,\na,1,2024-02-05,-10,\na,2,2024-03-05,7,\na,3,2024-03-06,7,\n"
    profile = company(tmp_path, HEADER + rows)
    columns = "month - 24288, orders, first_month - 24288, previous_month - 24288, previous_revenue_cents"
    assert fact_rows(profile, columns, "customer_months") == [
        (0, 1, 0, None, None),
        (1, 0, 0, None, None),
        (2, 2, 0, 0, 1000),
    ]
    columns = "month - 24288, first_month - 24288, previous_month - 24288, several_before, several_now, customers"
    assert fact_rows(profile, columns, "activity_cube") == [(0, 0, None, False, False, 1), (2, 0, 0, False, True, 1)]
    assert fact_rows(profile, "month - 24288, buyer, revenue_cents", "month_buckets") == [
        (0, "new", 1000),
        (1, "none", -1000),
        (2, "returning", 1400),
    ]
    gaps = fact_rows(profile, "month - 24288, is_first_gap, gap_days, gaps", "order_gaps")
    assert gaps == [(2, False, 1, 1), (2, True, 60, 1)]


def test_a_refund_before_the_first_order_knows_nothing_of_it(tmp_path: Path) -> None:
    profile = company(tmp_path, HEADER + "a,9,2024-01-05,-10,web\na,2,2024-03-06,10,shop\n")
    found = fact_rows(profile, "month - 24288, orders, first_month - 24288, previous_month", "customer_months")
    assert found == [(0, 0, None, None), (2, 1, 2, None)]
    cube = fact_rows(profile, "month - 24288, value, active_customers", "cohort_cube WHERE dimension = 'channel'")
    assert cube == [(0, "unassigned", 0), (2, "shop", 1)]


def test_refunds_take_back_quantity_and_margin_with_the_amount(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,2,6,ok\na,3,2024-01-06,6,1,3,returned\n"
    header = "customer_id,order_id,ordered_at,amount,quantity,margin,status\n"
    profile = company(tmp_path, header + rows, rules={"refund_statuses": ["returned"]})
    assert fact_rows(profile, "quantity, amount_cents, margin_cents", "orders_valid") == [(1.0, 400, 300)]


def test_refunds_of_merged_days_find_their_day(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05 10:00,10,\na,2,2024-01-05 12:00,5,\na,2,2024-01-09,-5,\n"
    profile = company(tmp_path, HEADER + rows, rules={"same_day_orders": "merge"})
    assert fact_rows(profile, "amount_cents, lines", "orders_valid") == [(1000, 2)]
