"""Recency, frequency, money: each customer's three scores and segment on the last day of a month."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.periods import month_index

from .frames import last_month, major, numbers, statement
from .relations import ask

MEASURES = ("days_since_last_order", "orders", "spend_total")
SCORES = (1, 2, 3, 4, 5)


def scored_customers(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: SegmentRules) -> str:
    """Which segment is each customer in? Name of a temporary table with a row per customer, in the database alone.

    Scored is who placed a valid order up to ``as_of``, within the rules' ``window_days`` where they give one. Each of
    days since the last order, orders, and net spend gets a score from 1 to 5, 5 best (the fewest days). By quantile:
    min(5, 1 + floor(5 x (customers with a worse value + half of those with the same) / customers)), so equal values
    always share a score and a shop of equals is all 3; fixed: by the rules' thresholds. The first rule that fits the
    scores gives the segment. The usual wrong edge: a ranking that breaks ties by chance, so that a customer changes
    segment from run to run.

    Parameters: ``connection`` to the facts (``customer_months``; ``order_lines`` for a window that begins inside a
    month), read-only will do; ``as_of``, last day of a month; ``rules`` (`Profile.segment_rules`).

    Returns the name of the table, made anew by each call for the month; its columns:
      customer_id                id
      r_score, f_score, m_score  1..5
      rfm_segment                text, a name of the rules
      days_since_last_order      days, from the last order to ``as_of``
      orders                     valid orders in the window
      spend_cents                net spend in the window, hundredths; refunds are booked when they happen
      bucket                     0..255, random but fixed group of customers, for resampling

    Raises `PeriodError` for an ``as_of`` inside a month.
    """
    name = f"scored_{last_month(as_of)}"
    _write_rules(connection, rules)
    query = statement("rfm_customers")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rfm_customers AS {query}", _window(as_of, rules.window_days))
    scores = statement(f"rfm_{rules.scoring}_scores")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW rfm_scores AS {scores}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement('rfm_scored')}")
    connection.execute("DROP VIEW rfm_scores")
    connection.execute("DROP TABLE rfm_customers")
    return name


def rfm_scores(connection: duckdb.DuckDBPyConnection, scored: str) -> duckdb.DuckDBPyRelation:
    """What are each customer's scores, segment, and the numbers behind them? A relation to be written, not read.

    Parameters: ``scored``, a `scored_customers`. Returns one row per customer, in no order:
      customer_id                id
      r_score, f_score, m_score  1..5
      rfm_segment                text
      days_since_last_order      days
      orders                     orders
      spend_total                money, net
    """
    return connection.sql(f"""
        SELECT
            customer_id, r_score, f_score, m_score, rfm_segment, days_since_last_order, orders,
            CAST(spend_cents AS DOUBLE) / 100 AS spend_total
        FROM {scored}
    """)


def cut_values(connection: duckdb.DuckDBPyConnection, scored: str, *, rules: SegmentRules) -> pd.DataFrame:
    """Which values earned which score?

    The lowest and the highest value that customers of each score have; neighbouring scores never share a value. The
    usual wrong edge: many equal values (most customers have one order) leave scores that nobody has, and so no value.

    Parameters: ``scored``, a `scored_customers` by ``rules``. Returns one row per measure and score, 5 first:
      measure             text: days_since_last_order, orders, spend_total
      score               1..5
      value_from          days, orders or money: the lowest value of the score, missing where nobody has it
      value_to            the highest
      customers           customers of that score
      threshold           what earns the score (days at most, orders and money at least); missing by quantile and for 1
    """
    found = ask(connection, "rfm_cut_values", scored_now=scored).set_index(["measure", "score"])
    places = pd.MultiIndex.from_product([MEASURES, SCORES[::-1]], names=["measure", "score"])
    frame = found.reindex(places).reset_index()
    money = (frame["measure"] == "spend_total").to_numpy()
    edges = {
        name: np.where(money, major(numbers(frame, name)), numbers(frame, name)) for name in ("value_from", "value_to")
    }
    return frame.assign(**edges, customers=frame["customers"].fillna(0), threshold=_thresholds(rules)).astype(
        {"measure": "str", "score": "int64", "customers": "int64"}
    )


def orders_scored_alike(cuts: Sequence[pd.DataFrame]) -> bool:
    """Does the same number of orders earn the same score in all of these `cut_values`?

    Where nearly all have one of a few numbers of orders, a few customers more can move a whole number to another score.
    """
    orders = [table[table["measure"] == "orders"].dropna(subset="value_from") for table in cuts]
    return len({tuple(zip(table["score"], table["value_from"], strict=True)) for table in orders if len(table)}) <= 1


def _thresholds(rules: SegmentRules) -> list[float]:
    """What earns 5, 4, 3, 2 and 1 on each measure; nothing by quantile."""
    if rules.scoring == "quantile" or rules.thresholds is None:
        return [np.nan] * len(MEASURES) * len(SCORES)
    return [float(cut) for name in MEASURES for cut in (*reversed(getattr(rules.thresholds, name)), np.nan)]


def _write_rules(connection: duckdb.DuckDBPyConnection, rules: SegmentRules) -> None:
    """The rules as two small tables, so that the SQL files hold no value of any company."""
    cells = rules.cells()
    columns = [list(column) for column in zip(*cells, strict=True)]
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE rfm_cells AS
        SELECT unnest($1) AS r_score, unnest($2) AS f_score, unnest($3) AS m_score, unnest($4) AS is_several,
            unnest($5) AS rfm_segment
        """,
        [*columns, list(cells.values())],
    )
    if rules.thresholds is not None:
        cuts = rules.thresholds
        cents = [round(amount * 100) for amount in cuts.spend_total]
        names = [f"{name}_{score}" for name in ("days", "orders", "cents") for score in SCORES[1:]]
        given = ", ".join(f"${place} AS {name}" for place, name in enumerate(names, 1))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE rfm_thresholds AS SELECT {given}",
            [*cuts.days_since_last_order, *cuts.orders, *cents],
        )


def _window(as_of: date, days: int | None) -> dict[str, object]:
    """Where the window begins: whole months from ``first_month`` on; the month that it cuts, if any, from a day on."""
    end = last_month(as_of)
    if days is None:
        return {"as_of": as_of, "as_of_month": end, "first_month": 0, "cut_month": -1, "first_day": as_of}
    first_day = as_of - timedelta(days=days - 1)
    first = month_index(first_day)
    cut = first if first_day.day > 1 else -1
    return {"as_of": as_of, "as_of_month": end, "first_month": first, "cut_month": cut, "first_day": first_day}
