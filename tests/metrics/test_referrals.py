"""Referrals: a twin with sets, and the verdicts on shops built for them."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from retention_helpers.metrics.referrals import MEASURES, MONTHS, SPEND, referred_against_others, referred_share
from tests.metrics.lives import World, life_base, worlds
from tests.metrics.shops import AS_OF, LAST, Shop, label, month_end, order_frame, shuffled


def referred_people(world: World) -> set[str]:
    return {one["customer_id"] for one in world.people if one.get("referred_by")}


@given(worlds())
def test_the_share_of_referred_customers_equals_its_twin(world: World) -> None:
    frame = referred_share(life_base(world), as_of=AS_OF).set_index("month")
    shop, referred = Shop.of(world.orders), referred_people(world)
    if not referred & set(shop.first()):
        assert frame.empty
        return
    for month in range(shop.months[0], LAST + 1):
        row = frame.loc[label(month)]
        assert (row["n"], row["customers"]) == (len(shop.new(month)), len(shop.new(month) & referred))


@given(worlds())
def test_both_sides_equal_their_twin(world: World) -> None:
    frame = referred_against_others(life_base(world), as_of=AS_OF).set_index("measure")
    shop, referred = Shop.of(world.orders), referred_people(world)
    watched = {name for name, order in shop.first().items() if order.month <= LAST - MONTHS}
    if frame.empty:
        assert not referred & watched
        return
    assert frame.index.tolist() == [*MEASURES, SPEND]
    assert frame.loc[SPEND, ["referred_n", "others_n"]].tolist() == [len(watched & referred), len(watched - referred)]
    assert frame.loc["ordered_in_month_1", "referred_n"] == len(watched & referred)
    assert frame["is_small"].all()
    assert frame[["referred", "others", "difference", "p_value"]].isna().all(axis=None)
    assert not frame["is_reliable"].any()


def shop(again: tuple[int, int], cents: tuple[int, int]) -> World:
    """Forty referred customers and forty others of November 2024; so many of each order again after a month."""
    rows, people = [], []
    start = datetime(2024, 11, 3)
    for side, name in enumerate(("r", "o")):
        for number in range(40):
            customer = f"{name}{number}"
            people.append({"customer_id": customer, "registered_at": start, "referred_by": "o0" if side == 0 else None})
            rows.append((customer, f"{customer}-1", start, cents[side] + number, False, "web"))
            if number < again[side]:
                rows.append((customer, f"{customer}-2", start + timedelta(days=31), 500, False, "web"))
    return World(order_frame(rows), people)


def test_a_clear_difference_is_reliable_with_its_sums_by_hand() -> None:
    frame = referred_against_others(life_base(shop((30, 8), (9000, 2000))), as_of=AS_OF).set_index("measure")
    first, month = frame.loc["ordered_again_90_days"], frame.loc["ordered_in_month_1"]
    for row in (first, month):
        assert (row["referred"], row["others"], row["difference"]) == pytest.approx((0.75, 0.2, 0.55))
        assert row["is_reliable"]
    assert not frame.loc["ordered_in_month_2", "is_reliable"]
    spend = frame.loc[SPEND]
    assert spend["referred"] == pytest.approx((40 * 9000 + sum(range(40)) + 30 * 500) / 40 / 100)
    assert spend["difference"] == pytest.approx(spend["referred"] - spend["others"])
    assert spend["difference_low"] > 0
    assert spend["is_reliable"]


def test_equal_customers_are_not_told_apart() -> None:
    frame = referred_against_others(life_base(shop((12, 13), (2000, 2000))), as_of=AS_OF)
    assert not frame["is_reliable"].any()
    assert not frame["is_small"].any()


def test_row_order_and_later_rows_change_nothing_and_an_empty_answer_has_the_same_types() -> None:
    world, as_of = shop((30, 8), (9000, 2000)), month_end(LAST - 1)
    later = order_frame([("r0", "late", datetime(2025, 7, 5), 100, False, "web")])
    more = World(pd.concat([world.orders, later], ignore_index=True), world.people)
    again = World(shuffled(world.orders), world.people[::-1])
    frames = [referred_against_others(life_base(one), as_of=as_of) for one in (world, more, again)]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    pd.testing.assert_frame_equal(frames[0], frames[2])
    for make in (referred_share, referred_against_others):
        none = make(life_base(World(order_frame([]))), as_of=as_of)
        assert none.empty
        assert (none.dtypes == make(life_base(world), as_of=as_of).dtypes).all()
    assert np.isfinite(frames[0]["difference_low"]).all()
