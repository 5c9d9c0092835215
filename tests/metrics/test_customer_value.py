"""What each customer brought and will bring: sums that agree, worked by hand, and what is not foretold."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlglot

from retention_helpers.errors import CallError
from retention_helpers.metrics.customer_value import (
    CustomerValue,
    alive_summary,
    customer_value,
    horizon_days,
    listed_values,
    value_concentration,
)
from retention_helpers.metrics.frames import HERE
from retention_helpers.metrics.lifetime_value import Outlook, score_histories
from retention_helpers.metrics.net_spend import margin_of, net_spent
from retention_helpers.metrics.value_groups import trait_to_tell, value_by_cohort, value_by_label, value_by_trait
from retention_helpers.metrics.value_total import value_total
from tests.metrics.order_base import CALIBRATION, cdnow_sample, order_base

YEAR = Outlook(365, margin_share=0.4)
AS_OF = date(2025, 12, 31)
SQL = (
    "alive_customers", "customer_values", "known_margin", "net_spent", "paid_contracts", "spent_after_cut",
    "trait_labels", "value_concentration", "value_sums",
)  # fmt: skip


def shop(*orders: tuple[str, date, int]) -> duckdb.DuckDBPyConnection:
    """A database of orders (customer, day, cents)."""
    frame = pd.DataFrame(orders, columns=["customer_id", "ordered_at", "amount_cents"])
    return order_base(frame.astype({"ordered_at": "datetime64[us]"}))


def many(customers: int, *days_ago: int) -> duckdb.DuckDBPyConnection:
    """So many customers, each of whom ordered on these days before the end."""
    orders = [(f"c{n}", AS_OF - timedelta(days=ago), 1000 + n) for n in range(customers) for ago in days_ago]
    return shop(*orders)


@pytest.fixture(scope="module")
def cdnow(retention_data: Path) -> tuple[duckdb.DuckDBPyConnection, CustomerValue]:
    connection = cdnow_sample(retention_data)
    return connection, customer_value(connection, as_of=CALIBRATION, outlook=YEAR)


def test_the_customers_add_up_to_the_total_and_to_each_grouping(cdnow) -> None:
    connection, value = cdnow
    assert value.refusal is None
    assert value.net_share == 1
    rows = connection.table(value.table).df()
    assert len(rows) == rows["customer_id"].nunique() == 2357
    scored = score_histories(value.orders, value.spend, value.histories, outlook=YEAR)
    spent = net_spent(connection, as_of=CALIBRATION, months=3).iloc[0]
    assert rows["expected_orders"].sum() == pytest.approx(scored["customers"] @ scored["expected_orders"])
    assert rows["expected_spend"].sum() == pytest.approx(scored["expected_spend"].sum())
    assert rows["discounted_spend"].sum() == pytest.approx(scored["discounted_spend"].sum())
    cohorts = value_by_cohort(connection, value.table)
    assert cohorts["cohort"].tolist() == ["1997-01", "1997-02", "1997-03"]
    assert cohorts["customers"].sum() == spent["customers"] == 2357
    assert cohorts["spend_to_date"].sum() == pytest.approx(spent["spent"])
    assert cohorts["expected_spend"].sum() == pytest.approx(scored["expected_spend"].sum())
    assert (cohorts["worth_mean_low"] < cohorts["worth_mean"]).all()
    assert cohorts["worth_mean"].tolist() == pytest.approx(
        (cohorts["spend_to_date_mean"] + cohorts["expected_spend_mean"]).tolist()
    )


def test_the_best_are_those_of_whom_most_is_expected(cdnow) -> None:
    connection, value = cdnow
    rows = listed_values(connection, value).order("place").df()
    assert rows["place"].tolist() == list(range(1, 2358))
    assert rows["expected_spend"].is_monotonic_decreasing
    best = value_concentration(connection, value)
    assert best["customers"].tolist() == [24, 118, 236, 472, 1179]
    for row in best.itertuples():
        top = rows.head(row.customers)
        assert row.expected_spend_share == pytest.approx(top["expected_spend"].sum() / rows["expected_spend"].sum())
        assert row.spend_to_date_share == pytest.approx(top["spend_to_date"].sum() / rows["spend_to_date"].sum())
        assert row.expected_spend_from == pytest.approx(top["expected_spend"].iloc[-1])


def test_the_order_of_rows_moves_no_digit_of_a_sum(cdnow) -> None:
    connection, value = cdnow
    found = []
    for order in ("customer_id", "expected_spend", "-expected_spend"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE turned AS SELECT * FROM {value.table} ORDER BY {order}")
        turned = replace(value, table="turned")
        found.append((value_by_cohort(connection, "turned"), value_concentration(connection, turned)))
        found[-1] += (alive_summary(connection, turned),)
    for once, again in ((found[0], found[1]), (found[0], found[2])):
        for one, other in zip(once, again, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_model_says_only_of_repeat_customers_whether_they_are_there(cdnow) -> None:
    connection, value = cdnow
    rows = connection.table(value.table).df()
    assert (rows["probability_alive"].notna() == (rows["repeat_orders"] > 0)).all()
    alive = alive_summary(connection, value).iloc[0]
    assert (alive["customers"], alive["with_repeat"]) == (2357, 946)
    assert alive["expected_alive"] == pytest.approx(rows["probability_alive"].sum())


def test_later_orders_change_nothing(cdnow) -> None:
    connection, value = cdnow
    kept = connection.sql(f"SELECT * FROM orders_valid WHERE ordered_at < DATE '{CALIBRATION + timedelta(days=1)}'")
    alone = order_base(kept.project("customer_id, ordered_at, amount_cents").df())
    again = customer_value(alone, as_of=CALIBRATION, outlook=YEAR)
    columns = "customer_id, orders, spend_cents, expected_orders, expected_spend, probability_alive"
    frames = [
        con.table(name).project(columns).order("customer_id").df()
        for con, name in ((connection, value.table), (alone, again.table))
    ]
    pd.testing.assert_frame_equal(*frames, check_exact=False, rtol=1e-9)


# ---- too little for a forecast


TOO_LITTLE = {
    "too_few_customers": (lambda: many(499, 300, 100), (499, 500)),
    "too_short": (lambda: many(500, 179, 20), (179, 180)),
    "no_repeat_orders": (lambda: many(500, 300), (0, 1)),
}


@pytest.mark.parametrize("reason", TOO_LITTLE)
def test_too_little_data_are_not_foretold_from(reason: str) -> None:
    make, found = TOO_LITTLE[reason]
    connection = make()
    value = customer_value(connection, as_of=AS_OF, outlook=YEAR)
    assert value.refusal is not None
    assert (value.refusal.reason, value.refusal.found, value.refusal.needed) == (reason, *found)
    rows = listed_values(connection, value).df()
    assert rows[["expected_orders", "expected_spend", "discounted_spend", "probability_alive"]].isna().all(axis=None)
    assert rows["spend_to_date"].gt(0).all()
    assert value_concentration(connection, value)["expected_spend_share"].isna().all()
    cohorts = value_by_cohort(connection, value.table)
    assert cohorts["customers"].sum() == len(rows)
    assert cohorts["expected_spend"].isna().all()
    total = value_total(value.orders, value.spend, value.histories, outlook=YEAR)
    assert total[["expected", "low", "high"]].isna().all(axis=None)
    assert value.parameters["estimate"].isna().any()


def test_a_fit_without_a_best_answer_is_none() -> None:
    # Everybody orders again after the same time: no spread of rates, so the likelihood rises for ever.
    connection = many(600, 400, 391)
    value = customer_value(connection, as_of=AS_OF, outlook=YEAR)
    assert value.refusal is not None
    assert value.refusal.reason == "not_converged"
    assert listed_values(connection, value).df()["expected_spend"].isna().all()


def test_of_a_company_without_orders_every_table_is_empty_and_nothing_fails() -> None:
    connection = shop(("a", date(2026, 5, 1), 100))
    value = customer_value(connection, as_of=AS_OF, outlook=YEAR)
    assert value.refusal is not None
    assert value_concentration(connection, value).empty
    assert value_by_cohort(connection, value.table).empty
    assert alive_summary(connection, value)["customers"].tolist() == [0]
    assert net_spent(connection, as_of=AS_OF, months=12).iloc[0].tolist() == [0, 0, 0, 1]


# ---- by hand


def test_what_refunds_leave_is_told_of_all_orders_and_refunds_so_far() -> None:
    connection = shop(
        ("a", date(2024, 3, 1), 10_000), ("a", date(2025, 12, 1), 10_000), ("b", date(2025, 5, 1), 20_000)
    )
    connection.execute("INSERT INTO customer_months VALUES ('b', 24305, 0, -4000, 24304, 1)")  # in June 2025
    connection.execute("INSERT INTO customer_months VALUES ('c', 24305, 0, -900, NULL, 2)")  # who never ordered
    connection.execute("INSERT INTO customer_months VALUES ('a', 24312, 0, -5000, 24290, 1)")  # not yet
    row = net_spent(connection, as_of=AS_OF, months=12).iloc[0]
    assert row.tolist() == [2, 360.0, 260.0, 0.9]
    with pytest.raises(CallError, match="months is 0"):
        net_spent(connection, as_of=AS_OF, months=0)


def test_a_margin_is_set_or_said_or_known_but_never_guessed() -> None:
    connection = shop(("a", date(2025, 3, 1), 9_500), ("b", date(2025, 4, 1), 500), ("b", date(2023, 4, 1), 500))
    connection.execute("ALTER TABLE orders_valid ADD COLUMN margin_cents BIGINT")
    assert (margin_of(connection, as_of=AS_OF).share, margin_of(connection, as_of=AS_OF).source) == (None, "unknown")
    connection.execute("UPDATE orders_valid SET margin_cents = amount_cents * 3 / 10 WHERE customer_id = 'a'")
    known = margin_of(connection, as_of=AS_OF)
    assert (known.share, known.source) == (pytest.approx(0.3), "orders")
    connection.execute("UPDATE orders_valid SET amount_cents = 9400 WHERE customer_id = 'a'")
    assert margin_of(connection, as_of=AS_OF).share is None
    said = margin_of(connection, as_of=AS_OF, profile=0.25)
    assert (said.share, said.source) == (0.25, "profile")
    assert margin_of(connection, as_of=AS_OF, parameter=0.5, profile=0.25).source == "parameter"
    with pytest.raises(CallError, match=r"margin_share is 1\.5"):
        margin_of(connection, as_of=AS_OF, parameter=1.5)


def test_groups_hold_their_customers_money_and_order() -> None:
    connection = shop(("a", date(2025, 3, 1), 1_000), ("b", date(2025, 4, 1), 3_000), ("c", date(2025, 4, 1), 2_000))
    value = customer_value(connection, as_of=AS_OF, outlook=YEAR)
    connection.execute(
        f"CREATE OR REPLACE TABLE told AS SELECT * REPLACE (spend_cents / 100 AS expected_spend) FROM {value.table}"
    )
    connection.execute(
        "CREATE TABLE customers AS SELECT customer_id, 'web' AS source, NULL AS city FROM orders_valid"
        " WHERE customer_id < 'c'"
    )
    connection.execute("ALTER TABLE customers ADD COLUMN first_channel VARCHAR DEFAULT 'unassigned'")
    connection.execute("ALTER TABLE customers ADD COLUMN country VARCHAR")
    labels = connection.sql(
        "SELECT * FROM (VALUES ('a', 'x'), ('b', 'y'), ('c', 'x'), ('nobody', 'z')) t(customer_id, value)"
    )
    rows = value_by_label(connection, "told", labels)
    assert rows["value"].tolist() == ["x", "y"]
    assert rows["customers"].tolist() == [2, 1]
    assert rows["expected_spend"].tolist() == [30, 30]
    assert rows["spend_to_date_mean"].tolist() == [15, 30]
    assert rows["worth_mean"].tolist() == [30, 60]
    assert rows["expected_spend_share"].tolist() == [0.5, 0.5]
    assert trait_to_tell(connection) == "source"
    assert trait_to_tell(connection, "city") == "city"
    sources = value_by_trait(connection, "told", trait="source", as_of=AS_OF)
    assert sources[["value", "customers"]].to_numpy().tolist() == [["web", 2]]


def test_the_horizon_ends_on_the_last_day_of_a_month() -> None:
    assert horizon_days(date(2026, 1, 31), 1) == 28
    with pytest.raises(CallError, match="horizon_months is 0"):
        horizon_days(AS_OF, 0)


@pytest.mark.parametrize("name", SQL)
def test_the_text_says_its_grain_and_can_be_said_in_spark(name: str) -> None:
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8").replace("$trait", "customers.city")
    assert text.startswith("-- One row per ")
    said = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(said[0], read="spark")
