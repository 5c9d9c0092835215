"""What is said of the segments: how many they are, what they bring, who moved, and what earns a score."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from retention_helpers.params import NOBODY, SegmentRules
from retention_helpers.periods import Period
from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import direction
from .month_findings import unknown
from .segment_wordings import segment_name
from .unit import is_missing

_CLAIM = {
    "confirmed": marked("The best customers are often said to bring {low} to {high} of revenue: here they do."),
    "less": marked("The best customers are often said to bring {low} to {high} of revenue: here it is less."),
    "more": marked("The best customers are often said to bring {low} to {high} of revenue: here it is more."),
    "cannot tell": marked(
        "Whether the best customers bring {low} to {high} of revenue, as is often said, these data cannot tell."
    ),
}


def best_finding(details: pd.DataFrame, best: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """How large the best segment is and what it brings, of `segment_details` and `vip_share`."""
    claim: Mapping = best.iloc[0]
    subtitle = words.say("Share of customers and of their net spend so far, by segment")
    if is_missing(claim["revenue_share"]):
        return unknown("segments", words).about("segments", subtitle)
    row: Mapping = details.set_index("rfm_segment").loc[claim["rfm_segment"]].to_dict()
    name = segment_name(claim["rfm_segment"], words)
    headline = words.say(
        "{segment} are {customers} of customers and bring {revenue} of revenue",
        segment=name,
        customers=words.percent(row["customers_share"]),
        revenue=words.percent(row["revenue_share"]),
    )
    said = [*_interval(row, words), *_earlier(row, words, Period.parse(period)), _claim(claim, words)]
    caption = words.say(
        "Everybody with an order is in one segment, told by days since the last order, orders and net spend. "
        "By quantile these are places among all customers, so a segment's share moves little."
    )
    return Finding("segments", headline, " ".join(said), subtitle, caption)


def _interval(row: Mapping, words: Words) -> list[str]:
    """Between what the part of revenue lies; nothing where there are too few customers for an interval."""
    low, high = row["revenue_share_low"], row["revenue_share_high"]
    if is_missing(low) or is_missing(high):
        return []
    return [
        words.say(
            "Their part of revenue lies between {low} and {high} (95% interval).",
            low=words.percent(low),
            high=words.percent(high),
        )
    ]


def _earlier(row: Mapping, words: Words, month: Period) -> list[str]:
    said = []
    if not is_missing(row["revenue_share_change_low"]):
        said.append(
            words.say(
                "Against {month} ({customers} and {revenue}): {change} of revenue (95% interval {low} to {high}).",
                month=words.month((month - 1).label),
                customers=words.percent(row["customers_share_previous"]),
                revenue=words.percent(row["revenue_share_previous"]),
                change=words.points(row["revenue_share_change"]),
                low=words.points(row["revenue_share_change_low"]),
                high=words.points(row["revenue_share_change_high"]),
            )
        )
    if not is_missing(row["revenue_share_last_year"]):
        said.append(
            words.say(
                "{month:title}: {customers} and {revenue}.",
                month=words.month((month - 12).label),
                customers=words.percent(row["customers_share_last_year"]),
                revenue=words.percent(row["revenue_share_last_year"]),
            )
        )
    return said


def _claim(claim: Mapping, words: Words) -> str:
    outside = "less" if claim["revenue_share"] < claim["claim_low"] else "more"
    text = _CLAIM[outside if claim["verdict"] == "not confirmed" else claim["verdict"]]
    edges = {"low": words.percent(claim["claim_low"], 0), "high": words.percent(claim["claim_high"], 0)}
    return words.say(text, **edges)


def movement_finding(moved: pd.DataFrame, words: Words, *, period: str, is_alike: bool) -> Finding:
    """Whether more moved down than up, now and a month before, of a `movement`; ``is_alike`` of a `SegmentMonth`."""
    rows = moved.set_index("direction")
    up, down = rows.loc["up"], rows.loc["down"]
    subtitle = words.say("Where the customers of each segment of the month before are now, % of the row")
    if is_missing(down["customers_share"]):
        return unknown("migration", words).about("migration", subtitle)
    texts = {
        "up": marked("More customers moved down than up: {down} against {up}"),
        "down": marked("More customers moved up than down: {up} against {down}"),
        "flat": marked("About as many customers moved down as up: {down} and {up}"),
    }
    side = direction(down["of_moves_share_low"] - 0.5, down["of_moves_share_high"] - 0.5)
    headline = words.say(texts[side], up=words.integer(up["customers"]), down=words.integer(down["customers"]))
    said = [
        words.say(
            "Of last month's customers {down} moved to a lower segment (95% interval {low} to {high}), {up} to a "
            "higher one.",
            down=words.percent(down["customers_share"]),
            low=words.percent(down["customers_share_low"]),
            high=words.percent(down["customers_share_high"]),
            up=words.percent(up["customers_share"]),
        )
    ]
    if not is_alike:
        said.append(
            words.say("Since the month before last another number of orders earns a score: many moved by that.")
        )
    elif not is_missing(down["change_low"]):
        said.append(
            words.say(
                "In {month} {before} moved down: {change} ({low} to {high}).",
                month=words.month((Period.parse(period) - 1).label),
                before=words.percent(down["previous_share"]),
                change=words.points(down["change"]),
                low=words.points(down["change_low"]),
                high=words.points(down["change_high"]),
            )
        )
    caption = words.say("Who does not order moves down by and by, as others take the places above.")
    return Finding("migration", headline, " ".join(said), subtitle, caption)


def step_finding(moves: pd.DataFrame, words: Words, *, rules: SegmentRules) -> Finding:
    """The move to a lower segment that most customers made, of a `migration`, and what to do next."""
    levels = rules.levels | {NOBODY: 0}
    of_segments = moves[(moves["from_segment"] != NOBODY) & (moves["to_segment"] != NOBODY)]
    lower = of_segments[of_segments["to_segment"].map(levels) < of_segments["from_segment"].map(levels)]
    if not lower["customers"].sum():
        headline = words.say("Nobody moved to a lower segment")
        return Finding(
            "entered_and_left",
            headline,
            words.say("Whoever was in a segment a month before is in the same or a higher one."),
        )
    row = lower.loc[lower["customers"].idxmax()]
    base = of_segments.loc[of_segments["from_segment"] == row["from_segment"], "customers"].sum()
    action = next(segment.action for segment in rules.segments if segment.name == row["to_segment"])
    names = {"start": segment_name(row["from_segment"], words), "end": segment_name(row["to_segment"], words)}
    headline = words.say("The largest step down: {n} from {start} to {end}", n=words.integer(row["customers"]), **names)
    sentence = words.say(
        "That is {share} of those who were in {start} a month before. Next step for {end}: {action}.",
        share=words.percent(row["customers"] / base),
        action=words.say(action).rstrip("."),
        **names,
    )
    return Finding("entered_and_left", headline, sentence, words.say("Customers, by segment"))


def actions_finding(segments: pd.DataFrame, words: Words) -> Finding:
    """How many customers wait for which next step, of a `segments` table."""
    customers = int(segments["customers"].sum())
    if not customers:
        return unknown("next_actions", words)
    row = segments.loc[segments["customers"].idxmax()]
    headline = words.plural("A next step for {n} customer", "A next step for each of {n} customers", customers)
    sentence = words.say(
        "The largest group is {segment}: {n}, {share} of all.",
        segment=segment_name(row["rfm_segment"], words),
        n=words.integer(row["customers"]),
        share=words.percent(row["customers_share"]),
    )
    return Finding("next_actions", headline, sentence)


def segment_actions(
    segments: pd.DataFrame, words: Words, *, rules: SegmentRules, audiences: Mapping[str, str] = MappingProxyType({})
) -> list[dict[str, object]]:
    """The next step of each segment that somebody is in, of a `segments` table: what index and mail say to do.

    Those who have spent the most come first. ``audiences``: segment -> the name of its file in audiences/.
    """
    actions = {segment.name: segment.action for segment in rules.segments}
    rows = segments[segments["customers"] > 0].sort_values("revenue", ascending=False, kind="stable")
    return [
        {
            "headline": words.say(actions[row.rfm_segment]),
            "sentence": words.plural(
                "{segment}: {n} customer, {revenue} of revenue so far.",
                "{segment}: {n} customers, {revenue} of revenue so far.",
                row.customers,
                segment=segment_name(row.rfm_segment, words),
                revenue=words.percent(row.revenue_share),
            ),
            "audience": audiences.get(row.rfm_segment, ""),
            "customers": int(row.customers),
        }
        for row in rows.itertuples()
    ]


def cuts_finding(cuts: pd.DataFrame, words: Words, *, is_alike: bool) -> Finding:
    """What earns a 5, of a `cut_values`; ``is_alike`` of a `SegmentMonth`."""
    best = cuts[cuts["score"] == 5].set_index("measure")
    if not cuts["customers"].sum():
        return unknown("cut_values", words)
    earned = best["threshold"].fillna(best["value_from"])
    earned["days_since_last_order"] = best["threshold"].fillna(best["value_to"])["days_since_last_order"]
    if earned.isna().any():
        headline = words.say("Not every score has somebody: equal values share one")
    else:
        headline = words.say(
            "A 5 takes {orders} orders, {spend} of net spend, at most {days} days since the last order",
            orders=words.integer(earned["orders"]),
            spend=words.money(earned["spend_total"]),
            days=words.integer(earned["days_since_last_order"]),
        )
    sentence = (
        words.say("The same numbers of orders earned the same scores in the two months before.")
        if is_alike
        else words.say("In the two months before other numbers of orders earned the scores.")
    )
    caption = words.say(
        "From the lowest to the highest value of each score, and its customers. Equal values share a score, so a score "
        "may have nobody."
    )
    return Finding("cut_values", headline, sentence, words.say("Values by score, 5 is best"), caption)
