"""The key figures of a month: value, how sure, and against the month before and the same month last year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .buckets import read_buckets
from .churn import crr_of_states
from .frames import labels, major, table
from .intervals import (
    Floats,
    bucket_draws,
    divide,
    draw_interval,
    filled_groups,
    holding,
    newcombe_difference,
    poisson_interval,
    share,
    state_draws,
    wilson,
)

Kind = Literal["customers", "total", "ratio", "share", "crr"]
LEDGER = ("customers_start", "kept", "lost", "returned")
RETENTION = ("new_base", "new_retained", "existing_base", "existing_retained")
PREVIOUS = ("previous", "previous_low", "previous_high")
CHANGE = ("change", "change_low", "change_high")
COLUMNS = ("value", "low", "high", "n")


@dataclass(frozen=True)
class Kpi:
    """One key figure: what is counted, over what, and whose number is its ``n``. Its kind says which interval."""

    name: str
    kind: Kind
    top: str
    bottom: str = ""
    n: str = "buyers"


KPIS = (
    Kpi("active_customers", "customers", "buyers"),
    Kpi("new_customers", "customers", "new_buyers", n="new_buyers"),
    Kpi("orders", "total", "orders"),
    Kpi("revenue", "total", "revenue"),
    Kpi("average_order_value", "ratio", "revenue", "orders"),
    Kpi("purchase_frequency", "ratio", "orders", "buyers"),
    Kpi("revenue_per_customer", "ratio", "revenue", "buyers"),
    Kpi("new_retention_rate", "share", "new_retained", "new_base", n="new_base"),
    Kpi("existing_retention_rate", "share", "existing_retained", "existing_base", n="existing_base"),
    Kpi("crr", "crr", "kept", "customers_start", n="customers_start"),
    Kpi("churn_rate", "share", "lost", "customers_start", n="customers_start"),
    Kpi("strict_retention", "share", "kept", "customers_start", n="customers_start"),
    Kpi("nrr", "ratio", "retained_revenue", "base_revenue", n="base_buyers"),
    Kpi("grr", "ratio", "kept_revenue", "base_revenue", n="base_buyers"),
    Kpi("repeat_customer_share", "share", "returning_buyers", "buyers"),
    Kpi("returning_revenue_share", "ratio", "returning_revenue", "buyer_revenue"),
)


@dataclass(frozen=True)
class Measures:
    """What the key figures are made of: sums by (period, bucket) and counts by period."""

    sums: Mapping[str, Floats]
    counts: Mapping[str, Floats]

    def of(self, name: str) -> Floats:
        return self.counts[name] if name in self.counts else self.sums[name]

    def total(self, name: str) -> Floats:
        # Amounts are whole hundredths; rounding puts a sum of floats back on its cent.
        return self.counts[name] if name in self.counts else self.sums[name].sum(axis=-1).round(2)


@dataclass(frozen=True)
class Estimate:
    """One key figure over all periods, with the draws and groups that pair two of them (a share has none)."""

    value: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]
    draws: Floats | None = None
    groups: NDArray[np.int64] | None = None


class KpiTables(NamedTuple):
    """What key figures are made from: ``month_buckets`` (facts), a `monthly_retention` and an `activity_ledger`."""

    month_buckets: pd.DataFrame
    retention: pd.DataFrame
    ledger: pd.DataFrame


def kpis(tables: KpiTables, *, as_of: date, months_back: int = 1, seed: int = 0) -> pd.DataFrame:
    """How did the month go, is it different from the one before, and from the same month last year?

    Customers: exact Poisson interval. Shares: Wilson, their change Newcombe. CRR: Bayesian bootstrap on the counts
    kept, lost, returned. All else, and the change of all that is no share: bootstrap over buckets of customers, the
    same buckets in both months, since many buy in both. The usual wrong edge: two intervals that overlap do not say
    that nothing changed; ``change_low`` and ``change_high`` do.

    Parameters: ``tables``, all of the same ``as_of``; ``months_back``: which earlier month is the ``previous`` one (12:
    the same month last year); ``seed`` of the bootstraps.

    Returns one row per key figure of `KPIS` (none before the data begin):
      kpi                                    text
      value, low, high                       customers, orders, money, or a rate 0..1 (crr, nrr may exceed 1)
      n                                      customers it rests on: buyers, or the base of a rate
      previous, previous_low, previous_high  ``months_back`` earlier; missing before the data begin
      last_year                              the same month last year
      change, change_low, change_high        value - previous (a rate: 0.01 is one percentage point)
    """
    measures, months = _monthly_measures(tables, as_of)
    now = months.size - 1
    return compared(measures, (now, now - months_back, now - 12), seed)


def kpi_history(tables: KpiTables, *, as_of: date, seed: int = 0) -> pd.DataFrame:
    """How did each key figure run up to now? For the small lines beside the numbers.

    Parameters and intervals as `kpis`, whose values are the last month here. Returns one row per key figure and month:
    ``kpi``, ``month`` (YYYY-MM), ``value``, ``low``, ``high``, ``n``.
    """
    measures, months = _monthly_measures(tables, as_of)
    rows = {
        kpi.name: table(months, {name: getattr(estimate, name) for name in COLUMNS})
        for kpi, estimate in ((kpi, _estimate(kpi, measures, seed)) for kpi in KPIS)
    }
    history = pd.concat(rows, names=["kpi", None]).reset_index(level="kpi").reset_index(drop=True)
    return history.astype({"kpi": "str"})


def _monthly_measures(tables: KpiTables, as_of: date) -> tuple[Measures, NDArray[np.int64]]:
    buckets = read_buckets(tables.month_buckets, as_of)
    names = labels(buckets.months)

    def by_month(frame: pd.DataFrame, column: str) -> Floats:
        return names.map(frame.set_index("month")[column]).fillna(0).to_numpy(dtype=float)

    sums = {
        "buyers": buckets.of("customers"),
        "new_buyers": buckets.of("customers", "new"),
        "returning_buyers": buckets.of("customers", "returning"),
        "orders": buckets.of("orders"),
        "revenue": major(buckets.of("revenue_cents")),
        "buyer_revenue": major(buckets.of("revenue_cents", "new", "returning")),
        "returning_revenue": major(buckets.of("revenue_cents", "returning")),
        "base_buyers": buckets.before("customers"),
        "base_revenue": major(buckets.before("revenue_floor_cents")),
        "retained_revenue": major(buckets.of("retained_floor_cents")),
        "kept_revenue": major(buckets.of("kept_cents")),
    }
    counts = {name: by_month(tables.retention, name) for name in RETENTION}
    counts |= {name: by_month(tables.ledger, name) for name in LEDGER}
    return Measures(sums, counts), buckets.months


def _estimate(kpi: Kpi, measures: Measures, seed: int) -> Estimate:
    top, n = measures.total(kpi.top), np.nan_to_num(measures.total(kpi.n)).astype(np.int64)
    if kpi.kind == "share":
        bottom = measures.total(kpi.bottom)
        return Estimate(share(top, bottom), *wilson(top, bottom), n)
    if kpi.kind == "crr":
        start, kept, lost, returned = (measures.total(name) for name in LEDGER)
        draws = crr_of_states(state_draws(np.stack([kept, lost, returned], axis=-1), seed=seed))
        draws = np.where(start > 0, draws, np.nan)
        value = share(kept + returned, start)
        return Estimate(value, *holding(value, *draw_interval(draws)), n, draws)
    draws = bucket_draws(measures.sums[kpi.top], seed=seed)
    if kpi.kind == "ratio":
        groups = filled_groups(measures.sums[kpi.bottom])
        draws = divide(draws, bucket_draws(measures.sums[kpi.bottom], seed=seed))
        value = divide(top, measures.total(kpi.bottom))
        return Estimate(value, *draw_interval(draws, groups=groups), n, draws, groups)
    groups = filled_groups(measures.sums[kpi.top])
    edges = poisson_interval(top) if kpi.kind == "customers" else draw_interval(draws, groups=groups)
    return Estimate(top, *edges, n, draws, groups)


def _change(kpi: Kpi, estimate: Estimate, measures: Measures, places: tuple[int, int]) -> tuple[float, float, float]:
    now, previous = places
    if kpi.kind == "share":
        top, bottom = measures.total(kpi.top), measures.total(kpi.bottom)
        return tuple(map(float, newcombe_difference(top[now], bottom[now], top[previous], bottom[previous])))
    groups = None if estimate.groups is None else min(estimate.groups[now], estimate.groups[previous])
    low, high = draw_interval(estimate.draws[:, now] - estimate.draws[:, previous], groups=groups)
    change = float(estimate.value[now] - estimate.value[previous])
    # Totals are whole cents, and so is what lies between them; a difference of floats is a little beside.
    return round(change, 2) if kpi.kind == "total" else change, float(low), float(high)


def compared(measures: Measures, places: tuple[int, int, int], seed: int) -> pd.DataFrame:
    """One row per key figure; a place below 0 is a period that the data do not reach."""
    now, previous, last_year = places
    rows = []
    for kpi in KPIS if now >= 0 else ():
        estimate = _estimate(kpi, measures, seed)
        rows.append(
            (
                kpi.name,
                *(getattr(estimate, name)[now] for name in COLUMNS),
                *(getattr(estimate, name)[previous] if previous >= 0 else np.nan for name in COLUMNS[:3]),
                estimate.value[last_year] if last_year >= 0 else np.nan,
                *(_change(kpi, estimate, measures, (now, previous)) if previous >= 0 else (np.nan,) * 3),
            )
        )
    names = ("kpi", *COLUMNS, *PREVIOUS, "last_year", *CHANGE)
    types = dict.fromkeys(names, "float64") | {"kpi": "str", "n": "int64"}
    return pd.DataFrame(rows, columns=names).astype(types)
