"""The loyalty programme: who wishes to join, what membership truly adds, and the points.

Members choose: the wish to join grows with the customer's own rate and with a hot streak, and one joins while ordering.
So members would order more without any programme; what it adds is `MEMBER_LIFT`, no more.
"""

import numpy as np
import pandas as pd

from .calendar import Calendar, Floats, Ints, stamp
from .money import decimals
from .people import RATE_MEAN, Flags

MEMBER_LIFT = 0.12
WISH_LEVEL, WISH_BY_RATE, WISH_BY_STREAK = -2.45, 0.75, 0.95  # log odds at an order
PAID_SHARE, PAID_ALPHA, PAID_BETA = (
    0.14,
    0.9,
    9.0,
)  # paid members renew monthly; each one's chance to stop is Beta(alpha, beta)
FEE_CENTS = 490  # of a paid membership, a month
FREE_LEAVES = 0.004  # chance a month that a free member leaves
POINT_CENTS, REDEEM_FROM, REDEEM_CHANCE, EXPIRE_MONTHS = 3, 150, 0.30, 12
TIERS = (("basic", 0), ("silver", 200), ("gold", 500))  # points earned in the last 12 months
NEVER_AT = 10**12
COLUMNS = ["customer_id", "at", "event", "order_id", "tier", "points", "value", "paid"]


def launch(calendar: Calendar) -> int:
    """The month in which the programme opens: after a fifth of the sample."""
    return calendar.months // 5


def wish(rate: Floats, streak: Floats) -> Floats:
    """Chance that a customer joins at an order.

    >>> wish(np.array([0.1, 1.0]), np.array([0.0, 0.0])).round(3).tolist()
    [0.047, 0.218]
    """
    return 1 / (1 + np.exp(-(WISH_LEVEL + WISH_BY_RATE * np.log(rate / RATE_MEAN) + WISH_BY_STREAK * streak)))


class Members:
    """When each customer joined and left, in seconds; `NEVER_AT` where it did not happen."""

    def __init__(self, customers: int) -> None:
        """Nobody has joined yet."""
        self.joined_at = np.full(customers, NEVER_AT)
        self.left_at = np.full(customers, NEVER_AT)
        self.paid = np.zeros(customers, dtype=bool)

    def join(self, rng: np.random.Generator, customer: Ints, at: Ints, chance: Floats) -> Flags:
        """Let customers join at their orders of one month; marks the orders at which they did."""
        wants = (rng.random(len(customer)) < chance[customer]) & (self.joined_at[customer] == NEVER_AT)
        places = np.flatnonzero(wants)
        places = places[np.lexsort((at[places], customer[places]))]
        who, first = np.unique(customer[places], return_index=True)
        joins = np.zeros(len(customer), dtype=bool)
        joins[places[first]] = True
        self.joined_at[who] = at[places[first]]
        self.paid[who] = rng.random(len(who)) < PAID_SHARE
        stop = np.where(self.paid[who], rng.beta(PAID_ALPHA, PAID_BETA, len(who)), FREE_LEAVES)
        self.left_at[who] = _months_later(self.joined_at[who], rng.geometric(np.maximum(stop, 1e-6)))
        return joins


def _months_later(seconds: Ints, months: Ints) -> Ints:
    """The same day and time of day, some calendar months on; days past the 28th become the 28th."""
    days = seconds.astype("datetime64[s]").astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    inside = np.minimum((days - month).astype(np.int64), 27)
    far = np.minimum(months, 1_200)
    return ((month + far).astype("datetime64[D]") + inside).astype("datetime64[s]").astype(np.int64) + seconds % 86_400


def table(rng: np.random.Generator, members: Members, spent: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """The memberships' table, customers as numbers. ``spent``, by order: customer, at, order_id, cents, joins."""
    joined, left = members.joined_at[spent["customer"]], members.left_at[spent["customer"]]
    mine = spent[(spent["at"].to_numpy() >= joined) & (spent["at"].to_numpy() < left)].reset_index(drop=True)
    mine["points"] = mine["cents"] // 100
    mine["month"] = calendar.month(mine["at"].to_numpy())
    joins = mine[mine["joins"]].assign(event="join", tier="basic", points=0)
    leavers = np.flatnonzero(members.left_at < calendar.end)
    leaves = pd.DataFrame({"customer": leavers, "at": members.left_at[leavers], "event": "leave"})
    earned = mine[mine["points"] > 0].assign(event="earn")
    moves = _points(rng, earned, members, calendar)
    every = pd.concat([joins, leaves, earned, *moves], ignore_index=True)
    every["rank"] = every["event"].map({"join": 0, "expire": 1, "earn": 2, "redeem": 3, "tier": 4, "leave": 5})
    every = every.sort_values(["at", "customer", "rank"], kind="stable").reset_index(drop=True)
    points = every["points"].fillna(0).astype(np.int64).to_numpy()
    bears = every["event"].isin(["earn", "redeem", "expire"]).to_numpy(bool)
    terms = every["event"].isin(["join", "leave"]).to_numpy(bool)
    fee = decimals(np.where(members.paid[every["customer"]], FEE_CENTS, 0))
    return pd.DataFrame(
        {
            "customer": every["customer"],
            "at": stamp(every["at"].to_numpy()),
            "event": every["event"],
            "order_id": every["order_id"].fillna("").astype(str),
            "tier": every["tier"].fillna("").astype(str),
            "points": np.where(bears, points.astype(str), ""),
            "value": np.where(bears, decimals(points * POINT_CENTS), ""),
            "paid": np.where(terms, fee, ""),
        }
    )


def _points(rng: np.random.Generator, earned: pd.DataFrame, members: Members, calendar: Calendar) -> list[pd.DataFrame]:
    """Redemptions at an order, expiry of what was not redeemed for 12 months, and tiers, month by month."""
    lots = np.zeros((len(members.joined_at), calendar.months), dtype=np.int64)
    won = np.zeros_like(lots)
    tier = np.zeros(len(lots), dtype=np.int64)
    names = np.array([name for name, _ in TIERS], dtype=object)
    moves = []
    for month in range(calendar.months):
        now = earned[earned["month"] == month]
        start, left = calendar.starts[month], members.left_at < calendar.starts[month]
        lots[left] = 0
        old = lots[:, : max(month - EXPIRE_MONTHS, 0)]
        gone = np.flatnonzero(old.sum(axis=1))
        moves.append(pd.DataFrame({"customer": gone, "at": start, "event": "expire", "points": old[gone].sum(axis=1)}))
        old[:] = 0
        level = np.searchsorted(
            [points for _, points in TIERS][1:], won[:, max(month - 12, 0) : month].sum(axis=1), side="right"
        )
        changed = np.flatnonzero((level != tier) & (members.joined_at < start) & ~left)
        tier[changed] = level[changed]
        moves.append(
            pd.DataFrame({"customer": changed, "at": start + 7_200, "event": "tier", "tier": names[tier[changed]]})
        )
        visit = now.drop_duplicates("customer")
        held = lots[visit["customer"]].sum(axis=1)
        uses = visit[(held >= REDEEM_FROM) & (rng.random(len(visit)) < REDEEM_CHANCE)]
        amount = lots[uses["customer"]].sum(axis=1) // 50 * 50
        moves.append(uses.assign(event="redeem", points=amount))
        _take(lots, uses["customer"].to_numpy(), amount)
        np.add.at(lots, (now["customer"].to_numpy(), month), now["points"].to_numpy())
        won[:, month] = lots[:, month]
    return [move for move in moves if len(move)]


def _take(lots: Ints, customers: Ints, amount: Ints) -> None:
    """Redeem the oldest points first."""
    mine = lots[customers]
    before = np.cumsum(mine, axis=1) - mine
    lots[customers] = mine - np.clip(amount[:, None] - before, 0, mine)


def truth(members: Members, calendar: Calendar, counts: dict[str, int]) -> dict[str, object]:
    """What the programme is, and what it did: ``extra_orders`` is a count, not an estimate."""
    return {
        "effect_on_order_rate": MEMBER_LIFT,
        "launched": calendar.labels[launch(calendar)],
        "selection": {
            "log_odds": WISH_LEVEL,
            "by_log_rate": WISH_BY_RATE,
            "by_streak": WISH_BY_STREAK,
            "joins_only_at_an_order": True,
        },
        "paid": {
            "share": PAID_SHARE,
            "alpha": PAID_ALPHA,
            "beta": PAID_BETA,
            "rule": "leaves after a geometric number of months, its chance Beta",
        },
        "free_members_leave_a_month": FREE_LEAVES,
        "points": {
            "value_cents": POINT_CENTS,
            "expire_after_months": EXPIRE_MONTHS,
            "redeem_from": REDEEM_FROM,
            "redeem_chance": REDEEM_CHANCE,
        },
        "tiers": dict(TIERS),
        "joined": int((members.joined_at < calendar.end).sum()),
        "left": int((members.left_at < calendar.end).sum()),
        **counts,
    }
