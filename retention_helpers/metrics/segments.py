"""Who the customers are: how many are in each segment, what they bring, and how that changed."""

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.params import SegmentRules

from .buckets import money_columns, ratio_columns
from .frames import major, numbers
from .intervals import BUCKETS, Floats, bucket_draws, divide, draw_interval, filled_groups, is_small, share, wilson
from .relations import ask

CLAIM = (0.7, 0.8)
SUMS = ("customers", "orders", "spend_cents")


def segment_totals(connection: duckdb.DuckDBPyConnection, scored: str) -> pd.DataFrame:
    """How many customers, orders and how much net spend has each segment, by random group of customers?

    Parameters: ``scored``, a `scored_customers`. Returns one row per segment and bucket that somebody is in:
    ``rfm_segment`` text, ``bucket`` 0..255, ``customers``, ``orders``, ``spend_cents`` int.
    """
    types = {"rfm_segment": "str", "bucket": "int64", **dict.fromkeys(SUMS, "int64")}
    return ask(connection, "segment_totals", scored_now=scored).astype(types)


def segments(totals: pd.DataFrame, totals_before: pd.DataFrame, *, rules: SegmentRules) -> pd.DataFrame:
    """Who are the customers, and what does each group bring?

    Everybody with a valid order (in the window) is in exactly one segment. Revenue is what its customers have spent in
    the window, net, not in the month: a segment is told by its history. The usual wrong edge: a segment that nobody is
    in has a row too, and no average order.

    Parameters: ``totals``, ``totals_before``: `segment_totals` of the month and of the one before; ``rules``.

    Returns one row per segment, in the order of the rules:
      rfm_segment          text
      customers            customers
      customers_share      rate 0..1, of all scored; missing where nobody is
      revenue              money, net
      revenue_share        rate, of the revenue of all scored
      orders               orders
      average_order_value  money, revenue / orders, missing without orders
      previous_customers   customers a month before, by the same rules
    """
    sums = _by_bucket(totals, rules)
    customers, orders, cents = (sums[name].sum(axis=-1) for name in SUMS)
    return pd.DataFrame(
        {
            "rfm_segment": pd.Series(rules.names, dtype="str"),
            "customers": customers.astype(np.int64),
            "customers_share": share(customers, customers.sum()),
            "revenue": major(cents),
            "revenue_share": divide(cents, cents.sum()),
            "orders": orders.astype(np.int64),
            "average_order_value": divide(cents, 100 * orders),
            "previous_customers": _by_bucket(totals_before, rules)["customers"].sum(axis=-1).astype(np.int64),
        }
    )


def segment_details(
    totals: pd.DataFrame,
    totals_before: pd.DataFrame,
    totals_last_year: pd.DataFrame,
    *,
    rules: SegmentRules,
    seed: int = 0,
) -> pd.DataFrame:
    """How sure are a segment's numbers, and are they different from a month and from a year before?

    Shares of customers: Wilson. Money, and every change: bootstrap over buckets of customers, the same buckets in both
    months, since most customers are in both; the cut values are taken as they are. The usual wrong edge: by quantile
    the scores are places among others, so a segment of a growing shop grows with it and its share hardly moves.

    Parameters: `segment_totals` of the month, of the one before and of the same month a year before, by ``rules``;
    ``seed`` of the bootstrap.

    Returns one row per segment, in the order of the rules:
      rfm_segment                            text
      customers                              customers
      customers_share, revenue_share         rate, each with _low and _high
      average_order_value                    money, with _low and _high
      customers_share_previous, ..._change   rate a month before and the difference, with _change_low, _change_high
      revenue_share_previous, ..._change     the same of revenue
      customers_share_last_year, revenue_share_last_year  rate a year before
      is_small                               customers below 30
    Changes and earlier shares are missing where nobody was scored then.
    """
    now, before, year = (_by_bucket(each, rules) for each in (totals, totals_before, totals_last_year))
    customers = now["customers"].sum(axis=-1)
    low, high = wilson(customers, customers.sum())
    columns: dict[str, object] = {
        "rfm_segment": pd.Series(rules.names, dtype="str"),
        "customers": customers.astype(np.int64),
        "customers_share": share(customers, customers.sum()),
        "customers_share_low": low,
        "customers_share_high": high,
        **ratio_columns("revenue_share", now["spend_cents"], _all(now["spend_cents"]), seed),
        **money_columns("average_order_value", now["spend_cents"], now["orders"], seed),
    }
    for name, what in (("customers_share", "customers"), ("revenue_share", "spend_cents")):
        columns |= _change(name, now[what], before[what], seed)
    for name, what in (("customers_share", "customers"), ("revenue_share", "spend_cents")):
        columns[f"{name}_last_year"] = divide(year[what].sum(axis=-1), year[what].sum())
    return pd.DataFrame(columns | {"is_small": is_small(customers)})


def vip_share(totals: pd.DataFrame, *, rules: SegmentRules, seed: int = 0) -> pd.DataFrame:
    """Do the best customers bring 70 to 80 % of revenue, as is often claimed?

    The segment of the highest level. Confirmed: the whole interval of its share of revenue lies within the claim; not
    confirmed: all of it lies outside; cannot tell: it reaches over an edge of the claim, or there is no interval. The
    usual wrong edge: a share near the claim is no proof of it while the interval goes on past its edge.

    Parameters: ``totals``, `segment_totals`; ``rules``; ``seed`` of the bootstrap over buckets of customers.

    Returns one row:
      rfm_segment                                          text
      customers                                            customers
      customers_share, customers_share_low, ..._high       rate 0..1, 95 % Wilson
      revenue_share, revenue_share_low, revenue_share_high rate, 95 % bootstrap
      claim_low, claim_high                                rate, .7 and .8
      verdict                                              "confirmed", "not confirmed", "cannot tell"

    Source of the claim: the CRM marketing article.
    """
    sums = _by_bucket(totals, rules)
    best = rules.names.index(rules.best)
    customers, cents = sums["customers"], sums["spend_cents"]
    low, high = wilson(customers[best].sum(), customers.sum())
    part = ratio_columns("revenue_share", cents[best], cents.sum(axis=0), seed)
    row = {
        "rfm_segment": rules.best,
        "customers": int(customers[best].sum()),
        "customers_share": float(share(customers[best].sum(), customers.sum())),
        "customers_share_low": float(low),
        "customers_share_high": float(high),
        **{name: float(value) for name, value in part.items()},
        "claim_low": CLAIM[0],
        "claim_high": CLAIM[1],
    }
    row["verdict"] = _verdict(row["revenue_share_low"], row["revenue_share_high"])
    return pd.DataFrame([row]).astype({"rfm_segment": "str", "verdict": "str"})


def _verdict(low: float, high: float) -> str:
    """What an interval says of the claim.

    >>> _verdict(0.71, 0.79), _verdict(0.3, 0.5), _verdict(0.65, 0.75), _verdict(float("nan"), 0.75)
    ('confirmed', 'not confirmed', 'cannot tell', 'cannot tell')
    """
    if low >= CLAIM[0] and high <= CLAIM[1]:
        return "confirmed"
    return "not confirmed" if high < CLAIM[0] or low > CLAIM[1] else "cannot tell"


def _by_bucket(totals: pd.DataFrame, rules: SegmentRules) -> dict[str, Floats]:
    """Each sum as (segment in the order of the rules, bucket)."""
    shape = (len(rules.names), BUCKETS)
    row = totals["rfm_segment"].map({name: place for place, name in enumerate(rules.names)}).to_numpy(dtype=np.int64)
    place = row * BUCKETS + totals["bucket"].to_numpy(dtype=np.int64)
    size = shape[0] * shape[1]
    return {name: np.bincount(place, weights=numbers(totals, name), minlength=size).reshape(shape) for name in SUMS}


def _all(values: Floats) -> Floats:
    """For each segment the sums of all segments together."""
    return np.broadcast_to(values.sum(axis=0), values.shape)


def _change(name: str, now: Floats, before: Floats, seed: int) -> dict[str, Floats]:
    """A share of all before, and its difference now, from the same draws of buckets."""
    earlier = divide(before.sum(axis=-1), before.sum())
    drawn = [divide(bucket_draws(part, seed=seed), bucket_draws(_all(part), seed=seed)) for part in (now, before)]
    groups = np.minimum(filled_groups(now.sum(axis=0)), filled_groups(before.sum(axis=0)))
    low, high = draw_interval(drawn[0] - drawn[1], groups=np.full(len(now), groups))
    return {
        f"{name}_previous": earlier,
        f"{name}_change": divide(now.sum(axis=-1), now.sum()) - earlier,
        f"{name}_change_low": low,
        f"{name}_change_high": high,
    }
