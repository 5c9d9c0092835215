"""Months: integers inside, YYYY-MM outside."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import PeriodError
from retention_helpers.periods import Period, month_index, month_label

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(day=DAYS)
def test_a_day_lies_in_its_month_and_in_no_other(day: date) -> None:
    period = Period.of(day)
    assert period.start <= day < period.end
    assert period.as_of == period.end - timedelta(days=1)
    assert (period.start.day, period.end.day) == (1, 1)


@given(day=DAYS, months=st.integers(-100, 100))
def test_months_are_counted_over_years(day: date, months: int) -> None:
    period = Period.of(day)
    assert (period + months).index - period.index == months
    assert period + months - months == period
    assert (period < period + months) == (months > 0)


@given(day=DAYS)
def test_a_label_is_read_back(day: date) -> None:
    assert Period.parse(month_label(month_index(day))) == Period.of(day)
    assert str(Period.of(day)) == f"{day:%Y-%m}"


@pytest.mark.parametrize(
    "label", ["", "2024", "2024-00", "2024-13", "24-01", "2024-1", "2024-01-01", " 2024-01", "2024-01\n", "٢٠٢٤-01"]
)
def test_anything_else_is_no_period(label: str) -> None:
    with pytest.raises(PeriodError, match=r"is not a period\. Give a month as YYYY-MM"):
        Period.parse(label)
