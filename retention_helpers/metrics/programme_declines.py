"""When nothing is said about an effect, and why: the data must have earned it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from retention_helpers.words import marked

from .programme_tests import MOST_CERTAIN, MOST_OFF, ProgrammeTests
from .trials import Trials

FEWEST_MEMBERS = 300  # with all months after joining seen
FEWEST_MONTHS = 6  # of orders before the programme
FEWEST_CONTROLS = 5  # a member
MOST_UNDATED = 0.30  # members without an order shortly before joining
MOST_BY_MONTH = 0.50  # members whose joining is dated on the very beginning of a month
FEWEST_OUTSIDE = 0.50  # of the controls, not yet members a month later

SENTENCES = {
    "no_joins": marked("Nobody joined at a known time."),
    "too_few_members": marked("Too few members have been there for long enough: {found} of {needed}."),
    "short_history": marked("Too few months of orders before the programme: {found} of {needed}."),
    "everybody_joined": marked(
        "Nearly everybody joined at once: {found} of the customers to compare with were still outside a month"
        " later, {needed} are needed."
    ),
    "too_few_controls": marked("Too few customers to compare a member with: {found} of {needed}."),
    "joins_not_dated": marked(
        "The dates of joining cannot be right: {found} of the members had not ordered in the 30 days up to it, at"
        " most {needed} may."
    ),
    "joins_by_month": marked(
        "Joining is known by its month alone: {found} of the members joined at the very beginning of one, at most"
        " {needed} may. Orders before and after it cannot be told apart."
    ),
    "too_certain": marked(
        "Members can hardly be compared: {found} of them were all but certain to join, at most {needed} may be."
    ),
    "no_overlap": marked(
        "Nobody comparable stayed outside: members and others still differ by {found} spreads, at most {needed}"
        " are allowed."
    ),
    "slope_fails": marked("Members were already growing otherwise than others, long before they joined."),
    "placebo_fails": marked("A joining that never happened seems to have an effect: the comparison fails."),
    "slope_untried": marked("How members were growing before they joined cannot be told: their history is too short."),
    "placebo_untried": marked("A joining that never happened could not be tried: hardly anybody stayed outside."),
    "placebo_blind": marked(
        "A difference that joining cannot have made could not have been seen well enough: {found} would have been"
        " noticed, {needed} should be."
    ),
}  # fmt: skip
# How a reason's numbers are written, and with how many decimals; those not named are counts.
FORMS: dict[str, tuple[Literal["percent", "number"], int]] = {
    "everybody_joined": ("percent", 0),
    "too_few_controls": ("number", 1),
    "joins_not_dated": ("percent", 0),
    "joins_by_month": ("percent", 0),
    "too_certain": ("percent", 0),
    "no_overlap": ("number", 2),
    "placebo_blind": ("number", 2),
}


@dataclass(frozen=True)
class Decline:
    """A reason to say nothing, one of `SENTENCES`, with what was found and what was needed."""

    reason: str
    found: float = np.nan
    needed: float = np.nan

    @property
    def text(self) -> str:
        """The sentence, to be said with ``found`` and ``needed``."""
        return SENTENCES[self.reason]

    @property
    def form(self) -> tuple[str, int]:
        """Unit and decimals of ``found`` and ``needed``."""
        return FORMS.get(self.reason, ("integer", 0))

    def __str__(self) -> str:
        unit, digits = self.form
        form = f".{digits}{'%' if unit == 'percent' else 'f'}"
        return self.text.format(found=format(self.found, form), needed=format(self.needed, form))


def before_comparing(counts: dict[str, int], trials: Trials, months_before: int) -> tuple[Decline, ...]:
    """What can be said without any comparison. ``counts``: of members, by why they are compared or left out."""
    if not counts["joined"]:
        return (Decline("no_joins"),)
    members, controls = int(trials.is_joiner.sum()), counts["controls"]
    seen = counts["all_months_seen"]
    undated = (counts["no_recent_order"] + counts["no_order"] + counts["no_join_date"]) / (
        counts["joined"] + counts["no_join_date"]
    )
    by_month = counts["by_month"] / counts["joined"]
    month_later = trials.joins_after[~trials.is_joiner & (trials.seen >= 1)]
    outside = float((month_later > 1).mean()) if month_later.size else 0.0
    tried = [
        (by_month > MOST_BY_MONTH, Decline("joins_by_month", by_month, MOST_BY_MONTH)),
        (undated > MOST_UNDATED, Decline("joins_not_dated", undated, MOST_UNDATED)),
        (months_before < FEWEST_MONTHS, Decline("short_history", months_before, FEWEST_MONTHS)),
        (seen < FEWEST_MEMBERS, Decline("too_few_members", seen, FEWEST_MEMBERS)),
        (outside < FEWEST_OUTSIDE, Decline("everybody_joined", outside, FEWEST_OUTSIDE)),
        (
            controls < FEWEST_CONTROLS * members,
            Decline("too_few_controls", controls / members if members else 0.0, FEWEST_CONTROLS),
        ),
    ]
    return tuple(decline for fails, decline in tried if fails)


def after_comparing(tests: ProgrammeTests, effect: float, low: float, high: float) -> tuple[Decline, ...]:
    """What the tests say. A placebo need not see what is not claimed: ``low`` and ``high`` of the robust interval."""
    claims = low > 0 or high < 0
    visible = max(tests.slope.visible, tests.placebo.visible)
    tried = [
        (not tests.certain_share <= MOST_CERTAIN, Decline("too_certain", tests.certain_share, MOST_CERTAIN)),
        (not tests.most_off <= MOST_OFF, Decline("no_overlap", tests.most_off, MOST_OFF)),
        (not tests.slope.is_tried, Decline("slope_untried")),
        (tests.slope.is_tried and not tests.slope.holds, Decline("slope_fails")),
        (not tests.placebo.is_tried, Decline("placebo_untried")),
        (tests.placebo.is_tried and not tests.placebo.holds, Decline("placebo_fails")),
        (claims and visible > abs(effect), Decline("placebo_blind", visible, abs(effect))),
    ]
    return tuple(decline for fails, decline in tried if fails)
