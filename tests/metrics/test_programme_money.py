"""Money of a programme, worked by hand; and the effect by quarter and chance."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention_helpers import engine
from retention_helpers.metrics.group_time import Estimate
from retention_helpers.metrics.loyalty import ProgrammeEffect, effect_on, effect_table
from retention_helpers.metrics.programme import Programme, read_programme
from retention_helpers.metrics.programme_declines import Decline
from retention_helpers.metrics.programme_groups import chance_classes, effect_by_quarter
from retention_helpers.metrics.programme_money import ProgrammeMoney, Terms, programme_money
from retention_helpers.metrics.programme_panel import SecondOpinions
from retention_helpers.metrics.programme_points import Points
from tests.worlds.world import World, simulate

AS_OF = pd.Timestamp("2026-06-30").date()
TERMS = Terms(margin_share=0.4, reward_cost_share=0.5)
POINTS = Points(
    ages=pd.DataFrame(),
    earned=1000.0,
    redeemed=0.0,
    expired=0.0,
    held=1000.0,
    unearned=0.0,
    value_per_point=0.1,
    breakage_low=0.2,
    breakage_high=0.6,
)


def revenue(low: float, value: float, high: float) -> ProgrammeEffect:
    study = pd.DataFrame({"month": [-1, 1, 2, 3, 4, 5, 6]})
    others = SecondOpinions(9.0, 9.0, Estimate(value, 0.1), Estimate(value, 0.1))
    late = {"late_low": low, "late_high": high}
    return ProgrammeEffect("revenue", value, low, high, low, high, study, None, (), others, {}, **late)


def money(
    effect: ProgrammeEffect, points: Points = POINTS, terms: Terms = TERMS, *, cost: float = 90.0
) -> ProgrammeMoney:
    """Two members: one joined nine months ago, of whom six count; one two months and a day ago.

    In these months 300 points were earned, 100 redeemed, 20 expired; others later. All members: 9 and 2 months.
    """
    members = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "joined_at": pd.to_datetime(["2025-09-28", "2026-04-29", "2026-01-01"]),
            "reason": ["compared", "compared", "too_new"],
        }
    )
    events = pd.DataFrame(
        [
            ("a", "2025-10-05", "earn", 200.0),
            ("a", "2025-12-05", "redeem", 100.0),
            ("a", "2026-03-01", "expire", 20.0),
            ("a", "2026-05-01", "redeem", 70.0),  # after its sixth month
            ("b", "2026-05-02", "earn", 100.0),
            ("c", "2026-05-02", "earn", 999.0),  # not compared
        ],
        columns=["customer_id", "at", "event", "points"],
    )
    events = events.assign(at=pd.to_datetime(events["at"]))
    costs = pd.DataFrame({"month": [2026 * 12 + 1], "purpose": ["programme"], "amount_cents": [cost * 100]})
    with closing(engine.connect()) as con:
        con.register("trial_joiners", members)
        con.register("programme_joins", members)
        con.register("memberships", events)
        con.register("costs", costs if cost else costs.iloc[:0])
        return programme_money(con, effect, points, terms, as_of=AS_OF)


def test_the_money_of_two_members_worked_by_hand() -> None:
    found = money(revenue(1.0, 3.0, 5.0))
    assert found.member_months == 8  # 6 and 2
    parts = found.parts.set_index("part")
    # 8 months x 0.4; a point redeemed costs 0.1 x 0.5.
    assert parts.loc["gain"].tolist() == pytest.approx([9.6, 3.2, 16.0])
    assert parts.loc["rewards", "amount"] == pytest.approx(-5.0)
    # Of 300 points earned 40 to 80 % are ever redeemed, 100 were already: 20 to 140 more.
    assert parts.loc["outstanding", ["low", "high"]].tolist() == pytest.approx([-7, -1])
    running = parts.loc["running", "amount"]
    joined = ("2025-09-28", "2026-04-29", "2026-01-01")
    everybody = sum((pd.Timestamp("2026-07-01") - pd.Timestamp(one)).days for one in joined)
    assert running == pytest.approx(-90 * 8 / (everybody / 30.4375))
    assert parts.loc["net"].tolist() == pytest.approx([9.6 - 5 - 4 + running, 3.2 - 5 - 7 + running, 11 - 1 + running])
    assert found.break_even == pytest.approx(((6 - running) / 3.2, (12 - running) / 3.2))


def test_at_break_even_nothing_is_left() -> None:
    least, most = money(revenue(0, 0, 0)).break_even
    parts = money(revenue(most, (least + most) / 2, least)).parts.set_index("part")
    assert parts.loc["net"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)


@pytest.mark.parametrize(
    "why",
    [
        {"declined": (Decline("slope_fails"),)},
        {"late_low": -1.0},
        {"others": SecondOpinions(9.0, 9.0, Estimate(-2.0, 0.1), Estimate(2.0, 0.1))},
    ],
)
def test_an_effect_that_is_not_claimed_gains_nothing_and_break_even_stands(why: dict) -> None:
    """A reason, the later months, fixed effects: though the interval is clear of zero, no money is made of it."""
    found = money(replace(revenue(1, 2, 3), **why))
    parts = found.parts.set_index("part")
    assert parts.loc[["gain", "net"], "amount"].isna().all()
    assert parts.loc["rewards", "amount"] == pytest.approx(-5.0)
    assert found.break_even[0] > 0


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("no_margin", {"terms": Terms(None, 0.5)}),
        ("no_reward_cost", {"terms": Terms(0.4, None)}),
        ("no_value", {"points": replace(POINTS, value_per_point=np.nan)}),
    ],
)
def test_what_nobody_says_is_not_guessed(reason: str, changes: dict) -> None:
    found = money(revenue(1, 2, 3), **changes)
    assert found.missing == reason
    assert found.parts.empty


def test_a_programme_without_points_needs_no_cost_of_a_reward() -> None:
    nothing = replace(POINTS, earned=0.0, held=0.0, value_per_point=np.nan, breakage_low=np.nan, breakage_high=np.nan)
    parts = money(revenue(1, 2, 3), nothing, Terms(0.4, None)).parts.set_index("part")
    assert parts.loc[["rewards", "outstanding"]].to_numpy().tolist() == [[0, 0, 0], [0, 0, 0]]
    assert parts.loc["net"].notna().all()


def test_without_any_cost_in_the_data_that_is_said() -> None:
    assert not money(revenue(1, 2, 3), cost=0).has_running_cost
    assert money(revenue(1, 2, 3)).has_running_cost


# ---- groups


@pytest.fixture(scope="module")
def read() -> Programme:
    shop = simulate(World("engaged", effect=0.25, customers=2_400), seed=3)
    return read_programme(shop.orders, shop.customers, shop.memberships, as_of=shop.as_of.date())


@pytest.fixture(scope="module")
def effect(read: Programme) -> ProgrammeEffect:
    return effect_on(read, "orders")


def test_quarters_hold_every_member_once_and_small_ones_are_only_counted(
    read: Programme, effect: ProgrammeEffect
) -> None:
    quarters = effect_by_quarter(read, effect)
    assert quarters["members"].sum() == effect.counts["compared"]
    assert quarters["quarter"].is_unique
    assert quarters.loc[quarters["members"] < 100, "effect"].isna().all()
    large = quarters.dropna()
    assert len(large) >= 2
    assert ((large["low"] < effect.effect) & (effect.effect < large["high"])).all()


def test_quarters_are_those_of_joining(read: Programme, effect: ProgrammeEffect) -> None:
    later = replace(read, trials=replace(read.trials, start_month=read.trials.start_month + 3))
    usual, moved = effect_by_quarter(read, effect), effect_by_quarter(later, effect)
    assert moved["quarter"].tolist()[:-1] == usual["quarter"].tolist()[1:]
    assert moved["members"].tolist() == usual["members"].tolist()


def test_classes_of_chance_hold_every_member_and_control(read: Programme, effect: ProgrammeEffect) -> None:
    classes = chance_classes(read, effect)
    assert classes["members"].sum() == effect.counts["compared"]
    assert classes["controls"].sum() == effect.counts["controls"]
    assert classes[["members_share", "controls_share"]].sum().tolist() == pytest.approx([1, 1])
    # Weighted as they are compared, controls are as likely to join as members are.
    assert (classes["members_share"] - classes["controls_share"]).abs().max() < 0.05


def test_the_table_of_ways_says_what_each_answers(effect: ProgrammeEffect) -> None:
    table = effect_table([effect]).set_index("way")
    assert table.loc["trials", ["effect", "robust_low"]].tolist() == [effect.effect, effect.robust_low]
    assert effect.others is not None
    assert table.loc["naive", "effect"] == effect.others.naive
    assert table.loc[["naive", "before_after"], "low"].isna().all()


def test_customers_outside_ordered_within_a_year_and_never_joined(read: Programme) -> None:
    shop = simulate(World("engaged", effect=0.25, customers=2_400), seed=3)
    late = shop.orders[shop.orders["month"] > shop.orders["month"].max() - 12]
    assert read.counts["outside"] == len(set(late["customer_id"]) - set(shop.memberships["customer_id"])) > 0


def test_of_nobody_nothing_is_told() -> None:
    shop = simulate(World("random", customers=300), seed=1)
    read = read_programme(shop.orders, shop.customers, shop.memberships.iloc[:0], as_of=shop.as_of.date())
    nothing = effect_on(read, "orders")
    assert effect_by_quarter(read, nothing).empty
    assert chance_classes(read, nothing).empty
    assert effect_table([nothing])["way"].tolist() == ["trials"]
