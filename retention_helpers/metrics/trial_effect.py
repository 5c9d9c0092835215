"""The effect on members by month after joining: their trials against those of customers who did not join there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bands import standard_error
from .dilution import Month, purged
from .doubly_robust import HIGHEST, Att, Chance, att, logit
from .intervals import Floats
from .trial_covariates import after, covariates, growth, in_month, level
from .trials import CHOSEN_MONTHS, Trials

SHOWN_BEFORE = 9  # months before joining in the event study
FEWEST = 10  # members, and controls, whose history reaches back so far


@dataclass(frozen=True)
class Model:
    """The trials with what their comparison needs: covariates, the chance to join, each customer's own level."""

    trials: Trials
    outcome: str
    x: Floats
    chance: Chance
    level: Floats

    def compare(self, change: Floats, rows: NDArray[np.bool_]) -> tuple[Att, Floats]:
        """Joiners minus controls in a change from the own level, on some rows; and its influence by customer."""
        some = Chance(self.chance.chance[rows], self.chance.covariance)
        x = self.x if rows.all() else self.x[rows]
        found = att(change[rows], self.trials.is_joiner[rows], x, some)
        return found, self.by_customer(found.influence, rows)

    def by_customer(self, influence: Floats, rows: NDArray[np.bool_]) -> Floats:
        return np.bincount(self.trials.customer[rows], influence, minlength=self.trials.customers)


@dataclass(frozen=True)
class Effect:
    """The effect by month after joining (H,), and over all of them, weighed by the members seen in each."""

    months: Floats
    influence: Floats  # (H, customers)
    members: Floats  # (H,) seen in each
    value: float
    total_influence: Floats  # (customers,)

    @property
    def se(self) -> float:
        return float(standard_error(self.total_influence))

    def late(self) -> tuple[Floats, Floats]:
        """The effect over the later half of the months, by the members seen in each, and its influence."""
        first = len(self.months) // 2
        weight = self.members[first:] / self.members[first:].sum()
        return np.array(weight @ self.months[first:]), weight @ self.influence[first:]


def fit_model(trials: Trials, outcome: str) -> Model:
    """Who joins, given what was known."""
    x = covariates(trials, outcome)
    return Model(trials, outcome, x, logit(x, trials.is_joiner), level(trials, outcome))


def effect_of(model: Model) -> Effect:
    """Month by month, later joiners among the controls purged."""
    trials, months, members = model.trials, [], []
    gains = _gains(model)
    for number in range(1, trials.horizon + 1):
        rows = trials.seen >= number
        if not (trials.is_joiner & rows).any():
            break
        found, influence = model.compare(after(trials, model.outcome, number) - model.level, rows)
        months.append(Month(found.effect, influence, found.weight * gains[rows], trials.joins_after[rows]))
        members.append(float((trials.is_joiner & rows).sum()))
    value, influence = purged(months)
    weight = np.array(members) / sum(members)
    return Effect(value, influence, np.array(members), float(weight @ value), weight @ influence)


def _gains(model: Model) -> Floats:
    """(n,) what each would gain by joining, joiners gain 1: in proportion to the own level.

    Who joins later orders more than others who might, and gains more: a programme adds so many per cent, not so much.
    """
    usual = float(model.level[model.trials.is_joiner].mean())
    return model.level / usual if usual > 0 else np.ones(len(model.level))


def months_before(model: Model) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Months before joining, -9..-1 as far as known: joiners minus controls, off their own level; and the influence.

    The last three are compared as they are: one joins because of them. Earlier ones as the months after are.
    """
    trials, shown, found, influence = model.trials, [], [], []
    for month in range(-SHOWN_BEFORE, 0):
        rows = trials.known >= -month
        if min((trials.is_joiner & rows).sum(), (~trials.is_joiner & rows).sum()) < FEWEST:
            continue
        shown.append(month)
        change = in_month(trials, model.outcome, month) - model.level
        if month >= -CHOSEN_MONTHS:
            plain = np.ones((int(rows.sum()), 1))
            one = att(change[rows], trials.is_joiner[rows], plain, logit(plain, trials.is_joiner[rows]))
            found.append(one.effect)
            influence.append(model.by_customer(one.influence, rows))
        else:
            one, each = model.compare(change, rows)
            found.append(one.effect)
            influence.append(each)
    return np.array(shown), np.array(found), np.array(influence).reshape(len(shown), trials.customers)


def growth_before(model: Model) -> tuple[float, Floats]:
    """How much faster joiners grew than controls long before joining, outcome a month more each month; and influence.

    Each customer's trend counts as much as it is known, so that a long history says more than a short one.
    """
    trend, months = growth(model.trials, model.outcome)
    rows = np.isfinite(trend) & (months >= CHOSEN_MONTHS)
    weight = months**3 / (months[rows] ** 3).mean() if rows.any() else months
    joins = model.trials.is_joiner & rows
    if min(joins.sum(), (~joins & rows).sum()) < FEWEST:
        return np.nan, np.zeros(model.trials.customers)
    # Off the joiners' mean: what all share must not differ because some have longer histories.
    usual = (trend[joins] @ weight[joins]) / weight[joins].sum()
    scaled = np.where(rows, trend - usual, 0.0) * weight
    found, influence = model.compare(scaled, rows)
    mean = float(weight[joins].mean())
    return found.effect / mean, influence / mean


def overlap(model: Model) -> tuple[float, float]:
    """The share of joiners whose chance to join is above 0.9, and the largest standardised difference that is left."""
    joins = model.trials.is_joiner
    chance = np.minimum(model.chance.chance, HIGHEST)
    weight = np.where(joins, 0, chance / (1 - chance))
    mean = weight @ model.x / weight.sum()
    off = np.abs(model.x[joins].mean(axis=0) - mean) / np.where(
        model.x[joins].std(axis=0) > 0, model.x[joins].std(axis=0), 1
    )
    return float((model.chance.chance[joins] > HIGHEST).mean()), float(off.max())
