"""Numbers, dates and sentences in the reader's language."""

import copy
import math
from datetime import date

import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.words import MISSING, Words, capital

EN = Words("en", "EUR")
RU = Words("ru", "UAH")
UK = Words("uk", "UAH")
NBSP = "\u00a0"


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
        (RU.percent(0.22, 0), f"22{NBSP}%"),
        (UK.percent(0.22, 0), "22%"),
        (RU.points(-0.012), f"−1,2{NBSP}п.п."),
        (UK.points(0.012), f"+1,2{NBSP}в.п."),
        (RU.integer(12345), f"12{NBSP}345"),
        (RU.money(1281.5, 2), f"1{NBSP}281,50{NBSP}₴"),
        (UK.money(1281.5), f"1{NBSP}282{NBSP}₴"),
        (UK.money(-2), f"−2{NBSP}₴"),
        (Words("en", "UAH").money(1281.5, 2), "₴1,281.50"),
        (Words("en", "CHF").money(3), f"CHF{NBSP}3"),
        (Words("uk", "EUR").money(3), f"3{NBSP}€"),
        (RU.month("2026-10"), "октябрь 2026"),
        (RU.month("2026-10").of, "октября 2026"),
        (UK.month("2026-10").of, "жовтня 2026"),
        (EN.month("2026-10").of, "October 2026"),
        (RU.month_title("2026-10"), "Октябрь 2026"),
        (RU.month_short("2026-10"), "окт. 2026"),
        (RU.say("Data through {date}.", date=RU.date(date(2026, 10, 31))), "Данные по 31 октября 2026\u202fг."),
        (UK.say("Data through {date}.", date=UK.date(date(2026, 10, 31))), "Дані по 31 жовтня 2026\u202fр."),
        (EN.say("Data through {date}.", date=EN.date(date(2026, 10, 31))), "Data through October 31, 2026."),
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


def test_a_translation_may_begin_with_a_month_or_ask_for_its_genitive() -> None:
    said = RU.say("{value} in {month} ({interval}).", value="33,2", month=RU.month("2026-10"), interval="x")
    assert said == "Октябрь 2026: 33,2 (x)."
    against = RU.say(
        "Against {month} ({value}): {change} ({interval}).", month=RU.month("2025-10"), value=1, change=2, interval=3
    )
    assert against == "Против октября 2025 (1): 2 (3)."


def test_a_month_is_an_ordinary_text() -> None:
    month = RU.month("2026-10")
    assert copy.deepcopy(month) == month == "октябрь 2026"
    assert capital("") == ""


def test_what_has_no_translation_is_said_in_english() -> None:
    assert RU.say("Nobody ever says {this}", this="x") == "Nobody ever says x"


def test_the_stop_of_an_abbreviation_ends_the_sentence() -> None:
    assert RU.say("It rose by {by}.", by=RU.points(0.01)).endswith("1,0\u00a0п.п.")
    assert RU.say("{by}. {by}... {by}", by="дн.") == "дн. дн... дн."
