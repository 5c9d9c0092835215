"""Which channel, segment or cohort moved a key figure: its change taken apart into parts that add up to it."""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from retention_helpers.periods import Period

from .driver_counts import DIMENSIONS, OTHERS, Counts, DriverCounts, DriverRules
from .frames import last_month, major
from .intervals import SMALL_SAMPLE, Floats, bucket_draws, divide, draw_interval
from .kpis import KPIS, Kpi
from .traits import UNASSIGNED

_TYPES = {
    "kpi": "str",
    "compared_with": "str",
    "dimension": "str",
    "value": "str",
    **dict.fromkeys(("part", "part_low", "part_high", "mix_part", "rate_part"), "float64"),
    **dict.fromkeys(("share_of_change", "share_of_customers", "p_value"), "float64"),
    "is_driver": "bool",
}


def drivers(
    connection: duckdb.DuckDBPyConnection, watched: pd.DataFrame, *, as_of: date, rules: DriverRules
) -> pd.DataFrame:
    """Which channel, segment or cohort moved the key figures that are alerts?

    Each change is divided among the groups of each dimension, see `decompose`; within one dimension the parts add up to
    it exactly. Channel: of the first order; segment: at the end of the month before the one counted; cohort: by its
    age, months since the first order. A group stands out where its part is larger than its size alone would make it,
    and it is there in both months: bootstrap over buckets of customers, Bonferroni over the groups of the key figure.
    The usual wrong edge: the largest group has the largest part of everything, and moved no more than the others.

    Parameters: ``connection`` to the facts (``customer_months``, ``customers``); ``watched``, a `watch`; ``rules``.

    Returns one row per key figure that moved, dimension and group (beyond the 20 largest: "small groups"):
      kpi, compared_with       text, as in `watch`
      dimension                text: channel, segment, cohort
      value                    text; "unassigned" where not known, or, of segments, without an order before
      part                     the group's part of the change, in its unit
      part_low, part_high      95 % bootstrap over buckets
      mix_part                 of it, because the group became larger or smaller among all
      rate_part                of it, because its customers did otherwise than before
      share_of_change          part / change; negative where it went the other way
      share_of_customers       0..1, the group's share of those counted, mean of the two months
      p_value                  0..1, of standing out by chance, corrected; missing below 30
      is_driver                it stands out in the direction of the change

    Source: Kitagawa (1955), JASA 50, 1168-1194.
    """
    counts = DriverCounts(connection, last_month(as_of), rules)
    kpis = {kpi.name: kpi for kpi in KPIS}
    parts = {
        (row.kpi, row.compared_with, dimension): _parts(
            kpis[row.kpi], *counts.both(dimension, Period.parse(row.compared_with).index), rules.seed
        )
        for row in watched[watched["moved"] != ""].itertuples()
        for dimension in DIMENSIONS
    }
    if not parts:
        return pd.DataFrame(columns=list(_TYPES)).astype(_TYPES)
    found = pd.concat(parts, names=list(_TYPES)[:3]).reset_index(level=[0, 1, 2]).reset_index(drop=True)
    return _standing_out(found)[list(_TYPES)].astype(_TYPES)


def decompose(
    before: tuple[Floats, Floats], now: tuple[Floats, Floats], *, is_amount: bool = False
) -> tuple[Floats, Floats]:
    """How much of a change comes from the sizes of the groups, and how much from what happened within each?

    Of a ratio R = sum(top) / sum(bottom) with weights w and rates r of the groups: mix = (w1 - w0) x (mean r - mean R),
    rate = mean w x (r1 - r0). Of an amount sum(top): mix = (b1 - b0) x mean r, rate = mean b x (r1 - r0). A group that
    is there in one month alone has its rate of that month in both, so all it brings is mix. mix + rate over the groups
    is the change, exactly.

    Parameters: ``before`` and ``now``, each (top, bottom) with the groups on the last axis. Returns (mix, rate).

    >>> mix, rate = decompose((np.array([30.0, 10.0]), np.array([100.0, 100.0])),  # 30% and 10%: 20% in all
    ...     (np.array([30.0, 5.0]), np.array([100.0, 50.0])))                      # the second half as large: 23.3%
    >>> mix.round(4).tolist(), rate.round(4).tolist()
    ([0.0139, 0.0194], [0.0, 0.0])
    """
    (top0, bottom0), (top1, bottom1) = before, now
    rate0, rate1 = divide(top0, bottom0), divide(top1, bottom1)
    rate0, rate1 = (np.nan_to_num(np.where(np.isnan(r), o, r)) for r, o in ((rate0, rate1), (rate1, rate0)))
    middle = (rate0 + rate1) / 2
    if is_amount:
        mix = (bottom1 - bottom0) * middle
        return mix, top1 - top0 - mix
    all0, all1 = (bottom.sum(axis=-1, keepdims=True) for bottom in (bottom0, bottom1))
    grown = divide(bottom1, all1) - divide(bottom0, all0)
    rate = divide(top1, all1) - divide(top0, all0) - grown * middle
    whole = (divide(top0.sum(axis=-1, keepdims=True), all0) + divide(top1.sum(axis=-1, keepdims=True), all1)) / 2
    return grown * (middle - whole), rate


def _sides(kpi: Kpi, counts: Counts) -> tuple[Floats, Floats]:
    """Numerator and denominator of a key figure, (group, bucket); of an amount those whom it is for."""
    top = counts["kept"] + counts["returned"] if kpi.kind == "crr" else counts[kpi.top]
    bottom = {"customers": kpi.top, "total": "buyers"}.get(kpi.kind, kpi.bottom)
    return (major(top) if "revenue" in kpi.top else top), (
        major(counts[bottom]) if "revenue" in bottom else counts[bottom]
    )


def _parts(kpi: Kpi, values: list[str], counts: tuple[Counts, Counts], seed: int) -> pd.DataFrame:
    is_amount = kpi.kind in ("customers", "total")
    sides = [_sides(kpi, month) for month in counts]
    mix, rate = decompose(*_totals(sides), is_amount=is_amount)
    drawn = [tuple(bucket_draws(side, seed=seed) for side in month) for month in sides]
    drawn_part = np.sum(decompose(*drawn, is_amount=is_amount), axis=0)
    sizes = [bottom.sum(axis=-1) for _, bottom in sides]
    weight = np.mean([np.nan_to_num(divide(size, size.sum())) for size in sizes], axis=0)
    part = mix + rate
    excess = part - weight * part.sum()
    spread = np.std(drawn_part - weight * drawn_part.sum(axis=-1, keepdims=True), axis=0, ddof=1)
    low, high = draw_interval(drawn_part)
    known = (np.min(sizes, axis=0) >= SMALL_SAMPLE) & (weight < 1) & (spread > 0)
    p_value = np.where(known, 2 * stats.norm.sf(np.abs(excess) / np.where(spread > 0, spread, np.nan)), np.nan)
    return pd.DataFrame(
        {
            "value": values,
            "part": part,
            "part_low": low,
            "part_high": high,
            "mix_part": mix,
            "rate_part": rate,
            "share_of_change": divide(part, part.sum()),
            "share_of_customers": weight,
            "p_value": p_value,
            "is_driver": excess * part.sum() > 0,
        }
    )


def _totals(sides: list[tuple[Floats, Floats]]) -> Iterator[tuple[Floats, Floats]]:
    return (tuple(side.sum(axis=-1) for side in month) for month in sides)


def _standing_out(found: pd.DataFrame) -> pd.DataFrame:
    """Corrected for the groups looked at; a driver stands out, and moves with the whole."""
    looked_at = found.groupby("kpi")["p_value"].transform("count")
    p_value = np.minimum(found["p_value"] * looked_at, 1)
    named = ~found["value"].isin((UNASSIGNED, OTHERS)) | (found["dimension"] == "segment")
    return found.assign(p_value=p_value, is_driver=found["is_driver"] & (p_value <= 0.05) & named)
