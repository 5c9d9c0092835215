"""Who orders, or deals with us, clearly less than they used to? Each customer against their own history.

"Silent for longer than their usual gap" is no warning: about as many of those stay as of the others, for a gap says
nothing of how far gaps differ by luck. Here the events of the last days are held against what the customer's own
history lets one expect, with the chance of so few by luck; and the chances of all are corrected for being many.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.periods import month_index

from .btyd_data import bucket_values
from .churn_data import ChurnRules
from .cohort_tests import FALSE_DISCOVERY_RATE
from .fit import Fit
from .frames import numbers, statement
from .gamma_rate import GammaRate, fit_rates, q_values
from .intervals import newcombe_difference, share, wilson
from .relations import named

FEWEST_BEFORE = 2  # events in the history: with fewer there is no habit to fall away from
RATE = ("events_before", "days_before", "events_recent")
WARNED = ("expected_recent", "chance_by_luck", "q_value")

# Where the days come from. Buying is no interaction of its own: it is judged as orders.
EVENTS = {
    "orders": "SELECT customer_id, CAST(ordered_at AS DATE) AS event_day FROM orders_valid WHERE month <= $month",
    "interactions": """
        SELECT customer_id, CAST("at" AS DATE) AS event_day FROM touchpoints
        WHERE month <= $month AND stage <> 'purchase' AND customer_id IS NOT NULL
        UNION ALL
        SELECT customer_id, CAST(COALESCE(opened_at, clicked_at) AS DATE) AS event_day FROM contacts
        WHERE month <= $month AND COALESCE(opened_at, clicked_at) IS NOT NULL AND customer_id IS NOT NULL
    """,
}


@dataclass(frozen=True, eq=False)
class Warnings:
    """What `early_warnings` found: the fit (or why there is none), customers looked at, and those who fell."""

    source: str
    fit: Fit[GammaRate]
    tested: int
    customers: duckdb.DuckDBPyRelation


def early_warnings(connection: duckdb.DuckDBPyConnection, source: str, *, as_of: date, rules: ChurnRules) -> Warnings:
    """Whose orders, or interaction, fell against their own history, beyond what luck explains?

    Looked at are customers known for two horizons or more, with 2 events or more before the last horizon, active when
    it began. Rates are gamma over customers (`fit_rates`); of each the chance of so few events in the last horizon, had
    nothing changed, is that of a negative binomial; corrected over all looked at (see `q_values`), it keeps false
    warnings to 5 % of those given. The usual wrong edge: five hundred customers silent by luck among ten thousand, each
    at "5 %".

    Parameters: ``connection`` to the facts (``orders_valid``; ``touchpoints`` and ``contacts``); ``source``, "orders"
    or "interactions" (touch points other than purchases, messages opened or clicked); ``as_of``; ``rules``. Returns
    `Warnings`, whose ``customers`` are a relation with one row per customer warned of:
      customer_id      text
      events_before    days with an event after the first one, before the last horizon
      days_before      days from the first event to the last horizon
      events_recent    days with an event in the last horizon
      expected_recent  of them expected
      chance_by_luck   0..1, of so few or fewer had the rate not changed
      q_value          0..1, share of false warnings among all as strong as this one; at most .05
    """
    name = f"rates_{source}_{as_of:%Y%m%d}"
    _keep_histories(connection, (name, source), as_of, rules)
    counts = connection.execute(
        f"SELECT {', '.join(RATE)}, COUNT(*) AS customers FROM {name} GROUP BY ALL ORDER BY ALL"
    ).df()
    fit = fit_rates(counts)
    known = counts[counts["events_before"] >= FEWEST_BEFORE].reset_index(drop=True)
    if fit.converged:
        before, days, recent, many = (numbers(known, column) for column in (*RATE, "customers"))
        seen, window = (before, days, recent), rules.horizon_days
        expected = fit.params.expected(before, days, window)
        luck, corrected = q_values(fit.params, seen, many, window)
        known = known.assign(expected_recent=expected, chance_by_luck=luck, q_value=corrected)
        fell = known[known["q_value"] <= FALSE_DISCOVERY_RATE]
    else:
        fell = known.iloc[:0].assign(**dict.fromkeys(WARNED, np.zeros(0)))
    with named(connection, fallen=fell[[*RATE, *WARNED]]):
        joined = f"SELECT * FROM {name} INNER JOIN fallen USING ({', '.join(RATE)})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE warned_{name} AS {joined}")
    shown = connection.table(f"warned_{name}").project(", ".join(("customer_id", *RATE, *WARNED)))
    return Warnings(source, fit, int(known["customers"].sum()), shown)


def warning_record(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: ChurnRules) -> pd.DataFrame:
    """Had these warnings been given one horizon ago, how many of those warned of ordered nothing since?

    Against the others looked at on that day. Parameters as `early_warnings`. Returns one row:
      warned, warned_silent                 customers
      others, others_silent                 customers
      warned_rate, warned_rate_low, warned_rate_high   rate 0..1 that ordered nothing, 95 % Wilson; missing for nobody
      others_rate                           rate 0..1
      difference, difference_low, difference_high      -1..1, 95 % Newcombe
    """
    cut = rules.test_cut(as_of)
    found = early_warnings(connection, "orders", as_of=cut, rules=rules)
    ordered = """
        SELECT DISTINCT customer_id AS buyer FROM orders_valid
        WHERE month BETWEEN $first AND $last AND CAST(ordered_at AS DATE) > $cut AND CAST(ordered_at AS DATE) <= $as_of
    """
    text = f"""
        SELECT warned.customer_id IS NOT NULL AS is_warned, COUNT(*) AS customers, COUNT(*) - COUNT(buyer) AS silent
        FROM rates_orders_{cut:%Y%m%d} AS looked_at
        LEFT JOIN warned_rates_orders_{cut:%Y%m%d} AS warned USING (customer_id)
        LEFT JOIN ({ordered}) ON buyer = looked_at.customer_id
        WHERE looked_at.events_before >= {FEWEST_BEFORE} AND $known
        GROUP BY ALL
    """
    values = {"first": month_index(cut), "last": month_index(as_of), "cut": cut, "as_of": as_of}
    rows = connection.execute(text, {**values, "known": found.fit.converged}).df().set_index("is_warned")
    warned, others = ((int(rows["customers"].get(side, 0)), int(rows["silent"].get(side, 0))) for side in (True, False))
    low, high = wilson(warned[1], warned[0])
    difference = newcombe_difference(warned[1], warned[0], others[1], others[0])
    row = {"warned": warned[0], "warned_silent": warned[1], "others": others[0], "others_silent": others[1]}
    row |= {"warned_rate": share(*warned[::-1]), "warned_rate_low": low, "warned_rate_high": high}
    row |= {"others_rate": share(*others[::-1])}
    row |= dict(zip(("difference", "difference_low", "difference_high"), difference, strict=True))
    return pd.DataFrame({name: [value if isinstance(value, int) else float(value)] for name, value in row.items()})


def warned_customers(connection: duckdb.DuckDBPyConnection, *found: Warnings) -> pd.DataFrame:
    """Who is warned of, by any of these warnings, and who looks after them?

    Returns one row per customer: ``manager`` (text, "unassigned" for none), ``customer_id``.
    """
    parts = []
    for one in found:
        with named(connection, early=one.customers):
            parts.append(
                connection.execute(
                    "SELECT COALESCE(customers.manager, 'unassigned') AS manager, early.customer_id FROM early "
                    "LEFT JOIN customers ON customers.customer_id = early.customer_id"
                ).df()
            )
    rows = pd.concat(parts, ignore_index=True).drop_duplicates().sort_values(["manager", "customer_id"])
    return rows.reset_index(drop=True).astype("str")


def _keep_histories(
    connection: duckdb.DuckDBPyConnection, table: tuple[str, str], as_of: date, rules: ChurnRules
) -> None:
    name, source = table
    span = timedelta(days=rules.horizon_days)
    known = {"as_of": as_of, "recent_from": as_of - span, "known_from": as_of - 2 * span}
    known |= {"active_from": as_of - span - timedelta(days=rules.active_days)}
    events = connection.sql(EVENTS[source], params={"month": month_index(as_of)})
    with named(connection, rate_events=events):
        for values in bucket_values(connection, as_of):
            head = f"INSERT INTO {name}" if values["bucket"] else f"CREATE OR REPLACE TEMP TABLE {name} AS"
            given = {**known, "buckets": values["buckets"], "bucket": values["bucket"]}
            connection.execute(f"{head} {statement('rate_histories')}", given)
