"""What campaigns add: worked by hand, published, simulated with a truth that is known; and why nothing is claimed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.metrics.campaign_checks import REASONS, balance, campaign_checks
from retention_helpers.metrics.campaign_effects import CLAIMS, campaign_effects, holm
from retention_helpers.metrics.campaign_money import campaign_money
from retention_helpers.metrics.differences import moments, pooled_difference, welch_difference
from retention_helpers.metrics.experiments import outcome_experiments
from retention_helpers.metrics.intervals import newcombe_difference
from tests.metrics.campaign_base import (
    BEGIN,
    Contact,
    Order,
    Shop,
    campaign,
    effects,
    measured,
    settings,
    together,
)

# METRICS 9 and the data's own page: share that visited, that bought, and mean spend, of 64,000 customers.
HILLSTROM = {
    "visit": (0.18276, 0.15140, 0.10617),
    "conversion": (0.01253, 0.00884, 0.00573),
    "spend": (1.4226, 1.0772, 0.6528),
}


def plain(shop: Shop, **changes: object) -> pd.Series:
    """The only row of a shop with one campaign."""
    (row,) = effects(shop, settings(**changes)).to_dict("records")
    return pd.Series(row)


# ---- worked by hand


def test_an_effect_is_the_share_of_all_contacted_less_that_of_all_held_out() -> None:
    row = plain(campaign(contacted=(400, 60), held=(200, 15)))
    assert (row["contacted"], row["held_out"], row["waiting"]) == (400, 200, 0)
    assert (row["response"], row["control_response"]) == (0.15, 0.075)
    expected = newcombe_difference(60, 400, 15, 200)
    assert [row["effect"], row["effect_low"], row["effect_high"]] == pytest.approx([float(x) for x in expected])
    pooled, n = 75 / 600, 1 / 400 + 1 / 200
    z = 0.075 / np.sqrt(pooled * (1 - pooled) * n)
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(z))
    assert row["expected"] == pytest.approx(25)
    assert row["claim"] == "raised"


def test_fewer_than_without_is_lowered_and_in_between_nothing_is_told() -> None:
    assert plain(campaign(contacted=(400, 20), held=(200, 30)))["claim"] == "lowered"
    assert plain(campaign(contacted=(400, 40), held=(200, 18)))["claim"] == "unclear"


def test_arms_of_one_campaign_share_its_hold_out() -> None:
    first, second = campaign(contacted=(300, 60)), campaign(contacted=(300, 20), held=(0, 0), arm="voucher")
    found = effects(together(first, second))
    assert found[["arm", "held_out", "response"]].to_numpy().tolist() == [
        ["treatment", 200, 60 / 300], ["voucher", 200, 20 / 300],
    ]  # fmt: skip


def test_money_per_contact_and_what_a_customer_brought_back_cost() -> None:
    shop = campaign(contacted=(400, 60), held=(200, 15))
    known = measured(shop)
    found = effects(shop)
    (row,) = campaign_money(known, found, margin_share=0.5).to_dict("records")
    assert (row["cost"], row["cost_per_contact"]) == (20.0, 0.05)
    assert row["cost_per_reactivation"] == pytest.approx(0.05 / 0.075)
    assert row["cost_per_reactivation_high"] == pytest.approx(0.05 / found["effect_low"].iloc[0])
    spent = [[20.0] * 60 + [0.0] * 340, [20.0] * 15 + [0.0] * 185]
    oracle = stats.ttest_ind(*spent, equal_var=False)
    low, high = oracle.confidence_interval()
    assert [row["revenue_effect"], row["revenue_effect_low"], row["revenue_effect_high"]] == pytest.approx(
        [1.5, low, high]
    )
    assert row["return_per_contact"] == pytest.approx(1.5 * 0.5 - 0.05)
    shifted = stats.ttest_ind([value - 0.1 for value in spent[0]], spent[1], equal_var=False)
    assert row["p_value"] == pytest.approx(shifted.pvalue)
    assert row["claim"] == "raised"
    (bare,) = campaign_money(known, found, margin_share=None).to_dict("records")
    assert np.isnan(bare["return_per_contact"])
    assert bare["p_value"] == pytest.approx(oracle.pvalue)


def test_a_cost_that_nobody_wrote_down_is_missing_and_not_none() -> None:
    """One of 400 contacts lacks its cost: cost and return are open, and the revenue alone is judged."""
    shop = campaign(contacted=(400, 60), held=(200, 15))
    shop = Shop([replace(shop.contacts[0], cents=None), *shop.contacts[1:]], shop.orders)
    (row,) = campaign_money(measured(shop), effects(shop), margin_share=0.5).to_dict("records")
    open_ones = [name for name in row if name.startswith(("cost", "return"))]
    assert len(open_ones) == 8
    assert all(np.isnan(row[name]) for name in open_ones)
    (bare,) = campaign_money(measured(shop), effects(shop), margin_share=None).to_dict("records")
    judged = ["revenue_effect", "p_value", "p_holm", "claim"]
    assert [row[name] for name in judged] == [bare[name] for name in judged]
    assert row["claim"] == "raised"


def test_what_is_not_measured_yet_has_no_cost_yet() -> None:
    shop = campaign(at=datetime(2026, 10, 10))
    assert np.isnan(campaign_money(measured(shop), effects(shop), margin_share=0.5)["cost"].iloc[0])


def test_a_cost_has_no_upper_bound_where_the_effect_may_be_nothing() -> None:
    shop = campaign(contacted=(400, 40), held=(200, 18))
    (row,) = campaign_money(measured(shop), effects(shop), margin_share=0.5).to_dict("records")
    assert not row["is_bounded"]
    assert row["cost_per_reactivation"] > row["cost_per_reactivation_low"] > 0
    assert np.isnan(row["cost_per_reactivation_high"])


def test_the_more_campaigns_are_looked_at_the_surer_each_must_be() -> None:
    def unsure(place: int) -> Shop:
        return campaign(f"c{place}", contacted=(400, 45), held=(200, 11))

    assert effects(unsure(0))["claim"].tolist() == ["raised"]
    several = effects(together(*[unsure(place) for place in range(4)]))
    assert (several["effect_low"] > 0).all()
    assert set(several["claim"]) == {"unclear"}


def test_holm_as_it_is_published() -> None:
    # Holm's procedure on four p values, as in every textbook of it: 4 x .005, 3 x .01, 2 x .03, then no smaller.
    assert holm([0.01, 0.04, 0.03, 0.005]).round(10).tolist() == [0.03, 0.06, 0.06, 0.02]
    assert holm([]).size == 0
    assert np.isnan(holm([np.nan])).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_the_step_down_rule_rejects(p_values: list[float]) -> None:
    rejected, ranked = set(), sorted(range(len(p_values)), key=lambda place: p_values[place])
    for step, place in enumerate(ranked):
        if p_values[place] * (len(p_values) - step) > 0.05:
            break
        rejected.add(place)
    assert {place for place, p in enumerate(holm(p_values)) if p <= 0.05} == rejected


# ---- one shop for each reason to claim nothing


def _unbalanced() -> Shop:
    """Those contacted were the better customers before."""
    shop = campaign()
    better = [c.customer for c in shop.contacts if c.arm == "treatment" and c.customer]
    before = [Order(who, BEGIN - timedelta(days=9)) for who in better[::2]]
    return Shop(shop.contacts, [*shop.orders, *before])


def _reached() -> Shop:
    shop = campaign()
    held = [c.customer for c in shop.contacts if c.arm == "control"]
    later = BEGIN + timedelta(days=2)
    return Shop([*shop.contacts, *(Contact("spring", who, later) for who in held[:11])], shop.orders)


UNTOLD: dict[str, Callable[[], Shop]] = {
    "no_holdout": lambda: campaign(held=(0, 0)),
    "window_open": lambda: campaign(at=datetime(2026, 10, 10)),
    "holdout_reached": _reached,
    "ratio": lambda: campaign(contacted=(400, 60), held=(120, 9)),
    "unbalanced": _unbalanced,
    "too_few": lambda: campaign(contacted=(400, 18), held=(200, 1)),
}


def test_there_is_a_shop_for_every_reason() -> None:
    assert set(UNTOLD) == {*REASONS, "too_few"}


@pytest.mark.parametrize("reason", UNTOLD)
def test_nothing_is_claimed_and_the_reason_is_said(reason: str) -> None:
    row = plain(UNTOLD[reason](), planned_holdouts={"spring": 1 / 3 if reason != "no_holdout" else 0})
    assert row["claim"] == reason
    assert np.isnan(row["p_holm"])
    assert np.isnan(row["effect"]) == (reason != "too_few")
    assert np.isnan(row["response"]) == (reason == "window_open")
    money = campaign_money(measured(UNTOLD[reason]()), effects(UNTOLD[reason]()), margin_share=0.4)
    assert set(money["claim"]) <= {reason, *CLAIMS}  # without the plan the ratio is not known to be wrong


def test_a_few_contacted_by_mistake_stay_in_the_hold_out() -> None:
    shop = campaign()
    held = [c.customer for c in shop.contacts if c.arm == "control"]
    few = Shop([*shop.contacts, *(Contact("spring", who, BEGIN + timedelta(days=2)) for who in held[:10])], shop.orders)
    assert plain(few)["claim"] == "raised"  # 10 of 200 are not more than 5 %
    assert plain(few)["held_out"] == 200


def test_a_hold_out_drawn_as_planned_is_seldom_called_broken() -> None:
    rng = np.random.default_rng(3)
    held, times = np.unique(rng.binomial(2000, 0.2, size=10_000), return_counts=True)
    is_broken = [stats.binomtest(int(k), 2000, 0.2).pvalue < 0.001 for k in held]
    assert times[is_broken].sum() < 25  # of 10,000; 10 are expected
    shop = campaign(contacted=(1600, 160), held=(400, 30))
    assert plain(shop, planned_holdouts={"spring": 0.2})["claim"] in CLAIMS
    known = measured(shop, settings(planned_holdouts={"spring": 0.25}))
    checked = campaign_checks(known, balance(known))
    assert checked["ratio_p_value"].iloc[0] == pytest.approx(stats.binomtest(400, 2000, 0.25).pvalue)
    assert checked["reason"].iloc[0] == "ratio"


def test_balance_is_welchs_test_of_what_was_known_before() -> None:
    rng = np.random.default_rng(4)
    shop = campaign(contacted=(60, 5), held=(40, 3))
    times = {c.customer: int(rng.poisson(2)) for c in shop.contacts}
    before = [Order(who, BEGIN - timedelta(days=9 + place)) for who, n in times.items() for place in range(n)]
    found = balance(measured(Shop(shop.contacts, [*shop.orders, *before]))).set_index("trait").loc["orders_before"]
    sides = [[times[c.customer] for c in shop.contacts if (c.arm == "control") == held] for held in (False, True)]
    assert found["contacted_mean"] == pytest.approx(np.mean(sides[0]))
    assert found["p_value"] == pytest.approx(stats.ttest_ind(*sides, equal_var=False).pvalue)
    deviation = np.sqrt((np.var(sides[0], ddof=1) + np.var(sides[1], ddof=1)) / 2)
    assert found["standardised"] == pytest.approx((np.mean(sides[0]) - np.mean(sides[1])) / deviation)


# ---- intervals


@pytest.mark.parametrize("n", [600, 2000, 6000, 20_000])
@pytest.mark.parametrize("held", [0.1, 0.2, 0.5])
@pytest.mark.parametrize(("base", "lift"), [(0.02, 0.0), (0.02, 0.01), (0.05, 0.01), (0.10, 0.02), (0.3, 0.0)])
def test_newcombes_interval_holds_the_effect_as_often_as_it_says(n: int, held: float, base: float, lift: float) -> None:
    """Wherever an effect may be claimed at all: 10 expected in the smaller arm."""
    n0 = round(n * held)
    n1 = n - n0
    common = ((base + lift) * n1 + base * n0) / n
    if min(n1, n0) * common < 10:
        assert n * held * base < 10  # such a campaign is called too few, above
        return
    (k1, w1), (k0, w0) = _likely(n1, base + lift), _likely(n0, base)
    _, low, high = newcombe_difference(k1[:, None], n1, k0[None, :], n0)
    holds = (low <= lift) & (lift <= high)
    coverage = float(w1 @ holds.astype(float) @ w0)
    assert 0.93 <= coverage <= 0.97


def _likely(n: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """The counts that all but one in a billion campaigns have, and how likely each is."""
    k = np.arange(int(stats.binom.ppf(1e-9, n, p)), int(stats.binom.ppf(1 - 1e-9, n, p)) + 1)
    return k, stats.binom.pmf(k, n, p)


def test_pooled_over_hold_outs_of_different_size_the_interval_holds_too() -> None:
    rng, draws = np.random.default_rng(8), 4000
    n1, n0 = np.array([1800, 900, 2700]), np.array([200, 300, 300])
    base, lift = np.array([0.02, 0.10, 0.05]), 0.02
    k1, k0 = rng.binomial(n1, base + lift, (draws, 3)), rng.binomial(n0, base, (draws, 3))
    found = np.array([pooled_difference(a, n1, b, n0)[:3] for a, b in zip(k1, k0, strict=True)])
    assert found[:, 0].mean() == pytest.approx(lift, abs=0.0005)
    assert 0.93 <= np.mean((found[:, 1] <= lift) & (lift <= found[:, 2])) <= 0.97
    # Added up over the arms, the same campaigns would show another effect.
    naive = (k1.sum(axis=1) / n1.sum() - k0.sum(axis=1) / n0.sum()).mean()
    assert abs(naive - lift) > 0.005


def test_pooled_over_one_campaign_it_is_that_campaigns_difference() -> None:
    difference, low, high, error = pooled_difference([60], [400], [15], [200])
    assert difference == pytest.approx(0.075)
    assert error == pytest.approx(np.sqrt(0.15 * 0.85 / 400 + 0.075 * 0.925 / 200))
    assert (low + high) / 2 == pytest.approx(0.075)
    assert np.isnan(pooled_difference([], [], [], [])).all()
    assert np.isnan(pooled_difference([3], [10], [0], [0])).all()


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.lists(st.floats(-50, 50), min_size=2, max_size=30))
def test_means_from_sums_are_those_of_the_values(first: list[float], second: list[float]) -> None:
    sides = [np.round(np.array(values), 2) for values in (first, second)]
    found = welch_difference(*(moments(len(x), x.sum(), (x**2).sum()) for x in sides))
    assert found[0] == pytest.approx(sides[0].mean() - sides[1].mean(), abs=1e-9)
    if min(side.std() for side in sides) > 0.01:
        oracle = stats.ttest_ind(*sides, equal_var=False)
        interval = oracle.confidence_interval()
        assert [float(x) for x in found[1:]] == pytest.approx([interval.low, interval.high, oracle.pvalue], rel=1e-6)


# ---- published


def test_hillstrom_gives_the_published_results(retention_data: Path) -> None:
    data = pd.read_parquet(retention_data / "hillstrom" / "hillstrom.parquet")
    rows = data.assign(campaign_id="h", arm=data["segment"], before_spend=data["history"])
    wanted = settings(control_arms=["No E-Mail"], planned_holdouts={"h": 1 / 3})
    known = outcome_experiments(rows[["campaign_id", "arm", *HILLSTROM, "before_spend"]], settings=wanted)
    found = campaign_effects(known, campaign_checks(known, balance(known))).set_index(["arm", "measure"])
    for measure, (men, women, none) in HILLSTROM.items():
        digits = 4 if measure == "spend" else 5
        for arm, value in (("Mens E-Mail", men), ("Womens E-Mail", women)):
            row = found.loc[(arm, measure)]
            assert round(row["response"], digits) == value
            assert round(row["control_response"], digits) == none
            assert row["claim"] == "raised"
    assert found["is_share"].to_dict()[("Mens E-Mail", "spend")] is False
    # As scipy has it, from the values themselves.
    spent = [data.loc[data["segment"] == name, "spend"] for name in ("Mens E-Mail", "No E-Mail")]
    oracle = stats.ttest_ind(*spent, equal_var=False)
    assert found.loc[("Mens E-Mail", "spend"), "p_value"] == pytest.approx(oracle.pvalue)


def test_an_experiment_with_missing_results_counts_those_that_are_there() -> None:
    rows = pd.DataFrame(
        {"campaign_id": "x", "arm": ["a", "a", "a", "control", "control"], "spend": [1.0, 2.0, None, 3.0, 5.5]}
    )
    known = outcome_experiments(rows, settings=settings())
    assert known.sums[["arm", "n", "total", "is_share"]].to_numpy().tolist() == [
        ["a", 2, 3.0, False], ["control", 2, 8.5, False],
    ]  # fmt: skip
    assert known.campaigns[["contacted", "held_out"]].to_numpy().tolist() == [[3, 2]]
