"""A world of another family: each customer orders at a constant rate and may leave after any order (BG/NBD).

There is no month in it: one joins at an order, the likelier the more often one orders.
"""

import numpy as np

from .world import NEVER, Simulated, World, facts_of

RATE_SHAPE, RATE_SCALE = 1.3, 1.1  # gamma, orders a month
LEAVE_ALPHA, LEAVE_BETA = 0.8, 30.0  # beta, chance to leave after an order
THERE_FROM_START = 0.7
WISH_LEVEL, WISH_BY_RATE = -3.6, 0.6  # log odds to join at an order


def simulate_bg_nbd(world: World, seed: int) -> Simulated:
    """Live it order by order. The effect multiplies the rate from the order of joining on."""
    rng = np.random.default_rng([seed, 77])
    n, end = world.customers, world.months
    rate = rng.gamma(RATE_SHAPE, RATE_SCALE, n)
    leave = rng.beta(LEAVE_ALPHA, LEAVE_BETA, n)
    late = rng.uniform(0, end / 2, n)
    at = np.where(rng.random(n) < THERE_FROM_START, rng.uniform(0, 1, n), late)
    joined, wish = np.full(n, NEVER), 1 / (1 + np.exp(-(WISH_LEVEL + WISH_BY_RATE * np.log(rate))))
    here, bought = np.arange(n), []
    while here.size:
        bought.append((here, at[here]))
        joins = (rng.random(here.size) < wish[here]) & (at[here] >= world.launch) & np.isinf(joined[here])
        joined[here[joins]] = at[here[joins]]
        stays = here[rng.random(here.size) >= leave[here]]
        faster = np.where(np.isfinite(joined[stays]), 1 + world.effect, 1.0)
        at[stays] += rng.exponential(1 / (rate[stays] * faster))
        here = stays[at[stays] < end]
    who, when = (np.concatenate(part) for part in zip(*bought, strict=True))
    amount = 40 * rng.lognormal(0, 0.4, len(who))
    extra = _extra_orders(rate, leave, joined, world)
    paid = 40 * np.exp(0.4**2 / 2)
    return facts_of(world, joined, {"orders": extra, "revenue": extra * paid}, [who, when, amount])


def _extra_orders(rate: np.ndarray, leave: np.ndarray, joined: np.ndarray, world: World) -> np.ndarray:
    """(n, T) expected extra orders a month; t months after an order (1 - leave)(1 - e^(-rate leave t))/leave."""
    edges = np.arange(world.months + 1)[None, :]
    since = np.clip(edges - np.where(np.isfinite(joined), joined, world.months)[:, None], 0, None)

    def expected(pace: np.ndarray) -> np.ndarray:
        return -np.expm1(-pace[:, None] * leave[:, None] * since) * ((1 - leave) / leave)[:, None]

    more = np.diff(expected(rate * (1 + world.effect)) - expected(rate), axis=1)
    part = np.diff(since, axis=1)  # of the month of joining, what was left of it
    return np.divide(more, part, out=np.zeros_like(more), where=part > 0)
