"""Who the customers of a simulated shop are: how often each would order, what makes them join, when they go.

Worlds differ in what makes a customer join. In all of them customers differ for good, have streaks, follow the
season and leave one day; so members would order more than others without any programme.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WORLDS = ("random", "engaged", "hot", "checkout", "life", "trend")
HARDER = ("hot_long", "hot_now")  # like "hot": with streaks that last, or because of the streak of that very month
BASE_RATE = 1.5  # orders a month of a median customer
DIFFER, STREAK = 0.55, 0.40  # spread of customers, spread of streaks
KEEP, KEEP_LONG = 0.50, 0.70  # what a month keeps of a streak; in "hot_long"
LEAVE = 0.02  # chance a month to leave for good
THERE_FROM_START = 0.7
GROWTH = 0.03  # spread of customers' log growth a month, in the world "trend"
MOVED, MOVE = 0.30, 1.35  # share of customers with a turn in their life, what it multiplies their rate by
# Length and weight of streaks were set by what other methods answer, never ours: where nothing has an effect, members
# exceed others by 1.2 to 1.5 orders a month, and group-time effects without anticipation, which take a streak's end for
# an effect, are off by -0.9 in "hot" and by -0.7 in "checkout" and "life".
# Log odds to join in a month (in "checkout", at an order): level, by customer, by streak, by growth, by turn.
WISHES = {
    "random": (-3.4, 0.0, 0.0, 0.0, 0.0),
    "engaged": (-3.8, 0.9, 0.0, 0.0, 0.0),
    "hot": (-4.0, 0.6, 1.0, 0.0, 0.0),
    "hot_long": (-4.2, 0.6, 1.25, 0.0, 0.0),
    "hot_now": (-4.0, 0.6, 1.0, 0.0, 0.0),
    "checkout": (-4.9, 0.4, 0.7, 0.0, 0.0),
    "life": (-4.2, 0.6, 0.9, 0.0, 2.5),
    "trend": (-3.9, 0.6, 0.0, 1.0, 0.0),
}


@dataclass(frozen=True)
class Lives:
    """What nobody sees of n customers in T months: orders a month, log odds to join, when they come and go."""

    rate: Floats  # (n, T) orders a month without a programme, of whoever has come and not left
    wish: Floats  # (n, T) log odds to join in a month, or at an order
    leaves: Floats  # (n,) chance a month to leave
    basket: Floats  # (n,) money an order
    comes: NDArray[np.int64]  # (n,) first month there
    joins_at_order: bool


def draw_lives(world: str, customers: int, months: int, rng: np.random.Generator) -> Lives:
    """The customers of one of the worlds."""
    level, by_rate, by_streak, by_growth, by_turn = WISHES[world]
    differ = rng.standard_normal(customers)
    streak = _streaks((customers, months), KEEP_LONG if world == "hot_long" else KEEP, rng)
    growth = rng.standard_normal(customers) if by_growth else np.zeros(customers)
    turned, after = _turns(customers, months, rng) if by_turn else (np.zeros((customers, months)),) * 2
    month = np.arange(months)
    season = 1 + 0.15 * np.sin(2 * np.pi * (month - 8) / 12) + 0.25 * (month % 12 == 11)
    log_rate = DIFFER * differ[:, None] + STREAK * streak + GROWTH * growth[:, None] * (month - months / 2)
    # A wish grows out of the month that one has lived through: that month is the peak of a streak, not the next one.
    # In "hot_now" it is the month of joining itself: nothing that is known beforehand tells of it.
    lived = streak if world == "hot_now" else np.column_stack([streak[:, :1], streak[:, :-1]])
    wish = level + by_rate * differ[:, None] + by_streak * lived + by_growth * growth[:, None] + by_turn * turned
    return Lives(
        rate=BASE_RATE * season * np.exp(log_rate - STREAK**2 / 2 + np.log(MOVE) * after),
        wish=wish,
        leaves=np.full(customers, LEAVE),
        basket=40 * np.exp(0.3 * rng.standard_normal(customers)),
        comes=np.where(rng.random(customers) < THERE_FROM_START, 0, rng.integers(1, months // 2, customers)),
        joins_at_order=world == "checkout",
    )


def _streaks(shape: tuple[int, int], kept: float, rng: np.random.Generator) -> Floats:
    """First-order autoregression of variance 1: hot months follow hot months."""
    shocks = rng.standard_normal(shape)
    streak = np.empty_like(shocks)
    streak[:, 0] = shocks[:, 0]
    for month in range(1, shape[1]):
        streak[:, month] = kept * streak[:, month - 1] + np.sqrt(1 - kept**2) * shocks[:, month]
    return streak


def _turns(customers: int, months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Marks of the two months in which a life turns, and of all months from then on."""
    at = np.where(rng.random(customers) < MOVED, rng.integers(6, months, customers), months)[:, None]
    month = np.arange(months)[None, :]
    return ((month >= at) & (month <= at + 1)).astype(float), (month >= at).astype(float)
