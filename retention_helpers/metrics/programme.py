"""A programme as its facts tell it: who joined, the trials, and the sums that other methods need, by outcome."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import duckdb
import pandas as pd

from retention_helpers import engine
from retention_helpers.errors import CallError

from .cohort_sums import CohortSums
from .frames import last_month
from .programme_declines import Decline, before_comparing
from .programme_panel import MONTHS_BEFORE, panel_sums
from .relations import named
from .trial_covariates import OUTCOMES
from .trials import Trials, draw_trials

Outcome = Literal["orders", "revenue", "margin", "active"]
Table = str | duckdb.DuckDBPyRelation | pd.DataFrame


@dataclass(frozen=True)
class Programme:
    """What is known of a programme before anything is compared.

    trials       of members and controls
    counts       joined, compared, left out by reason (no_order, no_recent_order, too_new, no_join_date), controls,
                 of those compared month_seen and all_months_seen; outside (ordered within twelve months, never a
                 member); of those who joined: by_month (dated on the very beginning of a month),
                 ordered_before (with an order before joining)
    sums         outcome -> sums by month of joining; of none where there is nobody to compare
    declined     why nothing may be said already, empty where it may
    """

    trials: Trials
    counts: Mapping[str, int]
    sums: Mapping[str, CohortSums]
    declined: tuple[Decline, ...]
    seed: int

    @property
    def is_comparable(self) -> bool:
        """Whether there is anybody to compare."""
        return bool(self.sums)


def read_programme(  # noqa: PLR0913 - three tables, and what is asked of them
    orders: Table,
    customers: Table,
    memberships: Table,
    *,
    as_of: date,
    outcomes: Sequence[Outcome] = ("orders",),
    horizon_months: int = 6,
    seed: int = 0,
    is_for_spend: bool = False,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Programme:
    """Who joined when, and whom can they be compared with?

    Every order of a customer who is no member yet is a small trial: see `trials.draw_trials`. The trials are drawn once
    for all outcomes. The usual wrong edge: members without an order shortly before joining have no trial; they are
    counted, not compared.

    Parameters: ``orders``, ``customers``, ``memberships``, the facts orders_valid, customers and memberships, as
    frames, or as relations or names of tables of ``connection``; ``as_of``, the last day of a month; ``outcomes``
    (active: with an order, a share); ``horizon_months`` after joining (of 30.4 days); ``seed`` of controls and bands;
    ``is_for_spend``, whether one joins by what one has spent, as into a tier.

    Returns `Programme`. Raises `CallError` for an unknown outcome or horizon.
    """
    unknown = [outcome for outcome in outcomes if outcome not in OUTCOMES]
    if unknown:
        raise CallError(f"outcome {unknown[0]!r} is not known. Give one of {', '.join(OUTCOMES)}.")
    if horizon_months < 1:
        raise CallError(f"horizon_months {horizon_months}: give at least one month.")
    given = {"orders": orders, "customers": customers, "memberships": memberships}
    # A table that is called so already needs no second name.
    tables = {name: table for name, table in given.items() if not (isinstance(table, str) and table == name)}
    asked = _Asked(as_of, outcomes, horizon_months, seed, is_for_spend)
    if connection is None:
        with closing(engine.connect()) as own, named(own, **tables):
            return _read(own, asked)
    with named(connection, **tables):
        return _read(connection, asked)


@dataclass(frozen=True)
class _Asked:
    as_of: date
    outcomes: Sequence[str]
    horizon_months: int
    seed: int
    is_for_spend: bool


def _read(connection: duckdb.DuckDBPyConnection, asked: _Asked) -> Programme:
    measures = [*asked.outcomes, "revenue"] if asked.is_for_spend else asked.outcomes
    given = {"as_of": asked.as_of, "horizon_months": asked.horizon_months, "seed": asked.seed}
    trials = replace(draw_trials(connection, **given, measures=measures), is_for_spend=asked.is_for_spend)
    counts = _counts(connection, trials, asked.as_of)
    first, launch = _first_months(connection)
    declined = before_comparing(counts, trials, max(launch - first, 0))
    sums: dict[str, CohortSums] = {}
    watched = trials.seen >= 1
    if (trials.is_joiner & watched).any() and (~trials.is_joiner & watched).any():
        begins = max(launch - MONTHS_BEFORE, first)
        sums = panel_sums(connection, asked.outcomes, first_month=begins, last_month=last_month(asked.as_of))
    return Programme(trials, counts, sums, declined, asked.seed)


def _counts(connection: duckdb.DuckDBPyConnection, trials: Trials, as_of: date) -> dict[str, int]:
    by_reason = dict(connection.execute("SELECT reason, COUNT(*) FROM trial_joiners GROUP BY reason").fetchall())
    ((undated,),) = connection.execute(
        "SELECT COUNT(DISTINCT customer_id) FROM memberships"
        ' WHERE "at" < $ends_at AND customer_id NOT IN (SELECT customer_id FROM programme_joins)',
        {"ends_at": as_of + timedelta(days=1)},
    ).fetchall()
    ((by_month, ordered_before),) = connection.execute(
        "SELECT COUNT(*) FILTER (joined_at = DATE_TRUNC('month', joined_at)),"
        " COUNT(*) FILTER (first_order_at < joined_at) FROM programme_joins"
    ).fetchall()
    counts = {"joined": sum(by_reason.values()), "by_month": by_month, "ordered_before": ordered_before}
    counts |= {reason: by_reason.get(reason, 0) for reason in ("compared", "no_order", "no_recent_order", "too_new")}
    ((outside,),) = connection.execute(
        "SELECT COUNT(DISTINCT customer_id) FROM orders WHERE month > $month - 12 AND month <= $month"
        ' AND customer_id NOT IN (SELECT customer_id FROM memberships WHERE "at" < $ends_at)',
        {"month": last_month(as_of), "ends_at": as_of + timedelta(days=1)},
    ).fetchall()
    watched, seen = (int((trials.is_joiner & (trials.seen >= months)).sum()) for months in (1, trials.horizon))
    counts |= {"no_join_date": undated, "controls": int((~trials.is_joiner).sum()), "outside": outside}
    return counts | {"month_seen": watched, "all_months_seen": seen}


def _first_months(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """The month of the first order, and that of the first joining."""
    ((first,),) = connection.execute("SELECT MIN(month) FROM orders").fetchall()
    ((launch,),) = connection.execute(
        "SELECT MIN(YEAR(joined_at) * 12 + MONTH(joined_at) - 1) FROM programme_joins"
    ).fetchall()
    return int(first or 0), int(launch if launch is not None else first or 0)
