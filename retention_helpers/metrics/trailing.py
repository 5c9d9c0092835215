"""The same key figures for the trailing quarter and year."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError, did_you_mean
from retention_helpers.periods import Period

from .churn import trailing_ledger
from .frames import last_month, numbers, statement
from .intervals import BUCKETS
from .kpis import LEDGER, RETENTION, Measures, compared
from .retention import ExistingBaseRule

WINDOWS = {"quarter": 3, "year": 12}
BASES = ("base_buyers", "base_revenue", "retained_revenue", "kept_revenue")


@dataclass(frozen=True)
class KpiRules:
    """The choices that a trailing key figure depends on; the monthly ones have them in their frames."""

    active_months: int
    existing_base_rule: ExistingBaseRule = "non_first_order"
    seed: int = 0


def trailing_kpis(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, window: Literal["quarter", "year"], rules: KpiRules
) -> pd.DataFrame:
    """How did the last quarter or year go, against the one before it and the same one last year?

    Every definition is that of the month, with 3 or 12 months in its place: a buyer counts once in the window, the
    base of a rate is the window before, the ledger runs from its end. Customers of three months do not add up to those
    of the quarter, so it asks the customer level. The usual wrong edge: a window that begins before the data do is
    missing, not small.

    Parameters: ``connection`` to the facts (table ``customer_months``); ``window``; ``rules``.
    Returns ``window``, then the columns of `kpis`. Raises `CallError` for another window.
    """
    if window not in WINDOWS:
        raise CallError(f'window "{window}" is none of {", ".join(WINDOWS)}.{did_you_mean(window, WINDOWS)}')
    months, end = WINDOWS[window], last_month(as_of)
    begins = connection.execute("SELECT MIN(month) FROM customer_months WHERE orders > 0").fetchall()[0][0]
    known = begins is not None and begins <= end
    ends = sorted({end, end - months, end - 12}) if known else []
    periods = [_window_measures(connection, at, months, rules) for at in ends]
    for measures, at in zip(periods, ends, strict=True):
        _forget_unobserved(measures, observed=at - begins + 1, months=months)
    places = (ends.index(end), ends.index(end - months), ends.index(end - 12)) if known else (-1, -1, -1)
    frame = compared(_stacked(periods), places, rules.seed)
    frame.insert(0, "window", pd.Series([window] * len(frame), dtype="str"))
    return frame


def trailing_windows(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: KpiRules) -> pd.DataFrame:
    """The key figures of the last quarter and year: `trailing_kpis` of every window, one below the other."""
    return pd.concat(
        [trailing_kpis(connection, as_of=as_of, window=window, rules=rules) for window in WINDOWS], ignore_index=True
    )


def _window_measures(connection: duckdb.DuckDBPyConnection, end: int, months: int, rules: KpiRules) -> Measures:
    """The same measures of one window, from the customer level; a window is a period of its own."""
    rows = connection.execute(statement("trailing_window"), {"as_of_month": end, "months": months}).df()
    place = numbers(rows, "bucket").astype(np.int64)
    by_bucket = {
        name: np.bincount(place, weights=numbers(rows, name), minlength=BUCKETS)[None, :].astype(float)
        for name in rows.columns[1:]
    }
    as_of = Period(end).as_of
    ledger = trailing_ledger(connection, as_of=as_of, months=months, active_months=rules.active_months, seed=rules.seed)
    total = {name: values.sum(axis=-1) for name, values in by_bucket.items()}
    both = 1 if rules.existing_base_rule == "non_first_order" else 0
    counts = {
        "new_base": total["new_base"],
        "new_retained": total["new_retained"],
        "existing_base": total["older_base"] + both * total["overlap_base"],
        "existing_retained": total["older_retained"] + both * total["overlap_retained"],
    }
    sums = {name: values / 100 if name.endswith("revenue") else values for name, values in by_bucket.items()}
    return Measures(sums, counts | {name: ledger[name].to_numpy(dtype=float) for name in LEDGER})


def _forget_unobserved(measures: Measures, *, observed: int, months: int) -> None:
    """A window that begins before the data is missing; one whose base window does has no rates of that base."""
    for values in (*measures.sums.values(), *measures.counts.values()):
        if observed < months:
            values[...] = np.nan
    for name in (*RETENTION, *BASES):
        if observed < 2 * months:
            measures.of(name)[...] = np.nan


def _stacked(periods: list[Measures]) -> Measures:
    """Several periods of one row each as one table of measures."""
    if not periods:
        return Measures({}, {})
    sums = {name: np.concatenate([part.sums[name] for part in periods]) for name in periods[0].sums}
    counts = {name: np.concatenate([part.counts[name] for part in periods]) for name in periods[0].counts}
    return Measures(sums, counts)
