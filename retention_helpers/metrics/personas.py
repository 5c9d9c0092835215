"""The groups that the data form by themselves, described: how often, how recently, what, where and when they buy."""

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .clusters import Labels
from .frames import numbers
from .intervals import Floats, divide, share, wilson
from .preferences import segment_preferences

_TEXTS = ("recency", "frequency", "order_size", "main_segment")


def personas(sample: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Who are the groups, in numbers that can be told in words?

    Traits compare a group with the whole sample. Frequency: once (half or more have one order), often (half have as
    many orders as the top fifth), some. Recency: recent or silent where the median lies in the first or last third of
    all, else between. Order size: large or small where the median order is a quarter above or a fifth below that of
    all, else usual.

    Parameters: ``sample``, a `cluster_sample`; ``labels`` of `find_clusters`.

    Returns one row per group (none without groups):
      persona                            1, 2, ..., the group that spends most per customer first
      customers                          customers of the sample
      customers_share, ..._low, ..._high rate 0..1, of the sample, 95 % Wilson
      revenue_share                      rate, of the sample's net spend
      days_since_last_order, orders      median
      all_days, all_orders               the same of the whole sample
      average_order_value, all_average   money, net spend / orders, of the group and of the sample
      recency, frequency, order_size     text, as above
      main_segment, main_segment_share   the RFM segment that most of them are in, and their share
    """
    rows = [_persona(sample, labels == group, group) for group in range(1, int(labels.max(initial=0)) + 1)]
    names = list(_persona(sample, np.zeros(len(sample), dtype=bool), 0))
    types = dict.fromkeys(names, "float64") | dict.fromkeys(_TEXTS, "str") | {"persona": "int64", "customers": "int64"}
    return pd.DataFrame(rows, columns=names).astype(types)


def persona_preferences(
    connection: duckdb.DuckDBPyConnection,
    sample: pd.DataFrame,
    labels: Labels,
    *,
    as_of: date,
    left_out: Sequence[str] = (),
) -> pd.DataFrame:
    """What do the groups buy, where and when, against the whole sample? `segment_preferences` with ``persona`` first.

    Parameters: ``connection`` to the facts; ``sample``, a `cluster_sample`; ``labels`` of `find_clusters`;
    ``left_out`` as there.
    """
    grouped = pd.DataFrame({"customer_id": sample["customer_id"], "rfm_segment": labels, "bucket": sample["bucket"]})
    connection.register("grouped_frame", grouped[labels > 0])
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE personas AS
        SELECT customer_id, CAST(rfm_segment AS VARCHAR) AS rfm_segment, bucket FROM grouped_frame
    """)
    connection.unregister("grouped_frame")
    found = segment_preferences(connection, "personas", as_of=as_of, left_out=left_out)
    found.insert(0, "persona", found.pop("rfm_segment").astype("int64"))
    return found


def _persona(sample: pd.DataFrame, among: NDArray[np.bool_], group: int) -> dict[str, object]:
    days, orders, cents = (numbers(sample, name) for name in ("days_since_last_order", "orders", "spend_cents"))
    low, high = wilson(among.sum(), len(sample))
    value = divide(cents, 100 * orders)
    main = sample.loc[among, "rfm_segment"].value_counts()
    return {
        "persona": group,
        "customers": int(among.sum()),
        "customers_share": float(share(among.sum(), len(sample))),
        "customers_share_low": float(low),
        "customers_share_high": float(high),
        "revenue_share": float(divide(cents[among].sum(), cents.sum())),
        "days_since_last_order": _middle(days[among]),
        "all_days": _middle(days),
        "orders": _middle(orders[among]),
        "all_orders": _middle(orders),
        "average_order_value": float(divide(cents[among].sum(), 100 * orders[among].sum())),
        "all_average": float(divide(cents.sum(), 100 * orders.sum())),
        "recency": _place(_middle(days[among]), days, ("recent", "between", "silent"), (1 / 3, 2 / 3)),
        "frequency": "once"
        if _middle(orders[among]) <= 1
        else _place(_middle(orders[among]), orders, ("some", "some", "often"), (0, 0.8)),
        "order_size": _size(_middle(value[among]), _middle(value)),
        "main_segment": str(main.index[0]) if len(main) else "",
        "main_segment_share": float(share(main.iloc[0] if len(main) else 0, among.sum())),
    }


def _middle(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _place(value: float, everybody: Floats, names: tuple[str, str, str], edges: tuple[float, float]) -> str:
    """In which part of everybody a value lies: the first name up to the lower edge, the last from the upper on."""
    if not len(everybody):
        return names[1]
    low, high = np.quantile(everybody, edges)
    return names[2] if value >= high else names[0] if value <= low else names[1]


def _size(value: float, usual: float) -> str:
    return "large" if value >= 1.25 * usual else "small" if value <= 0.8 * usual else "usual"
