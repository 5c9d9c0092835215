"""Which groups of customers brought most so far, and which will: by segment, source, month of the first order."""

from datetime import date
from string import Template

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.periods import month_label

from .buckets import ratio_columns
from .frames import major, numbers, statement
from .intervals import BUCKETS, divide, is_small
from .relations import ask
from .traits import known_traits, trait_expression

SUMS = ("customers", "spend_cents", "expected_spend")
TRAITS = ("source", "channel", "country", "city")


def value_by_label(
    connection: duckdb.DuckDBPyConnection, values: str, labels: str | duckdb.DuckDBPyRelation, *, seed: int = 0
) -> pd.DataFrame:
    """What did the customers of each label bring so far, and what will they bring?

    Parameters: ``connection``; ``values``, the table of a `customer_value`; ``labels``, a row per customer with
    ``customer_id`` and ``value`` (who has none is left out); ``seed`` of the bootstrap. Returns one row per value, the
    most expected first:
      value                           text
      customers                       customers
      spend_to_date                   money, net, so far
      expected_spend                  money in the horizon; missing without a fit
      spend_to_date_share, expected_spend_share  rate, of all labels together
      spend_to_date_mean              money per customer so far, with _low, _high
      expected_spend_mean             money per customer in the horizon, with _low, _high
      worth_mean                      money per customer, so far and in the horizon together, with _low, _high
      is_small                        fewer than 30 customers
    Intervals: bootstrap over random groups of customers. They say how far a group's mean depends on who happens to be
    in it; what the model may be off by is in the interval of the total. The usual wrong edge: groups ranked by sums,
    which the largest leads.
    """
    return _by_value(ask(connection, "value_sums", customer_values=values, labels=labels), seed)


def value_by_trait(
    connection: duckdb.DuckDBPyConnection, values: str, *, trait: str, as_of: date, seed: int = 0
) -> pd.DataFrame:
    """What do customers of each source, channel, city, ... bring? `value_by_label` by a trait of the customer.

    Parameters: as there; ``trait``, see `traits`; ``as_of``, for ages. Who is not known is "unassigned".
    Raises `CallError` for a trait that there is not.
    """
    expression = trait_expression(trait, as_of)
    text = Template(statement("trait_labels")).substitute(trait=expression)
    return value_by_label(connection, values, connection.sql(text), seed=seed)


def trait_to_tell(connection: duckdb.DuckDBPyConnection, wanted: str = "") -> str:
    """By which trait are customers told apart: the ``wanted`` one, else the first that the data have.

    Parameters: ``connection`` to the facts (``customers``). Returns a name of `traits`; "source" where none is known.
    """
    return wanted or next(iter(known_traits(connection, TRAITS)), TRAITS[0])


def value_by_cohort(connection: duckdb.DuckDBPyConnection, values: str, *, seed: int = 0) -> pd.DataFrame:
    """What do the customers of each first month bring? `value_by_label` by it, the months in order, as ``cohort``.

    Parameters and columns as there; ``cohort`` (text, YYYY-MM) in the place of ``value``.
    """
    labels = connection.sql(f"SELECT customer_id, CAST(first_month AS VARCHAR) AS value FROM {values}")
    found = value_by_label(connection, values, labels, seed=seed)
    months = found["value"].astype("int64")
    found = found.assign(value=pd.Series([month_label(int(month)) for month in months], dtype="str"))
    return (
        found.iloc[np.argsort(months.to_numpy(), kind="stable")]
        .reset_index(drop=True)
        .rename(columns={"value": "cohort"})
    )


def _by_value(sums: pd.DataFrame, seed: int) -> pd.DataFrame:
    names, row = np.unique(sums["value"].astype(str).to_numpy(dtype=object), return_inverse=True)
    shape = (names.size, BUCKETS)
    place = row * BUCKETS + sums["bucket"].to_numpy(dtype=np.int64)
    size = shape[0] * shape[1]
    customers, cents, expected = (
        np.bincount(place, weights=numbers(sums, name), minlength=size).reshape(shape) for name in SUMS
    )
    spent, base = cents / 100, customers
    total = {"spend_to_date": major(cents.sum(axis=-1)), "expected_spend": expected.sum(axis=-1)}
    frame = pd.DataFrame(
        {
            "value": pd.Series(list(names), dtype="str"),
            "customers": customers.sum(axis=-1).astype("int64"),
            **total,
            **{f"{name}_share": divide(values, values.sum()) for name, values in total.items()},
            **ratio_columns("spend_to_date_mean", spent, base, seed),
            **ratio_columns("expected_spend_mean", expected, base, seed),
            **ratio_columns("worth_mean", spent + expected, base, seed),
            "is_small": is_small(customers.sum(axis=-1)),
        }
    )
    by = ["expected_spend", "spend_to_date"]
    return frame.sort_values(by, ascending=False, kind="stable", ignore_index=True)
