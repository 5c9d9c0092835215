"""Which cities, countries, sources, genders and ages the segments are made of."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from retention_helpers.params import SegmentRules

from .cohort_tests import FALSE_DISCOVERY_RATE, two_proportions
from .intervals import SMALL_SAMPLE, newcombe_difference, share, wilson
from .relations import ask

DIMENSIONS = ("city", "country", "source", "gender", "age")
SMALL_GROUPS = "small groups"


def segment_cuts(
    connection: duckdb.DuckDBPyConnection, scored: str, *, as_of: date, rules: SegmentRules
) -> pd.DataFrame:
    """Among the customers of which city, country, source, gender and age is a segment larger than among the others?

    For each value of a dimension the share of its customers who are in the segment, against all other customers of the
    dimension: two-proportion test (Fisher's exact for small counts), Benjamini-Hochberg over all comparisons. Values
    of fewer than 30 customers are put together as "small groups". Attributes are those known now; age is what is
    reached in the year of ``as_of``. The usual wrong edge: cities differ in much else, so a difference says where, not
    why.

    Parameters: ``connection`` to the facts (``customers``); ``scored``, a `scored_customers` by ``rules``.

    Returns one row per dimension that the data have, value (the most customers first; ages in order) and segment:
      dimension                        text: city, country, source, gender, age
      value                            text; "unassigned" where not known
      rfm_segment                      text
      customers                        customers of the value who are in the segment
      n                                customers of the value
      customers_share, ..._low, _high  rate 0..1, customers / n, 95 % Wilson; missing below 30
      others_share                     rate 0..1, of all other values together
      difference, ..._low, _high       customers_share - others_share, 95 % Newcombe
      q_value                          0..1, corrected over all rows; missing where not compared
      is_different                     q_value <= 0.05
    """
    found = ask(connection, "segment_traits", {"year": as_of.year}, scored_now=scored)
    parts = [_cut(part, name, rules) for name in DIMENSIONS if _is_known(part := found[found["dimension"] == name])]
    frame = pd.concat(parts or [_cut(found.iloc[:0], "city", rules)], ignore_index=True)
    known = frame.loc[frame["p_value"].notna(), "p_value"]
    q_value = pd.Series(np.nan, index=frame.index)
    if len(known):
        q_value[known.index] = stats.false_discovery_control(known, method="bh")
    frame = frame.assign(q_value=q_value, is_different=q_value <= FALSE_DISCOVERY_RATE)
    return frame.drop(columns="p_value")


def _is_known(part: pd.DataFrame) -> bool:
    return len(set(part["value"]) - {"unassigned"}) > 0


def _cut(part: pd.DataFrame, name: str, rules: SegmentRules) -> pd.DataFrame:
    sizes = part.groupby("value")["customers"].transform("sum")
    value = part["value"].where((sizes >= SMALL_SAMPLE) | (part["value"] == "unassigned"), SMALL_GROUPS)
    wide = part.assign(value=value).pivot_table(
        index="value", columns="rfm_segment", values="customers", aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=list(rules.names), fill_value=0)
    if name != "age":
        wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    customers = wide.to_numpy(dtype=float)
    n = np.broadcast_to(customers.sum(axis=1, keepdims=True), customers.shape)
    others, others_n = customers.sum(axis=0) - customers, customers.sum() - n
    enough = (n >= SMALL_SAMPLE) & (others_n >= SMALL_SAMPLE)
    low, high = wilson(customers, n)
    difference, difference_low, difference_high = newcombe_difference(customers, n, others, others_n)
    p_value = two_proportions(*(counts.ravel() for counts in (customers, n, others, others_n)))
    columns = {
        "customers_share": np.where(n >= SMALL_SAMPLE, share(customers, n), np.nan),
        "customers_share_low": np.where(n >= SMALL_SAMPLE, low, np.nan),
        "customers_share_high": np.where(n >= SMALL_SAMPLE, high, np.nan),
        "others_share": np.where(enough, share(others, others_n), np.nan),
        "difference": np.where(enough, difference, np.nan),
        "difference_low": np.where(enough, difference_low, np.nan),
        "difference_high": np.where(enough, difference_high, np.nan),
        "p_value": np.where(enough, p_value.reshape(n.shape), np.nan),
    }
    values, names = (index.ravel() for index in np.indices(customers.shape))
    return pd.DataFrame(
        {
            "dimension": pd.Series([name] * customers.size, dtype="str"),
            "value": pd.Series([str(wide.index[place]) for place in values], dtype="str"),
            "rfm_segment": pd.Series([rules.names[place] for place in names], dtype="str"),
            "customers": customers.ravel().astype(np.int64),
            "n": n.ravel().astype(np.int64),
            **{name: column.ravel() for name, column in columns.items()},
        }
    )
