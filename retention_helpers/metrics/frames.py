"""What every metric does first and last: cut at `as_of`, count by month, cents to money, months to text."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retention_helpers.errors import PeriodError
from retention_helpers.periods import Period, month_label

HERE = Path(__file__).parent


def last_month(as_of: date) -> int:
    """The month that ends on ``as_of``; a day inside a month is refused, for a month cannot be cut in two.

    >>> last_month(date(2026, 10, 31)) == Period.parse("2026-10").index
    True
    """
    period = Period.of(as_of)
    if period.as_of != as_of:
        raise PeriodError(f"as_of {as_of} is not the last day of a month. Give {period.as_of} or {(period - 1).as_of}.")
    return period.index


def through(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows whose ``month`` is not after ``as_of``."""
    return frame[numbers(frame, "month") <= last_month(as_of)]


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as floats, a missing value as NaN, whatever the database called its type."""
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def every_month(frame: pd.DataFrame, as_of: date) -> NDArray[np.int64]:
    """Each calendar month from the first in ``frame`` to ``as_of``, also those without a row."""
    if frame.empty:
        return np.arange(0)
    return np.arange(int(numbers(frame, "month").min()), last_month(as_of) + 1)


def total_by_month(month: ArrayLike, amounts: ArrayLike, months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole amounts (customers, cents) added up in each of the consecutive ``months``; other months are left out."""
    when, what = np.asarray(month, dtype=float), np.asarray(amounts, dtype=float)
    if months.size == 0:
        return np.arange(0)
    known = (when >= months[0]) & (when <= months[-1])
    place = (when[known] - months[0]).astype(np.int64)
    return np.rint(np.bincount(place, weights=what[known], minlength=months.size)).astype(np.int64)


def labels(months: Sequence[int] | NDArray[np.int64]) -> pd.Series:
    """Month integers as ``YYYY-MM`` text, also when there is none."""
    return pd.Series([month_label(int(month)) for month in months], dtype="str")


def table(months: Sequence[int] | NDArray[np.int64], columns: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """A frame that starts with ``month`` as text; one and the same set of types, empty or full."""
    return pd.DataFrame({"month": labels(months), **columns})


def major(cents: ArrayLike) -> NDArray[np.float64]:
    """Minor units to money as people write it."""
    return np.asarray(cents, dtype=float) / 100


def statement(name: str) -> str:
    """The SQL that lies beside the metrics as ``name``.sql."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
