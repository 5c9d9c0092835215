"""What is said of the month's lists: whom they hold and whom not, how to use them, what their hold-out can show."""

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .month_findings import unknown
from .unit import write_interval

LISTS = {
    "win_back": marked("Win back"),
    "reactivate": marked("Reactivate"),
    "raise_to_vip": marked("Raise to VIP"),
    "keep_new": marked("Keep new customers"),
    "refer_a_friend": marked("Refer a friend"),
    "thank_vip": marked("Thank VIPs"),
}
STEPS = {
    "reminder": marked("reminder"),
    "offer": marked("offer"),
    "bonus": marked("bonus"),
    "welcome": marked("welcome"),
    "invitation": marked("invitation"),
    "thanks": marked("thanks"),
}
REASONS = {
    "came_back": marked("came back: ordered since the chain began"),
    "chain_done": marked("had all messages of the list lately"),
    "no_consent": marked("did not agree to be contacted"),
    "consent_unknown": marked("no consent on record"),
    "no_address": marked("no address for the channel"),
    "not_yet_due": marked("the next step is not due yet"),
    "contacted_lately": marked("contacted too recently"),
    "on_another_list": marked("on another list"),
}


def list_name(name: str, words: Words) -> str:
    """A list's name for people; a company's own lists are called as it calls them."""
    return words.say(LISTS[name]) if name in LISTS else name.replace("_", " ").capitalize()


def step_name(name: str, words: Words) -> str:
    return words.say(STEPS[name]) if name in STEPS else name.replace("_", " ")


def lists_finding(ledger: pd.DataFrame, words: Words) -> Finding:
    """How many are on the lists, and why others are not, of an `audience_ledger`."""
    contacted, held = int(ledger["treatment"].sum()), int(ledger["control"].sum())
    if contacted + held:
        headline = words.plural(
            "{n} customer is to be contacted, held out: {held}",
            "{n} customers are to be contacted, held out: {held}",
            contacted,
            held=words.integer(held),
        )
    elif ledger["asked"].sum():
        headline = words.say("Nobody can be put on a list this month")
    else:
        headline = words.say("Nobody fits a list this month")
    return Finding("lists", headline, _left_out(ledger, words))


def ledger_finding(ledger: pd.DataFrame, words: Words) -> Finding:
    """Which list is the longest, of an `audience_ledger`."""
    longest = ledger.loc[ledger["listed"].idxmax()] if len(ledger) else None
    headline = (
        words.say(
            "The longest list is {list}: {listed} of {asked}",
            list=list_name(longest["list"], words),
            listed=words.integer(longest["listed"]),
            asked=words.integer(longest["asked"]),
        )
        if longest is not None and longest["listed"]
        else words.say("Every list is empty")
    )
    sentence = words.say(
        "Everybody counts for the first reason that holds. Who fits two lists is asked on both and is on one."
    )
    return Finding("ledger", headline, sentence)


def steps_finding(steps: pd.DataFrame, words: Words) -> Finding:
    """How many are beyond the first step of a chain, of an `audience_steps`."""
    later = int(steps.loc[steps["step"] > 1, ["treatment", "control"]].to_numpy().sum())
    headline = (
        words.plural("{n} customer goes on to a later step", "{n} customers go on to a later step", later)
        if later
        else words.say("Everybody is at the first step of a chain")
    )
    sentence = words.say("Where a customer is follows from the contacts recorded; whoever ordered since is left out.")
    return Finding("steps", headline, sentence)


def files_finding(files: pd.DataFrame, words: Words) -> Finding:
    """What to do with the files, of a `write_lists`."""
    return Finding(
        "files",
        words.plural("{n} file is ready", "{n} files are ready", len(files)),
        words.say(
            "Import a list as it is, never one that ends in .control.csv: those customers were drawn by chance, and "
            "what they do without a contact shows the effect. Record both in the contacts, with campaign and arm."
        ),
    )


def power_finding(power: pd.DataFrame, words: Words) -> Finding:
    """What the hold-outs could show, of a `holdout_power`."""
    known = power[power["smallest_effect"].notna()]
    if known.empty:
        return unknown("power", words)
    best = known.loc[known["smallest_effect"].idxmin()]
    return Finding(
        "power",
        words.say(
            "The surest hold-out, {list}, shows a rise of {effect} or more",
            list=list_name(best["list"], words),
            effect=words.points(best["smallest_effect"]),
        ),
        words.say(
            "Of such customers {rate} ordered within the last month. A rise as large as in the last column is found "
            "four times in five; a smaller one needs several months together.",
            rate=write_interval(
                best["order_rate"], (best["order_rate_low"], best["order_rate_high"]), "percent", words
            ),
        ),
    )


def _left_out(ledger: pd.DataFrame, words: Words) -> str:
    reasons = ledger[list(REASONS)].sum()
    if not reasons.sum():
        return words.say("Nobody who fits a list was left out.")
    return words.plural(
        "{n} customer who fits a list was left out, most often because: {reason} ({most}).",
        "{n} customers who fit a list were left out, most often because: {reason} ({most}).",
        int(reasons.sum()),
        reason=words.say(REASONS[reasons.idxmax()]),
        most=words.integer(reasons.max()),
    )
