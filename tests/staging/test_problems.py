"""Every problem of a source is found, counted, shown with examples, and it is said what was done."""

from pathlib import Path
from typing import Any

import pytest

from retention_helpers.errors import ProfileError, SourceError
from tests.company import company, found_problems

CLEAN = """
customer_id,order_id,ordered_at,amount
a,1,2024-01-05,10
a,2,2024-01-31,10
b,3,2024-01-31,10
"""
SETTINGS: dict[str, Any] = {"history_starts": "2024-01-01"}


def problems(folder: Path, orders: str, **settings: Any) -> dict[str, tuple[int, str]]:
    return found_problems(company(folder, orders, **SETTINGS | settings))


def test_clean_rows_have_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, CLEAN) == {}


@pytest.mark.parametrize(
    ("check", "orders", "rows", "examples"),
    [
        (
            "no_customer",
            'customer_id,order_id,ordered_at,amount\n"",1,2024-01-31,5\n a,2,2024-01-31,5',
            1,
            "1 2024-01-31",
        ),
        ("decimal_id", "customer_id,ordered_at,amount\n17850.0,2024-01-31,5", 1, "17850.0"),
        ("no_order_id", "customer_id,order_id,ordered_at,amount\na,,2024-01-31,5", 1, "2024-01-31"),
        ("zero_price", "customer_id,order_id,ordered_at,amount\na,1,2024-01-31,0", 1, "1 2024-01-31"),
        (
            "negative_price",
            "customer_id,order_id,ordered_at,quantity,unit_price\na,1,2024-01-31,1,-5\na,1,2024-01-31,1,5",
            1,
            "1 2024-01-31",
        ),
        (
            "negative_quantity",
            "customer_id,order_id,ordered_at,quantity,unit_price\na,1,2024-01-31,-1,5\na,1,2024-01-31,1,5",
            1,
            "1 2024-01-31",
        ),
        (
            "refund_without_purchase",
            "customer_id,order_id,ordered_at,amount,product_id\na,1,2024-01-31,5,p\na,2,2024-01-31,-5,q",
            1,
            "2 q",
        ),
        ("customer_with_refunds_alone", "customer_id,order_id,ordered_at,amount\na,1,2024-01-31,-5", 1, "a"),
        (
            "order_at_two_times",
            "customer_id,order_id,ordered_at,amount\na,1,2024-01-31 10:00,5\na,1,2024-01-31 10:01,5",
            1,
            "1",
        ),
        (
            "order_of_two_customers",
            "customer_id,order_id,ordered_at,amount\na,1,2024-01-31,5\nb,1,2024-01-31,5",
            1,
            "1",
        ),
        (
            "lower_case_code",
            "customer_id,ordered_at,amount,product_id\na,2024-01-31,5,85a\na,2024-01-31,5,90B",
            1,
            "85a",
        ),
        (
            "code_in_both_cases",
            "customer_id,ordered_at,amount,product_id\na,2024-01-31,5,85a\na,2024-01-31,5,85A",
            1,
            "85A",
        ),
        (
            "product_with_several_names",
            "customer_id,ordered_at,amount,product_id,product_name\na,2024-01-31,5,p,Mug\na,2024-01-31,5,p,Cup",
            1,
            "p",
        ),
        (
            "outer_blanks",
            'customer_id,ordered_at,amount,product_name\na,2024-01-31,5,"Mug "\na,2024-01-31,5,Cup',
            1,
            '"Mug "',
        ),
        ("double_blanks", "customer_id,ordered_at,amount,product_name\na,2024-01-31,5,Red  mug", 1, '"Red  mug"'),
        ("note_as_name", "customer_id,ordered_at,amount,product_name\na,2024-01-31,0,thrown away", 1, "thrown away"),
        ("wrong_encoding", "customer_id,ordered_at,amount,product_name\na,2024-01-31,5,CafÃ©", 1, "CafÃ©"),
        (
            "extreme_amount",
            "customer_id,order_id,ordered_at,amount\na,1,2024-01-31,5\na,2,2024-01-31,5\na,3,2024-01-31,50000",
            1,
            "3 50000.0",
        ),
        ("last_month_incomplete", "customer_id,ordered_at,amount\na,2024-01-30,5", 1, "2024-01 ends on 2024-01-30"),
    ],
)
def test_a_problem_is_counted_and_shown(tmp_path: Path, check: str, orders: str, rows: int, examples: str) -> None:
    assert problems(tmp_path, orders)[check] == (rows, examples)


@pytest.mark.parametrize(
    ("check", "date"),
    [
        ("unreadable_date", "soon"),
        ("unreadable_date", ""),
        ("placeholder_date", "1899-12-30"),
        ("placeholder_date", "1970-01-01"),
        ("future_date", "2199-01-01"),
    ],
)
def test_rows_whose_date_cannot_be_are_named(tmp_path: Path, check: str, date: str) -> None:
    found = problems(tmp_path, CLEAN + f"b,4,{date},10\n", fatal={"unreadable_date": 1})
    assert found == {check: (1, date or "(blank)")}


@pytest.mark.parametrize(
    ("check", "rules", "row", "examples"),
    [
        ("cancellation", {"cancellation_prefix": "C"}, "a,C1,2024-01-31,-10,,", "C1 2024-01-31"),
        ("test_order", {"test_customers": ["test*", "b"]}, "test-7,4,2024-01-31,10,,", "b 3, test-7 4"),
        ("non_product", {"non_products": ["POST", "gift_*"]}, "b,3,2024-01-31,10,gift_50,", "gift_50 3"),
        ("refund_status", {"refund_statuses": ["returned"]}, "b,3,2024-01-31,10,,returned", "returned 3"),
        ("void_status", {"void_statuses": ["cancelled"]}, "b,4,2024-01-31,10,,cancelled", "cancelled 4"),
    ],
)
def test_rows_that_a_rule_of_the_profile_concerns_are_counted(
    tmp_path: Path, check: str, rules: dict[str, Any], row: str, examples: str
) -> None:
    lines = [line + "," * 2 for line in CLEAN.strip().splitlines()[1:]]
    text = "\n".join(["customer_id,order_id,ordered_at,amount,product_id,status", *lines, row])
    assert problems(tmp_path, text, rules=rules)[check] == (examples.count(",") + 1, examples)


def test_negative_quantities_beside_the_cancellations_are_told_apart(tmp_path: Path) -> None:
    rows = "a,1,2024-01-31,5,1\na,C1,2024-01-31,-1,1\na,2,2024-01-31,-1,0\n"
    text = f"customer_id,order_id,ordered_at,quantity,unit_price\n{rows}"
    found = problems(tmp_path, text, rules={"cancellation_prefix": "C"})
    assert found["negative_quantity"][0] == 2
    assert found["negative_without_cancellation"] == (1, "2 2024-01-31")


def test_order_ids_with_a_letter_among_numbers_are_shown(tmp_path: Path) -> None:
    rows = "".join(f"a,{number},2024-01-31,5\n" for number in range(20))
    found = problems(tmp_path, f"customer_id,order_id,ordered_at,amount\n{rows}b,A7,2024-01-31,5\n")
    assert found["odd_order_id"] == (1, "A7")


def test_first_months_are_marked_where_customers_may_be_older(tmp_path: Path) -> None:
    profile = company(tmp_path, CLEAN, lapse_days=31)
    assert found_problems(profile)["history_starts"] == (3, "the data start in 2024-01, firsts are known from 2024-03")


def test_filtered_rows_are_counted_and_raise_no_other_alarm(tmp_path: Path) -> None:
    keep = {"keep": [{"column": "order_id", "above": 0}]}
    assert problems(tmp_path, CLEAN + "Total,,,30\nsum,,,x\n", source=keep) == {"filtered": (2, "(blank)")}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,1,2024-01-31,5,USD\n", "orders: 1 of 2 rows: other_currency (1 USD); the profile allows 0%"),
        ("a,1,soon,5,EUR\n", "orders: 1 of 2 rows: unreadable_date (soon); the profile allows 5%"),
        (
            "a,1,2024-01-31,five,EUR\n",
            "orders: 1 of 2 rows: unreadable_amount (1 2024-01-31 five); the profile allows 5%",
        ),
    ],
)
def test_what_no_report_can_be_built_on_is_refused(tmp_path: Path, rows: str, told: str) -> None:
    text = f"customer_id,order_id,ordered_at,amount,currency\nb,2,2024-01-31,5,eur\n{rows}"
    with pytest.raises(SourceError) as caught:
        problems(tmp_path, text)
    assert told in str(caught.value)
    assert caught.value.exit_code == 3
    check = told.split("rows: ")[1].split(" ", maxsplit=1)[0]
    assert check in problems(tmp_path, text, fatal={check: 1})


def test_rows_without_one_usable_date_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not one row has a usable date"):
        problems(tmp_path, "customer_id,ordered_at,amount\na,1970-01-01,5\n")


def test_a_threshold_of_an_unknown_check_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r'fatal.unreadable_dat: .* Did you mean "unreadable_date"\?'):
        problems(tmp_path, CLEAN, fatal={"unreadable_dat": 0.1})


def test_any_check_may_be_made_fatal(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="zero_price"):
        problems(tmp_path, CLEAN + "b,4,2024-01-31,0\n", fatal={"zero_price": 0})


def test_other_tables_are_checked_too(tmp_path: Path) -> None:
    others = {
        "customers": "customer_id,country\na,UA\na,PL\n,UA\nb,UA\nb,UA\n",
        "identities": "alias_id,customer_id\nx,a\nx,b\n",
        "costs": "month,purpose,amount\n2024-01,retention,lots\nsoon,retention,5\n",
    }
    assert problems(tmp_path, CLEAN, others=others) == {
        "no_customer_id": (1, "(blank)"),
        "described_differently": (1, "a"),
        "alias_of_two_customers": (1, "x"),
        "no_month": (1, "soon"),
        "no_amount": (1, "lots"),
    }


def test_events_of_a_programme_that_stand_twice_are_counted_and_kept(tmp_path: Path) -> None:
    rows = ["a,2024-01-02,earn,5", "a,2024-01-02,earn,5", "a,2024-01-02,earn,6", "b,2024-01-02,earn,5"]
    events = "\n".join(["customer_id,at,event,points", *rows, ""])
    assert problems(tmp_path, CLEAN, others={"memberships": events}) == {"event_twice": (1, "a")}
