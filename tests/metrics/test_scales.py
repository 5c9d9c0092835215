"""A question whose scale changes between months is an error, not a change of opinion."""

import pytest

from retention_helpers.errors import SourceError
from retention_helpers.metrics.answers import answer_counts, check_scales
from tests.metrics.answer_base import FEBRUARY, IN_FEBRUARY, IN_JANUARY, JANUARY, MARCH, SCALES, asked
from tests.metrics.opinions import several


def test_a_scale_that_becomes_longer_is_an_error_that_names_the_months() -> None:
    answers = several({5: 20, 4: 10, 1: 3}, IN_JANUARY, "csat")
    answers += several({10: 20, 8: 10, 2: 3}, IN_FEBRUARY, "csat")
    with pytest.raises(SourceError, match=r"csat in 2025-02 go beyond 5.*\(1 to 5\) changed"):
        check_scales(answer_counts(asked(answers, MARCH)), scales=SCALES, as_of=MARCH)


def test_a_scale_that_becomes_shorter_is_an_error_that_names_the_months() -> None:
    answers = several({10: 40, 8: 30, 3: 10}, IN_JANUARY) + several({5: 40, 4: 30, 1: 10}, IN_FEBRUARY)
    with pytest.raises(SourceError, match="nps in 2025-02 never exceed 5"):
        check_scales(answer_counts(asked(answers, MARCH)), scales=SCALES, as_of=MARCH)


@pytest.mark.parametrize(
    "february",
    [
        {11: 60, 9: 40},  # one value beyond the scale is a code
        {10: 60, 11: 2, 99: 2},  # stray values
        {5: 20, 0: 9},  # few answers, all low
    ],
)
def test_codes_and_few_answers_are_no_other_scale(february: dict[float | None, int]) -> None:
    answers = several({10: 40, 8: 30, 3: 10}, IN_JANUARY) + several(february, IN_FEBRUARY)
    check_scales(answer_counts(asked(answers, MARCH)), scales=SCALES, as_of=MARCH)


def test_a_change_of_scale_after_the_period_is_not_its_error() -> None:
    answers = several({5: 20, 4: 10}, IN_JANUARY, "csat") + several({10: 20, 8: 10}, IN_FEBRUARY, "csat")
    counts = answer_counts(asked(answers, FEBRUARY))
    check_scales(counts, scales=SCALES, as_of=JANUARY)
    with pytest.raises(SourceError):
        check_scales(counts, scales=SCALES, as_of=FEBRUARY)
