"""Made-up companies in which nothing happens: many histories of eight key figures at once, drawn by chance.

Every month has its customers drawn anew from the same company: a season, a growth, and no other change.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention_helpers.metrics.intervals import newcombe_difference, wilson

Floats = NDArray[np.float64]
SHARES = {"existing_retention_rate": (1500, 0.30), "new_retention_rate": (600, 0.14), "churn_rate": (6500, 0.10)}
COUNTS = {"active_customers": 2000, "new_customers": 600}
MEANS = {"revenue": (130_000, 0.03), "average_order_value": (51, 0.025), "nrr": (0.33, 0.08)}  # and relative error
KPIS = (*SHARES, *COUNTS, *MEANS)
Z = 1.959963984540054


@dataclass(frozen=True)
class Series:
    """One key figure of many histories, (history, month): value, interval of the value, and of its two changes."""

    value: Floats
    low: Floats
    high: Floats
    previous: tuple[Floats, Floats, Floats]
    last_year: tuple[Floats, Floats, Floats] | None


@dataclass(frozen=True)
class World:
    """How long a history is, how strong its season, and how much its months differ by more than chance.

    season: relative swing of a year; growth: relative, a month; unrest: standard deviation of a month's own effect,
    relative to the error by chance. fall: what the last month's existing retention loses, in points of 1.
    """

    months: int
    season: float = 0.0
    growth: float = 0.0
    unrest: float = 0.0
    fall: float = 0.0
    base: int = 1500
    rate: float = 0.30


def histories(world: World, count: int, seed: int) -> dict[str, Series]:
    """Key figure -> its series in ``count`` histories."""
    rng = np.random.default_rng(seed)
    time = np.arange(world.months)
    shares = SHARES | {"existing_retention_rate": (world.base, world.rate)}
    found = {}
    for number, kpi in enumerate(KPIS):
        season = 1 + world.season * np.sin(2 * np.pi * (time + number) / 12)
        if kpi in shares:
            n, rate = shares[kpi]
            error = np.sqrt(rate * (1 - rate) / n)
            level = rate * season + world.unrest * error * rng.standard_normal((count, world.months))
            if kpi == "existing_retention_rate":
                level[:, -1] -= world.fall
            found[kpi] = _share(rng.binomial(n, np.clip(level, 0.001, 0.999)).astype(float), n)
            continue
        grown = season * (1 + world.growth) ** time
        mean, error = (COUNTS[kpi], COUNTS[kpi] ** -0.5) if kpi in COUNTS else MEANS[kpi]
        shaken = grown * (1 + world.unrest * error * rng.standard_normal((count, world.months)))
        if kpi in COUNTS:
            value = rng.poisson(mean * shaken).astype(float)
            found[kpi] = _normal(value, np.sqrt(value))
        else:
            value = mean * shaken * (1 + error * rng.standard_normal((count, world.months)))
            found[kpi] = _normal(value, mean * grown * error)
    return found


def _share(successes: Floats, n: int) -> Series:
    def change(back: int) -> tuple[Floats, Floats, Floats] | None:
        if successes.shape[1] <= back:
            return None
        return newcombe_difference(successes[:, -1], n, successes[:, -1 - back], n)

    return Series(successes / n, *wilson(successes, n), change(1), change(12))


def _normal(value: Floats, error: Floats) -> Series:
    errors = np.broadcast_to(error, value.shape)

    def change(back: int) -> tuple[Floats, Floats, Floats] | None:
        if value.shape[1] <= back:
            return None
        moved = value[:, -1] - value[:, -1 - back]
        half = Z * np.hypot(errors[:, -1], errors[:, -1 - back])
        return moved, moved - half, moved + half

    return Series(value, value - Z * errors, value + Z * errors, change(1), change(12))
