"""The figures of a programme's tiers: what each changes, and how near members were to it."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import Words

from .figure import Figure
from .loyalty_findings import DIGITS
from .paired_bars import PairedOptions, paired_bars
from .tables import Column, ReadableTable, TableOptions, readable_table
from .tier_findings import crowd_finding, mix_finding, tiers_finding
from .unit import is_missing, write_difference_interval

MISSING = float("nan")


def tiers_table(tiers: Sequence[object], words: Words) -> ReadableTable:
    """What each tier changes, orders and money, of a `tier_effects` of both."""
    rows = pd.DataFrame(
        {
            "tier": [one.tier for one in tiers],
            "compared": [_compared(one, words) for one in tiers],
            "orders": [_written(one.effects[0], DIGITS, words) for one in tiers],
            "revenue": [_written(one.effects[1], 0, words) for one in tiers],
        }
    ).astype("str")
    columns = {
        "tier": Column(words.say("Tier"), "text"),
        "compared": Column(words.say("Compared"), "text"),
        "orders": Column(words.say("Orders"), "text"),
        "revenue": Column(words.say("Revenue"), "text"),
    }
    return readable_table(rows, tiers_finding(tiers, words), words, options=TableOptions(columns))


def _compared(tier: object, words: Words) -> str:
    """Of those who reached it."""
    compared = words.integer(tier.effects[0].counts["compared"])
    return words.say("{result} of {n}", result=compared, n=words.integer(tier.reached))


def _written(effect: object, digits: int, words: Words) -> str:
    """The number with its interval; without one it would look like an answer."""
    ends = (effect.robust_low, effect.robust_high)
    value = MISSING if is_missing(sum(ends)) else effect.effect
    return write_difference_interval(value, ends, "number" if digits else "money", words, digits)


def mix_table(mix: pd.DataFrame, words: Words) -> ReadableTable:
    """How many members each tier has, and who came and went, of a `tier_mix`."""
    named = mix["tier"].where(mix["tier"] != "", words.say("none"))
    columns = {
        "tier": Column(words.say("Tier"), "text"),
        "before": Column(words.say("Before"), "integer"),
        "came": Column(words.say("Came"), "integer"),
        "went": Column(words.say("Went"), "integer"),
        "now": Column(words.say("Now"), "integer"),
    }
    shown = mix.assign(tier=named.astype("str"))
    return readable_table(shown, mix_finding(mix, words), words, options=TableOptions(columns))


def crowd_figure(tiers: Sequence[object], words: Words) -> Figure:
    """How near to each tier members were, and who reached it, of a `tier_effects`."""
    rows = [
        (_near(tier.tier, one.share_low, one.share_high, words), float(one.members), float(one.reached))
        for tier in tiers
        for one in tier.crowd.itertuples()
    ]
    shown = pd.DataFrame(rows, columns=["near", "members", "reached"])
    shown = shown.astype({"near": "str", "members": "float64", "reached": "float64"}).assign(n=shown["members"])
    options = PairedOptions(
        label="near",
        first="members",
        second="reached",
        first_name=words.say("months of members"),
        second_name=words.say("reached within a month"),
        unit="integer",
        n="n",
        header=words.say("Part of the points that it takes"),
    )
    return paired_bars(shown, crowd_finding(tiers, words), words, options=options)


def _near(tier: str, low: float, high: float, words: Words) -> str:
    part = f"{words.percent(low, 0)} – {words.percent(high, 0)}"
    return words.say("{tier}: {part}", tier=tier, part=part)
