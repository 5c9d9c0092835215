"""What was known of each customer when its trial started: the last three months, and its own level from before them."""

import numpy as np

from .intervals import Floats
from .trials import CHOSEN_MONTHS, MOST_BEFORE, Trials

ACTIVE = "active"
OUTCOMES = ("orders", "revenue", "margin", ACTIVE)
LATE_LEFT_OUT = 2  # months before the chosen ones that a trend leaves out: a streak may begin there


def before(trials: Trials, outcome: str) -> Floats:
    """(n, P) the outcome in each month before the start, month -1 first."""
    if outcome == ACTIVE:
        return (trials.before["orders"] > 0).astype(float)
    return trials.before[outcome].astype(float)


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
    month = np.arange(1, MOST_BEFORE + 1)[None, :]
    return ((month >= first) & (month <= np.floor(trials.known)[:, None])).astype(float)


def level(trials: Trials, outcome: str, first: int = CHOSEN_MONTHS + 1) -> Floats:
    """(n,) a customer's own mean a month, before the months because of which one joins."""
    counts = exposure(trials, first)
    return (before(trials, outcome) * counts).sum(axis=1) / counts.sum(axis=1)


def growth(trials: Trials, outcome: str) -> tuple[Floats, Floats]:
    """(n,) a customer's own trend long before the start, outcome a month more each month; and its months."""
    counts = exposure(trials, CHOSEN_MONTHS + 1 + LATE_LEFT_OUT)
    months = counts.sum(axis=1)
    time = -np.arange(1, MOST_BEFORE + 1)[None, :]
    middle = (counts * time).sum(axis=1) / np.maximum(months, 1)
    off = counts * (time - middle[:, None])
    spread = (off**2).sum(axis=1)
    return (off * before(trials, outcome)).sum(axis=1) / np.where(spread > 0, spread, np.nan), months


def covariates(trials: Trials, outcome: str) -> Floats:
    """(n, k) a column of ones, the last three months, silence, tenure, channel, day and month; never the level."""
    orders = trials.before["orders"].astype(float)
    last, second, third = (orders[:, place] for place in range(CHOSEN_MONTHS))
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
        money = before(trials, outcome)[:, :CHOSEN_MONTHS]
        plain += [money[:, 0], money.sum(axis=1)]
    marks = [trials.channel == one for one in np.unique(trials.channel)[1:]]
    marks += [trials.month == one for one in np.unique(trials.month)[1:]]
    columns = np.column_stack([*plain, *marks]).astype(float)
    spread = columns.std(axis=0)
    columns = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return np.column_stack([np.ones(len(columns)), columns[:, spread > 0]])
