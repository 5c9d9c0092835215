"""Numbers, dates and sentences in the reader's language."""

import math

import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.words import MISSING, Words

EN = Words("en", "EUR")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (EN.integer(12345), "12,345"),
        (EN.integer(-3), "−3"),
        (EN.number(1234.56), "1,234.6"),
        (EN.number(2, 0), "2"),
        (EN.percent(0.1234), "12.3%"),
        (EN.percent(1, 0), "100%"),
        (EN.percent(-0.05), "−5.0%"),
        (EN.points(0.012), "+1.2\u00a0pp"),
        (EN.points(-0.012), "−1.2\u00a0pp"),
        (EN.points(0.0001), "±0.0\u00a0pp"),
        (EN.signed_percent(0.043), "+4.3%"),
        (EN.signed_percent(-0.5), "−50.0%"),
        (EN.money(1234.5), "€1,234"),
        (EN.money(1234.5, 2), "€1,234.50"),
        (EN.money(-2), "−€2"),
        (EN.month("2026-10"), "October 2026"),
        (EN.month_short("2026-10"), "Oct 2026"),
    ],
)
def test_a_figure_is_said_as_a_reader_expects_it(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize("missing", [math.nan, None])
@pytest.mark.parametrize("kind", ["integer", "number", "percent", "points", "signed_percent", "money"])
def test_what_is_missing_is_a_dash_and_never_a_zero(kind: str, missing: float) -> None:
    assert getattr(EN, kind)(missing) == MISSING


def test_a_sentence_is_filled_in_and_braces_in_values_are_left_alone() -> None:
    assert EN.say("Hello {name}", name="{x}") == "Hello {x}"
    assert EN.say("100 {%}") == "100 {%}"


@pytest.mark.parametrize(("count", "said"), [(1, "1 order"), (0, "0 orders"), (1500, "1,500 orders")])
def test_a_count_chooses_its_form(count: int, said: str) -> None:
    assert EN.plural("{n} order", "{n} orders", count) == said


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ParameterError, match=r'"xx" is not a language of the reports. Use one of: en, ru, uk'):
        Words("xx")
