"""The simulated shops: what they say is true is what happens in them, and they have the traps that shops have."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.group_time import group_time_att
from retention_helpers.metrics.programme import read_programme
from retention_helpers.metrics.programme_panel import second_opinions
from tests.worlds.bg_nbd import simulate_bg_nbd
from tests.worlds.lives import HARDER, WORLDS
from tests.worlds.world import Simulated, World, simulate

pytestmark = pytest.mark.slow

SMALL = 1_200


def per_member(shop: Simulated) -> tuple[float, float]:
    """Orders of members a month after the month of joining, and how many of them the effect is said to have made."""
    truth = shop.truth()
    joined = dict(zip(shop.memberships["customer_id"], shop.memberships["month"], strict=True))
    later = shop.orders[shop.orders["month"] > shop.orders["customer_id"].map(joined)]
    mine = truth[truth["month"] > truth["customer_id"].map(joined)]
    return len(later) / len(mine), mine["extra_orders"].mean()


@pytest.mark.parametrize("name", [*WORLDS, *HARDER])
def test_without_an_effect_nothing_is_extra_and_members_still_order_more(name: str) -> None:
    shop = simulate(World(name, customers=SMALL), seed=1)
    assert shop.true_effect() == 0
    usual, extra = per_member(shop)
    assert extra == 0
    assert usual > 1.15 * len(shop.orders) / SMALL / 24


@pytest.mark.parametrize("effect", [0.3, -0.2])
def test_the_truth_is_what_the_same_customers_do_otherwise(effect: float) -> None:
    """Of all orders of members after joining, the effect has made effect / (1 + effect)."""
    usual, extra = per_member(simulate(World("engaged", effect, customers=SMALL), seed=2))
    assert extra / usual == pytest.approx(effect / (1 + effect), abs=0.02)


def test_the_truth_of_the_other_family_too() -> None:
    """The same rates, with and without an effect: what members order differs by the truth."""
    shops = [simulate_bg_nbd(World("bg_nbd", effect, customers=6_000), seed=3) for effect in (0.0, 0.3)]
    (usual, _), (more, extra) = (per_member(shop) for shop in shops)
    assert more - usual == pytest.approx(extra, abs=0.1)
    assert shops[1].true_effect() > 0.1


def test_orders_lie_in_their_month_and_one_joins_at_an_order_at_the_checkout() -> None:
    shop = simulate(World("checkout", 0.15, customers=SMALL), seed=4)
    months = shop.orders["ordered_at"].dt.year * 12 + shop.orders["ordered_at"].dt.month - 1
    assert (months == shop.orders["month"]).all()
    pairs = shop.memberships.merge(shop.orders, left_on=["customer_id", "at"], right_on=["customer_id", "ordered_at"])
    assert len(pairs) >= len(shop.memberships)


@pytest.mark.parametrize(("shape", "first_is_larger"), [("fades", True), ("ramps", False)])
def test_effects_may_fade_or_ramp(shape: str, first_is_larger: bool) -> None:
    shop = simulate(World("random", 0.3, customers=SMALL, shape=shape), seed=5)
    assert (shop.true_effect(horizon=1) > shop.true_effect(horizon=6)) == first_is_larger


def test_a_programme_may_move_the_basket_or_the_leaving_instead_of_the_orders() -> None:
    basket = simulate(World("random", 0.2, customers=SMALL, on="basket"), seed=6)
    assert basket.true_effect() == 0
    assert basket.true_effect("revenue") > 5
    leaving = simulate(World("random", 0.5, customers=SMALL, on="leaving"), seed=6)
    assert leaving.true_effect() > 0
    assert leaving.true_effect(horizon=6) > leaving.true_effect(horizon=2)


def test_tiers_and_a_sale_at_the_launch() -> None:
    tiers = simulate(World("random", 0.2, customers=SMALL, has_tiers=True), seed=7)
    plain = simulate(World("random", 0.2, customers=SMALL), seed=7)
    assert tiers.true_effect() > plain.true_effect()  # the upper tier orders more, so its larger effect weighs more
    sale = simulate(World("random", customers=SMALL, has_promotion=True), seed=7)
    joined = sale.memberships["month"].value_counts()
    assert joined[joined.index.min()] > 2 * joined[joined.index.min() + 3]


@pytest.mark.parametrize(("name", "dip"), [("hot", -0.9), ("checkout", -0.7), ("life", -0.7), ("engaged", 0.0)])
def test_streaks_mislead_another_method_as_much_as_they_should(name: str, dip: float) -> None:
    """Group-time effects without anticipation take the end of a streak for an effect, where nothing has one."""
    shop = simulate(World(name, customers=10_000), seed=9)
    read = read_programme(shop.orders, shop.customers, shop.memberships, as_of=shop.as_of.date())
    sums = read.sums["orders"]
    assert group_time_att(sums, control="not_yet").months(1, 6).value == pytest.approx(dip, abs=0.25)
    assert 1.1 < second_opinions(sums, 6).naive < 1.8


def test_one_seed_is_one_shop() -> None:
    one, other = (simulate(World("hot", 0.1, customers=200), seed=8) for _ in range(2))
    pd.testing.assert_frame_equal(one.orders, other.orders)
    np.testing.assert_array_equal(one.joined_at, other.joined_at)
