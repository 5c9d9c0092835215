"""Members choose to join, at an order, and rather when they buy much; points never go below nothing."""

import pandas as pd


def events(tables, name):
    chosen = tables["memberships"][tables["memberships"]["event"] == name]
    return chosen.assign(at=pd.to_datetime(chosen["at"]))


def test_one_joins_once_and_at_an_order(tables, orders):
    joins = events(tables, "join")
    assert not joins["customer_id"].duplicated().any()
    placed = orders.set_index("order_id")
    assert (joins["order_id"].map(placed["customer"]) == joins["customer_id"]).all()
    assert (joins["order_id"].map(placed["at"]) == joins["at"]).all()
    assert joins["at"].min() >= pd.Timestamp("2024-06-01")


def test_joiners_ordered_more_before_they_joined(tables, orders):
    """Against customers with an order in the same month who did not join, over the six months before it."""
    joined = events(tables, "join").set_index("customer_id")["at"]
    at = orders["at"].dt.year * 12 + orders["at"].dt.month - 1
    counts = pd.DataFrame({"customer": orders["customer"], "month": at}).value_counts().rename("orders").reset_index()
    shoppers = counts[counts["month"] >= 2024 * 12 + 5].merge(counts, on="customer", suffixes=("", "_before"))
    earlier = shoppers["month_before"].between(shoppers["month"] - 6, shoppers["month"] - 1)
    before = (
        shoppers["orders_before"]
        .where(earlier, 0)
        .groupby([shoppers["customer"], shoppers["month"]])
        .sum()
        .reset_index()
    )
    joined_month = before["customer"].map(joined.dt.year * 12 + joined.dt.month - 1)
    at_risk = before[joined_month.isna() | (before["month"] <= joined_month)]
    mean = at_risk.groupby(at_risk["month"] == joined_month[at_risk.index])["orders_before"].mean()
    assert mean[True] > 1.2 * mean[False]


def test_members_order_far_more_than_the_effect_explains(tables, orders):
    members = set(events(tables, "join")["customer_id"])
    counts = orders.groupby("customer").size()
    inside = counts.index.isin(members)
    assert counts[inside].mean() > 2 * counts[~inside].mean()


def test_points_balance_and_are_worth_three_cents(tables):
    moves = tables["memberships"][tables["memberships"]["points"] != ""]
    points = moves["points"].astype("int64")
    assert (points > 0).all()
    sign = moves["event"].map({"earn": 1, "redeem": -1, "expire": -1})
    assert (points * sign).groupby(moves["customer_id"]).cumsum().min() >= -points.max()
    assert (points * sign).groupby(moves["customer_id"]).sum().min() >= 0
    assert (moves["value"].str.replace(".", "", regex=False).astype("int64") == 3 * points).all()


def test_members_who_leave_had_joined_before(tables):
    joined, left = (events(tables, name).set_index("customer_id")["at"] for name in ("join", "leave"))
    assert len(left) > 0
    assert (left > left.index.map(joined)).all()
    assert set(tables["memberships"].loc[tables["memberships"]["event"] == "join", "paid"]) == {"4.90", "0.00"}
