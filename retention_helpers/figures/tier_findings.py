"""What is said of the tiers of a loyalty programme: whether reaching one changes anything, and who crowds above it."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .loyalty_findings import DIGITS, why_declined
from .unit import is_missing, write_difference_interval

CLAIMS = {
    "raised": marked("Members order more once they have reached “{tier}”: {value} orders a month"),
    "lowered": marked("Members order less once they have reached “{tier}”: {value} orders a month"),
}


def tiers_finding(tiers: Sequence[object], words: Words) -> Finding:
    """Whether members order more because they reached a tier, of a `tier_effects`: orders first."""
    name, subtitle = "tiers", words.say("Orders a month and member, in the months after reaching a tier")
    if not tiers:
        return Finding(
            name,
            words.say("No tier is reached after joining"),
            words.say("Tiers are read from events “tier” of the memberships; the tier of joining is none of them."),
        )
    by_tier = [(one.tier, one.effects[0]) for one in tiers]
    claimed = [(tier, effect) for tier, effect in by_tier if effect.verdict in CLAIMS]
    if claimed:
        tier, effect = claimed[-1]
        headline = words.say(CLAIMS[effect.verdict], tier=tier, value=_value(effect, words))
    else:
        headline = words.say("Whether reaching a tier changes what members order cannot be told")
    return Finding(name, headline, " ".join(_told(tier, effect, words) for tier, effect in by_tier), subtitle)


def _told(tier: str, effect: object, words: Words) -> str:
    """What is known of one tier, or why nothing is."""
    why = why_declined(effect.declined, words)
    if is_missing(effect.robust_low + effect.robust_high):
        return words.say("“{tier}”: {why}", tier=tier, why=why)
    value = _value(effect, words)
    text = words.say("“{tier}”: {value} (95% interval, with room for hidden reasons).", tier=tier, value=value)
    return f"{text} {why}".strip()


def _value(effect: object, words: Words) -> str:
    return write_difference_interval(effect.effect, (effect.robust_low, effect.robust_high), "number", words, DIGITS)


def crowd_finding(tier: str, crowd: pd.DataFrame, number: int, words: Words) -> Finding:
    """Whether members order in order to reach a tier, of the ``crowd`` of a `TierEffect`; the ``number``-th figure."""
    name = f"crowd_{number}"
    subtitle = words.say("Months of members who had not reached it, by their points of twelve months")
    below = crowd.loc[(crowd["share_high"] - 1).abs() < 1e-9, "members"].sum()
    above = crowd.loc[(crowd["share_low"] - 1).abs() < 1e-9, "members"].sum()
    counts = {"tier": tier, "above": words.integer(above), "below": words.integer(below)}
    if not above + below > 0:
        return Finding(
            name,
            words.say("How near members were to “{tier}” is not known", tier=tier),
            words.say("It takes points that were earned."),
            subtitle,
        )
    headline = (
        words.say("More members stand just above what “{tier}” takes than just below it", **counts)
        if above > below
        else words.say("Members do not crowd just above what “{tier}” takes", **counts)
    )
    sentence = words.say("Up to a tenth above it: {above}; up to a tenth below it: {below}.", **counts)
    if above > below:
        return Finding(
            name, headline, f"{sentence} {words.say('Some may have ordered in order to reach it.')}", subtitle
        )
    return Finding(name, headline, sentence, subtitle)
