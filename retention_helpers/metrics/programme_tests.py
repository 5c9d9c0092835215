"""Could the comparison have gone wrong? What is tried on it before anybody is told of an effect."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from .bands import standard_error
from .group_time import Estimate
from .hidden_reasons import room_for_hidden_reasons
from .intervals import CONFIDENCE, Floats, normal_quantile
from .power import POWER
from .trial_effect import Effect, Model, effect_of, fit_model, growth_before, overlap
from .trials import CHOSEN_MONTHS, Trials

TREND_MONTHS = 6  # a trend is told as what it comes to in so many months
ALARM = 0.02  # a placebo that is true fails so often
MOST_PRETENDING = 200_000  # starts: more show nothing more, and would take a second copy of all
PRETENCES = 4  # draws of those who pretend to have joined
MOST_CERTAIN, MOST_OFF = 0.20, 0.20  # joiners with a chance above 0.9; standardised difference left


@dataclass(frozen=True)
class Placebo(Estimate):
    """A difference that joining cannot have made, in outcome a month: it should be 0.

    ``reach``: what a difference of 1 leaves in the effect; ``room``: what the interval has for hidden reasons, outcome
    a month. With enough customers the smallest difference is seen; one that leaves no more than that in the effect is
    no reason to say nothing: the interval grows by it.
    """

    room: float = 0.0
    reach: float = 1.0

    @property
    def p_value(self) -> float:
        """0..1; missing where there was nothing to test."""
        if not (self.se > 0):
            return np.nan
        return float(2 * stats.norm.sf(abs(self.value) / self.se))

    @property
    def is_tried(self) -> bool:
        """Whether there was anything to test."""
        return self.p_value >= 0

    @property
    def is_zero(self) -> bool:
        """Whether it is 0 as far as can be seen; false where nothing could be seen."""
        return self.p_value >= ALARM

    @property
    def holds(self) -> bool:
        """Whether it is 0 as far as can be seen or within the room; false where nothing could be seen."""
        return self.is_zero or (self.is_tried and self.left <= self.room)

    @property
    def left(self) -> float:
        """What it leaves in the effect: 0 where it is 0 as far as can be seen; missing where nothing could be seen."""
        return 0.0 if self.is_zero else abs(self.value) * self.reach

    @property
    def visible(self) -> float:
        """The smallest difference that would have been noticed often enough (`POWER`: four times of five)."""
        return float(normal_quantile(1 - ALARM) + stats.norm.ppf(POWER)) * self.se


@dataclass(frozen=True)
class ProgrammeTests:
    """What was tried.

    pre_period      p-value 0..1 that joiners and controls differ in none of the months -9 to -4
    slope           members against others long before joining: their own trend, as what it comes to in six months
    placebo         pretended joining among customers who did not join: its effect
    certain_share   share 0..1 of joiners whose chance to join is above 0.9
    most_off        largest standardised difference between joiners and weighted controls, in spreads
    hidden_share    how large a part of the selection that was removed would have to be left for the interval to
                    reach 0: 0 where it holds 0 already; above 1, hidden reasons would have to be stronger than all seen
    hidden_outcome  the same as outcome a month
    room            what hidden reasons may have left in the effect, outcome a month: `room_for_hidden_reasons`
    """

    pre_period: float
    slope: Placebo
    placebo: Placebo
    certain_share: float
    most_off: float
    hidden_share: float
    hidden_outcome: float
    room: float

    @property
    def widening(self) -> float:
        """By what the interval grows on both sides: the room, and what was seen where joining cannot have made it."""
        return self.room + sum(one.left for one in (self.slope, self.placebo) if one.is_tried)

    @property
    def overlaps(self) -> bool:
        return self.certain_share <= MOST_CERTAIN and self.most_off <= MOST_OFF


def tests_of(
    model: Model, effect: Effect, before: tuple[Floats, Floats, Floats], *, naive: float, seed: int
) -> ProgrammeTests:
    """Try all of them. ``before``: months, differences and influence of the months before joining."""
    trend, influence = growth_before(model)
    certain, off = overlap(model)
    left = max(abs(effect.value) - normal_quantile(CONFIDENCE) * effect.se, 0.0)
    selection = abs(naive - effect.value)
    room = room_for_hidden_reasons(selection, *before[:2])
    reach = _months_between(model.trials) / TREND_MONTHS
    return ProgrammeTests(
        pre_period=_all_zero(*before),
        slope=Placebo(trend * TREND_MONTHS, float(standard_error(influence)) * TREND_MONTHS, room, reach),
        placebo=replace(pretended(model, seed=seed), room=room),
        certain_share=certain,
        most_off=off,
        hidden_share=left / selection if selection > 0 else np.nan,
        hidden_outcome=left,
        room=room,
    )


def pretended(model: Model, *, seed: int) -> Placebo:
    """The effect of a joining that did not happen: drawn among those who never joined, by their chance to join.

    The mean of several draws: a single one would be a lottery that a month may lose.
    """
    rng = np.random.default_rng(seed)
    places = np.flatnonzero(~model.trials.is_joiner & np.isinf(model.trials.joins_after))
    if len(places) > MOST_PRETENDING:
        places = np.sort(rng.choice(places, MOST_PRETENDING, replace=False))
    outside, chance = model.trials.take(places), model.chance.chance[places]
    values, influences = [], np.zeros(model.trials.customers)
    for _ in range(PRETENCES):
        joins = rng.random(len(chance)) < chance
        if joins.sum() < 2 or joins.all():
            return Placebo(np.nan, np.nan)
        found = effect_of(fit_model(outside.with_joiners(joins), model.outcome))
        values.append(found.value)
        influences += found.total_influence / PRETENCES
    return Placebo(float(np.mean(values)), float(standard_error(influences)))


def _months_between(trials: Trials) -> float:
    """From the middle of the months of a joiner's own level to the middle of those after joining: a trend goes on.

    Month -1 and month 1 are next to each other.
    """
    some = trials.is_joiner & (trials.seen >= 1)
    known = np.minimum(np.floor(trials.known[some]), trials.months_before)
    seen = np.minimum(np.floor(trials.seen[some]), trials.horizon)
    return float(np.mean((CHOSEN_MONTHS + 1 + known) / 2 + (1 + seen) / 2 - 1))


def _all_zero(months: Floats, difference: Floats, influence: Floats) -> float:
    """Wald's test that all differences before the chosen months are 0."""
    early = (months < -CHOSEN_MONTHS) & (standard_error(influence) > 0)
    if not early.any():
        return np.nan
    spread = influence[early] @ influence[early].T
    return float(stats.chi2.sf(difference[early] @ np.linalg.pinv(spread) @ difference[early], early.sum()))
