"""The company looks like a shop: season, week, growth, heavy tail, customers who come again."""

import pandas as pd


def test_trade_peaks_before_christmas_and_dips_in_january_and_summer(orders):
    count = orders["month"].value_counts()
    peak = count[["2024-11", "2024-12", "2025-11", "2025-12"]].mean()
    assert peak > 1.4 * count[["2025-01", "2026-01"]].mean()
    assert peak > 1.4 * count[["2024-07", "2024-08", "2025-07", "2025-08"]].mean()


def test_saturday_is_the_busiest_day(orders):
    by_day = orders["at"].dt.day_of_week.value_counts()
    assert by_day.idxmax() == 5


def test_more_new_customers_come_every_year(orders):
    first = orders.groupby("customer")["month"].min()
    latest, earlier = first.between("2025-11", "2026-10").sum(), first.between("2024-05", "2025-04").sum()
    assert latest > 1.1 * earlier


def test_a_fifth_of_the_customers_bring_most_of_the_revenue(orders):
    revenue = orders.groupby("customer")["amount"].sum().sort_values(ascending=False)
    assert 0.45 < revenue.head(len(revenue) // 5).sum() / revenue.sum() < 0.85


def test_a_customer_orders_two_or_three_times_a_year(orders):
    years = (pd.Timestamp("2026-11-01") - orders.groupby("customer")["at"].min()).dt.days / 365.25
    assert 1.5 < len(orders) / years.sum() < 3


def test_existing_customers_come_again_more_often_than_new_ones(orders):
    at = orders["at"].dt.year * 12 + orders["at"].dt.month - 1
    months = pd.DataFrame({"customer": orders["customer"], "month": at}).drop_duplicates()
    months["is_first"] = months["month"] == months.groupby("customer")["month"].transform("min")
    pairs = set(zip(months["customer"], months["month"], strict=True))
    months["again"] = [
        (who, month + 1) in pairs for who, month in zip(months["customer"], months["month"], strict=True)
    ]
    # the first months hold old customers who look new; the last one has no next month
    inside = months[(months["month"] > months["month"].min() + 2) & (months["month"] < months["month"].max())]
    again = inside.groupby("is_first")["again"].mean()
    assert 0.06 < again[True] < 0.20
    assert 0.25 < again[False] < 0.45
