"""What was known of each customer when its trial started: the last three months, and its own level from before them."""

from itertools import chain

import numpy as np

from .intervals import Floats
from .trials import CHOSEN_MONTHS, Trials

ACTIVE = "active"
OUTCOMES = ("orders", "revenue", "margin", ACTIVE)
SPEND_MONTHS = 12  # spend of so many months is how near a tier is
LATE_LEFT_OUT = 2  # months before the chosen ones that a trend leaves out: a streak may begin there


def before(trials: Trials, outcome: str) -> Floats:
    """(n, P) the outcome in each month before the start, month -1 first."""
    if outcome == ACTIVE:
        return (trials.before["orders"] > 0).astype(float)
    return trials.before[outcome].astype(float)


def in_month(trials: Trials, outcome: str, month: int) -> Floats:
    """(n,) the outcome in one month before the start, from -1 down."""
    column = trials.before["orders" if outcome == ACTIVE else outcome][:, -month - 1]
    return (column > 0).astype(float) if outcome == ACTIVE else column.astype(float)


def after(trials: Trials, outcome: str, month: int) -> Floats:
    """(n,) the outcome in a month after the start, from 1 on."""
    if outcome == ACTIVE:
        return (trials.after["orders"][:, month - 1] > 0).astype(float)
    return trials.after[outcome][:, month - 1].astype(float)


def exposure(trials: Trials, first: int = CHOSEN_MONTHS + 1) -> Floats:
    """(n, P) which part of each month before the start counts for a customer's own level.

    From month -``first`` back to the last whole month after the first order, which says nothing itself: it is why the
    customer is known.
    """
    month = np.arange(1, trials.months_before + 1)[None, :]
    return ((month >= first) & (month <= np.floor(trials.known)[:, None])).astype(float)


def level(trials: Trials, outcome: str, first: int = CHOSEN_MONTHS + 1) -> Floats:
    """(n,) a customer's own mean a month, before the months because of which one joins."""

    def of(some: Trials) -> Floats:
        counts = exposure(some, first)
        return (before(some, outcome) * counts).sum(axis=1) / counts.sum(axis=1)

    return np.concatenate([of(some) for some in trials.in_blocks()])


def growth(trials: Trials, outcome: str) -> tuple[Floats, Floats]:
    """(n,) a customer's own trend long before the start, outcome a month more each month; and its months."""

    def of(some: Trials) -> Floats:
        counts = exposure(some, CHOSEN_MONTHS + 1 + LATE_LEFT_OUT)
        months = counts.sum(axis=1)
        time = -np.arange(1, some.months_before + 1)[None, :]
        middle = (counts * time).sum(axis=1) / np.maximum(months, 1)
        off = counts * (time - middle[:, None])
        spread = (off**2).sum(axis=1)
        return np.stack([(off * before(some, outcome)).sum(axis=1) / np.where(spread > 0, spread, np.nan), months])

    trend, months = np.concatenate([of(some) for some in trials.in_blocks()], axis=1)
    return trend, months


def covariates(trials: Trials, outcome: str) -> Floats:
    """(n, k) a column of ones, the last three months, silence, tenure, channel, day and month; never the level.

    Where one joins by what one has spent, that of twelve months too: how near one was.
    """
    orders = [in_month(trials, "orders", -month) for month in range(1, CHOSEN_MONTHS + 1)]
    last, second, third = orders
    together = last + second + third
    plain = [
        trials.day,
        trials.gap,
        np.log(trials.known),
        last,
        second,
        third,
        np.minimum(last + second, 6),
        np.sqrt(last),
        np.sqrt(together),
        together == 0,
    ]
    if outcome in ("revenue", "margin"):
        money = [in_month(trials, outcome, -month) for month in range(1, CHOSEN_MONTHS + 1)]
        plain += [money[0], sum(money)]
    if trials.is_for_spend:
        spent = trials.before["revenue"][:, :SPEND_MONTHS].sum(axis=1, dtype=float)
        plain += [spent, np.log1p(spent)]
    channels, months = np.unique(trials.channel)[1:], np.unique(trials.month)[1:]
    wide = np.ones((len(last), 1 + len(plain) + len(channels) + len(months)))
    marks = chain((trials.channel == one for one in channels), (trials.month == one for one in months))
    kept = 1
    # Column by column: at a million customers the whole of it lies in memory once, not four times.
    for column in chain(plain, marks):
        value = column.astype(float)
        spread = value.std()
        if spread > 0:
            wide[:, kept] = (value - value.mean()) / spread
            kept += 1
    return wide[:, :kept]
