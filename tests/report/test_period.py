"""Which month a report is of."""

from datetime import date

import pytest

from retention_helpers.errors import PeriodError
from retention_helpers.periods import Period
from retention_helpers.report import resolve_period

MONTHS = [Period.parse(label).index for label in ("2024-01", "2024-02", "2024-04")]


@pytest.mark.parametrize(
    ("through", "expected"),
    [
        (date(2024, 4, 30), "2024-04"),
        (date(2024, 4, 29), "2024-03"),
        (date(2024, 5, 15), "2024-04"),
        (date(2024, 1, 31), "2024-01"),
    ],
)
def test_without_a_label_it_is_the_last_complete_month(through: date, expected: str) -> None:
    assert resolve_period("", MONTHS, through).label == expected


@pytest.mark.parametrize("label", ["2024-01", "2024-03", "2024-04"])
def test_any_complete_month_of_the_data_may_be_asked_for(label: str) -> None:
    assert resolve_period(label, MONTHS, date(2024, 4, 30)).label == label


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("2023-12", "2023-12 has no data: they run from 2024-01 to 2024-04"),
        ("2024-05", "2024-05 has no data"),
        ("2024-04", "2024-04 is not complete: the data end on 2024-04-15. Report 2024-03, wait for the rest"),
        ("2024-4", '"2024-4" is not a period'),
        ("2024-13", "is not a period"),
        ("last", "is not a period"),
    ],
)
def test_a_month_that_cannot_be_reported_is_refused(label: str, told: str) -> None:
    with pytest.raises(PeriodError) as caught:
        resolve_period(label, MONTHS, date(2024, 4, 15))
    assert told in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_incomplete_month_is_given_where_it_is_asked_for_twice() -> None:
    assert resolve_period("2024-04", MONTHS, date(2024, 4, 15), allow_incomplete=True).label == "2024-04"
    with pytest.raises(PeriodError, match="has no data"):
        resolve_period("2024-05", MONTHS, date(2024, 4, 15), allow_incomplete=True)


def test_data_that_reach_no_months_end_have_no_month_to_report() -> None:
    with pytest.raises(PeriodError, match="no month is complete: the data run from 2024-01 to 2024-01-15"):
        resolve_period("", MONTHS[:1], date(2024, 1, 15))
    with pytest.raises(PeriodError, match=r"data end on 2024-01-15. Wait for the rest"):
        resolve_period("2024-01", MONTHS[:1], date(2024, 1, 15))


def test_a_company_without_orders_is_reported_as_far_as_its_data_reach() -> None:
    assert resolve_period("", [], date(2024, 1, 31)).label == "2024-01"
    assert resolve_period("2023-06", [], date(2024, 1, 31)).label == "2023-06"
    with pytest.raises(PeriodError, match="has no data: they end on 2024-01-15"):
        resolve_period("2024-02", [], date(2024, 1, 15))
    with pytest.raises(PeriodError, match="is not complete"):
        resolve_period("2024-01", [], date(2024, 1, 15))
