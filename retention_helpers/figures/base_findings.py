"""What is said of the base: its size and reach, who was referred, and how groups of customers differ."""

import pandas as pd

from retention_helpers.words import Words, marked

from .columns import value_name
from .finding import Finding
from .kpis import direction
from .lifecycle_findings import step_finding
from .lifecycle_wordings import CHANNELS, TRAITS
from .month_findings import unknown
from .unit import is_missing, write_interval


def base_finding(base: pd.DataFrame, words: Words) -> Finding:
    """How large the base is and by how much it grew, of a `contact_base`'s last month."""
    if base.empty:
        return unknown("contact_base", words)
    row = base.iloc[-1]
    headline = words.say(
        "{n} customers are known, {joined} of them since this month",
        n=words.integer(row["closing"]),
        joined=words.integer(row["joined"]),
    )
    sentence = words.say(
        "The base grew by {rate} in {month}; {buyers} of it have ordered at some time, {lapsed} have lapsed.",
        rate=write_interval(row["growth_rate"], (row["growth_rate_low"], row["growth_rate_high"]), "percent", words),
        month=words.month(row["month"]),
        buyers=words.integer(row["buyers"]),
        lapsed=words.integer(row["lapsed"]),
    )
    caption = words.say("Who has registered or ordered once is known for good, so the base can only grow.")
    return Finding("contact_base", headline, sentence, words.say("Known customers at the end of the month"), caption)


def reach_finding(reach: pd.DataFrame, words: Words, *, name: str = "reach") -> Finding:
    """How many may be written to, of a `contact_reach`."""
    subtitle = words.say("Share of known customers who consented to the channel and have an address there")
    whole = reach[reach["life_stage"] == "all"].set_index("channel")
    if whole.empty:
        headline = words.say("How many customers can be reached is not known")
        sentence = words.say(
            "The customer list has no consents, or this is an earlier month: consents are known only as they stand "
            "now, so they are told for the latest complete month alone."
        )
        return Finding(name, headline, sentence, subtitle)
    row = whole.loc["any"]
    best = whole.drop(index="any")["customers"].idxmax()
    headline = words.say("{share} of known customers can be reached by some channel", share=words.percent(row["rate"]))
    sentence = words.say(
        "{n} of {all} customers; most of them by {channel}: {one}.",
        n=words.integer(row["customers"]),
        all=words.integer(row["n"]),
        channel=words.say(CHANNELS[best]),
        one=words.percent(whole.loc[best, "rate"]),
    )
    caption = words.say(
        "Consents have no history: they are those of the customer list as it stands now, and are told for the latest "
        "complete month alone. A missing consent counts as none."
    )
    return Finding(name, headline, sentence, subtitle, caption)


def reach_stage_finding(reach: pd.DataFrame, words: Words) -> Finding:
    """How many of the lapsed can still be reached, of a `contact_reach`."""
    name, rows = "reach_by_stage", reach[reach["channel"] == "any"].set_index("life_stage")
    if rows.empty:
        return reach_finding(reach, words, name=name)
    if "lapsed" not in rows.index:
        finding = reach_finding(reach, words, name=name)
        return finding.about(name, words.say("Share that can be reached, by stage and channel"))
    row = rows.loc["lapsed"]
    headline = words.say(
        "{n} of {all} lapsed customers can still be reached",
        n=words.integer(row["customers"]),
        all=words.integer(row["n"]),
    )
    sentence = words.say(
        "That is {rate}.", rate=write_interval(row["rate"], (row["rate_low"], row["rate_high"]), "percent", words)
    )
    return Finding(name, headline, sentence, words.say("Share that can be reached, by stage and channel"))


def referred_finding(rates: pd.DataFrame, words: Words) -> Finding:
    """Whether more new customers had been referred, of a `referred_share`."""
    subtitle = words.say("Share of new customers who had been referred by another, by month")
    if rates.empty:
        headline = words.say("Whether new customers were referred is not known")
        return Finding(
            "referred", headline, words.say("The customer list names nobody who referred another."), subtitle
        )
    return step_finding(rates, "referred", words).about("referred", subtitle)


def referrals_finding(table: pd.DataFrame, words: Words) -> Finding:
    """Whether referred customers order again more often than others, of a `referred_against_others`."""
    name = "referred_against_others"
    known = table[~table["is_small"]].set_index("measure")
    measure = "ordered_again_90_days"
    if measure not in known.index:
        headline = words.say("Referred customers cannot be compared with the others")
        return Finding(name, headline, words.say("Fewer than 30 customers are known to have been referred."))
    row = known.loc[measure]
    texts = {
        "up": marked("More of the referred customers order again within 90 days: {value} against {others}"),
        "down": marked("Fewer of the referred customers order again within 90 days: {value} against {others}"),
        "flat": marked(
            "Referred customers order again within 90 days about as often as others: {value} against {others}"
        ),
    }
    ends = row["difference_low"], row["difference_high"]
    side = direction(*ends) if row["is_reliable"] else "flat"
    headline = words.say(texts[side], value=words.percent(row["referred"]), others=words.percent(row["others"]))
    sentence = words.say(
        "Difference {difference} (95% interval {low} to {high}).",
        difference=words.points(row["difference"]),
        low=words.points(ends[0]),
        high=words.points(ends[1]),
    )
    sentence = "" if any(map(is_missing, ends)) else sentence
    caption = words.say("Who is referred differs from others in more than that: the difference describes them.")
    return Finding(name, headline, sentence, "", caption)


def second_cuts_finding(cuts: pd.DataFrame, words: Words) -> Finding:
    """Which group differs most clearly in its second orders, of a `second_order_cuts`."""
    name = "second_order_cuts"
    known = cuts[(cuts["value"] != "unassigned") & cuts["rate"].notna()]
    if known.empty:
        headline = words.say("The groups of customers are not known")
        return Finding(name, headline, words.say("The source tells no gender, age, city or source of its customers."))
    different = known[known["is_different"]]
    subtitle = words.say("Share with a second order within 90 days, by group")
    caption = words.say(
        "Those that differ and the largest others; at least 30 customers a group, 5% false discoveries allowed."
    )
    if different.empty:
        headline = words.say("No group reliably differs from the others in its second orders")
        sentence = words.say("{n} groups were compared.", n=words.integer(len(known)))
        return Finding(name, headline, sentence, subtitle, caption)
    row = different.loc[different["q_value"].idxmin()]
    text = (
        marked('More customers of the group "{value}" order a second time than of the others: {rate}')
        if row["difference"] > 0
        else marked('Fewer customers of the group "{value}" order a second time than of the others: {rate}')
    )
    headline = words.say(text, value=group_name(row, words), rate=words.percent(row["rate"]))
    sentence = words.say(
        "The others: {others}, difference {difference} ({low} to {high}). {count} of {n} groups reliably differ.",
        others=words.percent(row["others_rate"]),
        difference=words.points(row["difference"]),
        low=words.points(row["difference_low"]),
        high=words.points(row["difference_high"]),
        count=words.integer(len(different)),
        n=words.integer(len(known)),
    )
    return Finding(name, headline, sentence, subtitle, caption)


def stage_cuts_finding(cuts: pd.DataFrame, words: Words) -> Finding:
    """In how many stages a group differs from the others, of a `stage_cuts`."""
    known = cuts[(cuts["value"] != "unassigned") & cuts["q_value"].notna()]
    if known.empty:
        return second_cuts_finding(cuts.head(0), words).about("stage_cuts", "")
    different = known[known["is_different"]]
    headline = (
        words.say(
            "{n} of {all} stage shares reliably differ between groups",
            n=words.integer(len(different)),
            all=words.integer(len(known)),
        )
        if len(different)
        else words.say("No group is reliably more or less often in a stage than the others")
    )
    sentence = words.say("Each group against all others of the same kind, the clearest first.")
    caption = words.say(
        "Gender, age, city and source are those of the customer list as it stands now. Groups of fewer than 30 are "
        "left out; 5% false discoveries are allowed among those named."
    )
    return Finding("stage_cuts", headline, sentence, words.say("Share of the group's customers in the stage"), caption)


def group_name(row: pd.Series, words: Words) -> str:
    """A group with its trait before it: "Age 25-34"."""
    return f"{words.say(TRAITS[row['trait']])}: {value_name(row['value'], words)}"
