"""The parts of what campaigns add: groups, what is saved by CUPED, and the next hold-out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import CallError
from retention_helpers.metrics.campaign_groups import campaign_groups
from retention_helpers.metrics.cuped import cuped_effects
from retention_helpers.metrics.next_holdout import next_holdout
from retention_helpers.metrics.reactions import campaign_reactions
from tests.metrics.campaign_base import (
    BEGIN,
    Contact,
    Order,
    Shop,
    asked,
    campaign,
    effects,
    measured,
    together,
)
from tests.metrics.test_power import PUBLISHED

DAY = timedelta(days=1)


# ---- groups


def test_groups_are_pooled_over_campaigns_each_with_its_own_hold_out() -> None:
    first = campaign("a", contacted=(400, 60), held=(200, 15), purpose="win_back")
    second = campaign("b", contacted=(300, 90), held=(100, 20), purpose="welcome")
    _, units, checked = asked(together(first, second, campaign("c", held=(0, 0))))
    found = campaign_groups(units, checked).set_index(["dimension", "value"])
    weights = np.array([400 * 200 / 600, 300 * 100 / 400])
    expected = float(weights @ [0.15 - 0.075, 0.30 - 0.20] / weights.sum())
    whole = found.loc[("all", "all")]
    assert (whole["campaigns"], whole["contacted"], whole["held_out"]) == (2, 700, 300)
    assert whole["effect"] == pytest.approx(expected)
    assert whole["extra"] == pytest.approx(700 * expected)
    assert whole["response"] - whole["control_response"] == pytest.approx(expected)
    assert found.loc[("purpose", "welcome"), "effect"] == pytest.approx(0.10)
    assert found.loc[("life_stage", "potential"), "contacted"] == 700
    assert found.loc[("channel", "email"), "claim"] == "raised"


def bare(shop: Shop, channels: Sequence[str | None] = ("email",)) -> Shop:
    """The hold-out has neither purpose nor channel; those contacted have the channels in turn."""
    contacts = [
        replace(c, purpose=None, channel=None)
        if c.arm == "control"
        else replace(c, channel=channels[place % len(channels)])
        for place, c in enumerate(shop.contacts)
    ]
    return Shop(contacts, shop.orders)


def test_a_hold_out_that_names_nothing_belongs_to_the_campaigns_one_purpose_and_channel() -> None:
    shop = bare(campaign())
    _, units, checked = asked(shop)
    assert checked[["purpose", "channel"]].to_numpy().tolist() == [["win_back", "email"]]
    found = campaign_groups(units, checked).set_index("dimension")
    assert found["value"].to_dict() == {
        "all": "all", "purpose": "win_back", "channel": "email", "life_stage": "potential",
    }  # fmt: skip
    assert set(found["claim"]) == {"raised"}
    assert found["held_out"].tolist() == [200] * 4
    assert next_holdout(effects(shop), effect=0.02)["purpose"].unique().tolist() == ["win_back"]


def test_a_hold_out_without_a_channel_cannot_be_cut_by_several() -> None:
    """A third of those contacted have no channel, as the whole hold-out: no comparison of like with like."""
    _, units, checked = asked(bare(campaign(), ["email", "sms", None]))
    assert checked["channel"].tolist() == ["several"]
    found = campaign_groups(units, checked).set_index(["dimension", "value"])
    assert found.loc["channel", "claim"].to_dict() == dict.fromkeys(["email", "sms", "unassigned"], "no_channel")
    assert found.loc["channel", "campaigns"].tolist() == [0, 0, 0]
    assert found.loc[("purpose", "win_back"), "claim"] == "raised"
    # Beside a campaign that can be told, it is not in the comparison.
    _, units, checked = asked(together(bare(campaign("a"), ["email", "sms"]), campaign("b")))
    both = campaign_groups(units, checked).set_index(["dimension", "value"])
    assert both.loc[("channel", "email"), ["campaigns", "held_out", "claim"]].tolist() == [1, 200, "raised"]
    assert both.loc[("channel", "sms"), "claim"] == "no_channel"


def test_a_group_of_few_is_shown_and_not_judged() -> None:
    _, units, checked = asked(campaign(contacted=(100, 9), held=(30, 0)))
    found = campaign_groups(units, checked)
    assert set(found["claim"]) == {"too_few"}
    assert found["p_holm"].isna().all()


# ---- what those contacted did


def test_reactions_are_shares_of_those_contacted() -> None:
    shop = campaign(contacted=(10, 4), held=(5, 1))
    opened = [
        Contact(c.campaign, c.customer, c.at, c.arm, opened=c.at + DAY if place < 3 else None)
        for place, c in enumerate(shop.contacts)
    ]
    known = measured(Shop(opened[:10] + list(shop.contacts)[10:], shop.orders))
    found = campaign_reactions(known, effects(shop))
    assert found[["contacted", "contacts", "opened", "opened_share", "response"]].to_numpy().tolist() == [
        [10, 10, 3, 0.3, 0.4]
    ]


# ---- the next hold-out


def told(base: float, customers: int = 100_000) -> pd.DataFrame:
    """One campaign whose hold-out came back at this rate."""
    row = {
        "campaign_id": "a", "purpose": "win_back", "measure": "back", "is_share": True, "claim": "raised",
        "contacted": customers // 2, "held_out": customers // 2, "control_response": base,
    }  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(("base", "effect", "held", "customers"), PUBLISHED)
def test_the_table_for_the_next_campaign_holds_the_published_totals(
    base: float, effect: float, held: float, customers: int
) -> None:
    (row,) = next_holdout(told(base), effect=effect, shares=[held]).to_dict("records")
    assert row["needed_customers"] == customers
    assert row["is_advised"]
    (short,) = next_holdout(told(base, customers - 2), effect=effect, shares=[held]).to_dict("records")
    assert not short["is_enough"]


def test_advised_is_the_smallest_hold_out_that_is_enough() -> None:
    found = next_holdout(told(0.05, 30_000), effect=0.01)
    assert found.loc[found["is_advised"], "holdout_share"].tolist() == [0.2]  # 24,175 are needed with it
    assert found["is_enough"].tolist() == [False, False, True, True, True]
    assert not next_holdout(told(0.05, 3000), effect=0.01)["is_advised"].any()


def test_the_base_is_every_hold_out_of_the_purpose_once() -> None:
    first = campaign("a", contacted=(300, 60), held=(200, 15))
    voucher = campaign("a", contacted=(300, 20), held=(0, 0), arm="voucher")
    later = campaign("b", contacted=(100, 20), held=(100, 5), at=datetime(2026, 8, 20))
    found = next_holdout(effects(together(first, voucher, later)), effect=0.02).iloc[0]
    assert (found["campaigns"], found["customers"], found["base_customers"]) == (2, 200, 300)
    assert found["base_rate"] == pytest.approx(20 / 300)


@pytest.mark.parametrize("effect", [0, 1, -0.1])
def test_an_effect_that_is_none_is_refused(effect: float) -> None:
    with pytest.raises(CallError, match="give a rise between 0 and 1"):
        next_holdout(told(0.05), effect=effect)


# ---- CUPED


def test_cuped_is_the_line_through_what_was_ordered_before() -> None:
    rng = np.random.default_rng(6)
    shop, orders, known = campaign(contacted=(300, 0), held=(200, 0)), [], []
    for c in shop.contacts:
        before = int(rng.poisson(1.5)) + 1
        back = int(rng.random() < 0.05 + 0.1 * before)
        orders += [Order(c.customer, BEGIN - (10 + place) * DAY) for place in range(before)]
        orders += [Order(c.customer, BEGIN + 3 * DAY)] * back
        known.append((c.arm == "treatment", before, back))
    _, units, checked = asked(Shop(shop.contacts, orders))
    found = cuped_effects(units, checked, active_days=90).set_index("measure").loc["back"]
    treated, before, back = np.array(known, dtype=float).T
    slopes = [np.cov(before[treated == side], back[treated == side]) for side in (1, 0)]
    theta = sum(slope[0, 1] for slope in slopes) / sum(slope[0, 0] for slope in slopes)
    adjusted = back - theta * before
    sides = [adjusted[treated == side] for side in (1, 0)]
    error = np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides))
    assert found["adjusted_effect"] == pytest.approx(sides[0].mean() - sides[1].mean())
    assert found["adjusted_effect_high"] - found["adjusted_effect"] == pytest.approx(1.959964 * error, rel=1e-5)
    assert found["saved_share"] == pytest.approx(np.corrcoef(before, back)[0, 1] ** 2, abs=0.02)


def test_cuped_is_not_asked_of_the_lapsed() -> None:
    shop = campaign()
    orders = [*shop.orders, *(Order(c.customer, BEGIN - 200 * DAY) for c in shop.contacts)]
    _, units, checked = asked(Shop(shop.contacts, orders))
    assert cuped_effects(units, checked, active_days=90).empty
