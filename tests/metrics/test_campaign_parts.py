"""The parts of what campaigns add: steps, groups, tenths, what is saved by CUPED, and the next hold-out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.errors import CallError
from retention_helpers.metrics import uplift
from retention_helpers.metrics.campaign_chains import WHOLE, campaign_chains, later_steps
from retention_helpers.metrics.campaign_checks import balance, campaign_checks
from retention_helpers.metrics.campaign_groups import campaign_groups
from retention_helpers.metrics.campaign_units import campaign_units
from retention_helpers.metrics.cuped import cuped_effects
from retention_helpers.metrics.experiments import contact_experiments
from retention_helpers.metrics.intervals import newcombe_difference
from retention_helpers.metrics.next_holdout import next_holdout
from retention_helpers.metrics.reactions import campaign_reactions
from retention_helpers.metrics.uplift import expected_gain, qini, uplift_deciles
from tests.metrics.campaign_base import (
    AS_OF,
    BEGIN,
    RULES,
    Contact,
    Order,
    Shop,
    campaign,
    effects,
    measured,
    settings,
    together,
)
from tests.metrics.test_power import PUBLISHED

DAY = timedelta(days=1)
STEP_DAYS = ((1, 0), (2, 20), (3, 8))


def asked(shop: Shop):
    """Connection, units and checks of a shop."""
    con = shop.base()
    units = campaign_units(con, as_of=AS_OF, months=12, settings=settings(), rules=RULES)
    known = contact_experiments(units, settings=settings())
    return con, units, campaign_checks(known, balance(known))


# ---- chains


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


# ---- who gains most


def _simulated(n: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One trait tells who gains (0 to 10 points), the other who comes anyway."""
    rng = np.random.default_rng(9)
    traits, is_control = rng.random((n, 2)), rng.integers(0, 2, n)
    chance = 0.1 + 0.3 * traits[:, 1] + 0.1 * traits[:, 0] * (1 - is_control)
    return traits, (rng.random(n) < chance).astype(int), is_control


def test_the_ranking_finds_who_gains_and_not_who_comes_anyway() -> None:
    traits, result, is_control = _simulated()
    gain = expected_gain(traits, result, is_control, seed=1)
    assert np.corrcoef(gain, traits[:, 0])[0, 1] > 0.8
    assert abs(np.corrcoef(gain, traits[:, 1])[0, 1]) < 0.4
    assert gain.mean() == pytest.approx(0.05, abs=0.01)


def outcomes(traits: np.ndarray, result: np.ndarray, is_control: np.ndarray) -> pd.DataFrame:
    arm = np.where(is_control == 1, "control", "mail")
    columns = {f"before_{place}": column for place, column in enumerate(traits.T)}
    return pd.DataFrame({"campaign_id": "x", "arm": arm, "visit": result, **columns})


def test_tenths_fall_and_qini_is_above_zero_where_gains_differ_and_not_where_they_do_not() -> None:
    traits, result, is_control = _simulated()
    told_apart = _deciles(traits, result, is_control)
    assert told_apart["effect"].head(3).mean() > told_apart["effect"].tail(3).mean() + 0.03
    assert qini(told_apart, seed=1)["qini_low"].iloc[0] > 0
    rng = np.random.default_rng(10)
    alike = (rng.random(len(result)) < 0.1 + 0.05 * (1 - is_control)).astype(int)
    found = qini(_deciles(traits, alike, is_control), seed=1).iloc[0]
    assert found["qini_low"] <= 0 <= found["qini_high"]


def _deciles(traits: np.ndarray, result: np.ndarray, is_control: np.ndarray) -> pd.DataFrame:
    known = pd.DataFrame(
        [{"campaign_id": "x", "measure": "visit", "is_share": True, "claim": "raised", "contacted": 10_000,
          "held_out": 10_000, "response": 0.3, "control_response": 0.2}]
    )  # fmt: skip
    _, units, _ = asked(Shop())
    return uplift_deciles(units, outcomes(traits, result, is_control), known, settings=settings(), seed=1)


def test_qini_worked_by_hand() -> None:
    """All of the effect in the first tenth: Q jumps to 1/10 there and stays; the line reaches it at the end."""
    rows = [{"back_contacted": 100 if place == 1 else 0, "decile": place} for place in range(1, 11)]
    table = pd.DataFrame(rows).assign(
        campaign_id="x", measure="visit", contacted=100, held_out=100, back_held_out=0
    )  # fmt: skip
    # Q(s) = s x 100 / (1000 s) = .1 for every s; under it .1 - .005 (the first trapezoid), under the line .05.
    assert qini(table, seed=1)["qini"].iloc[0] == pytest.approx(0.095 - 0.05)


def test_a_campaign_too_small_is_not_ranked() -> None:
    shop = campaign()
    _, units, _ = asked(shop)
    found = uplift_deciles(
        units, pd.DataFrame(columns=["campaign_id", "arm"]), effects(shop), settings=settings(), seed=1
    )
    assert found.empty
    assert qini(found, seed=1).empty


@pytest.mark.parametrize("result", [0, 1])
def test_an_arm_in_which_all_did_the_same_is_not_ranked(result: int) -> None:
    traits, came, is_control = _simulated(5000)
    assert _deciles(traits, np.where(is_control == 1, result, came), is_control).empty


def test_what_the_cut_leaves_must_be_enough_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    traits, result, is_control = _simulated(8000)
    monkeypatch.setattr(uplift, "MOST_CUSTOMERS", 1999)
    assert _deciles(traits, result, is_control).empty
    shop = campaign(contacted=(2100, 400), held=(2100, 200))
    _, units, _ = asked(shop)
    assert uplift_deciles(units, pd.DataFrame(), effects(shop), settings=settings(), seed=1).empty


def test_the_cut_of_a_large_arm_leaves_a_small_hold_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplift, "MOST_CUSTOMERS", 2050)
    shop = campaign(contacted=(6000, 1200), held=(2020, 150))
    _, units, _ = asked(shop)
    found = uplift_deciles(units, pd.DataFrame(), effects(shop), settings=settings(), seed=1)
    assert found[["contacted", "held_out", "back_held_out"]].sum().tolist() == [2050, 2020, 150]
    traits, result, is_control = _simulated(20_000)
    is_kept = (is_control == 0) | (np.cumsum(is_control) <= 2020)
    found = _deciles(traits[is_kept], result[is_kept], is_control[is_kept])
    assert found[["contacted", "held_out"]].sum().tolist() == [2050, 2020]


def test_a_large_campaign_in_the_contacts_is_ranked_by_what_was_known_before() -> None:
    shop = campaign(contacted=(2100, 400), held=(2100, 200))
    orders = [
        Order(c.customer, BEGIN - 30 * DAY, 1000 + place % 500) for place, c in enumerate(shop.contacts) if place % 3
    ]
    whole = Shop(shop.contacts, [*shop.orders, *orders])
    known = effects(whole)
    _, units, _ = asked(whole)
    found = uplift_deciles(units, pd.DataFrame(), known, settings=settings(), seed=1)
    assert found["contacted"].sum() == found["held_out"].sum() == 2100
    assert found["back_contacted"].sum() == 400
