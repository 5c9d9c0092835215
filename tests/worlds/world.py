"""A simulated shop with a loyalty programme whose effect is known, order by order.

Each customer is lived twice from the same chance: as it happened, and as it would have been had nobody joined. The
difference, expected, is written down per customer and month: that is the truth an estimate is held against.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .lives import Floats, Lives, draw_lives

START = np.datetime64("2023-01", "M")
MONTH_SECONDS = 2_629_800  # of the months since joining: a twelfth of 365.25 days
RECENT_SECONDS = 30 * 86_400
NEVER = np.inf


@dataclass(frozen=True)
class World:
    """What happens in it. ``effect`` 0.15 means 15 % more of whatever it is ``on``."""

    name: str
    effect: float = 0.0
    customers: int = 5_000
    months: int = 24
    launch: int = 8
    on: str = "orders"  # orders, basket, leaving (15 % fewer leave a month)
    shape: str = "steady"  # steady, fades, ramps
    has_tiers: bool = False  # the upper tier has one and a half times the effect, the lower one half of it
    has_promotion: bool = False  # the programme opens with a sale for all

    def strength(self, since: NDArray[np.int64]) -> Floats:
        """The effect so many months after the month of joining, as a share."""
        forms = {
            "steady": np.ones(len(since)),
            "fades": 0.75 ** np.maximum(since, 0),
            "ramps": np.minimum((since + 1) / 4, 1),
        }
        return self.effect * forms[self.shape]


@dataclass(frozen=True)
class Simulated:
    """The facts of a world, and its truth."""

    world: World
    orders: pd.DataFrame
    customers: pd.DataFrame
    memberships: pd.DataFrame
    joined_at: NDArray[np.datetime64]  # (n,) NaT where never
    extra: dict[str, Floats]  # orders, revenue -> (n, T) expected extra a month as a member

    @property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(START + self.world.months) - pd.Timedelta(days=1)

    def truth(self) -> pd.DataFrame:
        """One row per member and month from joining on: what it added, expected at the rate of that month."""
        who, month = np.nonzero(self.month_of_joining()[:, None] <= np.arange(self.world.months))
        extras = {f"extra_{name}": values[who, month] for name, values in self.extra.items()}
        return pd.DataFrame(
            {"customer_id": name_of(who), "month": month + int(START.astype(int)) + 1970 * 12, **extras}
        )

    def month_of_joining(self) -> Floats:
        """(n,) place of the month of joining, endless where never."""
        months = self.joined_at.astype("datetime64[M]")
        return np.where(np.isnat(self.joined_at), NEVER, (months - START).astype(float))

    def true_effect(self, outcome: str = "orders", horizon: int = 6, *, everybody: bool = False) -> float:
        """What the programme added a month, over the months since joining that are over, to the members compared.

        Those are who ordered in the 30 days up to joining and had first ordered five months before; or all members.
        """
        compared = np.flatnonzero(~np.isnat(self.joined_at)) if everybody else self._compared()
        edges = (START + np.arange(self.world.months + 1)).astype("datetime64[s]").astype(float)
        joined = self.joined_at[compared].astype("datetime64[s]").astype(float)
        total = members = 0.0
        for month in range(1, horizon + 1):
            begins, ends = joined + (month - 1) * MONTH_SECONDS, joined + month * MONTH_SECONDS
            seen = ends <= edges[-1]
            shared = np.minimum(ends[:, None], edges[1:]) - np.maximum(begins[:, None], edges[:-1])
            part = np.clip(shared, 0, None) / np.diff(edges)
            total += float((self.extra[outcome][compared] * part)[seen].sum())
            members += float(seen.sum())
        return total / members

    def _compared(self) -> NDArray[np.int64]:
        number = self.orders["customer_id"].str[1:].astype(int).to_numpy()
        at, joined = self.orders["ordered_at"].to_numpy(), self.joined_at[number]
        before = at <= joined
        last = pd.Series(at[before]).groupby(number[before]).max()
        first = pd.Series(at[before]).groupby(number[before]).min()
        when = self.joined_at[last.index]
        is_recent = when - last.to_numpy() <= np.timedelta64(RECENT_SECONDS, "s")
        return last.index[is_recent & (when - first.to_numpy() >= np.timedelta64(5 * MONTH_SECONDS, "s"))].to_numpy()


def name_of(numbers: NDArray[np.int64]) -> NDArray[np.object_]:
    """Ids of customers."""
    return np.char.add("c", numbers.astype(str)).astype(object)


def simulate(world: World, seed: int, lives: Lives | None = None) -> Simulated:
    """Live all months of a world. ``lives``: other customers than those of the world's name."""
    rng = np.random.default_rng([seed, sum(map(ord, world.name))])
    lives = lives or draw_lives(world.name, world.customers, world.months, rng)
    n, months = lives.rate.shape
    joined, strength_of = np.full(n, NEVER), _tier_strength(world, lives)
    alive, alive_without = np.ones(n, dtype=bool), np.ones(n, dtype=bool)
    extra = {name: np.zeros((n, months)) for name in ("orders", "revenue")}
    bought = []
    for month in range(months):
        sale = world.has_promotion and world.launch <= month <= world.launch + 1
        rate = lives.rate[:, month] * (lives.comes <= month) * (1.35 if sale else 1.0)
        most = 1 + max(world.effect * 1.5, 0.0)
        who = np.repeat(np.arange(n), rng.poisson(rate * most * (alive | alive_without)))
        when, mark = month + rng.random(len(who)), rng.random(len(who)) * most
        if month >= world.launch:
            odds = lives.wish[:, month] + (1.5 if sale else 0.0)
            at_order = (who[(mark < 1) & alive[who]], when[(mark < 1) & alive[who]])
            _join(joined, odds, at_order if lives.joins_at_order else _moments(alive & (rate > 0), month, rng), rng)
        is_member = joined < month + 1
        share = np.where(is_member, strength_of * _strength(world, joined, month), 0.0)
        lift = share if world.on == "orders" else np.zeros(n)
        dearer = share if world.on == "basket" else np.zeros(n)
        is_after = when > joined[who]
        happened = alive[who] & (mark < np.where(is_after, 1 + lift[who], 1.0))
        amount = lives.basket[who] * rng.lognormal(0, 0.4, len(who)) * np.where(is_after, 1 + dearer[who], 1.0)
        bought.append((who[happened], when[happened], amount[happened]))
        more = rate * (alive * (1 + lift) - alive_without)
        extra["orders"][:, month] = np.where(is_member, more, 0)
        paid = lives.basket * np.exp(0.4**2 / 2)
        extra["revenue"][:, month] = np.where(
            is_member, rate * paid * (alive * (1 + lift) * (1 + dearer) - alive_without), 0
        )
        chance = rng.random(n)
        alive &= chance >= lives.leaves * np.where(is_member & (world.on == "leaving"), 1 - share, 1.0)
        alive_without &= chance >= lives.leaves
    return facts_of(world, joined, extra, [np.concatenate(part) for part in zip(*bought, strict=True)])


def _strength(world: World, joined: Floats, month: int) -> Floats:
    since = np.where(np.isfinite(joined), month - np.floor(np.where(np.isfinite(joined), joined, 0)), 0)
    return world.strength(since.astype(np.int64))


def _tier_strength(world: World, lives: Lives) -> Floats:
    """(n,) by how much of the effect each would be moved: the upper half of customers is in the upper tier."""
    usual = lives.rate.mean(axis=1)
    return np.where(usual > np.median(usual), 1.5, 0.5) if world.has_tiers else np.ones(len(usual))


def _moments(there: NDArray[np.bool_], month: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Floats]:
    """One moment of the month for everybody who is there."""
    who = np.flatnonzero(there)
    return who, month + rng.random(len(who))


def _join(joined: Floats, odds: Floats, moments: tuple[NDArray[np.int64], Floats], rng: np.random.Generator) -> None:
    """At these moments each may join, if not a member yet; the first time counts."""
    who, when = moments
    wants = (rng.random(len(who)) < 1 / (1 + np.exp(-odds[who]))) & np.isinf(joined[who])
    np.minimum.at(joined, who[wants], when[wants])


def moment(months: Floats) -> NDArray[np.datetime64]:
    """Months since the start, with a fraction, as a moment of the calendar, to the second; NaT for never."""
    whole = np.floor(np.where(np.isfinite(months), months, 0)).astype(np.int64)
    begins, ends = (START + whole).astype("datetime64[s]"), (START + whole + 1).astype("datetime64[s]")
    seconds = ((months - whole) * (ends - begins).astype(np.int64))[np.isfinite(months)].astype(np.int64)
    at = np.full(len(months), np.datetime64("NaT", "us"), dtype="datetime64[us]")
    at[np.isfinite(months)] = begins[np.isfinite(months)] + seconds
    return at


def facts_of(world: World, joined: Floats, extra: dict[str, Floats], bought: list[NDArray]) -> Simulated:
    """The tables orders_valid, customers and memberships, as the facts give them."""
    who, when, amount = bought
    at, cents = moment(when), np.rint(amount * 100).astype(np.int64)
    first_month = int(START.astype(int)) + 1970 * 12
    orders = pd.DataFrame(
        {
            "month": (np.floor(when) + first_month).astype(np.int16),
            "customer_id": name_of(who),
            "order_id": np.arange(len(who)).astype(str),
            "ordered_at": at,
            "amount_cents": cents,
            "margin_cents": cents * 3 // 10,
            "channel": np.where(who % 3 == 0, "web", "shop"),
        }
    )
    seen = pd.Series(at).groupby(who).min()
    customers = pd.DataFrame(
        {"customer_id": name_of(seen.index.to_numpy()), "first_order_at": seen.to_numpy(), "first_channel": "shop"}
    )
    joined_at = moment(joined)
    members = np.flatnonzero(np.isfinite(joined))
    memberships = pd.DataFrame(
        {
            "customer_id": name_of(members),
            "at": joined_at[members],
            "event": "join",
            "month": (np.floor(joined[members]) + first_month).astype(np.int16),
        }
    )
    return Simulated(world, orders, customers, memberships, joined_at, extra)
