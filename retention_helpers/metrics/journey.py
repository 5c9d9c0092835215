"""How far do customers get on their way, where do they stop, and how are they there?"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import CallError

from .frames import labels, last_month, numbers
from .intervals import Floats, is_small, newcombe_difference, share, wilson
from .relations import ask
from .survival import kaplan_meier, quantile_days

SUPPORT = "support"
WAY = ("awareness", "consideration", "purchase", "use", "loyalty")
PLACES = (SUPPORT, *WAY)
ENTRY_TYPES = {
    "stage": "str", "month": "int64", "has_moved": "bool", "days": "int64", "was_helped": "bool", "customers": "int64",
}  # fmt: skip
_SINCE = {"change": 1, "last_year_change": 12}


def journey_entries(con: duckdb.DuckDBPyConnection, *, as_of: date, step_days: int = 30) -> pd.DataFrame:
    """Who was at which stage, when did they move on, and did they need help before?

    A customer is at a stage from an event of it in ``touchpoints``, counted once a month and stage; they move on with
    their first event of any later stage (a stage may be skipped), at the same moment or after it. The way is awareness,
    consideration, purchase, use, loyalty; support stands beside it: a ``support`` event, or a contact with that
    purpose. The usual wrong edge: to divide the events of one stage by those of the one before counts other people.

    Parameters: ``con`` to the facts (tables ``touchpoints``, ``contacts``); ``as_of``; ``step_days`` >= 1, the days
    within which a step counts. Raises `CallError` for less.

    Returns one row per ``stage``, ``month`` (an integer: the one in which the step's days are over), ``has_moved``
    (bool, ever up to ``as_of``), ``days`` (int, until they moved, or until ``as_of``), ``was_helped`` (bool, support
    within the step's days and before moving on): ``customers``.
    """
    if step_days < 1:
        raise CallError(f"step_days is {step_days}; a step takes 1 day or more.")
    values = {"as_of": as_of, "as_of_month": last_month(as_of), "step_days": step_days}
    frame = ask(con, "journey_entries", values)
    names = pd.Series([PLACES[int(place)] for place in frame.pop("place")], dtype="str")
    frame = frame.assign(stage=names)[list(ENTRY_TYPES)].astype(ENTRY_TYPES)
    return frame.sort_values(["month", "stage", "has_moved", "days", "was_helped"], ignore_index=True)


def touchpoint_ledger(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """Which events make up the journey, and which are of no stage that we know?

    Parameters: ``con`` to the facts (table ``touchpoints``); ``as_of``. Returns one row per ``stage`` that occurs, as
    the source names it: ``is_known`` (bool), ``events``, ``customers``, ``first_month`` (YYYY-MM). In order of the way.
    """
    frame = ask(con, "touchpoint_ledger", {"as_of_month": last_month(as_of)})
    order = {stage: number for number, stage in enumerate((*WAY, SUPPORT))}
    frame = frame.assign(place=frame["stage"].map(order).fillna(len(order)), is_known=frame["stage"].isin(list(order)))
    frame = frame.sort_values(["place", "stage"], ignore_index=True)
    frame["first_month"] = labels(frame["first_month"].to_numpy())
    types = {"stage": "str", "is_known": "bool", "events": "int64", "customers": "int64", "first_month": "str"}
    return frame[list(types)].astype(types)


def journey_steps(entries: pd.DataFrame, *, as_of: date, step_days: int = 30) -> pd.DataFrame:
    """Which share of the customers at a stage moved on within the step's days?

    Month X holds those whose days were over in X, so nobody is judged before their time. Wilson intervals, changes
    Newcombe. The usual wrong edge: this month's customers over last month's have not had the same time.

    Parameters: ``entries``, of `journey_entries` with the same ``step_days``; ``as_of``.

    Returns one row for every month from the first to ``as_of`` and every stage of the way, and "support":
      month                                 text, YYYY-MM
      stage                                 text
      customers                             customers at the stage
      moved_on                              of them on a later stage within ``step_days``
      conversion, ..._low, ..._high         rate 0..1, missing at the last stage, at support, and without customers
      change, change_low, change_high       -1..1, against the month before
      last_year_change, ..._low, ..._high   -1..1, against the same month last year
      stopped, stopped_share                customers who did not move on; their share of all who stopped in the month
      helped_customers                      of the customers at the stage, with a support contact before they moved on
      help_rate, ..._low, ..._high          rate 0..1, missing at support itself
      is_small                              fewer than 30 customers
    """
    last = last_month(as_of)
    closed = entries[numbers(entries, "month") <= last]
    months = np.arange(int(numbers(closed, "month").min()), last + 1) if len(closed) else np.arange(0)
    in_time = closed["has_moved"] & (numbers(closed, "days") <= step_days)
    counts = {
        name: _by_stage(closed[which], months)
        for name, which in {
            "customers": np.ones(len(closed), dtype=bool),
            "moved_on": in_time.to_numpy(),
            "helped": closed["was_helped"].to_numpy(),
        }.items()
    }
    customers, moved = counts["customers"], counts["moved_on"]
    goes_on = np.array([stage in WAY[:-1] for stage in (*WAY, SUPPORT)])
    base = np.where(goes_on, customers, 0.0)
    is_way = np.array([True] * len(WAY) + [False])
    stopped = np.where(goes_on, customers - moved, 0)
    columns = {
        "customers": customers.astype(np.int64),
        "moved_on": np.where(goes_on, moved, 0).astype(np.int64),
        **_rates("conversion", moved, base),
        **_changes(moved, base),
        "stopped": stopped.astype(np.int64),
        "stopped_share": share(stopped, stopped.sum(axis=1, keepdims=True) * np.ones_like(stopped)),
        "helped_customers": np.where(is_way, counts["helped"], 0).astype(np.int64),
        **_rates("help_rate", counts["helped"], np.where(is_way, customers, 0.0)),
        "is_small": is_small(customers),
    }
    stages = pd.Series([*WAY, SUPPORT] * months.size, dtype="str")
    flat = {name: values.reshape(-1) for name, values in columns.items()}
    return pd.DataFrame({"month": labels(np.repeat(months, len(WAY) + 1)), "stage": stages, **flat})


def journey_waits(entries: pd.DataFrame, *, as_of: date, months: int = 12) -> pd.DataFrame:
    """How long does it take customers at a stage to move on, when some are still there?

    Kaplan-Meier over the customers at a stage in the last months, those who have not moved on by ``as_of`` being still
    on their way. The usual wrong edge: the mean of those who have moved on leaves out everybody who takes long.

    Parameters: ``entries``, of `journey_entries`; ``as_of``; ``months`` up to it.

    Returns one row per stage of the way that can be left:
      stage                                text
      customers, moved_on                  customers, and those who have moved on by ``as_of``, however late
      median_days, ..._low, ..._high       days, missing where half never moves on; where the 95 % band falls to a half
      quarter_days                         days until a quarter has moved on, missing where it never does
    """
    curves = journey_curves(entries, as_of=as_of, months=months)
    rows = []
    for stage in WAY[:-1]:
        curve = curves[curves["stage"] == stage]
        customers, moved = int((curve["events"] + curve["censored"]).sum()), int(curve["events"].sum())
        median = (quantile_days(curve, 0.5, column) for column in ("survival", "survival_low", "survival_high"))
        rows.append((stage, customers, moved, *median, quantile_days(curve, 0.75)))
    columns = {"stage": "str", "customers": "int64", "moved_on": "int64"}
    columns |= dict.fromkeys(("median_days", "median_days_low", "median_days_high", "quarter_days"), "float64")
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def journey_curves(entries: pd.DataFrame, *, as_of: date, months: int = 12) -> pd.DataFrame:
    """Which share of the customers at a stage is still there so many days later?

    Parameters as `journey_waits`. Returns one row per ``stage`` of the way that can be left and day that occurs, with
    the columns of `kaplan_meier`, an event being the step to a later stage.
    """
    recent = entries[numbers(entries, "month") > last_month(as_of) - months]
    curves = {}
    for stage in WAY[:-1]:
        mine = recent[recent["stage"] == stage]
        moved, customers = mine["has_moved"].to_numpy(dtype=bool), numbers(mine, "customers")
        waits = {"events": np.where(moved, customers, 0), "censored": np.where(moved, 0, customers)}
        curves[stage] = kaplan_meier(pd.DataFrame({"days": numbers(mine, "days"), **waits}))
    together = pd.concat(curves, names=["stage", None]).reset_index(level="stage").reset_index(drop=True)
    return together.astype({"stage": "str"})


def _by_stage(entries: pd.DataFrame, months: NDArray[np.int64]) -> Floats:
    """Customers by month and stage, support last."""
    order = {stage: number for number, stage in enumerate((*WAY, SUPPORT))}
    counts = np.zeros((months.size, len(order)))
    if months.size:
        place = entries["stage"].map(order).to_numpy(dtype=np.int64)
        np.add.at(
            counts, (numbers(entries, "month").astype(np.int64) - months[0], place), numbers(entries, "customers")
        )
    return counts


def _rates(name: str, part: Floats, whole: Floats) -> dict[str, Floats]:
    low, high = wilson(np.where(whole > 0, part, 0), whole)
    return {name: share(part, whole), f"{name}_low": low, f"{name}_high": high}


def _changes(part: Floats, whole: Floats) -> dict[str, Floats]:
    columns = {}
    for name, months in _SINCE.items():
        before = [np.vstack([np.zeros((months, counts.shape[1])), counts])[: len(counts)] for counts in (part, whole)]
        edges = newcombe_difference(np.where(whole > 0, part, 0), whole, *before)
        columns |= dict(zip((name, f"{name}_low", f"{name}_high"), edges, strict=True))
    return columns
