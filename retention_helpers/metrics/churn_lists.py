"""Whom should each manager look after first, why, and what to do next?"""

import duckdb
import numpy as np
import pandas as pd

from .churn_models import log_odds
from .churn_scores import ChurnScores
from .frames import major, numbers
from .relations import ask

UNASSIGNED = "unassigned"
TELLING = 0.1  # of the log-odds: a feature that moves a score by less explains nothing
REASONS = {
    "silence": ("days_since_last_order",),
    "recent_orders": ("orders_recent", "orders_before"),
    "orders": ("orders", "repeat_orders"),
    "spend": ("spend_cents",),
    "acquaintance": ("days_observed",),
}
STEPS = ("ask_what_changed", "second_order", "call", "remind")
LISTED = {
    "manager": "str", "customer_id": "str", "churn_risk": "float64", "expected_spend": "float64",
    "value_at_risk": "float64", "days_since_last_order": "int64", "orders": "int64", "orders_recent": "int64",
    "orders_before": "int64", "days_observed": "int64", "spend_total": "float64", "early_warning": "bool",
    "expected_recent": "float64", "chance_by_luck": "float64", "why": "str", "why_too": "str", "next_step": "str",
}  # fmt: skip


def listed_at_risk(
    connection: duckdb.DuckDBPyConnection,
    scores: ChurnScores,
    warned: duckdb.DuckDBPyRelation,
    *,
    per_manager: int = 25,
) -> pd.DataFrame:
    """Whom should each manager look after first, why, and with which next step?

    Active customers by value at risk (where no spend can be expected, by risk x spend so far), at most so many a
    manager; whoever has no manager is "unassigned". Why: see
    `churn_reasons`. Next step: whoever orders less than luck explains is asked what changed, whoever ordered once is
    helped to the second order; others get a call where they have a manager, else a reminder. The usual wrong edge: a
    list by risk alone, headed by those from whom nothing is to be expected anyway.

    Parameters: ``scores``, of `churn_scores`; ``warned``, the customers of `early_warnings`; ``per_manager``. Returns
    one row per customer, a manager's after the other's, the most at stake first:
      manager, customer_id           text
      churn_risk                     0..1
      expected_spend, value_at_risk  money in the horizon, missing where no model fits
      days_since_last_order, orders, orders_recent, orders_before, days_observed  see `Cuts.at`
      spend_total                    money, of all orders
      early_warning                  bool, the customer's orders fell beyond luck
      expected_recent, chance_by_luck  of the warning, missing without
      why, why_too                   text, of `REASONS`: what raises the risk most; "" where nothing stands out
      next_step                      text, of `STEPS`
    """
    most = {"most": per_manager}
    rows = ask(connection, "risk_listed", most, churn_scores=scores.customers, early=warned)
    rows = rows.sort_values(["manager", "place"], ignore_index=True)
    warning = rows["q_value"].notna()
    cases = [warning, rows["repeat_orders"] == 0, rows["manager"] != UNASSIGNED]
    told = rows.assign(
        spend_total=major(numbers(rows, "spend_cents")),
        early_warning=warning,
        next_step=np.select(cases, STEPS[:3], STEPS[3]),
        **churn_reasons(scores, rows),
    )
    return told[list(LISTED)].astype(LISTED)


def churn_reasons(scores: ChurnScores, features: pd.DataFrame) -> pd.DataFrame:
    """What raises the risk of each of these customers most? Two columns of text, ``why`` and ``why_too``.

    One group of features at a time is replaced by that of the typical (median) active customer, all else as it is; how
    far the log-odds fall is what the group adds, and below .1 it is not named. The same for every kind of score. It
    costs one scoring a group: for lists, not for everybody. The usual wrong edge: naming the weights of the model,
    which are the same for all customers.

    Parameters: ``scores``; ``features``, rows of its customers. Returns a row for each: texts of `REASONS`, or "".
    """
    if features.empty or scores.score is None or scores.typical.empty:
        return pd.DataFrame({"why": [""] * len(features), "why_too": ""}, dtype="str")
    chance = scores.score.chance
    now = log_odds(chance(features))
    adds = np.stack([now - log_odds(chance(_as_typical(features, scores, names))) for names in REASONS.values()])
    # Rounded, so that what is equal but for the last bits is equal: the first named wins.
    ranked = np.argsort(-adds.round(6), axis=0, kind="stable")[:2]
    named = np.where(np.take_along_axis(adds, ranked, axis=0) >= TELLING, ranked, len(REASONS))
    why, why_too = np.array([*REASONS, ""])[named]
    return pd.DataFrame({"why": why, "why_too": why_too}, dtype="str")


def by_manager(listed: pd.DataFrame) -> pd.DataFrame:
    """How many customers has each manager on the list, and what is at stake?

    Parameters: ``listed``, a `listed_at_risk`. Returns one row per manager, the most at stake first: ``manager``
    (text), ``customers``, ``warned`` (counts), ``value_at_risk`` (money, missing where no model fits).
    """
    groups = listed.groupby("manager", sort=True)
    found = pd.DataFrame(
        {
            "customers": groups.size(),
            "warned": groups["early_warning"].sum().astype("int64"),
            "value_at_risk": groups["value_at_risk"].sum(min_count=1),
        }
    ).reset_index()
    return found.sort_values("value_at_risk", ascending=False, kind="stable", ignore_index=True)


def _as_typical(features: pd.DataFrame, scores: ChurnScores, names: tuple[str, ...]) -> pd.DataFrame:
    """The customers with these features typical; times that hang together stay possible."""
    usual = features.assign(**{name: float(scores.typical[name].iloc[0]) for name in names})
    repeat = np.floor(numbers(usual, "repeat_orders"))
    silent = numbers(usual, "days_since_last_order")
    observed = np.maximum(numbers(usual, "days_observed"), silent)
    between = np.where(repeat > 0, observed - silent, 0)
    return usual.assign(repeat_orders=repeat, days_observed=observed, days_first_to_last_order=between)
