"""Today's scores: risk and what is at stake of each customer, the managers' lists, and why somebody is on one."""

import numpy as np
import pandas as pd
import pytest
import sqlglot

from retention_helpers.metrics.churn_data import ChurnRules, Cuts
from retention_helpers.metrics.churn_lists import REASONS, STEPS, by_manager, churn_reasons, listed_at_risk
from retention_helpers.metrics.churn_scores import churn_scores, risk_classes
from retention_helpers.metrics.early_warning import early_warnings
from retention_helpers.metrics.frames import statement
from tests.metrics.churn_base import AS_OF, churn_base, made_up_orders

RULES = ChurnRules(90, 180)
MANAGERS = {f"c{number:04d}": f"M{number % 3}" for number in range(0, 900, 2)}


@pytest.fixture(scope="module")
def base():
    return churn_base(made_up_orders(), MANAGERS)


@pytest.fixture(scope="module")
def scores(base):
    return churn_scores(Cuts(base, as_of=AS_OF, rules=RULES), "logistic")


@pytest.fixture(scope="module")
def listed(base, scores):
    warned = early_warnings(base, "orders", as_of=AS_OF, rules=RULES).customers
    return listed_at_risk(base, scores, warned, per_manager=10)


def test_every_customer_has_a_risk_and_active_ones_what_is_at_stake(base, scores):
    rows = scores.customers.df()
    assert len(rows) == base.execute("SELECT COUNT(*) FROM customers").fetchall()[0][0]
    assert rows["churn_risk"].between(0, 1).all()
    assert (rows["is_active"] == (rows["days_since_last_order"] < 180)).all()
    assert scores.active == rows["is_active"].sum()
    assert (rows["expected_spend"].notna() == rows["is_active"]).all()
    active = rows[rows["is_active"]]
    assert active["value_at_risk"].to_numpy() == pytest.approx(active["churn_risk"] * active["expected_spend"])
    assert risk_classes(base, scores)["customers"].sum() == len(active)


def test_each_manager_has_at_most_so_many_the_most_at_stake_first(scores, listed):
    assert listed.groupby("manager").size().max() == 10
    assert set(listed["manager"]) == {"M0", "M1", "M2", "unassigned"}
    for _, mine in listed.groupby("manager"):
        assert mine["value_at_risk"].is_monotonic_decreasing
    everybody = scores.customers.df()
    mine = everybody["customer_id"].map(MANAGERS) == "M1"
    could = everybody[mine & everybody["is_active"]]
    best = could.nlargest(10, "value_at_risk")["customer_id"]
    assert set(best) == set(listed.loc[listed["manager"] == "M1", "customer_id"])
    sums = by_manager(listed)
    assert sums["customers"].sum() == len(listed)
    assert sums["value_at_risk"].sum() == pytest.approx(listed["value_at_risk"].sum())


def test_every_listed_customer_has_a_next_step_and_reasons_of_the_house(listed):
    assert set(listed["next_step"]) <= set(STEPS)
    assert set(listed["why"]) | set(listed["why_too"]) <= {*REASONS, ""}
    assert (listed.loc[listed["early_warning"], "next_step"] == "ask_what_changed").all()
    assert ((listed["why"] != "") | (listed["why_too"] == "")).all()


def test_long_silence_is_the_reason_of_who_is_typical_but_for_it(scores):
    typical = scores.typical.iloc[[0, 0]].reset_index(drop=True)
    silent = typical["days_since_last_order"] + np.array([0.0, 100.0])
    rows = typical.assign(days_since_last_order=silent, days_observed=np.maximum(typical["days_observed"], silent))
    rows = rows.assign(
        repeat_orders=np.floor(rows["repeat_orders"]),
        days_first_to_last_order=np.where(rows["repeat_orders"] >= 1, rows["days_observed"] - silent, 0),
    )
    found = churn_reasons(scores, rows)
    assert found["why"].tolist() == ["", "silence"]


def test_reasons_do_not_depend_on_who_else_is_listed(scores, listed):
    rows = scores.customers.order("customer_id").df().head(40)
    together = churn_reasons(scores, rows)
    alone = pd.concat([churn_reasons(scores, rows.iloc[[place]]) for place in range(0, 40, 13)], ignore_index=True)
    pd.testing.assert_frame_equal(alone, together.iloc[::13].reset_index(drop=True))


def test_lists_of_nobody_have_the_same_columns(base, scores, listed):
    nobody = listed_at_risk(
        base,
        scores,
        base.sql("SELECT '' AS customer_id, 0.0 AS expected_recent, 0.0 AS chance_by_luck, 0.0 AS q_value LIMIT 0"),
        per_manager=0,
    )
    assert nobody.empty
    assert nobody.dtypes.astype(str).to_dict() == listed.dtypes.astype(str).to_dict()
    assert by_manager(nobody).empty


@pytest.mark.parametrize("name", ["churn_features", "rate_histories", "risk_listed"])
def test_the_statements_can_be_said_in_spark(name):
    text = statement(name)
    assert text.startswith("-- One row per ")
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark")
