"""Value against cost, and how long paid members stay: worked by hand."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.acquisition_value import value_against_cost
from retention_helpers.metrics.lifetime_value import fit_sbg
from retention_helpers.metrics.paid_memberships import paid_contracts, paid_membership_curve

AS_OF = date(2025, 12, 31)
# Two cohorts of 100 and 300: spent 40 and 20 so far, 10 and 30 expected, won for 5 and 10.
COHORTS = pd.DataFrame(
    {
        "cohort": ["2025-01", "2025-02", "2025-03"],
        "customers": [100, 300, 50],
        "spend_to_date_mean": [40.0, 20.0, 5.0],
        "expected_spend_mean": [10.0, 30.0, 5.0],
        "worth_mean": [50.0, 50.0, 10.0],
        "worth_mean_low": [42.0, 46.0, 8.0],
        "worth_mean_high": [58.0, 54.0, 12.0],
    }
)
PAID = pd.DataFrame({"cohort": ["2025-01", "2025-02"], "cost_per_new": [5.0, 10.0], "payback_month": [3.0, np.nan]})


def test_value_stands_against_cost_by_cohort_and_over_all() -> None:
    rows = value_against_cost(COHORTS, PAID, margin_share=0.5)
    assert rows["cohort"].tolist() == ["2025-01", "2025-02", "all"]
    assert rows["customers"].tolist() == [100, 300, 400]
    assert rows["profit_to_date"].tolist() == [20, 10, 12.5]
    assert rows["expected_profit"].tolist() == [5, 15, 12.5]
    assert rows["cost_per_new"].tolist() == [5, 10, 8.75]
    assert rows["ratio"].tolist() == pytest.approx([5, 2.5, 25 / 8.75])
    assert rows["ratio_low"].tolist()[:2] == pytest.approx([4.2, 2.3])
    half = np.hypot(0.25 * 4, 0.75 * 2)
    assert rows["ratio_low"].iloc[2] == pytest.approx((25 - half) / 8.75)
    assert rows["ratio_high"].iloc[2] == pytest.approx((25 + half) / 8.75)
    assert rows["payback_month"].iloc[0] == 3


def test_without_a_margin_there_is_no_ratio_and_without_costs_no_row() -> None:
    rows = value_against_cost(COHORTS, PAID, margin_share=None)
    assert rows["cost_per_new"].tolist() == [5, 10, 8.75]
    assert rows[["profit_to_date", "expected_profit", "ratio", "ratio_low", "payback_month"]].isna().all(axis=None)
    none = value_against_cost(COHORTS, PAID[:0], margin_share=0.5)
    assert none.empty
    assert list(none) == list(rows)


def test_a_forecast_that_is_missing_leaves_cost_and_profit_so_far() -> None:
    unknown = COHORTS.assign(**dict.fromkeys([name for name in COHORTS if name[:5] in ("expec", "worth")], np.nan))
    rows = value_against_cost(unknown, PAID, margin_share=0.5)
    assert rows["profit_to_date"].tolist() == [20, 10, 12.5]
    assert rows["ratio"].isna().all()


def members(*events: tuple[str, str, str, int]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(
        'CREATE TABLE memberships (customer_id VARCHAR, "at" TIMESTAMP, event VARCHAR, paid_cents BIGINT)'
    )
    if events:
        connection.executemany("INSERT INTO memberships VALUES (?, ?, ?, ?)", [list(event) for event in events])
    return connection


def test_months_of_paid_members_are_counted_by_hand() -> None:
    connection = members(
        ("a", "2025-01-31 10:00", "join", 490),  # stays 11 whole months
        ("b", "2025-01-31 10:00", "join", 490),
        ("b", "2025-02-28 10:00", "leave", 490),  # after one month: no 31st in February
        ("c", "2025-03-10 10:00", "join", 490),
        ("c", "2025-03-15 10:00", "leave", 490),  # within the first month, which was paid
        ("d", "2025-03-10 10:00", "join", 490),
        ("d", "2025-05-11 10:00", "leave", 490),  # a day into the third
        ("e", "2025-12-10 10:00", "join", 490),  # has not had to decide
        ("f", "2025-03-10 10:00", "join", 0),  # free
        ("g", "2025-11-10 10:00", "join", 490),
        ("g", "2026-01-10 10:00", "leave", 490),  # not yet
    )
    rows = paid_contracts(connection, as_of=AS_OF)
    assert rows.to_numpy().tolist() == [[1, 2, 1], [3, 1, 0], [11, 0, 1]]


def test_the_published_contracts_have_their_curve_seen_and_expected() -> None:
    still = [1000, 869, 743, 653, 593, 551, 517, 491]
    contracts = pd.DataFrame({"periods": range(1, 8), "left": -np.diff(still), "still": [0] * 6 + [491]})
    kept = paid_membership_curve(contracts, fit_sbg(contracts), months=12)
    seen = kept[kept["source"] == "seen"]
    assert seen["share"].tolist() == pytest.approx([part / 1000 for part in still])
    model = kept[kept["source"] == "model"].set_index("months")
    assert model.loc[[0, 1, 7], "share"].tolist() == pytest.approx([1, 0.869, 0.491], abs=0.02)
    assert model.index.tolist() == list(range(13))
    assert (model["share_low"] <= model["share"]).all()


def test_without_paid_members_there_is_no_curve() -> None:
    contracts = paid_contracts(members(), as_of=AS_OF)
    assert list(contracts) == ["periods", "left", "still"]
    kept = paid_membership_curve(contracts, fit_sbg(contracts), months=12)
    assert kept.empty
    few = pd.DataFrame({"periods": [1, 2], "left": [3, 2], "still": [0, 5]})
    assert set(paid_membership_curve(few, fit_sbg(few), months=12)["source"]) == {"seen"}
