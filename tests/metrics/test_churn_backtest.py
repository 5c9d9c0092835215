"""Who may leave: the bars on CDNOW, nothing from after the cut, and nothing claimed of too little."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.metrics.churn_backtest import HISTORY, TABLE, churn_backtest, churn_history
from retention_helpers.metrics.churn_data import ChurnRules, Cuts
from retention_helpers.metrics.churn_lists import LISTED, listed_at_risk
from retention_helpers.metrics.churn_measures import score_quality
from retention_helpers.metrics.churn_models import SCORES, learn
from retention_helpers.metrics.churn_scores import churn_scores
from retention_helpers.metrics.early_warning import early_warnings
from tests.metrics.churn_base import AS_OF, cdnow_master, churn_base, made_up_orders

RULES = ChurnRules(horizon_days=90, active_days=180)
CDNOW_END = date(1998, 6, 30)


def cuts_of(base: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> Cuts:
    return Cuts(base, as_of=as_of, rules=RULES)


@pytest.mark.slow
def test_on_cdnow_the_score_used_reaches_the_bars(retention_data: Path):
    found = churn_backtest(cuts_of(cdnow_master(retention_data), CDNOW_END))
    assert found.test_cut == date(1998, 4, 1)
    assert found.training_cuts == (date(1997, 7, 5), date(1997, 10, 3), date(1998, 1, 1))
    assert found.is_gain
    used = found.table[found.table["score"] == found.used].set_index("population")
    assert used.loc["all", "n"] == 23_570
    assert 6_000 < used.loc["active", "n"] < 6_100
    for population, bars in {"all": (0.838, 0.0890, 0.02), "active": (0.725, 0.2005, 0.03)}.items():
        auc, brier, ece = used.loc[population, ["auc", "brier", "ece"]]
        assert auc >= bars[0]
        assert brier <= bars[1]
        assert ece <= bars[2]
    rules = found.table.set_index(["population", "score"])["auc"]
    assert rules["all", "rfm"] == pytest.approx(0.836, abs=0.002)
    assert rules["active", "rfm"] == pytest.approx(0.719, abs=0.005)
    assert rules["all", "recency"] == pytest.approx(0.828, abs=0.002)


def test_silence_against_the_own_gap_is_worthless_on_cdnow(retention_data: Path):
    """Nobody brings it back: how long the silence is in usual gaps tells no more than a coin."""
    day = cuts_of(cdnow_master(retention_data), CDNOW_END).at(date(1998, 4, 1))
    rows = day.features
    several = RULES.is_active(rows) & (rows["repeat_orders"] > 0).to_numpy()
    mine = rows[several]
    in_gaps = mine["days_since_last_order"] / (mine["days_first_to_last_order"] / mine["repeat_orders"])
    auc = score_quality(in_gaps.to_numpy(), np.zeros(len(mine)), day.is_silent[several])["auc"]
    assert auc == pytest.approx(0.5, abs=0.03)


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    return made_up_orders()


LATER = st.lists(st.tuples(st.integers(0, 950), st.integers(1, 400), st.integers(1, 99_999)), max_size=30)


@pytest.mark.slow
@settings(max_examples=4)
@given(LATER)
def test_orders_after_the_cut_change_no_score_bit_for_bit(later):
    shop = made_up_orders()
    more = pd.DataFrame(
        [(f"c{who:04d}", pd.Timestamp(AS_OF) + timedelta(days=day), cents) for who, day, cents in later],
        columns=["customer_id", "ordered_at", "amount_cents"],
    )
    bases = churn_base(shop), churn_base(pd.concat([shop, more], ignore_index=True))
    for name in SCORES:
        one, other = (churn_scores(cuts_of(base), name).customers.order("customer_id").df() for base in bases)
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_features_of_a_customer_are_those_counted_by_hand():
    days = [
        "2026-01-10",
        "2026-06-30",
        "2026-06-30",
        "2026-07-31",
        "2026-08-02",
        "2026-08-03",
        "2026-10-31",
        "2026-11-01",
    ]
    orders = pd.DataFrame(
        {"customer_id": "a", "ordered_at": pd.to_datetime(days), "amount_cents": range(100, 900, 100)}
    )
    cuts = cuts_of(churn_base(orders))
    assert cuts.at(AS_OF).is_silent is None
    row = cuts.at(AS_OF).features.iloc[0]
    assert row.drop("customer_id").to_dict() == {
        "orders": 7, "repeat_orders": 5, "days_first_to_last_order": 294, "days_observed": 294,
        "days_since_last_order": 0, "orders_recent": 2, "orders_before": 3, "spend_cents": 2800,
        "repeat_spend_cents": 2700,
    }  # fmt: skip
    then = date(2026, 8, 2)
    assert cuts.at(then).is_silent.tolist() == [False]
    shorter = Cuts(churn_base(orders.drop(index=5)), as_of=AS_OF, rules=ChurnRules(89, 180))
    assert shorter.at(then).is_silent.tolist() == [True]


def test_every_way_is_tried_and_the_report_uses_the_rule_where_no_model_gains(shop):
    cuts = cuts_of(churn_base(shop))
    found = churn_backtest(cuts)
    assert found.refusal is None
    assert sorted(set(found.table["score"])) == sorted(SCORES)
    assert found.used == (found.scores["chosen"] if found.is_gain else found.scores["rule"])
    assert found.table[found.table["population"] == "all"]["n"].nunique() == 1
    history = churn_history(cuts, found.used, months=2)
    assert history["month"].tolist() == ["2026-06", "2026-07"]
    assert history["predicted"].between(0, 1).all()


def test_chances_of_rules_are_what_happened_after_the_past_cut(shop):
    base = churn_base(shop)
    past = cuts_of(base).at(RULES.test_cut(AS_OF))
    for name in ("recency", "rfm"):
        score = learn(name, past, RULES).on(past)
        assert score.chance(past.features).mean() == pytest.approx(past.is_silent.mean())


def _one_order_each(shop: pd.DataFrame) -> pd.DataFrame:
    return shop.drop_duplicates("customer_id")


def _nobody_returns_after_the_cut(shop: pd.DataFrame) -> pd.DataFrame:
    return shop[shop["ordered_at"] <= pd.Timestamp(RULES.training_cuts(RULES.test_cut(AS_OF))[-1])]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda shop: shop.iloc[:0], "too_few_customers"),
        (lambda shop: shop[shop["customer_id"] < "c0001"], "too_few_customers"),
        (lambda shop: shop[shop["customer_id"] < "c0499"], "too_few_customers"),
        (lambda shop: shop[shop["ordered_at"] > pd.Timestamp(AS_OF - timedelta(days=179))], "too_few_customers"),
        (lambda shop: shop.assign(ordered_at=pd.Timestamp(AS_OF - timedelta(days=100))), "too_short"),
        (_one_order_each, "no_repeat_orders"),
        (_nobody_returns_after_the_cut, "all_alike"),
    ],
)
def test_of_too_little_nothing_is_claimed_and_nothing_breaks(shop, change, reason):
    base = churn_base(change(shop))
    found = churn_backtest(cuts_of(base))
    assert found.refusal is not None
    assert found.refusal.reason == reason
    assert found.used == ""
    assert found.table.dtypes.astype(str).to_dict() == TABLE
    assert found.table.empty
    assert found.calibration.empty
    scores = churn_scores(cuts_of(base), found.used)
    assert scores.score is None
    assert scores.customers.df().empty
    nobody = listed_at_risk(base, scores, early_warnings(base, "orders", as_of=AS_OF, rules=RULES).customers)
    assert nobody.dtypes.astype(str).to_dict() == LISTED
    assert nobody.empty
    assert churn_history(cuts_of(base), found.used).dtypes.astype(str).to_dict() == HISTORY


def test_a_horizon_of_no_days_is_refused():
    with pytest.raises(CallError, match="horizon_days is 0"):
        ChurnRules(horizon_days=0)
