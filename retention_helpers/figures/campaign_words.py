"""What campaigns, their arms, purposes and results are called, and why some are not measured."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.words import Words, marked

from .columns import value_name
from .lifecycle_wordings import CHANNELS, STAGES
from .unit import is_missing, write, write_difference, write_difference_interval

PURPOSES = {
    "win_back": marked("Win back"),
    "reactivation": marked("Reactivate"),
    "welcome": marked("Welcome"),
    "post_purchase": marked("After the purchase"),
    "promotion": marked("Promotion"),
    "referral": marked("Refer a friend"),
    "loyalty": marked("Thank VIPs"),
}
MEASURES = {"back": marked("ordered within the window")}
DIMENSIONS = {
    "all": marked("All campaigns"),
    "purpose": marked("Purpose"),
    "channel": marked("Channel"),
    "life_stage": marked("Life stage"),
}
TRAITS = {
    "orders_before": marked("Orders before"),
    "orders_180_days": marked("Orders in the 180 days before"),
    "spend_before": marked("Spend before"),
    "days_since_last_order": marked("Days since the last order"),
}
VERDICTS = {
    "raised": marked("raised"),
    "lowered": marked("lowered"),
    "unclear": marked("no reliable effect"),
    "no_holdout": marked("no claim: nobody was held out"),
    "window_open": marked("no claim: its window is not over yet"),
    "holdout_reached": marked("no claim: the hold-out was contacted, too"),
    "ratio": marked("no claim: the hold-out is not as large as planned"),
    "unbalanced": marked("no claim: the arms were not alike before"),
    "too_few": marked("no claim: too few came back to tell"),
    "no_purpose": marked("no claim: the hold-out names no purpose"),
    "no_channel": marked("no claim: the hold-out names no channel"),
}
CLAIMED = ("raised", "lowered", "unclear")


def purpose_name(purpose: str, words: Words) -> str:
    """A purpose for people; a company's own is called as it calls it."""
    return words.say(PURPOSES[purpose]) if purpose in PURPOSES else value_name(purpose, words)


def measure_name(measure: str, words: Words) -> str:
    return words.say(MEASURES[measure]) if measure in MEASURES else measure


def trait_name(trait: str, words: Words) -> str:
    """What was known before; a column of the outcomes is called as the company calls it."""
    return words.say(TRAITS[trait]) if trait in TRAITS else trait.removeprefix("before_")


def channel_name(channel: str, words: Words) -> str:
    """A channel for people."""
    if channel == "several":
        return words.say("several")
    return words.say(CHANNELS[channel]) if channel in CHANNELS else value_name(channel, words)


def group_name(dimension: str, value: str, words: Words) -> str:
    """A group of a cut for people."""
    if dimension == "all":
        return words.say(DIMENSIONS["all"])
    if dimension == "purpose":
        return purpose_name(value, words)
    if dimension == "channel":
        return channel_name(value, words)
    return words.say(STAGES[value]) if value in STAGES else value_name(value, words)


def campaign_names(rows: pd.DataFrame, words: Words) -> list[str]:
    """Each row's campaign, with its arm where the campaign has several, and its measure where that is no order."""
    arms = rows.groupby("campaign_id")["arm"].transform("nunique") if len(rows) else []
    measures = rows["measure"] if "measure" in rows else ["back"] * len(rows)
    found = []
    for campaign, arm, several, measure in zip(rows["campaign_id"], rows["arm"], arms, measures, strict=True):
        more = [*([arm] if several > 1 else []), *([measure] if measure not in MEASURES else [])]
        found.append(f"{campaign} ({', '.join(more)})" if more else campaign)
    return found


def write_result(value: float, row: Mapping, words: Words) -> str:
    """A response: a share of customers, or a mean in the unit of its measure."""
    return write(value, "percent", words) if row["is_share"] else write(value, "number", words, 2)


def write_effect(row: Mapping, words: Words, *, interval: bool = True) -> str:
    """An effect with its interval: points of a share, or a difference of means; of small shares two decimals."""
    ends = [abs(row[name]) for name in ("effect", "effect_low", "effect_high") if not is_missing(row[name])]
    unit, digits = ("percent", 1 if max(ends, default=1) >= 0.01 else 2) if row["is_share"] else ("number", 2)
    if not interval or is_missing(row["effect"]):
        return write_difference(row["effect"], unit, words, digits)
    return write_difference_interval(row["effect"], (row["effect_low"], row["effect_high"]), unit, words, digits)


def untold(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows for a picture: where nothing is claimed for a reason, the reason stands there and no interval."""
    is_told = frame["claim"].isin(CLAIMED)
    return frame.assign(**{name: frame[name].where(is_told) for name in ("effect", "effect_low", "effect_high")})


def write_p(p_value: float, words: Words) -> str:
    """A p value: three decimals, and below a thousandth only that."""
    if is_missing(p_value):
        return words.say("not tested")
    return f"< {words.number(0.001, 3)}" if p_value < 0.001 else words.number(p_value, 3)
