"""Campaigns of the sample company: whom they reach, who is held out at random, and what they truly add.

An effect is an order that would not have been placed: each treated customer of a step adds one with the chance of
the arm. So the truth of a campaign is counted, not estimated: customers whose only order in the window is such a one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .calendar import DAY, Floats, Ints
from .contacts import CONTROL, Wave
from .people import Flags, People

WINDOW_DAYS, STEP_DAYS = 28, (0, 12)
LAPSED_DAYS, FORGOTTEN_DAYS, ACTIVE_DAYS = 180, 720, 75
LARGEST_SHARE = 0.125  # of all customers: what the budget of one campaign reaches


@dataclass(frozen=True)
class Campaign:
    """One mailing ``back`` months before the last. ``arms``: the offer and, per step, the chance of an extra order."""

    prefix: str
    purpose: str
    back: int
    holdout: float
    arms: dict[str, tuple[str, tuple[float, ...]]]


CAMPAIGNS = (
    Campaign("WB", "win_back", 25, 0.20, {"treated": ("10 % voucher", (0.035, 0.020))}),
    Campaign("WB", "win_back", 19, 0.20, {"treated": ("10 % voucher", (0.030, 0.015))}),
    Campaign(
        "WB", "win_back", 13, 0.25, {"reminder": ("none", (0.010, 0.005)), "voucher": ("10 % voucher", (0.040, 0.020))}
    ),
    Campaign("WB", "win_back", 7, 0.20, {"treated": ("none", (0.0, 0.0))}),
    Campaign("SPRING", "promotion", 6, 0.0, {"treated": ("free postage", (0.02,))}),
    Campaign("WB", "win_back", 4, 0.30, {"treated": ("free postage", (0.030, 0.020))}),
    Campaign("WB", "win_back", 1, 0.30, {"treated": ("10 % voucher", (0.040, 0.020))}),
)
WELCOME_BACK, WELCOME_HOLDOUT, WELCOME_CHANCE, WELCOME_DAYS = 12, 0.15, 0.04, (1, 7, 21)
CARE_BACK, CARE_HOLDOUT = (9, 5), 0.20  # "thank you" after a first order, in these months; its true effect is nothing


@dataclass(frozen=True)
class Mailing:
    """What one campaign came to: its waves, the orders it caused, and the counted truth."""

    waves: list[Wave]
    customer: Ints
    at: Ints
    truth: dict[str, object]


def eligible(rng: np.random.Generator, campaign: Campaign, people: People, days_silent: Floats) -> Ints:
    """Customers whom the campaign is for: lapsed but not forgotten, or active; with consent, and not too many."""
    low, high = (LAPSED_DAYS, FORGOTTEN_DAYS) if campaign.purpose == "win_back" else (0, ACTIVE_DAYS)
    fits = np.flatnonzero((people.email | people.sms) & (days_silent >= low) & (days_silent < high))
    return np.sort(rng.permutation(fits)[: round(LARGEST_SHARE * len(people))])


def send(
    rng: np.random.Generator, campaign: Campaign, name: str, target: People, own: tuple[Ints, Ints, Ints]
) -> Mailing:
    """Send every step. ``own`` is the customers, the first moment of the month, and when each would order anyway.

    The second step goes to those, treated or held out, who have not ordered since the first.
    """
    customer, start, anyway = own
    offers = {CONTROL: ("none", (0.0, 0.0)), **campaign.arms}
    kinds = np.array(list(campaign.arms), dtype=object)
    arm = kinds[rng.integers(0, len(kinds), len(customer))]
    arm[rng.random(len(customer)) < campaign.holdout] = CONTROL
    channel = np.where(target.email[customer], "email", "sms").astype(object)
    offer = np.array([offers[a][0] for a in arm], dtype=object)
    first = start + 10 * 3_600 + rng.integers(0, 1_800, len(customer))
    ordered = anyway.copy()
    waves, extra, extra_at = [], [], []
    for step in range(len(campaign.arms[kinds[0]][1])):
        at = first + STEP_DAYS[step] * DAY
        last = first + (STEP_DAYS[1] if step == 0 else WINDOW_DAYS) * DAY
        chance = np.array([offers[a][1][step] for a in arm])
        reached = ordered > at
        reacted = reached & (rng.random(len(customer)) < chance)
        when = (at + (last - at) * rng.beta(1, 1.8, len(customer))).astype(np.int64)
        ordered = np.where(reacted, np.minimum(ordered, when), ordered)
        parts = [values[reached] for values in (customer, at, arm, offer, channel, reacted)]
        waves.append(Wave(name, campaign.purpose, step + 1, *parts))
        extra.append(customer[reacted])
        extra_at.append(when[reacted])
    customers, moments = np.concatenate(extra), np.concatenate(extra_at)
    ordinary = anyway <= first + WINDOW_DAYS * DAY
    won = np.isin(customer, customers) & ~ordinary
    return Mailing(
        waves, customers, moments, _truth(campaign, arm[first < anyway], ordinary[first < anyway], won[first < anyway])
    )


def _truth(campaign: Campaign, arm: NDArray[np.object_], ordinary: Flags, won: Flags) -> dict[str, object]:
    """Per arm: contacts of the first step, who ordered anyway within the window, whom the campaign alone brought."""
    arms = {}
    for name in [CONTROL, *campaign.arms]:
        mine = arm == name
        n = int(mine.sum())
        chances = list(campaign.arms[name][1]) if name != CONTROL else []
        arms[name] = {
            "customers": n,
            "ordered_anyway": int((mine & ordinary).sum()),
            "extra_reactivated": int((mine & won).sum()),
            "effect": round(float((mine & won).sum()) / n, 6) if n else None,
            "chance_of_extra_order_by_step": chances,
        }
    return {"purpose": campaign.purpose, "window_days": WINDOW_DAYS, "holdout_share": campaign.holdout, "arms": arms}


def welcome(rng: np.random.Generator, name: str, target: People, customer: Ints, first_at: Ints) -> Mailing:
    """The welcome chain of three mails after a first order; it adds an order within 30 days with `WELCOME_CHANCE`."""
    reach = target.email[customer]
    customer, first_at = customer[reach], first_at[reach]
    n = len(customer)
    arm = np.where(rng.random(n) < WELCOME_HOLDOUT, CONTROL, "treated").astype(object)
    reacted = (arm != CONTROL) & (rng.random(n) < WELCOME_CHANCE)
    when = (first_at + DAY * (1.2 + 28 * rng.beta(1, 1.3, n))).astype(np.int64)
    step = np.searchsorted(WELCOME_DAYS, (when - first_at) / DAY)  # the last mail before the order caused it
    waves = []
    for number, day in enumerate(WELCOME_DAYS, start=1):
        offer = np.where(arm == CONTROL, "none", ("none", "guide", "free postage")[number - 1]).astype(object)
        at = first_at + day * DAY + rng.integers(0, 3_600, n)
        mail = np.full(n, "email", dtype=object)
        waves.append(Wave(name, "welcome", number, customer, at, arm, offer, mail, reacted & (step == number)))
    treated, extra = int((arm != CONTROL).sum()), int(reacted.sum())
    return Mailing(
        waves, customer[reacted], when[reacted], {"treated": treated, "held_out": n - treated, "extra_orders": extra}
    )


def care(rng: np.random.Generator, target: People, customer: Ints, first_at: Ints) -> Wave:
    """One mail three days after a first order, with a hold-out, and without any effect."""
    reach = target.email[customer]
    customer, n = customer[reach], int(reach.sum())
    arm = np.where(rng.random(n) < CARE_HOLDOUT, CONTROL, "treated").astype(object)
    at = first_at[reach] + 3 * DAY + rng.integers(0, 3_600, n)
    plain, mail = np.full(n, "none", dtype=object), np.full(n, "email", dtype=object)
    return Wave("CARE", "post_purchase", 1, customer, at, arm, plain, mail, np.zeros(n, dtype=bool))
