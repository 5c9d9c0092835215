"""What is said of the money of campaigns, of what those contacted did, and of those who gain most."""

import pandas as pd

from retention_helpers.words import Words, marked

from .campaign_findings import none_finding
from .campaign_words import CLAIMED, campaign_names, write_effect
from .finding import Finding
from .kpis import direction
from .unit import is_missing, write, write_difference, write_difference_interval, write_interval


def money_finding(money: pd.DataFrame, words: Words) -> Finding:
    """What a contact of the latest campaign returned, else what a customer brought back cost, of a `campaign_money`."""
    judged = money[money["claim"].isin(CLAIMED)]
    if judged.empty:
        return none_finding("money", words)
    row, name = judged.iloc[0], dict(zip(money.index, campaign_names(money, words), strict=True))[judged.index[0]]
    if is_missing(row["return_per_contact"]):
        headline = words.say("{campaign}: {cost}", campaign=name, cost=cost_said(row, words))
        return Finding("money", headline, _lacking(row, words))
    spent = words.say("{cost} a customer contacted", cost=words.money(row["cost_per_contact"], 2))
    sentence = words.say("{spent}; {reactivation}.", spent=spent, reactivation=cost_said(row, words))
    texts = {
        "up": marked("{campaign} returned {value} a customer contacted, after its cost"),
        "down": marked("{campaign} lost {value} a customer contacted, its cost included"),
        "flat": marked("Whether {campaign} paid cannot be told: {signed} a customer contacted"),
    }
    ends = (row["return_per_contact_low"], row["return_per_contact_high"])
    side = direction(*ends) if row["claim"] in ("raised", "lowered") else "flat"
    value = row["return_per_contact"]
    headline = words.say(
        texts[side], campaign=name, value=words.money(abs(value), 2), signed=write_difference(value, "money", words, 2)
    )
    returned = words.say(
        "Margin on what those contacted ordered more than those held out, less the cost of the contacts: {value}.",
        value=write_difference_interval(value, ends, "money", words, 2),
    )
    return Finding("money", headline, f"{returned} {sentence}")


def cost_said(row: pd.Series, words: Words) -> str:
    """The cost of a customer brought back, with what bounds it."""
    if is_missing(row["cost_per_contact"]):
        return words.say("what a customer brought back cost is not known")
    if row["is_bounded"]:
        return words.say(
            "a customer brought back cost {cost} ({low} – {high})",
            cost=write(row["cost_per_reactivation"], "money", words, 2),
            low=write(row["cost_per_reactivation_low"], "money", words, 2),
            high=write(row["cost_per_reactivation_high"], "money", words, 2),
        )
    return words.say("the cost of a customer brought back is not bounded")


def reactions_finding(reactions: pd.DataFrame, effects: pd.DataFrame, words: Words) -> Finding:
    """What those contacted did, of a `campaign_reactions`; and how a hold-out is left where there was none."""
    contacted = reactions["contacted"].sum()
    if not contacted:
        return none_finding("reactions", words)
    headline = words.say(
        "{opened} of those contacted opened a message, {clicked} clicked",
        opened=words.percent(reactions["opened"].sum() / contacted),
        clicked=words.percent(reactions["clicked"].sum() / contacted),
    )
    sentence = words.say("This describes who was contacted. It is no effect: many would have ordered anyway.")
    bare = effects.loc[effects["claim"] == "no_holdout", "campaign_id"].nunique()
    if bare:
        advice = words.plural(
            "{n} campaign held nobody out, so what it added stays unknown: the lists to import come with a hold-out, "
            "in the files that end in .control.csv.",
            "{n} campaigns held nobody out, so what they added stays unknown: the lists to import come with a "
            "hold-out, in the files that end in .control.csv.",
            bare,
        )
        sentence = f"{sentence} {advice}"
    return Finding("reactions", headline, sentence)


def uplift_finding(deciles: pd.DataFrame, qini: pd.DataFrame, words: Words) -> Finding:
    """Whether those who gain most are known beforehand, of `uplift_deciles` and its `qini`."""
    if qini.empty:
        return Finding(
            "uplift",
            words.say("No campaign is large enough to tell who gains most"),
            words.say(
                "It takes a sound hold-out, with 2,000 customers and 100 results on either side. Until then choose by "
                "segment and life stage."
            ),
        )
    row, ends = qini.iloc[0], [write_effect({**tenth, "is_share": True}, words) for tenth in _ends(deciles)]
    texts = {
        "up": marked("Who gains most is known beforehand: the first tenth {first}, the last {last}"),
        "down": marked("The order is upside down: the first tenth {first}, the last {last}"),
        "flat": marked("Who gains most cannot be told beforehand: the first tenth {first}, the last {last}"),
    }
    first, last = (write_difference(tenth["effect"], "percent", words) for tenth in _ends(deciles))
    sentence = words.say(
        "{campaign}: effect {first} in the tenth with the largest expected gain, {last} in the last. Qini {qini} "
        "results a thousand customers; 0 is an order by chance.",
        campaign=row["campaign_id"],
        first=ends[0],
        last=ends[1],
        qini=write_interval(1000 * row["qini"], (1000 * row["qini_low"], 1000 * row["qini_high"]), "number", words),
    )
    side = direction(row["qini_low"], row["qini_high"])
    return Finding("uplift", words.say(texts[side], first=first, last=last), sentence)


def cuped_finding(cuped: pd.DataFrame, words: Words) -> Finding:
    """What is saved by taking into account what customers did before, of a `cuped_effects`."""
    if cuped.empty:
        return Finding(
            "cuped",
            words.say("What customers did before makes no comparison sharper"),
            words.say("Only a campaign to active customers could gain by it: the lapsed did nothing."),
        )
    return Finding(
        "cuped",
        words.say(
            "What customers did before saves {share} of the customers at most",
            share=words.percent(cuped["saved_share"].max()),
        ),
        words.say(
            "Campaigns to active customers, adjusted for their orders in the 180 days before (CUPED). The plain effect "
            "stands; this is a second look at it."
        ),
    )


def _lacking(row: pd.Series, words: Words) -> str:
    """What has to be known before it can be said what a contact returned."""
    if is_missing(row["cost_per_contact"]):
        return words.say("Contacts without a cost leave open what the campaign cost and returned: fill in their cost.")
    return words.say("What a contact returns needs a margin: set margin_share in the profile.")


def _ends(deciles: pd.DataFrame) -> tuple[dict, dict]:
    records = deciles.to_dict("records")
    return records[0], records[-1]
