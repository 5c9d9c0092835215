"""What makes an order: METRICS' paragraph, rule by rule, worked by hand."""

from pathlib import Path
from typing import Any

import pytest

from retention_helpers.params import Profile
from tests.company import company, fact_rows

HEADER = "customer_id,order_id,ordered_at,amount"


def shop(folder: Path, rows: str, header: str = HEADER, **options: Any) -> Profile:
    return company(folder, header + "\n" + rows, **options)


def reasons(profile: Profile) -> dict[str, int]:
    """Reason -> rows, over all months; together they are the rows of the source."""
    return dict(fact_rows(profile, "reason, CAST(sum(rows) AS INTEGER)", "(SELECT * FROM row_ledger) GROUP BY reason"))


def orders(profile: Profile, columns: str = "customer_id, order_id, amount_cents") -> list[tuple]:
    return fact_rows(profile, columns, "orders_valid")


def test_the_lines_of_an_order_id_are_one_order(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05 10:00,10\na,1,2024-01-05 10:01,2.50\na,2,2024-01-05,1\n")
    found = orders(profile, "order_id, amount_cents, lines, CAST(ordered_at AS VARCHAR)")
    assert found == [("1", 1250, 2, "2024-01-05 10:00:00"), ("2", 100, 1, "2024-01-05 00:00:00")]


def test_rows_without_an_order_id_are_an_order_each(tmp_path: Path) -> None:
    same = "a,2024-01-05,10\na,2024-01-05,10\na,2024-01-05,5\n"
    profile = shop(tmp_path, same, "customer_id,ordered_at,amount")
    assert [cents for (cents,) in orders(profile, "amount_cents")] == [500, 1000, 1000]


def test_rows_whose_order_id_is_blank_are_an_order_each_beside_the_named_ones(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,,2024-01-05,10\na,,2024-01-05,10\na,1,2024-01-05,3\na,1,2024-01-05,4\n")
    assert [cents for (cents,) in orders(profile, "amount_cents")] == [700, 1000, 1000]


def test_orders_of_one_day_stay_separate_or_are_merged(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05 10:00,10\na,2,2024-01-05 18:00,5\na,3,2024-01-06,1\nb,4,2024-01-05,1\n"
    assert len(orders(shop(tmp_path / "separate", rows))) == 4
    merged = orders(shop(tmp_path / "merged", rows, rules={"same_day_orders": "merge"}), "customer_id, amount_cents")
    assert merged == [("a", 100), ("a", 1500), ("b", 100)]


@pytest.mark.parametrize(
    ("rule", "expected"), [("drop", [("1", 500)]), ("keep", [("1", 500), ("2", 0)])], ids=["dropped", "kept"]
)
def test_zero_amount_orders_are_dropped_or_kept_and_zero_lines_stay_in_their_order(
    tmp_path: Path, rule: str, expected: list[tuple]
) -> None:
    profile = shop(
        tmp_path, "a,1,2024-01-05,5\na,1,2024-01-05,0\na,2,2024-01-06,0\n", rules={"zero_amount_orders": rule}
    )
    assert orders(profile, "order_id, amount_cents") == expected
    assert reasons(profile) == ({"counted": 2, "zero_amount": 1} if rule == "drop" else {"counted": 3})


@pytest.mark.parametrize(
    ("rules", "header", "expected"),
    [
        ({}, HEADER, {"counted": 1, "duplicate": 2}),
        ({"duplicates": "drop"}, HEADER, {"counted": 1, "duplicate": 2}),
        ({"duplicates": "keep"}, HEADER, {"counted": 3}),
        ({}, "customer_id,nothing,ordered_at,amount", {"counted": 3}),
        ({"duplicates": "drop"}, "customer_id,nothing,ordered_at,amount", {"counted": 1, "duplicate": 2}),
    ],
    ids=["by default", "dropped", "kept", "by default without ids", "dropped without ids"],
)
def test_exact_duplicates_are_dropped_where_rows_have_an_identity(
    tmp_path: Path, rules: dict[str, Any], header: str, expected: dict[str, int]
) -> None:
    assert reasons(shop(tmp_path, "a,1,2024-01-05,5\n" * 3, header, rules=rules)) == expected


def test_rows_that_differ_in_one_value_are_no_duplicates(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,5,p\na,1,2024-01-05,5,q\na,1,2024-01-05,5,\n", HEADER + ",product_id")
    assert reasons(profile) == {"counted": 3}


def test_blank_ids_among_named_ones_have_no_identity_to_be_duplicates_by(tmp_path: Path) -> None:
    assert reasons(shop(tmp_path, "a,,2024-01-05,5\na,,2024-01-05,5\n")) == {"counted": 2}


def test_rows_are_left_out_for_the_first_reason_that_holds(tmp_path: Path) -> None:
    rows = """a,1,2024-01-05,10,p,ok
,2,2024-01-05,10,p,ok
test-1,3,2024-01-05,10,p,ok
qa,4,2024-01-05,10,p,ok
a,5,2024-01-05,10,p,failed
a,6,2024-01-05,10,POST,ok
a,7,2024-01-05,10,gift_20,ok
a,8,2024-01-05,?,p,ok
a,9,2024-01-05,10,p,draft
"""
    profile = shop(
        tmp_path,
        rows,
        HEADER + ",product_id,status",
        source={"keep": [{"column": "status", "is_not_in": ["draft"]}]},
        fatal={"unreadable_amount": 1},
        rules={
            "test_customers": ["test-*", "qa"],
            "void_statuses": ["failed"],
            "non_products": ["POST", "gift_*"],
            "non_product_lines": "drop",
        },
    )
    assert reasons(profile) == {
        "counted": 1, "no_customer": 1, "test_order": 2, "void_status": 1, "non_product": 2, "unreadable_amount": 1,
        "filtered": 1,
    }  # fmt: skip
    assert orders(profile) == [("a", "1", 1000)]


def test_lines_that_are_no_products_count_unless_dropped(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,p\na,1,2024-01-05,3,POST\n"
    kept = shop(tmp_path / "kept", rows, HEADER + ",product_id", rules={"non_products": ["POST"]})
    assert orders(kept) == [("a", "1", 1300)]
    rules = {"non_products": ["POST"], "non_product_lines": "drop"}
    assert orders(shop(tmp_path / "dropped", rows, HEADER + ",product_id", rules=rules)) == [("a", "1", 1000)]


def test_rows_in_another_currency_are_left_out_where_the_profile_allows_them(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,EUR\na,2,2024-01-05,10,USD\na,3,2024-01-05,10,\na,4,2024-01-05,10,eur\n"
    profile = shop(tmp_path, rows, HEADER + ",currency", fatal={"other_currency": 1})
    assert reasons(profile) == {"counted": 3, "other_currency": 1}


def test_ids_of_one_person_are_merged(tmp_path: Path) -> None:
    others = {
        "identities": "alias_id,customer_id\nweb-7,a\nshop-9,a\n",
        "customers": "customer_id,city,referred_by\nweb-7,Lviv,\nb,Kyiv,shop-9\n",
    }
    rows = "web-7,1,2024-01-05,10\nshop-9,2,2024-02-05,5\na,3,2024-02-06,5\nb,4,2024-02-06,1\n"
    profile = shop(tmp_path, rows, others=others)
    assert fact_rows(profile, "customer_id, month - 24288, orders, previous_month - 24288", "customer_months") == [
        ("a", 0, 1, None),
        ("a", 1, 2, 0),
        ("b", 1, 1, None),
    ]
    assert fact_rows(profile, "customer_id, city, referred_by", "customers") == [
        ("a", "Lviv", None),
        ("b", "Kyiv", "a"),
    ]


def test_two_ids_of_one_person_at_the_same_time_are_two_orders(tmp_path: Path) -> None:
    others = {"identities": "alias_id,customer_id\nweb-7,a\n"}
    profile = shop(tmp_path, "web-7,2024-01-05,10\na,2024-01-05,10\n", "customer_id,ordered_at,amount", others=others)
    assert orders(profile, "customer_id, amount_cents") == [("a", 1000), ("a", 1000)]


def test_an_order_id_of_two_customers_is_an_order_of_each(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10\nb,1,2024-01-05,5\n")
    assert orders(profile) == [("a", "1", 1000), ("b", "1", 500)]
    assert fact_rows(profile, "orders, customers", "row_ledger") == [(2, 2)]


def test_an_order_id_in_two_months_is_an_order_in_each(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-31,10\na,1,2024-02-01,5\n")
    assert orders(profile, "month - 24288, order_id, amount_cents") == [(0, "1", 1000), (1, "1", 500)]


def test_sums_are_exact_to_the_cent(tmp_path: Path) -> None:
    sums = [(["0.1", "0.2"], 30), (["1.10", "2.20", "3.30"], 660), (["0.01"] * 100, 100), (["1.005", "1.005"], 202)]
    rows = "".join(
        f"a,{order},2024-01-05,{amount},p{line}\n"
        for order, (amounts, _) in enumerate(sums)
        for line, amount in enumerate(amounts)
    )
    profile = shop(tmp_path, rows, HEADER + ",product_id")
    assert orders(profile, "order_id, amount_cents") == [(str(order), cents) for order, (_, cents) in enumerate(sums)]


def test_a_day_belongs_to_the_month_of_the_business_zone(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-31T23:30:00Z,10\n", timezone="Europe/Kyiv")
    assert orders(profile, "month - 24288, CAST(ordered_at AS VARCHAR)") == [(1, "2024-02-01 01:30:00")]


def test_an_order_has_the_category_of_its_dearest_line_and_its_channel(tmp_path: Path) -> None:
    rows = "a,1,2024-01-05,10,mugs,web\na,1,2024-01-05,30,lamps,web\na,1,2024-01-05,99,,web\nb,2,2024-01-05,1,,\n"
    profile = shop(tmp_path, rows, HEADER + ",category,channel")
    assert orders(profile, "order_id, category, channel") == [("1", "lamps", "web"), ("2", "unassigned", "unassigned")]
    found = fact_rows(profile, "customer_id, first_category, first_channel", "customers")
    assert found == [("a", "lamps", "web"), ("b", "unassigned", "unassigned")]


def test_customers_without_orders_are_known_and_in_no_month(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,10\n", others={"customers": "customer_id,country\na,UA\nz,PL\n"})
    assert fact_rows(profile, "customer_id, orders, revenue_cents, country", "customers") == [
        ("a", 1, 1000, "UA"),
        ("z", 0, 0, "PL"),
    ]
    assert {row[0] for row in fact_rows(profile, "customer_id", "customer_months")} == {"a"}


def test_the_first_two_orders_are_found_in_whatever_months_they_lie(tmp_path: Path) -> None:
    apart = "a,1,2024-01-05,1\na,2,2024-03-07,1\na,3,2024-04-01,1\n"
    together = "b,4,2024-01-05,1\nb,5,2024-01-09,1\nb,6,2024-02-01,1\n"
    profile = shop(tmp_path, apart + together + "c,7,2024-02-02,1\n")
    columns = (
        "customer_id, CAST(CAST(first_order_at AS DATE) AS VARCHAR), CAST(CAST(second_order_at AS DATE) AS VARCHAR)"
    )
    assert fact_rows(profile, columns, "customers") == [
        ("a", "2024-01-05", "2024-03-07"),
        ("b", "2024-01-05", "2024-01-09"),
        ("c", "2024-02-02", None),
    ]


def test_rows_of_nobody_are_counted_with_no_customer(tmp_path: Path) -> None:
    profile = shop(tmp_path, "a,1,2024-01-05,1\n,2,2024-01-06,1\n,3,2024-01-06,2\n")
    columns = "reason, CAST(rows AS INTEGER), CAST(orders AS INTEGER), customers, customers_first"
    assert fact_rows(profile, columns, "row_ledger") == [("counted", 1, 1, 1, 1), ("no_customer", 2, 2, 0, 0)]
