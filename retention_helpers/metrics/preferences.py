"""What groups of customers buy, where and when: shares of their spending and orders against those of all customers."""

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from .cohort_tests import FALSE_DISCOVERY_RATE
from .frames import last_month, numbers
from .intervals import BUCKETS, Floats, bucket_draws, divide, draw_interval, filled_groups
from .relations import ask

WORTH_TELLING = 0.05
UNNAMED = ("unassigned", "other")
GROUP = "rfm_segment"


def segment_preferences(
    connection: duckdb.DuckDBPyConnection, scored: str, *, as_of: date, left_out: Sequence[str] = (), seed: int = 0
) -> pd.DataFrame:
    """What does each segment spend its money on, through which channel, when, and how does that differ from all?

    Of a segment's net spend up to ``as_of`` (all history) the part that goes to each category (each product where no
    row has a category) and passes through each channel; of its orders the part on weekends and in each part of the day.
    Lift is that part over the same part of all customers. By money and orders, because by customers who ever bought it
    the segment with the most orders comes first in everything. The usual wrong edge: what all buy most is most
    segments' favourite; what sets a segment apart is a lift that chance does not explain. The twenty largest categories
    or products have rows, the rest are "other".

    Parameters: ``connection`` to the facts (``order_lines``, ``orders_valid``); ``scored``, a `scored_customers` as of
    the same day, or another table of customer_id, rfm_segment and bucket; ``left_out``, ids of products (or beginnings,
    ending in ``*``) that are none, such as postage; ``seed`` of the bootstrap over buckets of customers.

    Returns one row per dimension, segment and value; nothing for a dimension without two values, or that no row names:
      dimension                  text: category or product, channel, day_kind, day_part
      rfm_segment                text
      value                      text
      share, share_low, _high    rate, of the segment's spending (of its orders for day_kind, day_part), 95 % bootstrap
      all_share                  rate, of all customers
      lift, lift_low, lift_high  share / all_share; bootstrap, the same draws for both
      q_value                    0..1, of share against all_share: normal approximation of the bootstrap,
                                 Benjamini-Hochberg over the known values of the dimension in all segments
      is_favourite               of the known values, that whose share is surely the largest: by share_low, so that one
                                 customer's huge order makes no favourite
      is_typical                 of the values with at least a twentieth of the segment, a lift above 1 and a q value up
                                 to 0.05, that of the largest lift
    """
    end = {"as_of_month": last_month(as_of)}
    grouped = f"(SELECT customer_id, {GROUP} AS group_name, bucket FROM {scored})"
    _write_left_out(connection, left_out)
    goods, bought = "category", ask(connection, "purchased_goods", end | {"goods": "category"}, grouped=grouped)
    if set(bought["good"]) <= {"unassigned"}:
        goods, bought = "product", ask(connection, "purchased_goods", end | {"goods": "product"}, grouped=grouped)
    placed = ask(connection, "purchase_times", end, grouped=grouped)
    dimensions = {
        goods: (bought, "good"),
        "channel": (bought, "channel"),
        "day_kind": (placed, "day_kind"),
        "day_part": (placed, "day_part"),
    }
    parts = [_shares(name, frame, column, seed) for name, (frame, column) in dimensions.items()]
    told = [part for part in parts if part["value"].nunique() > 1 and not set(part["value"]) <= set(UNNAMED)]
    return pd.concat(told or [parts[0].iloc[:0]], ignore_index=True)


def _write_left_out(connection: duckdb.DuckDBPyConnection, left_out: Sequence[str]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE left_out (value VARCHAR, is_prefix BOOLEAN)")
    for code in left_out:
        connection.execute("INSERT INTO left_out VALUES (?, ?)", [code.removesuffix("*"), code.endswith("*")])


def _shares(dimension: str, frame: pd.DataFrame, column: str, seed: int) -> pd.DataFrame:
    """One row per group and value of a column, from amounts by group, bucket and that column."""
    groups, group_place = np.unique(frame["group_name"].to_numpy(dtype=object), return_inverse=True)
    values, value_place = np.unique(frame[column].to_numpy(dtype=object), return_inverse=True)
    amounts = np.zeros((len(groups), len(values), BUCKETS))
    np.add.at(amounts, (group_place, value_place, frame["bucket"].to_numpy(dtype=np.int64)), numbers(frame, "amount"))
    everybody = amounts.sum(axis=0, keepdims=True)
    part, all_part = (_of_total(each.sum(axis=-1)) for each in (amounts, everybody))
    drawn, all_drawn = (_of_total(bucket_draws(each, seed=seed)) for each in (amounts, everybody))
    filled = np.broadcast_to(filled_groups(amounts.sum(axis=1))[:, None], part.shape)
    low, high = draw_interval(drawn, groups=filled)
    lift_low, lift_high = draw_interval(divide(drawn, all_drawn), groups=filled)
    known = np.broadcast_to(~np.isin(values.astype(str), UNNAMED), part.shape)
    rows, columns = (index.ravel() for index in np.indices(part.shape))
    found = pd.DataFrame(
        {
            "dimension": pd.Series([dimension] * part.size, dtype="str"),
            GROUP: pd.Series(groups[rows], dtype="str"),
            "value": pd.Series(values[columns], dtype="str"),
            "share": part.ravel(),
            "share_low": low.ravel(),
            "share_high": high.ravel(),
            "all_share": np.broadcast_to(all_part, part.shape).ravel(),
            "lift": divide(part, all_part).ravel(),
            "lift_low": lift_low.ravel(),
            "lift_high": lift_high.ravel(),
            "q_value": _q_values(part - all_part, (drawn - all_drawn).std(axis=0), known).ravel(),
        }
    )
    named = known.ravel() & (found["share"] > 0)
    surely = found["share_low"].fillna(found["share"])
    found["is_favourite"] = _largest(found.assign(surely=surely), "surely", named)
    beyond_chance = (found["lift"] > 1) & (found["q_value"] <= FALSE_DISCOVERY_RATE)
    found["is_typical"] = _largest(found, "lift", named & beyond_chance & (found["share"] >= WORTH_TELLING))
    return found[found["share"].notna()]


def _of_total(amounts: Floats) -> Floats:
    """Shares over the last axis; nothing where the total is nothing (or all was given back)."""
    total = amounts.sum(axis=-1, keepdims=True)
    return divide(amounts, np.where(total > 0, total, 0))


def _q_values(difference: Floats, spread: Floats, known: np.ndarray) -> Floats:
    """How likely so large a difference is by chance, corrected over those that are known."""
    p_value = 2 * stats.norm.sf(np.abs(divide(difference, spread)))
    tested = known & ~np.isnan(p_value)
    q_value = np.full(p_value.shape, np.nan)
    if tested.any():
        q_value[tested] = stats.false_discovery_control(p_value[tested], method="bh")
    return q_value


def _largest(frame: pd.DataFrame, column: str, among: pd.Series) -> np.ndarray:
    """Marks in each group the row with the largest value; of equal ones the first."""
    return frame.index.isin(frame[among].groupby(GROUP)[column].idxmax())
