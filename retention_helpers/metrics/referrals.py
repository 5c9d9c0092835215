"""How many new customers come by the word of others, and do they stay and spend otherwise?"""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retention_helpers.periods import month_index

from .cohort_tests import FALSE_DISCOVERY_RATE, q_values, two_proportions
from .comparisons import with_trend
from .frames import every_month, last_month, numbers, statement, table, total_by_month
from .intervals import (
    BUCKETS,
    Floats,
    Interval,
    bucket_draws,
    divide,
    draw_interval,
    filled_groups,
    is_small,
    newcombe_difference,
    share,
    wilson,
)
from .second_order import second_order_rate
from .traits import REFERRED, UNASSIGNED

SIDES = ("referred", "others")
MONTHS, WITHIN_DAYS = 6, 90
MEASURES = (f"ordered_again_{WITHIN_DAYS}_days", *(f"ordered_in_month_{k}" for k in range(1, MONTHS + 1)))
SPEND = f"revenue_{MONTHS}_months"


def referred_share(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """Which share of the new customers of each month had been referred by another customer?

    New: first order in the month. Referred: the customer list names who referred them. The usual wrong edge: where the
    list names nobody, the share is not 0 % but not known.

    Parameters: ``connection`` to the facts (table ``customers``); ``as_of``, the last day of a month.

    Returns one row for every month from the first order in the data to ``as_of``, none where nobody is said to be
    referred:
      month                text, YYYY-MM
      customers            new customers who were referred
      n                    new customers
    and the columns of `with_trend`.
    """
    rows = connection.execute(statement("referred_customers"), {"as_of_month": last_month(as_of)}).df()
    if not rows["referred"].sum():
        rows = rows.iloc[:0]
    months = every_month(rows, as_of)
    referred, new = (
        total_by_month(numbers(rows, "month"), rows[name], months) for name in ("referred", "new_customers")
    )
    return table(months, {"customers": referred, "n": new, **with_trend(referred, new)})


def referred_against_others(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, since: date | None = None, seed: int = 0
) -> pd.DataFrame:
    """Do referred customers order again and spend otherwise than other new customers?

    A second order within 90 days, of those whose first order lies so far back; an order in each of the months 1 to 6
    after the first, and net revenue from the first month to the sixth after it, of those for whom these are over. The
    usual wrong edge: who refers friends refers those who like the shop; a difference says who they are, not what a
    referral does.

    Parameters: ``connection`` to the facts (tables ``customers``, ``customer_months``); ``as_of``; ``since``, leaves
    out first orders of an earlier month; ``seed`` of the bootstrap.

    Returns one row per ``measure`` (ordered_again_90_days, ordered_in_month_1 to _6, revenue_6_months), each with
      referred, referred_low, referred_high, referred_n   rate 0..1 with 95 % Wilson, or money a customer with a 95 %
                                                          bootstrap over buckets of customers; customers
      others, others_low, others_high, others_n           the same of the others
      difference, difference_low, difference_high         referred - others, 95 % Newcombe or paired bootstrap
      p_value, q_value                                    of two proportions, Benjamini-Hochberg over the seven; missing
                                                          for money
      is_reliable                                         q_value <= 0.05; for money the interval leaves out 0
      is_small                                            one side is below 30: then no value is given
    No rows where nobody is said to be referred.
    """
    which = {
        "as_of_month": last_month(as_of),
        "since_month": 0 if since is None else month_index(since),
        "months": MONTHS,
    }
    rows = connection.execute(statement("referral_months"), which).df()
    again = second_order_rate(connection, as_of=as_of, trait="referred", since=since, within_days=WITHIN_DAYS)
    customers, cents, base = _by_side(rows)
    within = again.set_index("value").reindex([REFERRED, UNASSIGNED])[["customers", "n"]].fillna(0).to_numpy()
    counts = np.vstack([within[None, :, 0], customers[1:]])  # measure, side
    n = np.vstack([within[None, :, 1], np.repeat(customers[:1], MONTHS, axis=0)])
    frame = pd.concat([_rates(counts, n), _spend(cents, base, seed)], ignore_index=True)
    return frame if frame["referred_n"].any() else frame.iloc[:0]


def _by_side(rows: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Customers by month since the first order and side (referred, others); cents and customers by side and bucket."""
    side = 1 - numbers(rows, "is_referred").astype(np.int64)
    age, bucket = (numbers(rows, name).astype(np.int64) for name in ("months_since_first", "bucket"))
    active = numbers(rows, "customers")
    customers, cents, base = np.zeros((MONTHS + 1, 2)), np.zeros((2, BUCKETS)), np.zeros((2, BUCKETS))
    np.add.at(customers, (age, side), active)
    np.add.at(cents, (side, bucket), numbers(rows, "revenue_cents"))
    np.add.at(base, (side, bucket), np.where(age == 0, active, 0))
    return customers, cents, base


def _rates(counts: Floats, n: Floats) -> pd.DataFrame:
    small = is_small(n.min(axis=1))
    counts, base = (np.where(small[:, None], 0, values) for values in (counts, n))
    difference = newcombe_difference(counts[:, 0], base[:, 0], counts[:, 1], base[:, 1])
    p_value = two_proportions(counts[:, 0], base[:, 0], counts[:, 1], base[:, 1])
    q_value = q_values(p_value)
    values = {"referred": share(counts[:, 0], base[:, 0]), "others": share(counts[:, 1], base[:, 1])}
    edges = {"referred": wilson(counts[:, 0], base[:, 0]), "others": wilson(counts[:, 1], base[:, 1])}
    tests = {"p_value": p_value, "q_value": q_value, "is_reliable": q_value <= FALSE_DISCOVERY_RATE}
    return _frame(MEASURES, values, edges, n, {**_named(difference), **tests})


def _spend(cents: Floats, base: Floats, seed: int) -> pd.DataFrame:
    n = base.sum(axis=1)
    known = np.where(is_small(n.min()), np.nan, 1.0)
    draws = divide(bucket_draws(cents, seed=seed), bucket_draws(100 * base, seed=seed))
    groups = filled_groups(base)
    low, high = draw_interval(draws, groups=groups)
    difference_low, difference_high = draw_interval(draws[:, 0] - draws[:, 1], groups=groups.min())
    value = divide(cents.sum(axis=1), 100 * n) * known
    difference = value[0] - value[1], difference_low * known, difference_high * known
    values = {"referred": value[:1], "others": value[1:]}
    edges = {name: (low[side] * known, high[side] * known) for side, name in enumerate(SIDES)}
    reliable = bool(difference[1] > 0 or difference[2] < 0)
    tests = {"p_value": np.nan, "q_value": np.nan, "is_reliable": reliable}
    return _frame((SPEND,), values, edges, n[None, :], {**_named(difference), **tests})


def _named(difference: tuple[ArrayLike, ArrayLike, ArrayLike]) -> dict[str, ArrayLike]:
    return dict(zip(("difference", "difference_low", "difference_high"), difference, strict=True))


def _frame(
    measures: Sequence[str],
    values: Mapping[str, Floats],
    edges: Mapping[str, Interval],
    n: Floats,
    rest: Mapping[str, ArrayLike],
) -> pd.DataFrame:
    columns: dict[str, ArrayLike] = {"measure": pd.Series(list(measures), dtype="str")}
    for side, name in enumerate(SIDES):
        low, high = edges[name]
        columns |= {name: values[name], f"{name}_low": low, f"{name}_high": high}
        columns[f"{name}_n"] = n[:, side].astype(np.int64)
    return pd.DataFrame({**columns, **rest, "is_small": is_small(n.min(axis=1))})
