"""Words and numbers in the reader's language: gettext for sentences, Babel for figures and dates.

Every sentence a reader sees goes through `Words.say` or `Words.plural`, with the English text as its key.
"""

import gettext
import math
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from .errors import ParameterError

LOCALES = ("en", "ru", "uk")
MISSING = "–"
MINUS = "−"
_CATALOGUES = Path(__file__).parent / "locales"


class Words:
    """The words of one report: a language and a currency.

    >>> words = Words("en", "EUR")
    >>> words.percent(0.1234), words.points(-0.012), words.integer(12345), words.month("2026-10")
    ('12.3%', '−1.2\\xa0pp', '12,345', 'October 2026')
    >>> words.money(1234.5), words.percent(float("nan"))
    ('€1,234', '–')
    """

    def __init__(self, locale: str, currency: str = "EUR") -> None:
        if locale not in LOCALES:
            raise ParameterError(f'"{locale}" is not a language of the reports. Use one of: {", ".join(LOCALES)}.')
        try:
            self._babel = Locale.parse(locale)
        except UnknownLocaleError as error:
            raise ParameterError(str(error)) from error
        self.locale = locale
        self.currency = currency

    @cached_property
    def _catalogue(self) -> gettext.NullTranslations:
        return gettext.translation("reports", _CATALOGUES, [self.locale], fallback=self.locale == "en")

    def say(self, text: str, **values: object) -> str:
        """The sentence in the reader's language, with ``{names}`` filled in."""
        said = self._catalogue.gettext(text)
        return said.format(**values) if values else said

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """The sentence in the form that ``count`` asks for; ``{n}`` is the formatted count.

        >>> Words("en").plural("{n} customer", "{n} customers", 1)
        '1 customer'
        """
        return self._catalogue.ngettext(one, many, count).format(n=self.integer(count), **values)

    def integer(self, value: float) -> str:
        return self._or_missing(value, lambda: self._minus(format_decimal(round(value), locale=self._babel)))

    def number(self, value: float, digits: int = 1) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return self._or_missing(value, lambda: self._minus(format_decimal(value, pattern, locale=self._babel)))

    def percent(self, rate: float, digits: int = 1) -> str:
        """A rate of 0..1 as a percentage, with the language's own spacing."""
        # The locale's own pattern knows where the percent sign stands; only its digits are replaced.
        pattern = self._babel.percent_formats[None].pattern.replace(
            "#,##0", "#,##0" + ("." + "0" * digits if digits else "")
        )
        return self._or_missing(rate, lambda: self._minus(format_percent(rate, pattern, locale=self._babel)))

    def points(self, difference: float, digits: int = 1) -> str:
        """A difference of two rates, signed, in percentage points."""
        if _is_missing(difference):
            return MISSING
        return f"{_sign(difference, digits, 100)}{self.number(abs(difference) * 100, digits)}\u00a0{self.say('pp')}"

    def signed_percent(self, change: float, digits: int = 1) -> str:
        """A relative change, signed: +4.3%."""
        return MISSING if _is_missing(change) else _sign(change, digits, 100) + self.percent(abs(change), digits)

    def money(self, amount: float, digits: int = 0) -> str:
        """An amount in major units with the currency's symbol."""
        pattern = self._babel.currency_formats["standard"].pattern
        pattern = pattern.split(";")[0].replace(".00", "." + "0" * digits if digits else "")
        return self._or_missing(
            amount,
            lambda: self._minus(
                format_currency(amount, self.currency, pattern, locale=self._babel, currency_digits=False)
            ),
        )

    def month(self, label: str) -> str:
        """``2026-10`` as "October 2026" (nominative where the language has cases)."""
        return format_date(_first_day(label), "LLLL y", locale=self._babel)

    def month_short(self, label: str) -> str:
        return format_date(_first_day(label), "LLL y", locale=self._babel)

    def date(self, day: date) -> str:
        return format_date(day, "long", locale=self._babel)

    @staticmethod
    def _or_missing(value: float, format_value: Callable[[], str]) -> str:
        return MISSING if _is_missing(value) else format_value()

    @staticmethod
    def _minus(text: str) -> str:
        return text.replace("-", MINUS)


def _first_day(label: str) -> date:
    year, month = label.split("-")
    return date(int(year), int(month), 1)


def _is_missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _sign(value: float, digits: int, scale: float) -> str:
    rounded = round(value * scale, digits)
    return "+" if rounded > 0 else MINUS if rounded < 0 else "±"
