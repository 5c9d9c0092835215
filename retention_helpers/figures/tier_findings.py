"""What is said of the tiers of a loyalty programme: whether reaching one changes anything, and who crowds above it."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .loyalty_findings import DIGITS, why_declined
from .unit import is_missing, write_difference_interval

HAIR = 1e-9
CLAIMS = {
    "raised": marked("Members order more once they have reached “{tier}”: {value} orders a month"),
    "lowered": marked("Members order less once they have reached “{tier}”: {value} orders a month"),
}


def tiers_finding(tiers: Sequence[object], words: Words) -> Finding:
    """Whether members order more because they reached a tier, of a `tier_effects`: orders first."""
    name = "tiers"
    subtitle = words.say("More a month and member, in the months after reaching a tier (95% interval)")
    if not tiers:
        return Finding(
            name,
            words.say("No tier is reached after joining"),
            words.say("Tiers are read from events “tier” of the memberships; the tier of joining is none of them."),
        )
    claimed = [one for one in tiers if one.verdicts[0] in CLAIMS]
    if claimed:
        highest = claimed[-1]
        value = _value(highest.effects[0], words)
        headline = words.say(CLAIMS[highest.verdicts[0]], tier=highest.tier, value=value)
    else:
        headline = words.say("Whether reaching a tier changes what members order cannot be told")
    return Finding(name, headline, " ".join(_told(one, words) for one in tiers), subtitle)


def _told(one: object, words: Words) -> str:
    """What is known of one tier, or why nothing is."""
    tier, effect = one.tier, one.effects[0]
    why = why_declined(effect.declined, words)
    if effect.verdict != one.verdicts[0]:
        why = words.say("Without regard to what was spent before it cannot be told, so nothing is claimed.")
    if is_missing(effect.robust_low + effect.robust_high):
        return words.say("“{tier}”: {why}", tier=tier, why=why)
    value = _value(effect, words)
    text = words.say("“{tier}”: {value} (95% interval, with room for hidden reasons).", tier=tier, value=value)
    return f"{text} {why}".strip()


def _value(effect: object, words: Words) -> str:
    return write_difference_interval(effect.effect, (effect.robust_low, effect.robust_high), "number", words, DIGITS)


def mix_finding(mix: pd.DataFrame, words: Words) -> Finding:
    """In which tier most members are, and how many came in the month, of a `tier_mix`."""
    name = "tier_mix"
    if mix.empty:
        return Finding(name, words.say("The data hold no tiers"), words.say("No event gives a member a tier."))
    now, before = int(mix["now"].sum()), int(mix["before"].sum())
    sentence = words.say(
        "Members with and without a tier: {before} at the beginning of the month, {now} at its end.",
        before=words.integer(before),
        now=words.integer(now),
    )
    if not now:
        return Finding(name, words.say("Nobody is a member any more"), sentence)
    largest = mix.loc[mix["now"].idxmax()]
    share = words.percent(largest["now"] / now, 0)
    headline = (
        words.say("{share} of members are in “{tier}”", share=share, tier=largest["tier"])
        if largest["tier"]
        else words.say("{share} of members have no tier", share=share)
    )
    return Finding(name, headline, sentence)


def crowd_finding(tiers: Sequence[object], words: Words) -> Finding:
    """Whether members order in order to reach a tier, of a `tier_effects`."""
    name, subtitle = "crowd", words.say("Months of members who had not reached it, by their points of twelve months")
    counts = [(one.tier, *_beside(one.crowd)) for one in tiers]
    counts = [(tier, below, above) for tier, below, above in counts if below + above > 0]
    if not counts:
        headline = words.say("How near members were to a tier is not known")
        return Finding(
            name, headline, words.say("It takes tiers that are reached, and points that were earned."), subtitle
        )
    told = [
        words.say(
            "“{tier}”: up to a tenth above what it takes {above}, up to a tenth below it {below}.",
            tier=tier,
            above=words.integer(above),
            below=words.integer(below),
        )
        for tier, below, above in counts
    ]
    crowded = [tier for tier, below, above in counts if above > below]
    if not crowded:
        return Finding(name, words.say("Members do not crowd just above what a tier takes"), " ".join(told), subtitle)
    headline = words.say("More members stand just above what “{tier}” takes than just below it", tier=crowded[0])
    told.append(words.say("Some may have ordered in order to reach it."))
    return Finding(name, headline, " ".join(told), subtitle)


def _beside(crowd: pd.DataFrame) -> tuple[int, int]:
    """How many in the last class below what a tier takes, and in the first from it on."""
    below = crowd.loc[(crowd["share_high"] - 1).abs() < HAIR, "members"].sum()
    return int(below), int(crowd.loc[(crowd["share_low"] - 1).abs() < HAIR, "members"].sum())
