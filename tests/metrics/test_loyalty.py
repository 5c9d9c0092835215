"""The effect of a programme: where the truth is known, and where nothing may be said, each for its own reason."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.group_time import Estimate
from retention_helpers.metrics.intervals import wilson
from retention_helpers.metrics.loyalty import ProgrammeEffect, programme_effect
from retention_helpers.metrics.programme_declines import Decline
from retention_helpers.metrics.trial_effect import effect_of, fit_model
from tests.worlds.bg_nbd import simulate_bg_nbd
from tests.worlds.lives import draw_lives
from tests.worlds.trials import trials_of
from tests.worlds.world import Simulated, World, simulate

pytestmark = pytest.mark.slow

HIGH = World("engaged", effect=0.25, customers=2_400)


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate(HIGH, seed=3)


@pytest.fixture(scope="module")
def found(shop: Simulated) -> ProgrammeEffect:
    return effect(shop)


def effect(
    shop: Simulated,
    orders: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    **options: object,
) -> ProgrammeEffect:
    """Of a simulated shop, some of its tables replaced."""
    bought = shop.orders if orders is None else orders
    joined = shop.memberships if memberships is None else memberships
    people = bought.groupby("customer_id")["ordered_at"].min().rename("first_order_at").reset_index()
    people = people.assign(first_channel="shop")
    return programme_effect(bought, people, joined, as_of=shop.as_of.date(), **options)


def reasons(found: ProgrammeEffect) -> set[str]:
    return {one.reason for one in found.declined}


def test_the_interval_holds_the_truth_and_not_what_members_have_more_than_others(
    shop: Simulated, found: ProgrammeEffect
) -> None:
    assert found.low < shop.true_effect() < found.high
    assert found.robust_low < found.low < found.effect < found.high < found.robust_high
    assert found.others is not None
    assert found.others.naive > 2 * found.high


def test_what_would_have_come_anyway_holds_the_truth(shop: Simulated, found: ProgrammeEffect) -> None:
    """A quarter more was ordered: four fifths would have come anyway."""
    low, high = found.anyway
    assert 0.5 < low < 1 / 1.25 < high < 1
    assert np.isnan(replace(found, declined=(Decline("slope_fails"),)).anyway).all()


def test_months_before_and_after_joining_are_shown_and_those_because_of_which_one_joins_are_marked(
    found: ProgrammeEffect,
) -> None:
    study = found.event_study
    assert study["month"].tolist() == [*range(-9, 0), *range(1, 7)]
    assert study.loc[study["is_selection"], "month"].tolist() == [-3, -2, -1]
    assert (study["band_low"] < study["low"]).all()
    assert (study["band_high"] > study["high"]).all()


def test_every_member_is_counted_once(shop: Simulated, found: ProgrammeEffect) -> None:
    counts = found.counts
    assert counts["joined"] == len(shop.memberships)
    assert counts["joined"] == sum(counts[name] for name in ("compared", "no_order", "no_recent_order", "too_new"))
    assert counts["all_months_seen"] <= counts["compared"]
    assert 5 * counts["compared"] < counts["controls"] < 10 * counts["compared"]


def test_neither_row_order_nor_later_data_nor_where_the_tables_lie_change_the_answer(
    shop: Simulated, found: ProgrammeEffect
) -> None:
    as_of = (shop.as_of - pd.offsets.MonthEnd(2)).date()
    until = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    then = shop.orders[shop.orders["ordered_at"] < until].sample(frac=1, random_state=1)
    joined = shop.memberships[shop.memberships["at"] < until]
    people = shop.customers[shop.customers["customer_id"].isin(then["customer_id"])]
    con = duckdb.connect()
    con.register("bought", shop.orders)
    con.register("customers", shop.customers)
    one = programme_effect("bought", "customers", con.from_df(shop.memberships), as_of=as_of, connection=con)
    other = programme_effect(then, people, joined, as_of=as_of)
    assert (one.effect, one.low, one.robust_high) == pytest.approx((other.effect, other.low, other.robust_high))
    pd.testing.assert_frame_equal(one.event_study, other.event_study)
    assert one.counts == other.counts


@pytest.mark.parametrize("outcome", ["revenue", "margin", "active"])
def test_money_and_activity_have_an_effect_too(shop: Simulated, outcome: str) -> None:
    answer = effect(shop, outcome=outcome)
    assert answer.outcome == outcome
    if outcome == "revenue":
        assert answer.low < shop.true_effect("revenue") < answer.high
    if outcome == "margin":
        assert answer.effect == pytest.approx(0.3 * effect(shop, outcome="revenue").effect, rel=0.05)


def test_a_horizon_of_three_months_gives_three_months(shop: Simulated) -> None:
    assert effect(shop, horizon_months=3).event_study["month"].max() == 3


def test_unknown_outcomes_and_days_inside_a_month_are_refused(shop: Simulated) -> None:
    with pytest.raises(CallError, match="outcome 'clicks' is not known"):
        effect(shop, outcome="clicks")
    with pytest.raises(CallError, match="at least one month"):
        effect(shop, horizon_months=0)
    with pytest.raises(PeriodError):
        programme_effect(shop.orders, shop.customers, shop.memberships, as_of=pd.Timestamp("2024-11-15").date())


# ---- one shop for each reason to say nothing


def test_a_shop_of_which_nothing_is_wrong_is_not_declined(found: ProgrammeEffect) -> None:
    assert found.declined == ()


def test_declined_without_any_join(shop: Simulated) -> None:
    answer = effect(shop, memberships=shop.memberships.iloc[:0])
    assert reasons(answer) == {"no_joins"}
    assert np.isnan(answer.effect)
    assert answer.verdict == "cannot_tell"
    assert answer.event_study.dtypes.astype(str).tolist()[:2] == ["int64", "float64"]


def test_declined_for_too_few_members(shop: Simulated) -> None:
    answer = effect(shop, memberships=shop.memberships.iloc[:250])
    assert "too_few_members" in reasons(answer)


def test_declined_for_a_short_history(shop: Simulated) -> None:
    launch = int(shop.memberships["month"].min())
    answer = effect(shop, orders=shop.orders[shop.orders["month"] >= launch - 4])
    assert "short_history" in reasons(answer)


def test_declined_when_all_join_at_once(shop: Simulated) -> None:
    everybody = pd.DataFrame({"customer_id": shop.orders["customer_id"].unique(), "event": "join"})
    answer = effect(shop, memberships=everybody.assign(at=pd.Timestamp("2023-10-20")))
    assert "everybody_joined" in reasons(answer)


def test_declined_for_too_few_controls(shop: Simulated) -> None:
    """All customers have joined within three months of the launch, but for a few."""
    others = shop.orders[shop.orders["month"] >= shop.orders["month"].min() + 8]
    first = others.groupby("customer_id")["ordered_at"].min()
    members = first.iloc[:-40].rename("at").reset_index().assign(event="join")
    assert "too_few_controls" in reasons(effect(shop, memberships=members))


def test_declined_for_joins_that_were_dated_back(shop: Simulated) -> None:
    dated = shop.memberships.copy()
    dated.loc[dated.index % 5 < 2, "at"] = pd.Timestamp("2022-12-24")
    assert "joins_not_dated" in reasons(effect(shop, memberships=dated))


def test_declined_for_joins_that_are_known_by_their_month_alone(shop: Simulated) -> None:
    first = shop.memberships["at"].dt.to_period("M").dt.start_time
    answer = effect(shop, memberships=shop.memberships.assign(at=first))
    assert answer.counts["by_month"] == answer.counts["joined"]
    assert "joins_by_month" in reasons(answer)


def test_joins_known_by_their_day_are_no_joins_known_by_their_month(shop: Simulated, found: ProgrammeEffect) -> None:
    answer = effect(shop, memberships=shop.memberships.assign(at=shop.memberships["at"].dt.normalize()))
    assert answer.counts["by_month"] < 0.1 * answer.counts["joined"]
    assert "joins_by_month" not in reasons(answer)
    assert found.counts["by_month"] == 0


def test_declined_for_members_without_a_date_of_joining(shop: Simulated) -> None:
    undated = shop.memberships.assign(event=np.where(shop.memberships.index % 5 < 2, "earn", "join"))
    answer = effect(shop, memberships=undated)
    assert answer.counts["no_join_date"] > 0
    assert "joins_not_dated" in reasons(answer)


def test_declined_when_nobody_comparable_stayed_outside(shop: Simulated) -> None:
    """Whoever orders for the fifth time in 60 days is a member from then on, nobody else."""
    rows = shop.orders.sort_values(["customer_id", "ordered_at"])
    fifth = rows.groupby("customer_id")["ordered_at"].shift(4)
    is_fifth = (rows["ordered_at"] - fifth <= pd.Timedelta(days=60)) & (rows["month"] >= rows["month"].min() + 8)
    members = rows[is_fifth].groupby("customer_id")["ordered_at"].min().rename("at").reset_index()
    assert reasons(effect(shop, memberships=members.assign(event="join"))) >= {"no_overlap", "too_certain"}


def test_declined_when_a_trend_could_not_be_told_from_a_short_history() -> None:
    """All joined in the first month of the programme, half a year after the shop had opened."""
    young = simulate(World("engaged", effect=0.25, customers=6_000, months=14, launch=6), seed=3)
    first = young.memberships[young.memberships["at"] < young.memberships["at"].min() + pd.Timedelta(days=31)]
    assert "slope_untried" in reasons(effect(young, memberships=first))


def test_declined_when_a_trend_could_not_have_been_seen() -> None:
    young = simulate(World("engaged", effect=0.1, customers=4_000, months=16, launch=7), seed=5)
    assert "placebo_blind" in reasons(effect(young))


def test_declined_when_nobody_stayed_outside_to_pretend_a_joining(shop: Simulated) -> None:
    """All others join as well, within the last 75 days."""
    others = sorted(set(shop.orders["customer_id"]) - set(shop.memberships["customer_id"]))
    days = np.random.default_rng(0).uniform(0, 75, len(others))
    late = pd.DataFrame({"customer_id": others, "at": shop.as_of - pd.to_timedelta(days, unit="D"), "event": "join"})
    answer = effect(shop, memberships=pd.concat([shop.memberships, late], ignore_index=True))
    assert "placebo_untried" in reasons(answer)


def test_declined_when_members_were_growing_anyway() -> None:
    world = World("trend", customers=3_000)
    lives = draw_lives("trend", 3_000, 24, np.random.default_rng(1))
    # Those who wish to join grow by ten per cent a month, all others not at all.
    wish = lives.wish.mean(axis=1)
    grows = np.where(wish > np.quantile(wish, 0.7), 0.10, 0.0)[:, None] * (np.arange(24) - 12)
    lives = replace(lives, rate=lives.rate.mean(axis=1, keepdims=True) * np.exp(grows))
    answer = effect(simulate(world, 1, lives))
    assert "slope_fails" in reasons(answer)
    assert answer.verdict == "cannot_tell"


@pytest.mark.parametrize("outcome", ["orders", "revenue"])
def test_the_room_lies_on_both_sides_and_follows_what_showed_before_joining(shop: Simulated, outcome: str) -> None:
    answer = effect(shop, outcome=outcome)
    assert answer.others is not None
    study = answer.event_study.set_index("month")["effect"]
    room = 0.05 * abs(answer.others.naive - answer.effect) + 0.25 * study[[-3, -2]].abs().max()
    assert answer.room == pytest.approx(room)
    assert (answer.low - answer.robust_low, answer.robust_high - answer.high) == pytest.approx((room, room))


def test_the_later_months_are_the_second_half_weighed_by_members_seen(found: ProgrammeEffect) -> None:
    study = found.event_study.set_index("month")["effect"]
    later = (found.late_low + found.late_high) / 2
    assert study[[4, 5, 6]].min() < later < study[[4, 5, 6]].max()
    assert found.late_low < found.late_high


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "raised"),
        ({"robust_low": -0.01}, "cannot_tell"),
        ({"late_low": -0.01}, "cannot_tell"),
        ({"fixed_effects": -0.01}, "raised"),
        ({"fixed_effects": -0.03}, "cannot_tell"),
        ({"fixed_effects": np.nan}, "cannot_tell"),
        ({"declined": (Decline("slope_fails"),)}, "cannot_tell"),
        ({"robust_low": -0.3, "robust_high": -0.1, "late_high": -0.1, "fixed_effects": -0.1}, "lowered"),
        ({"robust_low": -0.3, "robust_high": -0.1, "late_high": 0.1, "fixed_effects": -0.1}, "cannot_tell"),
        ({"robust_low": -0.3, "robust_high": -0.1, "late_high": -0.1, "fixed_effects": 0.03}, "cannot_tell"),
        ({"robust_low": -0.3, "robust_high": -0.1, "late_high": -0.1, "fixed_effects": 0.01}, "lowered"),
    ],
)
def test_a_claim_asks_for_the_interval_the_later_months_and_no_contradiction(
    found: ProgrammeEffect, changes: dict, verdict: str
) -> None:
    given = {"robust_low": 0.1, "robust_high": 0.3, "late_low": 0.1, "late_high": 0.3, "declined": ()} | changes
    fixed = Estimate(given.pop("fixed_effects", 0.1), 0.01)
    assert found.others is not None
    assert replace(found, others=replace(found.others, fixed_effects=fixed), **given).verdict == verdict


def test_a_true_fall_is_claimed_though_fixed_effects_lean_the_other_way() -> None:
    found = effect(simulate(World("random", -0.10, customers=5_000), seed=1_003))
    assert found.others is not None
    assert found.others.fixed_effects.value > 0
    assert found.verdict == "lowered"


def test_who_joins_later_gains_in_proportion_so_that_a_large_effect_is_not_taken_for_a_smaller_one() -> None:
    """Of another family than the estimator knows: taken as one size for all, a tenth of the effect would be missing."""
    parts = []
    for seed in range(4):
        shop = simulate_bg_nbd(World("bg_nbd", 0.6, customers=4_000), seed=seed)
        parts.append(effect(shop).effect / shop.true_effect())
    assert np.mean(parts) > 0.93


def test_a_trend_goes_on_to_the_months_after_joining(found: ProgrammeEffect) -> None:
    """From the middle of a member's own level to the middle of the months after: about a year here."""
    assert found.tests is not None
    assert 9 < found.tests.slope.reach * 6 < 13
    assert found.room == found.tests.widening


def test_a_programme_whose_members_have_all_just_joined_says_so(shop: Simulated) -> None:
    late = shop.memberships[shop.memberships["at"] >= shop.as_of - pd.Timedelta(days=20)]
    found = effect(shop, memberships=late)
    assert found.counts["joined"] == len(late) > 0
    assert "too_few_members" in reasons(found)
    assert np.isnan(found.effect)


def test_members_drawn_at_random_have_no_effect_within_the_interval(shop: Simulated) -> None:
    """200 times others are called members, as many in each month: the plain interval must hold 0 in 95 %."""
    trials = trials_of(shop)
    outside = trials.take(~trials.is_joiner & np.isinf(trials.joins_after))
    rng = np.random.default_rng(0)
    covers = 0
    for _ in range(200):
        joins = np.zeros(len(outside.month), dtype=bool)
        for month in np.unique(outside.month):
            here = np.flatnonzero(outside.month == month)
            joins[rng.choice(here, len(here) // 9, replace=False)] = True
        found = effect_of(fit_model(outside.with_joiners(joins), "orders"))
        covers += abs(found.value) < 1.96 * found.se
    low, high = wilson(covers, 200)
    assert low <= 0.95 <= high
