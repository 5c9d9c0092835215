"""The key figures: each against its brute-force twin, its interval by name, its change on the same customers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from retention_helpers.metrics.churn import activity_ledger
from retention_helpers.metrics.intervals import newcombe_difference, poisson_interval, wilson
from retention_helpers.metrics.kpis import KPIS, KpiTables, kpi_history, kpis
from retention_helpers.metrics.money import monthly_money, net_and_gross_retention
from retention_helpers.metrics.retention import monthly_retention
from tests.metrics.shop_twins import twin_kpis
from tests.metrics.shops import (
    AS_OF,
    LAST,
    Shop,
    assert_rows_equal,
    month_end,
    order_frame,
    shops,
    shuffled,
    slow_facts,
)

ACTIVE_MONTHS = 2
COLUMNS = [
    "kpi",
    "value",
    "low",
    "high",
    "n",
    "previous",
    "previous_low",
    "previous_high",
    "last_year",
    "change",
    "change_low",
    "change_high",
]
SHARES = [*(kpi.name for kpi in KPIS if kpi.kind == "share"), "grr"]


def inputs(facts: dict[str, pd.DataFrame], as_of: date) -> KpiTables:
    cube = facts["activity_cube"]
    retention = monthly_retention(cube, as_of=as_of)
    return KpiTables(facts["month_buckets"], retention, activity_ledger(cube, as_of=as_of, active_months=ACTIVE_MONTHS))


def busy_shop(customers: int = 120) -> pd.DataFrame:
    """Fourteen months to 2025-12 in which each customer orders with a habit of its own."""
    rng = np.random.default_rng(7)
    rows = []
    for customer in range(customers):
        begin, habit = int(rng.integers(0, 14)), rng.uniform(0.1, 0.8)
        for number in range(begin, 14):
            for _ in range(1 + rng.binomial(2, habit / 3) if number == begin or rng.random() < habit else 0):
                day = (
                    pd.Timestamp(2024, 11, 1) + pd.DateOffset(months=number) + pd.Timedelta(int(rng.integers(28)), "D")
                )
                rows.append((f"c{customer}", f"o{len(rows)}", day, int(rng.lognormal(8, 0.6)), False, "web"))
    return order_frame(rows)


DECEMBER = date(2025, 12, 31)


@pytest.fixture(scope="module")
def busy() -> dict[str, pd.DataFrame]:
    return slow_facts(busy_shop(), DECEMBER)


def test_the_columns_and_the_rows_are_those_that_mail_and_index_read(busy: dict) -> None:
    frame = kpis(inputs(busy, DECEMBER), as_of=DECEMBER)
    assert list(frame) == COLUMNS
    assert frame["kpi"].tolist() == [kpi.name for kpi in KPIS]
    assert frame["kpi"].is_unique


@given(shops())
def test_every_key_figure_equals_its_brute_force_twin(orders: pd.DataFrame) -> None:
    facts, shop = slow_facts(orders), Shop.of(orders)
    frame = kpis(inputs(facts, AS_OF), as_of=AS_OF)
    if not shop.revenue:
        assert frame.empty
        return
    now, before = (twin_kpis(shop, month, ACTIVE_MONTHS) for month in (LAST, LAST - 1))
    begins = min(month for _, month in shop.revenue)
    known = begins <= LAST - 1
    expected = [
        {
            "value": now[name],
            "previous": before[name] if known else np.nan,
            "change": now[name] - before[name] if known else np.nan,
            "last_year": np.nan,
        }
        for name in frame["kpi"]
    ]
    assert_rows_equal(frame, expected)


@pytest.mark.slow
@given(shops(min_orders=1))
def test_rates_are_rates_and_neither_row_order_nor_later_rows_change_a_number(orders: pd.DataFrame) -> None:
    facts, as_of = slow_facts(orders), month_end(LAST - 3)
    frame = kpis(inputs(facts, as_of), as_of=as_of, seed=2)
    then = slow_facts(orders, as_of)
    mixed = {name: shuffled(table) for name, table in then.items()}
    pd.testing.assert_frame_equal(kpis(inputs(mixed, as_of), as_of=as_of, seed=2), frame)
    known = frame.set_index("kpi")
    for name in SHARES if len(known) else ():
        assert known.loc[name, ["value", "low", "high"]].dropna().between(0, 1).all(), name


def test_the_values_are_those_of_the_other_tables(busy: dict) -> None:
    buckets, retention, ledger = inputs(busy, DECEMBER)
    frame = kpis(KpiTables(buckets, retention, ledger), as_of=DECEMBER).set_index("kpi")
    money = monthly_money(buckets, as_of=DECEMBER).iloc[-1]
    rates = net_and_gross_retention(buckets, as_of=DECEMBER).iloc[-1]
    for table, names in (
        (money, ["orders", "revenue", "average_order_value", "purchase_frequency", "revenue_per_customer"]),
        (retention.iloc[-1], ["new_retention_rate", "existing_retention_rate"]),
        (ledger.iloc[-1], ["crr", "churn_rate", "strict_retention"]),
        (rates, ["nrr", "grr"]),
    ):
        for name in names:
            assert frame.loc[name, "value"] == pytest.approx(table[name])
            if f"{name}_low" in table:
                assert frame.loc[name, "low"] == pytest.approx(table[f"{name}_low"]), name
                assert frame.loc[name, "high"] == pytest.approx(table[f"{name}_high"]), name


def test_each_kind_has_the_interval_it_names(busy: dict) -> None:
    buckets, retention, ledger = inputs(busy, DECEMBER)
    frame = kpis(KpiTables(buckets, retention, ledger), as_of=DECEMBER).set_index("kpi")
    active = frame.loc["active_customers"]
    assert (active["low"], active["high"]) == pytest.approx(tuple(map(float, poisson_interval(active["value"]))))
    now, before = retention.iloc[-1], retention.iloc[-2]
    row = frame.loc["existing_retention_rate"]
    assert row["n"] == now["existing_base"]
    edges = wilson(now["existing_retained"], now["existing_base"])
    assert (row["low"], row["high"]) == pytest.approx(tuple(map(float, edges)))
    counts = [month[name] for month in (now, before) for name in ("existing_retained", "existing_base")]
    change = tuple(map(float, newcombe_difference(*counts)))
    assert (row["change"], row["change_low"], row["change_high"]) == pytest.approx(change)


def test_every_value_and_every_change_lies_in_its_interval(busy: dict) -> None:
    frame = kpis(inputs(busy, DECEMBER), as_of=DECEMBER)
    for name in ("value", "previous", "change"):
        low = frame["low" if name == "value" else f"{name}_low"]
        high = frame["high" if name == "value" else f"{name}_high"]
        assert frame[name].between(low, high).all(), name
    assert (frame["change_low"] < frame["change_high"]).all()
    assert np.allclose(frame["change"], frame["value"] - frame["previous"])


def test_totals_of_money_and_their_change_are_whole_cents(busy: dict) -> None:
    booked = busy["customer_months"].groupby("month")["revenue_cents"].sum()
    months = [int(booked.index[-1]), int(booked.index[-2]), int(booked.index[-1]) - 12]
    now, before, last_year = (int(booked[month]) for month in months)
    revenue = kpis(inputs(busy, DECEMBER), as_of=DECEMBER).set_index("kpi").loc["revenue"]
    found = revenue[["value", "previous", "last_year", "change"]].tolist()
    assert found == [now / 100, before / 100, last_year / 100, (now - before) / 100]


def test_the_same_month_last_year_is_a_year_ago(busy: dict) -> None:
    frame = kpis(inputs(busy, DECEMBER), as_of=DECEMBER).set_index("kpi")
    a_year_ago = date(2024, 12, 31)
    then = kpis(inputs(busy, a_year_ago), as_of=a_year_ago).set_index("kpi")
    assert np.allclose(frame["last_year"], then["value"], equal_nan=True)
    assert then["last_year"].isna().all()


def test_a_month_in_the_past_is_what_the_history_said_of_it(busy: dict) -> None:
    history = kpi_history(inputs(busy, DECEMBER), as_of=DECEMBER, seed=4)
    assert history["month"].nunique() == 14
    november = date(2025, 11, 30)
    then = kpis(inputs(busy, november), as_of=november, seed=4)
    past = history[history["month"] == "2025-11"].reset_index(drop=True)
    names = ["kpi", "value", "low", "high", "n"]
    pd.testing.assert_frame_equal(past[names], then[names])
    now = kpis(inputs(busy, DECEMBER), as_of=DECEMBER, seed=4)
    assert np.allclose(now["previous_low"], then["low"], equal_nan=True)


def test_before_the_data_there_are_no_rows_but_all_columns(busy: dict) -> None:
    early = date(2020, 1, 31)
    full, empty = (kpis(inputs(busy, as_of), as_of=as_of) for as_of in (DECEMBER, early))
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()
    histories = [kpi_history(inputs(busy, as_of), as_of=as_of) for as_of in (DECEMBER, early)]
    assert histories[1].empty
    assert (histories[1].dtypes == histories[0].dtypes).all()
