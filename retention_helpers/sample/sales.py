"""The order book: known customers' orders, guests' and test orders, numbered in order of time, each with its fate."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .calendar import Calendar
from .orders import Orders
from .people import CHANNELS

GUEST, TEST = -1, -2  # instead of a customer's number
FIRST_NUMBER = 400_001
GUEST_SHARE = 0.022
CANCELLED_SHARE, GIFT_ONLY_SHARE = 0.012, 0.0015
TESTS, FREE, UNREADABLE, EPOCH, LATE_PER_MONTH = 60, 40, 14, 9, 14  # orders at the size of 20,000 customers
LATE_EVERY = 5  # months
FATES = ("plain", "cancelled", "gift_only", "free", "unreadable_date", "epoch_date", "late_row", "guest", "test")


def book(rng: np.random.Generator, orders: Orders, calendar: Calendar, customers: int) -> pd.DataFrame:
    """One row per order: customer, at, channel, joins, refund_at, place (in ``orders``, or -1), number, fate."""
    known = pd.DataFrame({name: getattr(orders, name) for name in ("customer", "at", "channel", "joins", "refund_at")})
    known["place"] = np.arange(len(known))
    scale = customers / 20_000
    guests = _strangers(rng, calendar, GUEST, round(GUEST_SHARE * len(known)))
    tests = _strangers(rng, calendar, TEST, max(round(TESTS * scale), 2))
    every = pd.concat([known, guests, tests], ignore_index=True).sort_values("at", kind="stable").reset_index(drop=True)
    every["number"] = FIRST_NUMBER + np.arange(len(every))
    every["fate"] = _fates(rng, every, calendar, scale)
    return every


def _strangers(rng: np.random.Generator, calendar: Calendar, who: int, count: int) -> pd.DataFrame:
    """Orders of nobody known: in the store while it is open, else on the web."""
    month = rng.choice(calendar.months, count, p=calendar.season / calendar.season.sum())
    at = calendar.moment(month + rng.random(count))
    weekday, hour = (at // 86_400 + 3) % 7, at % 86_400 // 3_600
    store = (weekday < 6) & (hour >= 9) & (hour < 20) & (who == GUEST)
    channel = np.where(store, CHANNELS.index("store"), CHANNELS.index("web"))
    return pd.DataFrame({"customer": who, "at": at, "channel": channel, "joins": False, "refund_at": 0, "place": -1})


def _fates(rng: np.random.Generator, every: pd.DataFrame, calendar: Calendar, scale: float) -> NDArray[np.object_]:
    """At most one fate an order; orders at which somebody joined and orders that came back stay plain."""
    fate = np.full(len(every), "plain", dtype=object)
    free = ((every["customer"] >= 0) & ~every["joins"].astype(bool) & (every["refund_at"] == 0)).to_numpy(bool)
    month = calendar.month(every["at"].to_numpy())
    for start in range(LATE_EVERY - 1, calendar.months - 1, LATE_EVERY):
        evening = free & (month == start) & (every["at"].to_numpy() >= calendar.starts[start + 1] - 20 * 3_600)
        _draw(rng, fate, evening, "late_row", max(round(LATE_PER_MONTH * scale), 1))
    counts = {"cancelled": round(CANCELLED_SHARE * len(every)), "gift_only": round(GIFT_ONLY_SHARE * len(every))}
    counts |= {
        "free": round(FREE * scale),
        "unreadable_date": round(UNREADABLE * scale),
        "epoch_date": round(EPOCH * scale),
    }
    for name, count in counts.items():
        _draw(rng, fate, free & (fate == "plain"), name, max(count, 1))
    fate[every["customer"] == GUEST] = "guest"
    fate[every["customer"] == TEST] = "test"
    return fate


def _draw(rng: np.random.Generator, fate: NDArray[np.object_], among: NDArray[np.bool_], name: str, count: int) -> None:
    places = np.flatnonzero(among)
    fate[rng.choice(places, min(count, len(places)), replace=False)] = name


def spent(every: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """What members earn points on: one row per order that stood, with its amount in cents."""
    cents = np.bincount(lines["order"], lines["amount"], len(every)).astype(np.int64)
    stood = every["fate"].isin(["plain", "late_row"])
    frame = every.assign(cents=cents, order_id=every["number"].astype(str))[stood]
    return frame[["customer", "at", "order_id", "cents", "joins"]].reset_index(drop=True)
