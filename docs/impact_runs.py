"""One simulated shop, asked what its programme changed: by the report's own estimator and by five others."""

from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from retention_helpers.metrics.cohort_sums import NEVER
from retention_helpers.metrics.group_time import group_time_att
from retention_helpers.metrics.intervals import Floats
from retention_helpers.metrics.loyalty import effect_on
from retention_helpers.metrics.programme import Programme, read_programme
from tests.worlds.bg_nbd import simulate_bg_nbd
from tests.worlds.lives import HARDER, WORLDS
from tests.worlds.world import Simulated, World, simulate

FAMILY = "bg_nbd"
EFFECTS = (0.0, 0.15, -0.10)
SMALLEST = 5_000
SEEDS = {SMALLEST: 200, 20_000: 40, 60_000: 5}
# Smaller ones are for development. Only the rule of fixed effects was changed after these had been looked at.
FIRST_SEED = 30_000
OUTCOMES = ("orders", "revenue")
HORIZON = 6
# Other ways in which a programme may work, on customers who join at the checkout.
OTHER_WORLDS = {
    "fades": World("checkout", 0.15, shape="fades"),
    "ramps": World("checkout", 0.15, shape="ramps"),
    "basket": World("checkout", 0.15, on="basket"),
    "leaving": World("checkout", 0.15, on="leaving"),
    "tiers": World("checkout", 0.15, has_tiers=True),
    "promotion": World("checkout", 0.15, has_promotion=True),
    "promotion_only": World("checkout", 0.0, has_promotion=True),
}
MATCHED_UP_TO = 20_000  # customers: above it the matching takes longer than all the rest


@dataclass(frozen=True)
class Cell:
    """What is asked once."""

    world: str
    customers: int
    effect: float
    seed: int

    @property
    def is_other(self) -> bool:
        return self.world in OTHER_WORLDS


def cells() -> list[Cell]:
    """All of the full programme, in such an order that a shortened one is spread evenly over worlds and sizes."""
    main = [
        Cell(world, customers, effect, FIRST_SEED + number)
        for customers, seeds in SEEDS.items()
        for number, world, effect in product(range(seeds), (*WORLDS, FAMILY, *HARDER), EFFECTS)
        if world not in HARDER or (customers == SMALLEST and effect >= 0)
    ]
    other = [
        Cell(name, SMALLEST, OTHER_WORLDS[name].effect, FIRST_SEED + number)
        for number, name in product(range(SEEDS[SMALLEST]), OTHER_WORLDS)
    ]
    return sorted([*main, *other], key=lambda cell: (cell.seed - FIRST_SEED + 0.5) / SEEDS[cell.customers])


def shop_of(cell: Cell) -> Simulated:
    """The simulated shop of a cell."""
    if cell.world == FAMILY:
        return simulate_bg_nbd(World(FAMILY, cell.effect, customers=cell.customers), seed=cell.seed)
    world = OTHER_WORLDS.get(cell.world, World(cell.world, cell.effect, customers=cell.customers))
    return simulate(world, seed=cell.seed)


def run(cell: Cell) -> dict:
    """The answers to a cell, ready for JSON."""
    shop = shop_of(cell)
    read = read_programme(
        shop.orders,
        shop.customers,
        shop.memberships,
        as_of=shop.as_of.date(),
        outcomes=OUTCOMES,
        horizon_months=HORIZON,
        seed=cell.seed,
    )
    return asdict(cell) | {outcome: _answers(shop, read, outcome) for outcome in OUTCOMES}


def _answers(shop: Simulated, read: Programme, outcome: str) -> dict:
    ours = effect_on(read, outcome)
    assert ours.others is not None, "every simulated shop has somebody to compare"
    plain = group_time_att(read.sums[outcome], control="not_yet").months(1, HORIZON)
    others = {
        "naive": (ours.others.naive, None),
        "before_after": (ours.others.before_after, None),
        "fixed_effects": (ours.others.fixed_effects.value, ours.others.fixed_effects.se),
        "group_time": (plain.value, plain.se),
        "group_time_early_base": (ours.others.group_time.value, ours.others.group_time.se),
    }
    if shop.world.customers <= MATCHED_UP_TO:
        others["matched"] = matched(_by_month(shop, outcome), shop.month_of_joining())
    return {
        "truth": shop.true_effect(outcome, HORIZON),
        "truth_everybody": shop.true_effect(outcome, HORIZON, everybody=True),
        "effect": ours.effect,
        "interval": (ours.low, ours.high),
        "robust": (ours.robust_low, ours.robust_high),
        "verdict": ours.verdict,
        "declined": [one.reason for one in ours.declined],
        "room": ours.tests and ours.tests.room,
        "slope": ours.tests and (ours.tests.slope.value, ours.tests.slope.se, ours.tests.slope.reach),
        "placebo": ours.tests and (ours.tests.placebo.value, ours.tests.placebo.se),
        "others": others,
    }


def _by_month(shop: Simulated, outcome: str) -> Floats:
    """(n, T) what each customer ordered in each month."""
    wide = np.zeros((shop.world.customers, shop.world.months))
    month = shop.orders["month"].to_numpy(int) - int(shop.orders["month"].min())
    value = np.ones(len(month)) if outcome == "orders" else shop.orders["amount_cents"].to_numpy(float) / 100
    np.add.at(wide, (shop.orders["customer_id"].str[1:].astype(int).to_numpy(), month), value)
    return wide


def matched(value: Floats, joined: Floats) -> tuple[float, float]:
    """Each member against its nearest neighbour by course so far, in the change from six months before to six after.

    The neighbour never joins, or only after the months compared: what is usually done. Returns estimate and error.
    """
    when = np.where(np.isfinite(joined), joined, NEVER).astype(int)
    changes, months = [], []
    for month in np.unique(when[when >= HORIZON + 1]):
        last = min(value.shape[1], month + 1 + HORIZON)
        treated, others = np.flatnonzero(when == month), np.flatnonzero((when == NEVER) | (when >= last))
        if last <= month + 1 or len(others) < 30:
            continue
        course = _course(value[:, :month])
        _, nearest = cKDTree(course[others]).query(course[treated])
        change = value[:, month + 1 : last].mean(axis=1) - value[:, month - HORIZON : month].mean(axis=1)
        changes.append(change[treated] - change[others][nearest])
        months.append(np.full(len(treated), last - month - 1))
    change, weight = np.concatenate(changes), np.concatenate(months)
    found = float(np.average(change, weights=weight))
    return found, float(np.sqrt(((weight * (change - found)) ** 2).sum()) / weight.sum())


def _course(before: Floats) -> NDArray[np.float64]:
    """(n, k) a customer's course up to a month, each column in spreads: last months, half a year, all, silence."""
    bought = before > 0
    silence = np.where(bought.any(axis=1), np.argmax(bought[:, ::-1], axis=1), before.shape[1])
    columns = [*before[:, -3:].T, before[:, -HORIZON:].mean(axis=1), before.mean(axis=1), np.log1p(silence)]
    wide = np.column_stack(columns)
    return (wide - wide.mean(axis=0)) / np.maximum(wide.std(axis=0), 1e-9)
