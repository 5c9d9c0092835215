"""The steps of a chain: each counts its own days, and together they are the whole."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.metrics.campaign_chains import WHOLE, campaign_chains, later_steps
from retention_helpers.metrics.intervals import newcombe_difference
from tests.metrics.campaign_base import (
    AS_OF,
    BEGIN,
    Contact,
    Order,
    Shop,
    asked,
    campaign,
    effects,
    together,
)

DAY = timedelta(days=1)
STEP_DAYS = ((1, 0), (2, 20), (3, 8))


SIDES = (("treatment", 100, (20, 10, 5)), ("control", 50, (2, 2, 2)))


def chain(name: str = "chain", sides: Sequence[tuple[str, int, Sequence[int]]] = SIDES) -> Shop:
    """Steps on days 0, 7, ...: of so many in an arm so many come back after each."""
    contacts, orders = [], []
    for arm, n, back in sides:
        who = [f"{name}-{arm}-{place}" for place in range(n)]
        gone = 0
        for step, came in enumerate(back):
            at = BEGIN + 7 * step * DAY
            contacts += [Contact(name, one, at, arm, step + 1) for one in who[gone:]]
            orders += [Order(one, at + 3 * DAY) for one in who[gone : gone + came]]
            gone += came
    return Shop([c if c.arm != "control" else Contact(*_free(c)) for c in contacts], orders)


def _free(c: Contact) -> tuple:
    return (c.campaign, c.customer, c.at, c.arm, c.step, c.purpose, c.channel, 0)


def test_each_step_counts_its_own_days_of_all_who_began() -> None:
    con, units, checked = asked(chain())
    found = campaign_chains(con, units, checked, as_of=AS_OF)
    assert found["step"].tolist() == ["1", "2", "3", WHOLE]
    assert found["from_day"].tolist() == [0, 7, 14, 0]
    assert found["contacted"].tolist() == [100, 80, 70, 100]
    assert found["held_out"].tolist() == [50, 48, 46, 50]
    assert found["back_contacted"].tolist() == [20, 10, 5, 35]
    assert found["back_held_out"].tolist() == [2, 2, 2, 6]
    assert found["effect"].tolist() == pytest.approx([0.20 - 0.04, 0.10 - 0.04, 0.05 - 0.04, 0.35 - 0.12])
    _, low, high = newcombe_difference(10, 100, 2, 50)
    assert found.loc[1, ["effect_low", "effect_high"]].tolist() == pytest.approx([float(low), float(high)])
    later = later_steps(found).iloc[0]
    assert later["chains"] == 1
    assert [later["first_effect"], later["effect"]] == pytest.approx([0.20 - 0.04, 0.15 - 0.08])
    # Of the smaller arm, by the common share of the later steps: 50 of 150, of 19.
    assert (later["expected"], later["claim"]) == (pytest.approx(50 / 150 * 19), "too_few")
    assert found["claim"].tolist() == ["too_few", "too_few", "too_few", ""]
    assert found["p_holm"].isna().all()


def test_later_steps_are_claimed_only_where_they_stand_beside_the_first() -> None:
    """10 % and 10 % come back on the first step; 10 % and 6 % on the second: p .037, of two comparisons .074."""
    con, units, checked = asked(chain(sides=(("treatment", 400, (40, 40)), ("control", 400, (40, 24)))))
    found = campaign_chains(con, units, checked, as_of=AS_OF)
    error = np.sqrt(0.08 * 0.92 * 2 / 400)
    assert found["p_value"].iloc[1] == pytest.approx(2 * stats.norm.sf(0.04 / error))
    assert found["p_holm"].iloc[1] == pytest.approx(2 * found["p_value"].iloc[1])
    assert found["effect_low"].iloc[1] > 0
    assert found["claim"].tolist() == ["unclear", "unclear", ""]
    later = later_steps(found).iloc[0]
    assert later["effect_low"] > 0
    assert later["p_holm"] == pytest.approx(2 * later["p_value"])
    assert (later["expected"], later["claim"], later["first_claim"]) == (32, "unclear", "unclear")
    surer = asked(chain(sides=(("treatment", 400, (40, 60)), ("control", 400, (40, 20)))))
    steps = campaign_chains(*surer, as_of=AS_OF)
    assert steps["claim"].tolist() == ["unclear", "raised", ""]
    assert later_steps(steps)["claim"].tolist() == ["raised"]


def test_the_whole_is_what_the_campaign_shows() -> None:
    shop = together(chain("one"), chain("two"))
    con, units, checked = asked(shop)
    found = campaign_chains(con, units, checked, as_of=AS_OF)
    whole = found[found["step"] == WHOLE].set_index("campaign_id")["effect"]
    assert whole.to_dict() == effects(shop).set_index("campaign_id")["effect"].to_dict()


def test_steps_out_of_order_count_each_order_once() -> None:
    """Most had step 3 on day 8, before step 2 on day 20. Orders on days 3, 10 and 22."""
    contacts, orders = [], []
    for arm, n, back in (("treatment", 100, (12, 6, 4)), ("control", 50, (3, 2, 1))):
        who = [f"{arm}-{place}" for place in range(n)]
        contacts += [Contact("c", one, BEGIN + day * DAY, arm, step) for one in who for step, day in STEP_DAYS]
        days = [day for day, came in zip((3, 10, 22), back, strict=True) for _ in range(came)]
        orders += [Order(one, BEGIN + day * DAY) for one, day in zip(who, days, strict=False)]
    con, units, checked = asked(Shop([c if c.arm != "control" else Contact(*_free(c)) for c in contacts], orders))
    found = campaign_chains(con, units, checked, as_of=AS_OF)
    assert found["from_day"].tolist() == [0, 20, 20, 0]
    assert found["back_contacted"].tolist() == [18, 0, 4, 22]
    assert found["back_held_out"].tolist() == [5, 0, 1, 6]
    assert found["effect"].iloc[:3].sum() == pytest.approx(found["effect"].iloc[3])


@given(days=st.lists(st.integers(0, 27), min_size=1, max_size=4), orders=st.lists(st.integers(0, 30), max_size=20))
def test_the_steps_of_any_chain_add_up_to_the_whole(days: list[int], orders: list[int]) -> None:
    """Every other customer is held out; each has all steps, and orders once or not at all."""
    who = {f"{place}": ("treatment", "control")[place % 2] for place in range(20)}
    steps = list(enumerate([0, *days], start=1))
    contacts = [Contact("c", one, BEGIN + day * DAY, arm, step) for one, arm in who.items() for step, day in steps]
    came = [Order(one, BEGIN + day * DAY) for one, day in zip(who, orders, strict=False)]
    con, units, checked = asked(Shop(contacts, came))
    found = campaign_chains(con, units, checked.assign(reason=""), as_of=AS_OF)
    counts = found[["back_contacted", "back_held_out"]].to_numpy()
    assert counts[:-1].sum(axis=0).tolist() == counts[-1].tolist()
    back = [sum(1 <= day <= 28 for day in orders[side::2]) for side in (0, 1)]
    assert counts[-1].tolist() == back


def test_a_campaign_of_one_step_is_no_chain() -> None:
    con, units, checked = asked(campaign())
    found = campaign_chains(con, units, checked, as_of=AS_OF)
    assert found.empty
    assert later_steps(found)["chains"].tolist() == [0]
