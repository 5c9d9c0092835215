"""How a value of each unit is written; every number in a figure passes here and so through `Words`."""

import math
from itertools import pairwise
from typing import Literal

from retention_helpers.words import MISSING, Words

Unit = Literal["percent", "points", "money", "integer", "number", "days", "text"]
SMALL = 30  # below this many customers a rate is marked small
_DIGITS = {"percent": 1, "points": 1, "number": 1, "days": 0, "money": 0, "integer": 0}


def is_missing(value: object) -> bool:
    """None, NaN, NA or NaT.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0)
    (True, True, False)
    """
    return value is None or value != value or str(value) in ("<NA>", "NaT")


def write(value: float, unit: Unit, words: Words, digits: int | None = None) -> str:
    """A value for people.

    >>> write(0.347, "percent", Words("en")), write(12.4, "days", Words("en")), write(None, "money", Words("en"))
    ('34.7%', '12', '–')
    """
    if is_missing(value):
        return MISSING
    if unit == "text":
        return str(value)
    places = _DIGITS[unit] if digits is None else digits
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "percent":
        return words.percent(value, places)
    if unit == "points":
        return words.points(value, places)
    if unit == "money":
        return words.money(value, places)
    return words.number(value, places)


def write_difference(value: float, unit: Unit, words: Words, digits: int | None = None) -> str:
    """A change, always signed; the difference of two rates is in percentage points.

    >>> write_difference(0.012, "percent", Words("en")), write_difference(1500, "money", Words("en"))
    ('+1.2\\xa0pp', '+€1,500')
    """
    if is_missing(value):
        return MISSING
    if unit == "percent":
        return words.points(value, 1 if digits is None else digits)
    return ("+" if value > 0 else "") + write(value, unit, words, digits)


def write_interval(
    value: float, interval: tuple[float, float], unit: Unit, words: Words, digits: int | None = None
) -> str:
    """A value with its 95 % interval; the value alone where there is no interval.

    >>> write_interval(0.5, (0.4, 0.6), "percent", Words("en"))
    '50.0% (40.0% – 60.0%)'
    """
    low, high = interval
    text = write(value, unit, words, digits)
    if is_missing(value) or is_missing(low) or is_missing(high):
        return text
    return f"{text} ({write(low, unit, words, digits)} – {write(high, unit, words, digits)})"


def write_difference_interval(
    value: float, interval: tuple[float, float], unit: Unit, words: Words, digits: int | None = None
) -> str:
    """A change with its 95 % interval; the change alone where there is no interval.

    >>> write_difference_interval(0.5, (0.1, 0.9), "number", Words("en"))
    '+0.5 (+0.1 – +0.9)'
    """
    low, high = interval
    text = write_difference(value, unit, words, digits)
    if is_missing(value) or is_missing(low) or is_missing(high):
        return text
    low_text, high_text = (write_difference(edge, unit, words, digits) for edge in interval)
    return f"{text} ({low_text} – {high_text})"


def write_n(n: float, words: Words) -> str:
    """A number of customers, marked where it is small.

    >>> write_n(12, Words("en"))
    '12 (small)'
    """
    if is_missing(n):
        return MISSING
    return words.integer(n) if n >= SMALL else words.say("{n} (small)", n=words.integer(n))


def tick_digits(ticks: list[float], unit: Unit) -> int:
    """Decimal places that the ticks of an axis need."""
    scale = 100 if unit in ("percent", "points") else 1
    step = min((b - a for a, b in pairwise(ticks)), default=1.0) * scale
    return next((places for places in range(4) if abs(step * 10**places - round(step * 10**places)) < 1e-6), 4)
