"""The data check: every row of the source by what became of it, how far the data reach, nothing left behind."""

from datetime import date
from pathlib import Path

import pytest

from retention_helpers.errors import SourceError
from retention_helpers.pipeline import check_data
from tests.company import company

HEADER = "customer_id,order_id,ordered_at,amount"


def rows_by_reason(found) -> dict[str, int]:
    return dict(zip(found.counted["reason"], found.counted["rows"], strict=True))


def test_every_row_is_counted_or_left_out_for_a_reason_undated_ones_too(tmp_path: Path) -> None:
    rows = f"{HEADER}\nc1,1,2024-01-05,10\nc1,2,,5\n,3,2024-02-07,8\nc2,4,1970-01-01,9\nc2,5,2024-02-10,0"
    found = check_data(company(tmp_path, rows, fatal={"unreadable_date": 1}))
    assert rows_by_reason(found) == {
        "counted": 1, "no_customer": 1, "zero_amount": 1, "unreadable_date": 1, "placeholder_date": 1,
    }  # fmt: skip
    assert found.rows == 5


def test_it_says_how_far_the_data_reach(tmp_path: Path) -> None:
    found = check_data(company(tmp_path, f"{HEADER}\nc1,1,2024-01-05,10\nc1,2,2024-03-30,5"))
    assert (found.first_month, found.data_through, found.last_complete) == ("2024-01", date(2024, 3, 30), "2024-02")


def test_data_of_one_unfinished_month_have_no_complete_one(tmp_path: Path) -> None:
    found = check_data(company(tmp_path, f"{HEADER}\nc1,1,2024-01-05,10"))
    assert found.last_complete == ""
    assert found.lines()[0] == "1 row; data from 2024-01 through 2024-01-05; last complete month: none"


def test_a_given_end_of_the_data_completes_a_month(tmp_path: Path) -> None:
    profile = company(tmp_path, f"{HEADER}\nc1,1,2024-01-05,10", data_through="2024-01-31")
    assert check_data(profile).last_complete == "2024-01"


def test_a_source_that_no_report_can_be_built_on_is_refused(tmp_path: Path) -> None:
    profile = company(tmp_path, f"{HEADER},currency\nc1,1,2024-01-05,10,EUR\nc1,2,2024-01-06,10,USD")
    with pytest.raises(SourceError, match="other_currency"):
        check_data(profile)
