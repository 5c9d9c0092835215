"""What moved a key figure: parts that add up exactly, by hand and by a slow twin over single customers."""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retention_helpers.metrics.churn import activity_ledger
from retention_helpers.metrics.driver_counts import DIMENSIONS, DriverRules
from retention_helpers.metrics.drivers import decompose, drivers
from retention_helpers.metrics.kpis import KPIS, KpiTables, kpis
from retention_helpers.metrics.retention import monthly_retention
from retention_helpers.params import load_profile
from retention_helpers.periods import Period
from tests.metrics.database import fact_base
from tests.metrics.segment_shops import LINES
from tests.metrics.shops import AS_OF, LAST, Order, Shop, label, order_frame, shops, slow_facts

RULES = DriverRules(active_months=2, segments=load_profile("sample").segment_rules)
counts = arrays(float, 4, elements=st.integers(0, 400).map(float))


@given(counts, counts, counts, counts, st.booleans())
def test_the_parts_add_up_to_the_change_whatever_the_groups(top0, bottom0, top1, bottom1, is_amount) -> None:
    if not is_amount and (bottom0.sum() == 0 or bottom1.sum() == 0):
        return
    mix, rate = decompose((top0, bottom0), (top1, bottom1), is_amount=is_amount)
    change = top1.sum() - top0.sum()
    if not is_amount:
        change = top1.sum() / bottom1.sum() - top0.sum() / bottom0.sum()
    assert (mix + rate).sum() == pytest.approx(change, abs=1e-9)


@given(counts, counts, counts, counts)
def test_the_month_told_backwards_has_the_same_parts_with_the_other_sign(top0, bottom0, top1, bottom1) -> None:
    forth = decompose((top0, bottom0), (top1, bottom1), is_amount=True)
    back = decompose((top1, bottom1), (top0, bottom0), is_amount=True)
    np.testing.assert_allclose(np.array(forth), -np.array(back), atol=1e-9)


def test_two_channels_worked_by_hand() -> None:
    # Web 300 of 1,000 came back, shop 200 of 1,000: 25%. Then web 260 of 1,300, shop 140 of 700: 20%.
    mix, rate = decompose(
        (np.array([300.0, 200.0]), np.array([1000.0, 1000.0])), (np.array([260.0, 140.0]), np.array([1300.0, 700.0]))
    )
    # Web: its share grew from .50 to .65, its rate (.30, .20) is .025 above the whole (.25, .20) on average.
    assert mix.tolist() == pytest.approx([0.15 * (0.25 - 0.225), -0.15 * (0.20 - 0.225)])
    # and fell by 10 points for .575 of all; the shop's rate stayed at 20%.
    assert rate.tolist() == pytest.approx([0.575 * -0.10, 0.0])
    assert (mix + rate).sum() == pytest.approx(-0.05)


def channels(orders: pd.DataFrame) -> dict[str, str]:
    """Customer -> the channel of the first order."""
    return {order.customer: order.channel for order in sorted(Shop.of(orders).orders, key=_time, reverse=True)}


def _time(order: Order) -> tuple:
    return order.at, order.order


def base(orders: pd.DataFrame, facts: dict[str, pd.DataFrame]) -> duckdb.DuckDBPyConnection:
    """The customer level with ``customers``: each one's first order names the channel."""
    connection = fact_base(facts)
    first = facts["customer_months"].groupby("customer_id")["first_month"].min()
    known = channels(orders)
    channel = [known.get(customer) for customer in first.index]
    frame = pd.DataFrame({"customer_id": first.index, "first_channel": channel, "first_month": first.to_numpy()})
    connection.register("frame", frame.astype({"customer_id": "str", "first_channel": "str"}))
    connection.execute("CREATE OR REPLACE TABLE customers AS SELECT * FROM frame")
    connection.execute(f"CREATE OR REPLACE TABLE order_lines ({LINES})")
    connection.unregister("frame")
    return connection


def all_moved(compared_with: int) -> pd.DataFrame:
    """Key figures of every kind, all of them moved."""
    names = [kpi.name for kpi in KPIS if kpi.name not in ("grr", "strict_retention", "purchase_frequency")]
    return pd.DataFrame({"kpi": names, "compared_with": label(compared_with), "moved": "up"})


def values_of(facts: dict[str, pd.DataFrame], as_of: date) -> pd.Series:
    cube = facts["activity_cube"]
    tables = KpiTables(
        facts["month_buckets"],
        monthly_retention(cube, as_of=as_of),
        activity_ledger(cube, as_of=as_of, active_months=RULES.active_months),
    )
    return kpis(tables, as_of=as_of).set_index("kpi")["change"]


def slow_parts(shop: Shop, channel_of: dict[str, str], month: int) -> Iterator[tuple[str, str, float, float]]:
    """(key figure, channel, numerator, denominator) of a month, customer by customer."""
    when: dict[str, list[int]] = {}
    for order in shop.orders:
        when.setdefault(order.customer, []).append(order.month)
    for customer, channel in channel_of.items():
        mine = when.get(customer, [])
        now, before = month in mine, month - 1 in mine
        started = any(month - RULES.active_months <= each < month for each in mine)
        active = any(month - RULES.active_months < each <= month for each in mine)
        existing = before and (min(mine) < month - 1 or mine.count(month - 1) > 1)
        yield "active_customers", channel, now, now
        yield "revenue", channel, shop.revenue.get((customer, month), 0) / 100, now
        yield "existing_retention_rate", channel, existing and now, existing
        yield "churn_rate", channel, started and not active, started


@given(shops(min_orders=1))
def test_the_parts_equal_their_slow_twin_and_add_up_to_the_change_of_the_key_figures(orders: pd.DataFrame) -> None:
    facts, shop = slow_facts(orders), Shop.of(orders)
    if not shop.orders:
        return
    found = drivers(base(orders, facts), all_moved(LAST - 1), as_of=AS_OF, rules=RULES)
    change = values_of(facts, AS_OF)[list(all_moved(LAST - 1)["kpi"])]
    known = change.notna()
    for dimension in DIMENSIONS:
        parts = found[found["dimension"] == dimension].groupby("kpi")["part"].sum()
        np.testing.assert_allclose(
            parts.reindex(change.index).fillna(0)[known], change[known], atol=1e-6, err_msg=dimension
        )
    sides = [pd.DataFrame(slow_parts(shop, channels(orders), month)) for month in (LAST - 1, LAST)]
    sums = [side.groupby([0, 1]).sum() for side in sides]
    of_channel = found[found["dimension"] == "channel"].set_index(["kpi", "value"])
    for kpi in ("active_customers", "revenue", "existing_retention_rate", "churn_rate"):
        if not known[kpi]:
            continue
        mine = [side.loc[kpi].astype(float) for side in sums]
        pairs = [(side[2].to_numpy(), side[3].to_numpy()) for side in mine]
        parts = np.sum(decompose(*pairs, is_amount=kpi in ("active_customers", "revenue")), axis=0)
        for channel, part in zip(mine[0].index, parts, strict=True):
            shown = of_channel["part"].get((kpi, channel), 0.0)
            assert shown == pytest.approx(part, abs=1e-6), (kpi, channel)


def web_lost_them(size: int = 600) -> pd.DataFrame:
    """In November half of the customers of both channels order again; in December the shop's do, of the web's few."""
    rows = []
    for number in range(size):
        channel = "web" if number % 2 else "shop"
        months = [LAST - 3, LAST - 2]
        if number % 4 < 2:
            months.append(LAST - 1)
        if number % 4 < (2 if channel == "shop" else 1) or number % 20 == 1:
            months.append(LAST)
        for month in months:
            at = pd.Timestamp(Period(month).start) + pd.Timedelta(number % 20, "D")
            rows.append((f"c{number}", f"o{number}-{month}", at, 1000, False, channel))
    return order_frame(rows)


def test_the_channel_that_lost_its_customers_stands_out_and_later_orders_change_nothing() -> None:
    orders = web_lost_them()
    moved = all_moved(LAST - 1).query("kpi == 'active_customers'").assign(moved="down")
    found = drivers(base(orders, slow_facts(orders)), moved, as_of=AS_OF, rules=RULES)
    assert found.loc[found["is_driver"] & (found["dimension"] == "channel"), "value"].tolist() == ["web"]
    web = found[found["value"] == "web"].iloc[0]
    assert web["part_low"] < web["part"] < web["part_high"] < 0
    later = ("c3", "later", pd.Timestamp(Period(LAST + 1).start), 5000, False, "shop")
    more = pd.concat([orders, order_frame([later])], ignore_index=True)
    again = drivers(base(more, slow_facts(more, Period(LAST + 1).as_of)), moved, as_of=AS_OF, rules=RULES)
    pd.testing.assert_frame_equal(found, again)


def test_nothing_moved_gives_the_same_columns_and_types() -> None:
    orders = web_lost_them(40)
    connection = base(orders, slow_facts(orders))
    full = drivers(connection, all_moved(LAST - 1), as_of=AS_OF, rules=RULES)
    empty = drivers(connection, all_moved(LAST - 1).assign(moved=""), as_of=AS_OF, rules=RULES)
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
