"""What the customers of each segment buy, where, when, and who they are: tables with their findings."""

import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.words import MISSING, Words

from .finding import Finding
from .segment_wordings import TRAITS, segment_name, value_text
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write_interval, write_n

GOODS = ("category", "product")
TIMES = ("day_kind", "day_part")


def preferences_table(preferences: pd.DataFrame, words: Words, *, rules: SegmentRules) -> ReadableTable:
    """What each segment buys most and more than others, where and when, of a `segment_preferences`."""
    rows = []
    for name in rules.names:
        mine = preferences[preferences["rfm_segment"] == name]
        goods, channel, times = (mine[mine["dimension"].isin(names)] for names in (GOODS, ("channel",), TIMES))
        rows.append(
            {
                "rfm_segment": segment_name(name, words),
                "favourite": _told(goods[goods["is_favourite"]], words),
                "typical": _told_of_lift(goods[goods["is_typical"]], words),
                "channel": _told(channel[channel["is_favourite"]], words),
                "channel_typical": _told_of_lift(channel[channel["is_typical"]], words),
                "times": _told_of_lift(times[times["is_typical"]], words),
            }
        )
    columns = {
        "rfm_segment": Column(words.say("Segment"), "text"),
        "favourite": Column(words.say("Most spent on"), "text"),
        "typical": Column(words.say("More than others on"), "text"),
        "channel": Column(words.say("Main channel"), "text"),
        "channel_typical": Column(words.say("More than others through"), "text"),
        "times": Column(words.say("More orders than others"), "text"),
    }
    shown = pd.DataFrame(rows, columns=list(columns))
    # What the data say of nobody is no column.
    kept = {name: column for name, column in columns.items() if (shown[name] != MISSING).any()}
    shown = shown[(shown.drop(columns="rfm_segment") != MISSING).any(axis=1)]
    return readable_table(shown[list(kept)], _preference(preferences, words), words, options=TableOptions(kept))


def _preference(preferences: pd.DataFrame, words: Words) -> Finding:
    """What sets a segment apart the most."""
    subtitle = words.say("Share of the segment's spending; × is that share divided by the share among all customers")
    caption = words.say(
        "More than others: a part larger than that of all customers together beyond "
        "chance; 5% false discoveries are allowed among those named."
    )
    if preferences.empty:
        headline = words.say("What the segments buy, and where, the data do not say")
        sentence = words.say("Orders have no category, product or channel, and no time of day.")
        return Finding("preferences", headline, sentence)
    typical = preferences[preferences["is_typical"]]
    if typical.empty:
        headline = words.say("The segments buy the same, in the same places and at the same times")
        sentence = words.say("No part of spending or of orders is reliably larger in one segment than among all.")
        return Finding("preferences", headline, sentence, subtitle, caption)
    row = typical.loc[typical["lift"].idxmax()]
    headline = words.say(
        "What sets {segment} apart: {value}, {lift} times the usual part",
        segment=segment_name(row["rfm_segment"], words),
        value=value_text(row["value"], words),
        lift=words.number(row["lift"], 2),
    )
    sentence = words.say(
        "{share} against {all} among all customers (95% interval of the ratio {low} to {high}).",
        share=words.percent(row["share"]),
        all=words.percent(row["all_share"]),
        low=words.number(row["lift_low"], 2),
        high=words.number(row["lift_high"], 2),
    )
    return Finding("preferences", headline, sentence, subtitle, caption)


def _told(rows: pd.DataFrame, words: Words) -> str:
    """Values with their shares."""
    said = [
        words.say("{value} ({share})", value=value_text(row.value, words), share=words.percent(row.share, 0))
        for row in rows.itertuples()
    ]
    return "; ".join(said) or MISSING


def _told_of_lift(rows: pd.DataFrame, words: Words) -> str:
    """Values with how many times their share is that of all customers."""
    said = [
        words.say("{value} (×{lift})", value=value_text(row.value, words), lift=words.number(row.lift, 2))
        for row in rows.itertuples()
    ]
    return "; ".join(said) or MISSING


def cuts_by_trait_table(cuts: pd.DataFrame, words: Words, *, rules: SegmentRules, most: int = 6) -> ReadableTable:
    """How large the best segment is in each city, source, ... against the others, of a `segment_cuts`.

    At most ``most`` values of a trait are shown, those of the most customers; the table as CSV has all.
    """
    best = cuts[cuts["rfm_segment"] == rules.best]
    shown = best[best.groupby("dimension").cumcount() < most]
    name = segment_name(rules.best, words)
    told = pd.DataFrame(
        {
            "trait": [
                f"{words.say(TRAITS[row.dimension])}: {value_text(row.value, words)}" for row in shown.itertuples()
            ],
            "n": [write_n(n, words) for n in shown["n"]],
            "share": [
                write_interval(
                    row.customers_share, (row.customers_share_low, row.customers_share_high), "percent", words
                )
                for row in shown.itertuples()
            ],
            "others_share": shown["others_share"].to_numpy(),
            "verdict": [words.say("yes") if yes else words.say("no") for yes in shown["is_different"]],
        }
    )
    columns = {
        "trait": Column(words.say("Customers"), "text"),
        "n": Column(words.say("n"), "text"),
        "share": Column(words.say("Are {segment} (95% interval)", segment=name), "text"),
        "others_share": Column(words.say("Of the others"), "percent"),
        "verdict": Column(words.say("Reliably different"), "text"),
    }
    return readable_table(told, _trait(cuts, words, rules), words, options=TableOptions(columns))


def _trait(cuts: pd.DataFrame, words: Words, rules: SegmentRules) -> Finding:
    """Where a segment is clearly larger or smaller: of the best segment if there is such a place, else of any."""
    if cuts.empty:
        headline = words.say("Cities, sources, genders and ages are not in the data")
        return Finding("segment_cuts", headline, words.say("The profile maps no such columns of the customers."))
    caption = words.say(
        "Groups of fewer than 30 customers are put together. Differences say where, not why; 5% false discoveries are "
        "allowed among those named."
    )
    different = cuts[cuts["is_different"]]
    if different.empty:
        headline = words.say("The segments are made of the same people everywhere")
        sentence = words.plural(
            "{n} comparison, none beyond chance.",
            "{n} comparisons, none beyond chance.",
            int(cuts["q_value"].notna().sum()),
        )
        return Finding("segment_cuts", headline, sentence, "", caption)
    of_best = different[different["rfm_segment"] == rules.best]
    among = of_best if len(of_best) else different
    row = among.loc[among["difference"].abs().idxmax()]
    headline = words.say(
        "{trait}, {value}: {share} are {segment}, {others} of the others",
        trait=words.say(TRAITS[row["dimension"]]),
        value=value_text(row["value"], words),
        share=words.percent(row["customers_share"]),
        segment=segment_name(row["rfm_segment"], words),
        others=words.percent(row["others_share"]),
    )
    sentence = words.say(
        "A difference of {difference} (95% interval {low} to {high}), n = {n}. {count} of {all} comparisons are beyond "
        "chance.",
        difference=words.points(row["difference"]),
        low=words.points(row["difference_low"]),
        high=words.points(row["difference_high"]),
        n=words.integer(row["n"]),
        count=words.integer(len(different)),
        all=words.integer(cuts["q_value"].notna().sum()),
    )
    return Finding("segment_cuts", headline, sentence, "", caption)
