"""Campaigns: whom they reach, that the hold-out is random, and that the recorded effect is in the orders."""

import pandas as pd
import pytest
from scipy.stats import binomtest


@pytest.fixture
def contacts(tables):
    contacts = tables["contacts"]
    return contacts.assign(at=pd.to_datetime(contacts["at"]))


def test_all_purposes_are_there(contacts):
    expected = {"welcome", "post_purchase", "win_back", "promotion", "survey", "support"}
    assert set(contacts["purpose"]) == expected


def test_the_held_out_share_is_the_planned_one(contacts, truth):
    for name, campaign in truth["campaigns"].items():
        if campaign.get("purpose") != "win_back":
            continue
        first = contacts[(contacts["campaign_id"] == name) & (contacts["step"] == "1")]
        held = int((first["arm"] == "control").sum())
        assert binomtest(held, len(first), campaign["holdout_share"]).pvalue > 0.001, name
        assert {arm: int((first["arm"] == arm).sum()) for arm in campaign["arms"]} == {
            arm: counts["customers"] for arm, counts in campaign["arms"].items()
        }


def test_win_back_reaches_only_customers_silent_for_half_a_year(contacts, orders):
    first = contacts[(contacts["purpose"] == "win_back") & (contacts["step"] == "1")]
    both = first.merge(orders, left_on="customer_id", right_on="customer", suffixes=("", "_order"))
    days = (both["at"] - both["at_order"]).dt.total_seconds() / 86_400
    assert not days.between(0.6, 179).any()


def test_the_second_step_keeps_the_arm_and_skips_those_who_ordered(contacts, orders):
    chain = contacts[contacts["purpose"] == "win_back"]
    arms = chain.groupby(["campaign_id", "customer_id"])["arm"].nunique()
    assert (arms == 1).all()
    wide = chain.pivot_table(
        index=["campaign_id", "customer_id"], columns="step", values="at", aggfunc="min"
    ).reset_index()
    both = wide.dropna().merge(orders, left_on="customer_id", right_on="customer")
    assert not ((both["at"] > both["1"]) & (both["at"] < both["2"])).any()


def test_treated_customers_come_back_more_often(contacts, orders):
    first = contacts[(contacts["purpose"] == "win_back") & (contacts["step"] == "1")].reset_index()
    both = first.merge(orders, left_on="customer_id", right_on="customer", suffixes=("", "_order"))
    within = both[(both["at_order"] > both["at"]) & (both["at_order"] <= both["at"] + pd.Timedelta(days=28))]
    back = first["index"].isin(within["index"])
    assert back[first["arm"] != "control"].mean() > back[first["arm"] == "control"].mean()


def test_controls_cost_nothing_and_open_nothing(contacts):
    control = contacts[contacts["arm"] == "control"]
    assert (control["cost"] == "0.00").all()
    assert (control["opened_at"] == "").all()
    assert (contacts.loc[contacts["clicked_at"] != "", "opened_at"] != "").all()
