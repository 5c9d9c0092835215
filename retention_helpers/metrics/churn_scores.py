"""Today's scores: each customer's risk, what is expected of them, and what is at stake."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from .btyd_data import HISTORY
from .churn_data import ChurnRules, Cuts, feature_buckets
from .churn_models import Score, learn, model_of_ordering
from .fit import Fit
from .frames import major, numbers
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .intervals import Floats
from .lifetime_value import BgNbd, expected_orders, expected_spend
from .relations import named

_CLASSES = 10


@dataclass(frozen=True, eq=False)
class ChurnScores:
    """What `churn_scores` found.

    score      the score, ready for customers of ``as_of``; None where nothing is claimed
    customers  a relation with one row per customer
    active     active customers
    mean_risk  their mean risk, 0..1, missing without a score
    typical    one row: the median active customer's features; none without an active customer
    """

    score: Score | None
    customers: duckdb.DuckDBPyRelation
    active: int
    mean_risk: float
    typical: pd.DataFrame


def churn_scores(cuts: Cuts, score: str, *, seed: int = 0) -> ChurnScores:
    """How likely is each customer to order nothing in the horizon, and what is at stake?

    The score that the back-test found, learnt from the cut one horizon before ``as_of``, whose outcome is known by now.
    Value at risk is the risk x the spend expected in the horizon (BG/NBD x Gamma-Gamma, where they can be fitted). All
    customers are scored in the database, bucket by bucket. The usual wrong edge: a score learnt from days whose outcome
    is not known yet.

    Parameters: ``cuts`` of the company; ``score``, one of `SCORES`, or "" for none; ``seed``. Returns `ChurnScores`,
    whose ``customers`` are a relation with one row per customer who ordered by ``as_of`` (nobody without a score):
      customer_id          text
      the features         see `Cuts.at`
      is_active            ordered within ``active_days``
      churn_risk           0..1, chance of no order in the horizon
      expected_spend       money in the horizon, of active customers; missing where no model fits
      value_at_risk        money, churn_risk x expected_spend
    """
    connection, as_of, rules = cuts.connection, cuts.as_of, cuts.rules
    now, ready = cuts.at(as_of), None
    if score:
        ready = learn(score, cuts.at(rules.test_cut(as_of)), rules, seed=seed).on(now)
    models = model_of_ordering(now.features), _spend_model(now.features)
    name = f"churn_scores_{as_of:%Y%m%d}"
    head = f"CREATE OR REPLACE TEMP TABLE {name} AS"
    for features in feature_buckets(connection, as_of=as_of, rules=rules):
        rows = _scored(features, ready, rules, models)
        with named(connection, scored_bucket=rows if ready else rows.iloc[:0]):
            connection.execute(f"{head} SELECT * FROM scored_bucket")
        head = f"INSERT INTO {name}"
    # Decimal: then the sum has the same digits in whatever order rows come.
    query = f"SELECT COUNT(*), CAST(SUM(CAST(churn_risk AS DECIMAL(38, 15))) AS DOUBLE) FROM {name} WHERE is_active"
    active, total = connection.execute(query).fetchall()[0]
    known = now.features[rules.is_active(now.features)].drop(columns="customer_id")
    typical = known.median().to_frame().T if len(known) else known
    return ChurnScores(ready, connection.table(name), active, np.nan if total is None else total / active, typical)


def risk_classes(connection: duckdb.DuckDBPyConnection, scores: ChurnScores) -> pd.DataFrame:
    """How many active customers stand at each risk? Ten classes of equal width, counted in the database.

    Returns one row per class, the lowest first: ``risk_low``, ``risk_high`` (0..1), ``customers``.
    """
    place = f"CAST(LEAST(FLOOR(churn_risk * {_CLASSES}), {_CLASSES - 1}) AS INTEGER)"
    with named(connection, scored=scores.customers):
        query = f"SELECT {place} AS place, COUNT(*) AS customers FROM scored WHERE is_active GROUP BY place"
        found = connection.execute(query).df()
    counts = np.zeros(_CLASSES, dtype="int64")
    counts[found["place"].to_numpy(dtype=int)] = found["customers"].to_numpy()
    edges = np.arange(_CLASSES + 1) / _CLASSES
    return pd.DataFrame({"risk_low": edges[:-1], "risk_high": edges[1:], "customers": counts})


def _scored(
    features: pd.DataFrame, ready: Score | None, rules: ChurnRules, models: tuple[Fit[BgNbd], Fit[GammaGamma]]
) -> pd.DataFrame:
    active = rules.is_active(features)
    risk = ready.chance(features) if ready is not None else np.full(active.size, np.nan)
    spend = np.full(active.size, np.nan)
    spend[active] = _spend_ahead(features[active], rules, models)
    return features.assign(is_active=active, churn_risk=risk, expected_spend=spend, value_at_risk=risk * spend)


def _spend_ahead(features: pd.DataFrame, rules: ChurnRules, models: tuple[Fit[BgNbd], Fit[GammaGamma]]) -> Floats:
    """Money expected in the horizon; missing without both models."""
    orders, spend = models
    histories, place = np.unique(features[list(HISTORY)].to_numpy(dtype=float), axis=0, return_inverse=True)
    rows = pd.DataFrame(histories, columns=list(HISTORY))
    many = expected_orders(orders, rows, horizon_days=rules.horizon_days)[place.ravel()]
    repeat = numbers(features, "repeat_orders")
    mean = np.maximum(major(numbers(features, "repeat_spend_cents")), 0) / np.maximum(repeat, 1)
    spending = pd.DataFrame({"repeat_orders": repeat, "repeat_spend_mean": mean})
    return many * expected_spend(spend, spending)


def _spend_model(day: pd.DataFrame) -> Fit[GammaGamma]:
    """Gamma-Gamma of the customers of a day who came again and paid for it."""
    repeat, spent = numbers(day, "repeat_orders"), major(numbers(day, "repeat_spend_cents"))
    paid = (repeat > 0) & (spent > 0)
    rows = pd.DataFrame({"repeat_orders": repeat[paid], "repeat_spend_mean": spent[paid] / repeat[paid]})
    return fit_gamma_gamma(rows)
