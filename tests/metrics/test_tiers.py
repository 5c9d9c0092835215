"""Tiers taken as joining: who reached one and may be compared, where the truth is known, and where nothing is said."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention_helpers import engine
from retention_helpers.metrics.tiers import KNOWN_MONTHS, TierEffect, tier_effects, tier_table
from tests.worlds.world import Simulated, World, simulate

AS_OF = date(2025, 12, 31)
OPENED = pd.Timestamp("2024-01-10")
EVENTS = ["customer_id", "at", "event", "tier", "points"]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(engine.connect()) as opened:
        yield opened


def register(con: duckdb.DuckDBPyConnection, orders: pd.DataFrame, memberships: pd.DataFrame) -> None:
    people = orders.groupby("customer_id")["ordered_at"].min().rename("first_order_at").reset_index()
    tables = {"orders_valid": orders, "customers": people.assign(first_channel="shop")}
    tables["memberships"] = memberships.astype({"tier": "str", "points": "float64"})
    for name, frame in tables.items():
        con.register("given", frame)
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")


def monthly(customers: list[str]) -> pd.DataFrame:
    """An order of 10.00 on the 10th of each month of 2024 and 2025."""
    at = pd.date_range("2024-01-10", periods=24, freq="MS") + timedelta(days=9)
    rows = pd.DataFrame([(name, when) for name in customers for when in at], columns=["customer_id", "ordered_at"])
    months = rows["ordered_at"].dt.year * 12 + rows["ordered_at"].dt.month - 1
    return rows.assign(order_id=rows.index.astype(str), month=months, amount_cents=1000, margin_cents=300)


def history(name: str, *tiers: tuple[str, str]) -> list[tuple]:
    """Joined at the opening with the tier basic, 10 points a month, then these tiers on these days."""
    earned = [(name, at, "earn", None, 10.0) for at in pd.date_range("2024-03-01", periods=22, freq="MS")]
    reached = [(name, pd.Timestamp(day), "tier", tier, None) for tier, day in tiers]
    return [(name, OPENED, "join", "basic", None), *earned, *reached]


def test_a_tier_is_reached_once_from_below_and_not_by_joining(con: duckdb.DuckDBPyConnection) -> None:
    events = [
        *history("a", ("silver", "2025-02-01"), ("basic", "2025-04-01"), ("silver", "2025-06-01")),
        *history("climbs", ("silver", "2025-03-01"), ("gold", "2025-08-01")),
        *history("falls", ("gold", "2025-08-01"), ("silver", "2025-09-01")),
        *history("early", ("silver", "2024-05-01")),
        *history("later", ("silver", "2026-01-01")),
        *history("never"),
    ]
    names = ["a", "climbs", "falls", "early", "later", "never"]
    register(con, monthly(names), pd.DataFrame(events, columns=EVENTS))
    found = tier_effects(con, as_of=AS_OF)
    assert [(tier.tier, tier.reached) for tier in found] == [("silver", 4), ("gold", 2)]
    # Of silver: who had been higher before, and who had it before anybody was known long enough, are left out.
    assert [tier.effects[0].counts["joined"] for tier in found] == [2, 2]
    assert KNOWN_MONTHS == 9
    assert all(tier.effects[0].verdict == "cannot_tell" for tier in found)
    table = tier_table(found)
    assert table["tier"].tolist() == ["silver", "gold"]
    assert table["declined"].str.contains("too_few_members").all()


def test_what_a_tier_takes_is_read_from_those_who_reached_it(con: duckdb.DuckDBPyConnection) -> None:
    events = [*history("a", ("silver", "2025-02-01")), *history("b", ("silver", "2025-02-01")), *history("c")]
    register(con, monthly(["a", "b", "c"]), pd.DataFrame(events, columns=EVENTS))
    (silver,) = tier_effects(con, as_of=AS_OF)
    assert silver.points_from == 120  # twelve months of ten points
    crowd = silver.crowd.set_index("share_low")
    assert crowd.index.tolist() == pytest.approx([0.7, 0.8, 0.9, 1.0, 1.1, 1.2])
    # 90 of 120 in November 2024, and so on to 120 in February 2025; "c" keeps them to December.
    assert crowd["members"].tolist() == [3, 3, 3, 2 + 11, 0, 0]
    # February, in which a and b reached it, and the month before.
    assert crowd["reached"].tolist() == [0, 0, 2, 2, 0, 0]


def test_without_tiers_there_is_nothing_and_without_points_no_nearness(con: duckdb.DuckDBPyConnection) -> None:
    register(con, monthly(["a"]), pd.DataFrame(history("a"), columns=EVENTS))
    assert tier_effects(con, as_of=AS_OF) == []
    assert tier_table([]).empty
    events = pd.DataFrame(history("a", ("silver", "2025-02-01")), columns=EVENTS)
    register(con, monthly(["a"]), events[events["event"] != "earn"])
    (silver,) = tier_effects(con, as_of=AS_OF)
    assert np.isnan(silver.points_from)
    assert silver.crowd.empty


@pytest.mark.parametrize(
    ("looking", "blind", "told"),
    [("raised", "raised", "raised"), ("raised", "cannot_tell", "cannot_tell"), ("raised", "lowered", "cannot_tell")],
)
def test_claimed_is_what_holds_with_what_was_spent_and_without(looking: str, blind: str, told: str) -> None:
    one, other = (SimpleNamespace(verdict=verdict) for verdict in (looking, blind))
    assert TierEffect("gold", 1, 1.0, (one,), (other,), pd.DataFrame()).verdicts == (told,)


# ---- simulated shops: all are members from their first order on, and the programme of the shop is the tier


def tier_of(con: duckdb.DuckDBPyConnection, shop: Simulated, reached: pd.DataFrame) -> TierEffect:
    """``reached``: customer_id, at."""
    first = shop.orders.groupby("customer_id")["ordered_at"].min().rename("at").reset_index()
    points = shop.orders["amount_cents"] / 100
    events = [
        first.assign(event="join", tier="basic"),
        shop.orders.assign(at=shop.orders["ordered_at"], event="earn", points=points),
        reached.assign(event="tier", tier="gold"),
    ]
    register(con, shop.orders, pd.concat(events, ignore_index=True).reindex(columns=EVENTS))
    (tier,) = tier_effects(con, as_of=shop.as_of.date())
    return tier


@pytest.mark.slow
@pytest.mark.parametrize(("effect", "verdict"), [(0.0, "cannot_tell"), (0.4, "raised")])
def test_a_tier_that_was_given_by_chance_is_judged_as_joining_is(
    con: duckdb.DuckDBPyConnection, effect: float, verdict: str
) -> None:
    shop = simulate(World("random", effect=effect, customers=5_000), seed=10)
    tier = tier_of(con, shop, shop.memberships[["customer_id", "at"]])
    found = tier.effects[0]
    assert found.declined == ()
    assert (found.verdict, tier.verdicts) == (verdict, (verdict,))
    assert found.robust_low < shop.true_effect() < found.robust_high
    assert tier.reached == len(shop.memberships)


@pytest.mark.slow
def test_a_tier_that_spend_alone_gives_is_declined(con: duckdb.DuckDBPyConnection) -> None:
    """Whoever has spent 600 in twelve months is in it: nobody who had spent as much is outside."""
    shop = simulate(World("engaged", customers=4_000), seed=2)
    by_day = shop.orders.sort_values("ordered_at").set_index("ordered_at")
    spent = by_day.groupby("customer_id")["amount_cents"].rolling("365D").sum().reset_index()
    reached = spent[spent["amount_cents"] >= 60_000].groupby("customer_id")["ordered_at"].min().rename("at")
    found = tier_of(con, shop, reached.reset_index()).effects[0]
    assert found.counts["compared"] > 300
    assert {one.reason for one in found.declined} & {"no_overlap", "too_certain"}
    assert found.verdict == "cannot_tell"
