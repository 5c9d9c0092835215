"""Who gains most by a campaign: worked by hand, simulated, and refused where too few came."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics import uplift
from retention_helpers.metrics.uplift import expected_gain, qini, uplift_deciles
from tests.metrics.campaign_base import (
    BEGIN,
    Order,
    Shop,
    asked,
    campaign,
    effects,
    settings,
)

DAY = timedelta(days=1)


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
