"""Words and numbers in the reader's language: gettext for sentences, Babel for figures and dates.

Every sentence a reader sees goes through `Words.say` or `Words.plural`, with the English text as its key; a text that
waits in a table until it is said is `marked`. `make words` gathers them all into the catalogues under ``locales/``.
"""

import gettext
import io
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, format_scientific, get_currency_symbol

from .errors import ParameterError

LANGUAGES = {"en": "English", "ru": "Русский", "uk": "Українська"}
LOCALES = tuple(LANGUAGES)
HUGE = 1e12  # nobody reads so many digits
MISSING = "–"
MINUS = "−"
CATALOGUES = Path(__file__).parent / "locales"
DOMAIN = "reports"
# Where a language has no sign for a currency of its neighbours and prints the three letters.
_SIGNS = {
    "UAH": "₴",
    "RUB": "₽",
    "KZT": "₸",
    "PLN": "zł",
    "GEL": "₾",
    "TRY": "₺",
    "CZK": "Kč",
    "AZN": "₼",
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
}


def marked(text: str) -> str:
    """The text itself, marked for the catalogues: it stands in a table and is said later.

    >>> marked("Net revenue")
    'Net revenue'
    """
    return text


class Month(str):
    """A month's name as it stands alone; a sentence may ask for ``{month:of}`` where its language has cases.

    >>> month = Words("ru").month("2026-10")
    >>> month, month.of
    ('октябрь 2026', 'октября 2026')
    """

    __slots__ = ("of",)

    def __new__(cls, name: str, of: str = "") -> "Month":
        month = super().__new__(cls, name)
        month.of = of or name
        return month


class _Sentence(Formatter):
    """`str.format` with two more forms of a value: ``{x:title}`` begins a sentence, ``{month:of}`` is the genitive.

    The stop of an abbreviation at the end of a sentence is the sentence's stop, too.
    """

    def vformat(self, text: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
        said = ""
        for literal, name, form, conversion in self.parse(text):
            has_stop = said.endswith(".") and literal.startswith(".")
            said += literal[1:] if has_stop else literal
            if name is not None:
                value, _ = self.get_field(name, args, kwargs)
                said += self.format_field(self.convert_field(value, conversion), form or "")
        return said

    def format_field(self, value: object, form: str) -> str:
        if form == "title":
            return capital(str(value))
        if form == "of":
            return value.of if isinstance(value, Month) else str(value)
        return super().format_field(value, form)


_SENTENCE = _Sentence()


def capital(text: str) -> str:
    """The text with a capital first letter.

    >>> capital("октябрь 2026")
    'Октябрь 2026'
    """
    return text[:1].upper() + text[1:]


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The sentences of one language, read from its PO file; English is its own catalogue."""
    if locale == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # here: English reports never need it
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (CATALOGUES / locale / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


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

    def say(self, text: str, **values: object) -> str:
        """The sentence in the reader's language, with ``{names}`` filled in."""
        said = catalogue(self.locale).gettext(text)
        return _SENTENCE.vformat(said, (), values) if values else said

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """The sentence in the form that ``count`` asks for; ``{n}`` is the formatted count.

        >>> Words("en").plural("{n} customer", "{n} customers", 1)
        '1 customer'
        """
        said = catalogue(self.locale).ngettext(one, many, count)
        return _SENTENCE.vformat(said, (), {"n": self.integer(count), **values})

    def integer(self, value: float) -> str:
        return self._or_missing(value, lambda: self._minus(format_decimal(round(value), locale=self._babel)))

    def number(self, value: float, digits: int = 1) -> str:
        """A number with so many digits after the point; one beyond a million million as a power of ten.

        >>> Words("en").number(1234.5), Words("en").number(3.21e14)
        ('1,234.5', '3.2E14')
        """
        if not _is_missing(value) and abs(value) >= HUGE:
            return self._minus(format_scientific(value, "0.0E0", locale=self._babel))
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
        sign = get_currency_symbol(self.currency, self._babel)
        sign = _SIGNS.get(sign, sign)
        pattern = self._babel.currency_formats["standard"].pattern
        pattern = pattern.split(";")[0].replace(".00", "." + "0" * digits if digits else "")
        if len(sign) > 1 and sign[-1].isalpha():
            pattern = pattern.replace("¤#", "¤\u00a0#")  # letters stand apart from their number
        return self._or_missing(
            amount,
            lambda: self._minus(
                # The pattern gets the sign as a word of its own: Babel would print three letters for some.
                format_currency(
                    amount, self.currency, pattern.replace("¤", f"'{sign}'"), locale=self._babel, currency_digits=False
                )
            ),
        )

    def month(self, label: str) -> Month:
        """``2026-10`` as "October 2026": in a sentence, in lower case where the language writes it so."""
        name, of = (format_date(_first_day(label), pattern, locale=self._babel) for pattern in ("LLLL y", "MMMM y"))
        return Month(name, of)

    def month_title(self, label: str) -> str:
        """``2026-10`` as the first word of a line: in a table, under a title."""
        return capital(self.month(label))

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
