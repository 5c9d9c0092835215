"""Are returning customers worth more than new ones, and what would one more point of retention bring?"""

from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from retention_helpers.errors import CallError

from .buckets import money_columns, read_buckets
from .frames import last_month, numbers, table, through
from .intervals import CONFIDENCE, Floats, Interval, bucket_draws, divide, draw_interval, filled_groups, is_small, share


def new_and_returning(
    month_buckets: pd.DataFrame, order_gaps: pd.DataFrame, *, as_of: date, months: int = 1, seed: int = 0
) -> pd.DataFrame:
    """Do returning customers spend more than new ones? Both beside each other, and whether the difference is reliable.

    New: first order in the month. Returning: an earlier first order. Over several months a customer counts once in
    each. Refunds in a month without an order belong to neither. The usual wrong edge: a returning customer was chosen
    by coming back; the difference describes who returns, it is not what a return would make of the others.

    Parameters: ``month_buckets``, ``order_gaps`` (facts); ``as_of``; ``months`` up to it (12: a year); ``seed``.

    Returns one row per ``measure``: average_order_value, revenue_per_customer, purchase_frequency, revenue_share,
    days_between_orders (first gap against later ones, of gaps closed in these months), each with
      new, new_low, new_high, new_n                          value, 95 % interval, customers (gaps in the last row)
      returning, returning_low, returning_high, returning_n  the same
      difference, difference_low, difference_high            returning - new
      is_reliable                                            the interval of the difference leaves out 0
    Intervals: paired bootstrap over buckets of customers; for days Welch's t, gaps taken as independent.
    """
    if months < 1:
        raise CallError(f"months is {months}; compare over 1 month or more.")
    sums = read_buckets(month_buckets, as_of).trailing(months)
    last = slice(-1, None)
    new, returning = (
        {name: sums.of(name, who)[last].sum(axis=0) for name in ("customers", "orders", "revenue_cents")}
        for who in ("new", "returning")
    )
    both = {name: new[name] + returning[name] for name in new}
    measures = {
        "average_order_value": ("revenue_cents", "orders", 100),
        "revenue_per_customer": ("revenue_cents", "customers", 100),
        "purchase_frequency": ("orders", "customers", 1),
    }
    rows = [
        _compare(name, [(who[top], unit * who[bottom]) for who in (new, returning)], (new, returning), seed)
        for name, (top, bottom, unit) in measures.items()
    ]
    shares = [(who["revenue_cents"], both["revenue_cents"]) for who in (new, returning)]
    rows.append(_compare("revenue_share", shares, (new, returning), seed))
    rows.append(_compare_gaps(order_gaps, as_of, months))
    return pd.DataFrame(rows).astype(
        {"measure": "str", "new_n": "int64", "returning_n": "int64", "is_reliable": "bool"}
    )


def value_of_a_point(
    month_buckets: pd.DataFrame, retention: pd.DataFrame, *, as_of: date, seed: int = 0
) -> pd.DataFrame:
    """What is one more percentage point of existing retention worth, in revenue a month?

    One hundredth of the existing base comes again and buys as often and for as much as a returning customer does: the
    buyers' part of the decomposition. The usual wrong edge: those who would be won back may buy less than those who
    return by themselves, so it is the worth of a typical customer, not a forecast.

    Parameters: ``month_buckets`` (facts); ``retention``, a `monthly_retention` of the same ``as_of``; ``seed``.

    Returns one row for every calendar month from the first to ``as_of``:
      month                                    text, YYYY-MM
      existing_base                            customers
      revenue_per_returning_customer           money
      value_of_a_point                         money a month, missing without a base or returning buyers
      value_of_a_point_low, ..._high           95 % bootstrap over buckets of customers
      is_small                                 returning buyers below 30
    """
    sums = read_buckets(month_buckets, as_of)
    cents, buyers = sums.of("revenue_cents", "returning"), sums.of("customers", "returning")
    columns = money_columns("revenue_per_returning_customer", cents, buyers, seed)
    frame = table(sums.months, columns)
    base = frame["month"].map(retention.set_index("month")["existing_base"]).to_numpy(dtype=float, na_value=np.nan)
    worth = np.where(base > 0, base, np.nan) / 100
    names = ("", "_low", "_high")
    return table(
        sums.months,
        {
            "existing_base": np.nan_to_num(base).astype(np.int64),
            "revenue_per_returning_customer": columns["revenue_per_returning_customer"],
            **{f"value_of_a_point{edge}": worth * columns[f"revenue_per_returning_customer{edge}"] for edge in names},
            "is_small": is_small(buyers.sum(axis=-1)),
        },
    )


def _compare(name: str, ratios: list[tuple[Floats, Floats]], who: tuple[dict, dict], seed: int) -> dict[str, object]:
    """Two ratios over the same buckets; both and their difference from the same draws."""
    values = [divide(top.sum(), bottom.sum()) for top, bottom in ratios]
    drawn = [divide(bucket_draws(top, seed=seed), bucket_draws(bottom, seed=seed)) for top, bottom in ratios]
    groups = [filled_groups(part["customers"]) for part in who]
    edges = [draw_interval(draws, groups=many) for draws, many in zip(drawn, groups, strict=True)]
    difference = draw_interval(drawn[1] - drawn[0], groups=min(groups))
    return _row(name, values, edges, [part["customers"].sum() for part in who], difference)


def _compare_gaps(order_gaps: pd.DataFrame, as_of: date, months: int) -> dict[str, object]:
    rows = through(order_gaps, as_of)
    rows = rows[numbers(rows, "month") > last_month(as_of) - months]
    first = rows["is_first_gap"].to_numpy(dtype=bool)
    days, gaps = numbers(rows, "gap_days"), numbers(rows, "gaps")
    moments = [_weighted_moments(days[which], gaps[which]) for which in (first, ~first)]
    edges = [_t_interval(mean, variance / n if n else np.nan, n - 1) for mean, variance, n in moments]
    (mean0, variance0, n0), (mean1, variance1, n1) = moments
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.array([variance0 / np.float64(n0), variance1 / np.float64(n1)])
        freedom = parts.sum() ** 2 / (parts**2 / (np.array([n0, n1], dtype=float) - 1)).sum()
    difference = _t_interval(mean1 - mean0, parts.sum(), freedom)
    return _row("days_between_orders", [mean0, mean1], edges, [n0, n1], difference)


def _weighted_moments(values: Floats, weights: Floats) -> tuple[float, float, float]:
    n = weights.sum()
    mean = share((values * weights).sum(), n)
    variance = share((weights * (values - mean) ** 2).sum(), n - 1)
    return float(mean), float(variance), float(n)


def _t_interval(mean: float, variance_of_mean: float, freedom: float) -> Interval:
    if not (freedom > 0 and variance_of_mean > 0):
        return np.float64(np.nan), np.float64(np.nan)
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, freedom) * np.sqrt(variance_of_mean)
    return mean - half, mean + half


def _row(
    name: str, values: list[float], edges: list[Interval], n: list[float], difference: Interval
) -> dict[str, object]:
    low, high = (float(edge) for edge in difference)
    row: dict[str, object] = {"measure": name}
    for who, value, (edge_low, edge_high), many in zip(("new", "returning"), values, edges, n, strict=True):
        row |= {
            who: float(value),
            f"{who}_low": float(edge_low),
            f"{who}_high": float(edge_high),
            f"{who}_n": int(many),
        }
    reliable = low > 0 or high < 0
    return row | {
        "difference": float(values[1] - values[0]),
        "difference_low": low,
        "difference_high": high,
        "is_reliable": reliable,
    }
