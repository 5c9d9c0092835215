"""Who may leave, on the page: reasons in words beside what is usual, managers' lists, and pages of nothing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from retention_helpers.figures import churn_figures as figures
from retention_helpers.figures import churn_findings, warning_findings
from retention_helpers.words import Words
from tests.figures.walk.churn_findings import backtest, history
from tests.figures.walk.warning_findings import record, warnings

WORDS = Words("en", "EUR")
TYPICAL = pd.DataFrame(
    [
        {
            "days_since_last_order": 31.0,
            "orders_recent": 2.0,
            "orders": 5.0,
            "spend_cents": 12_000.0,
            "days_observed": 400.0,
        }
    ]
)
ROW = {
    "manager": "M01", "customer_id": "7", "churn_risk": 0.6, "expected_spend": 100.0, "value_at_risk": 60.0,
    "days_since_last_order": 140, "orders": 3, "orders_recent": 0, "orders_before": 2, "days_observed": 500,
    "spend_total": 90.0, "early_warning": False, "expected_recent": np.nan, "chance_by_luck": np.nan, "why": "silence",
    "why_too": "recent_orders", "next_step": "call",
}  # fmt: skip


def listed(*changes: dict) -> pd.DataFrame:
    return pd.DataFrame([{**ROW, **change} for change in changes], columns=list(ROW))


def test_reasons_stand_beside_what_is_usual_and_a_warning_comes_first():
    told = figures.reasons_told(ROW, TYPICAL, WORDS)
    assert told == "silent for 140 days (usual: 31); order days lately and before: 0, 2 (usual: 2)"
    warned = figures.reasons_told({**ROW, "early_warning": True, "expected_recent": 4.2}, TYPICAL, WORDS)
    assert warned.startswith("0 order days where 4.2 were to be expected; silent")
    assert figures.reasons_told({**ROW, "why": "", "why_too": ""}, TYPICAL, WORDS) == "nothing stands out"


@pytest.mark.parametrize("reason", churn_findings.REASONS)
def test_every_reason_names_the_customers_number_and_the_usual_one(reason):
    told = figures.reasons_told({**ROW, "why": reason, "why_too": ""}, TYPICAL, WORDS)
    assert "usual" in told
    assert "{" not in told


def test_the_list_is_in_order_of_what_is_at_stake_whoever_the_manager():
    rows = listed(
        {"customer_id": "1", "value_at_risk": 5.0}, {"customer_id": "2"}, {"customer_id": "3", "value_at_risk": np.nan}
    )
    assert figures.listed_rows(rows, TYPICAL, WORDS)["customer_id"].tolist() == ["2", "1", "3"]
    assert figures.listed_rows(rows, TYPICAL, WORDS)["next_step"].unique().tolist() == ["Call in person"]


def test_managers_get_their_own_customers_and_nobody_those_of_no_manager():
    warned = pd.DataFrame({"manager": ["M02", "unassigned"], "customer_id": ["8", "9"]})
    rows = figures.manager_lists(listed({}, {"manager": "unassigned", "customer_id": "1"}), warned, WORDS)
    assert rows.to_dict("records") == [
        {"manager": "M01", "list": "Likely to order nothing", "customer_id": "7"},
        {"manager": "M02", "list": "Ordering less than before", "customer_id": "8"},
    ]


def test_of_nobody_there_is_a_page_all_the_same():
    nobody = figures.listed_rows(listed(), TYPICAL.iloc[:0], WORDS)
    assert figures.listed_table(nobody, churn_findings.listed_finding(listed(), WORDS), WORDS).html()
    empty = pd.DataFrame(
        columns=["population", "score", "auc", "average_precision", "brier", "ece", "lift_top_decile", "n"]
    )
    why = SimpleNamespace(reason="too_short", found=100, needed=270)
    finding = churn_findings.gain_finding(backtest("logistic", 0.0, why=why), WORDS)
    assert "100 days" in finding.sentence
    assert "no rows" in figures.backtest_table(empty, finding, WORDS).html()
    calibration = pd.DataFrame(
        columns=["predicted", "observed", "observed_low", "observed_high", "customers"], dtype="float64"
    )
    reach = pd.DataFrame(columns=["contacted", "reached", "lift"], dtype="float64")
    classes = pd.DataFrame({"risk_low": [0.0], "risk_high": [1.0], "customers": [0]})
    assert figures.risk_figure(classes, (calibration, reach), WORDS, days=90).headline == "No risk can be shown yet"
    assert figures.history_figure(history(0, 0).assign(customers=0), WORDS).wide_svg
    cold = warnings(0, SimpleNamespace(reason="too_few_customers", found=3, needed=500))
    talk = warning_findings.interaction_finding(cold, 0, WORDS)
    assert "no rows" in figures.interactions_table(cold, 0, talk, WORDS).html()
    unknown = record(0, np.nan).assign(
        warned_silent=0, others=0, others_silent=0, others_rate=np.nan, warned_rate_low=np.nan, warned_rate_high=np.nan
    )
    assert figures.record_table(unknown, talk, WORDS).html()
