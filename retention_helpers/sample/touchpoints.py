"""The journey of the sample company's customers: one event per touch, from awareness to loyalty."""

import numpy as np
import pandas as pd

from .calendar import DAY, Calendar, Ints, stamp
from .orders import Orders
from .people import CHANNELS, NEVER, SOURCES, People
from .programme import Members

TRACKED_BACK = 10  # months of tracking
CONSIDERED, CONSIDERED_WITHOUT_ORDER = 0.85, 0.45
USE_RATE = 0.55  # touches of use per order, times the streak
LOYAL_CHANCE = 0.5  # a member's visit to the points page, per order
STAGES = ("awareness", "consideration", "purchase", "use", "support", "loyalty")


def table(
    rng: np.random.Generator, orders: Orders, people: People, members: Members, calendar: Calendar
) -> pd.DataFrame:
    """The touchpoints' table of the input contract; only the last months are tracked."""
    begin = calendar.starts[max(calendar.month_from_end(TRACKED_BACK), 0)]
    parts = [_before_first(rng, people, calendar), _never(rng, people), *_around_orders(rng, orders, people, members)]
    customer, at, stage, channel = (np.concatenate(column) for column in zip(*parts, strict=True))
    frame = pd.DataFrame({"customer": customer, "at": at, "stage": stage, "channel": channel})
    frame = frame[(frame["at"] >= begin) & (frame["at"] < calendar.end)]
    frame = frame.sort_values(["at", "customer", "stage"], kind="stable").reset_index(drop=True)
    return pd.DataFrame(
        {
            "customer_id": people.ids[frame["customer"]],
            "at": stamp(frame["at"].to_numpy()),
            "stage": frame["stage"],
            "channel": frame["channel"],
        }
    )


Part = tuple[Ints, Ints, np.ndarray, np.ndarray]


def _part(customer: Ints, at: Ints, stage: str, channel: np.ndarray | str) -> Part:
    n = len(customer)
    return customer, at, np.full(n, stage, dtype=object), np.broadcast_to(np.asarray(channel, dtype=object), n)


def _joined(parts: list[Part]) -> Part:
    customer, at, stage, channel = (np.concatenate(column) for column in zip(*parts, strict=True))
    return customer, at, stage, channel


def _before_first(rng: np.random.Generator, people: People, calendar: Calendar) -> Part:
    """Awareness some weeks before the first order, consideration in the days before it."""
    new = np.flatnonzero((people.first_clock >= 0) & (people.first_clock < NEVER))
    first_at = calendar.moment(people.first_clock[new])
    heard = first_at - (DAY * (1 + rng.gamma(1.5, 7, len(new)))).astype(np.int64)
    weighed = first_at - (heard - first_at) // -3 - 60
    source = np.array(SOURCES, dtype=object)[people.source[new]]
    keeps = rng.random(len(new)) < CONSIDERED
    return _joined([_part(new, heard, "awareness", source), _part(new[keeps], weighed[keeps], "consideration", "web")])


def _never(rng: np.random.Generator, people: People) -> Part:
    """Those who registered and never ordered: they heard, some weighed, and stopped."""
    never = np.flatnonzero(people.first_clock == NEVER)
    source = np.array(SOURCES, dtype=object)[people.source[never]]
    weighs = rng.random(len(never)) < CONSIDERED_WITHOUT_ORDER
    later = people.registered[never] + rng.integers(60, 5 * DAY, len(never))
    heard = people.registered[never] - rng.integers(60, 3 * DAY, len(never))
    return _joined(
        [_part(never, heard, "awareness", source), _part(never[weighs], later[weighs], "consideration", "web")]
    )


def _around_orders(rng: np.random.Generator, orders: Orders, people: People, members: Members) -> list[Part]:
    """The purchase itself, use in the weeks after it, support where needed, and members' loyalty events."""
    n = len(orders)
    channel = np.array(CHANNELS, dtype=object)[orders.channel]
    uses = np.repeat(
        np.arange(n), rng.poisson(USE_RATE * np.exp(0.5 * orders.streak + 0.15 * people.satisfaction[orders.customer]))
    )
    used_at = orders.at[uses] + (DAY * (3 + rng.exponential(12, len(uses)))).astype(np.int64)
    helped = np.flatnonzero(orders.support)
    helped_at = orders.at[helped] + (DAY * np.clip(rng.lognormal(1.2, 0.6, len(helped)), 0.1, 20)).astype(np.int64)
    member = (members.joined_at[orders.customer] <= orders.at) & (members.left_at[orders.customer] > orders.at)
    loyal = np.flatnonzero(member & ((rng.random(n) < LOYAL_CHANCE) | orders.joins))
    return [
        _part(orders.customer, orders.at, "purchase", channel),
        _part(
            orders.customer[uses], used_at, "use", np.where(rng.random(len(uses)) < 0.5, "app", "web").astype(object)
        ),
        _part(orders.customer[helped], helped_at, "support", "phone"),
        _part(orders.customer[loyal], orders.at[loyal] + rng.integers(30, 3_600, len(loyal)), "loyalty", "app"),
    ]


def truth() -> dict[str, object]:
    """What the journey's events were drawn with."""
    return {
        "tracked_months": TRACKED_BACK + 1,
        "considered": CONSIDERED,
        "considered_without_order": CONSIDERED_WITHOUT_ORDER,
        "use_touches_per_order": USE_RATE,
    }
