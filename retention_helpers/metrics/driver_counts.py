"""What the customers of each channel, segment and cohort did in a month: the counts that key figures are made of."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.periods import Period

from .intervals import BUCKETS, Floats
from .relations import ask
from .retention import ExistingBaseRule
from .rfm import scored_customers
from .traits import trait_expression

DIMENSIONS = ("channel", "segment", "cohort")
OTHERS = "small groups"
MOST_GROUPS = 20
# Cohorts by their age, the last month of each band: a cohort by its date is not there in both months compared.
COHORT_AGES = {"0": 0, "1-3": 3, "4-12": 12}
OLDEST = "13+"
Counts = dict[str, Floats]


@dataclass(frozen=True)
class DriverRules:
    """The profile's choices that the counts depend on: as in `trailing.KpiRules`, and who is in which segment."""

    active_months: int
    segments: SegmentRules
    existing_base_rule: ExistingBaseRule = "non_first_order"
    seed: int = 0


class DriverCounts:
    """The counts of this month and of earlier ones by the groups of a dimension; each month is asked once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, month: int, rules: DriverRules) -> None:
        self._connection, self._month, self._rules = connection, month, rules
        self._asked: dict[tuple[str, int], pd.DataFrame] = {}
        self._both: dict[tuple[str, int], tuple[list[str], tuple[Counts, Counts]]] = {}

    def both(self, dimension: str, before: int) -> tuple[list[str], tuple[Counts, Counts]]:
        """The groups, the largest first, and their counts (group, bucket) in the month ``before`` and in this one."""
        if (dimension, before) not in self._both:
            months = [self._counted(dimension, month) for month in (before, self._month)]
            size = pd.concat(months).groupby("value")[["buyers", "customers_start"]].sum().sum(axis=1)
            named = size.sort_values(ascending=False, kind="stable").index.tolist()
            values = named if len(named) <= MOST_GROUPS else [*named[:MOST_GROUPS], OTHERS]
            place = {name: min(number, len(values) - 1) for number, name in enumerate(named)}
            self._both[dimension, before] = values, tuple(_arrays(frame, place, len(values)) for frame in months)
        return self._both[dimension, before]

    def _counted(self, dimension: str, month: int) -> pd.DataFrame:
        if (dimension, month) not in self._asked:
            values = {"month": month, "active_months": self._rules.active_months}
            labelled = self._connection.sql(self._labelled(dimension, month))
            found = ask(self._connection, "driver_counts", values, labelled=labelled)
            both = 1 if self._rules.existing_base_rule == "non_first_order" else 0
            for name in ("base", "retained"):
                found[f"existing_{name}"] = found[f"older_{name}"] + both * found[f"overlap_{name}"]
            self._asked[dimension, month] = found
        return self._asked[dimension, month]

    def _labelled(self, dimension: str, month: int) -> str:
        """The SQL of each customer's group."""
        if dimension == "segment":
            as_of = Period(month - 1).as_of
            scored = scored_customers(self._connection, as_of=as_of, rules=self._rules.segments)
            return f"SELECT customer_id, rfm_segment AS value FROM {scored}"
        if dimension == "channel":
            value = trait_expression("channel", Period(month).as_of)
        else:
            age = f"{month} - customers.first_month"
            bands = " ".join(f"WHEN {age} <= {last} THEN '{name}'" for name, last in COHORT_AGES.items())
            value = f"CASE {bands} ELSE '{OLDEST}' END"
        return f"SELECT customer_id, {value} AS value FROM customers WHERE first_month IS NOT NULL"


def _arrays(frame: pd.DataFrame, place: dict[str, int], groups: int) -> Counts:
    where = frame["value"].map(place).to_numpy(dtype=np.int64) * BUCKETS + frame["bucket"].to_numpy(dtype=np.int64)
    size = groups * BUCKETS
    return {
        name: np.bincount(where, weights=frame[name].to_numpy(dtype=float), minlength=size).reshape(groups, BUCKETS)
        for name in frame.columns.difference(["value", "bucket"])
    }
