"""What is said of whose value it is: segments, sources, the best customers, who is still there, paid members."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .month_findings import unknown
from .segment_wordings import segment_name, value_text
from .unit import is_missing, write_interval
from .value_findings import Fitted, Valued, counted

VERDICTS = {
    "independent": marked(
        "Who orders more often does not spend more on an order ({value}): the forecast may take it so."
    ),
    "weak": marked(
        "Who orders more often spends a little differently on an order ({value}): money is a little less sure."
    ),
    "dependent": marked(
        "How often and how much customers spend are bound up, so take money with care: rank correlation {value}."
    ),
    "cannot tell": marked("Whether who orders more often spends more on an order cannot be told from these data."),
}
NOT_TOLD = marked("What is still to come is not forecast.")
PLACE_OF_LIST = marked("The list is tables/lifetime_value/customer_values, for its owner alone: no page shows it.")
MEMBER_REASONS = {
    "too_few_customers": marked("It needs {needed} paid members; there are {found}."),
    "too_short": marked("It needs members who joined {needed} months ago or more."),
    "nobody_left": marked("Nobody of them has left yet."),
    "not_converged": marked("The calculation found no single best answer for these members."),
}


def segments_finding(groups: pd.DataFrame, value: Valued, words: Words) -> Finding:
    """Which segment most is expected of, of a `value_by_label`."""
    name, subtitle = "value_by_segment", words.say("Share of net spend so far and of spend still to come, by segment")
    if groups.empty:
        return unknown(name, words).about(name, subtitle)
    row: Mapping = groups.iloc[0].to_dict()
    if value.refusal is not None:
        headline = words.say(
            "{segment}: {so_far} of what came so far",
            segment=segment_name(row["value"], words),
            so_far=words.percent(row["spend_to_date_share"]),
        )
        return Finding(name, headline, words.say(NOT_TOLD), subtitle)
    headline = words.say(
        "{segment}: {ahead} of what is still to come, {so_far} of what came so far",
        segment=segment_name(row["value"], words),
        ahead=words.percent(row["expected_spend_share"]),
        so_far=words.percent(row["spend_to_date_share"]),
    )
    sentence = words.plural(
        "From {n} customer there {mean} is expected each.",
        "From {n} customers there {mean} is expected each.",
        int(row["customers"]),
        mean=_mean(row, "expected_spend_mean", words),
    )
    caption = words.say(
        "Intervals say how much a mean depends on which customers happen to be in the group; what the model may be off "
        "by is in the interval of the total."
    )
    return Finding(name, headline, sentence, subtitle, caption)


def trait_finding(groups: pd.DataFrame, value: Valued, words: Words) -> Finding:
    """From customers of which group most is expected, each; of a `value_by_trait`."""
    name = "value_by_group"
    known = groups[(groups["value"] != "unassigned") & ~groups["is_small"]]
    if known.empty:
        headline = words.say("Where customers came from is not known")
        return Finding(name, headline, words.say("No group of 30 customers or more has a name in these data."))
    if value.refusal is not None:
        return Finding(name, *_so_far(known, words))
    ranked = known.sort_values("expected_spend_mean", ascending=False, kind="stable")
    best: Mapping = ranked.iloc[0].to_dict()
    stands_out = best["expected_spend_mean_low"] > ranked["expected_spend_mean_high"].iloc[1:].max()
    text = (
        marked("Most is expected of {group}: {mean} from each customer")
        if stands_out
        else marked("No group stands out for certain; {group} comes first: {mean} from each customer")
    )
    headline = words.say(text, group=value_text(best["value"], words), mean=words.money(best["expected_spend_mean"], 2))
    sentence = words.say(
        "{mean} is expected each, {so_far} each came so far. Groups differ in much else: this says where, not why.",
        mean=_mean(best, "expected_spend_mean", words),
        so_far=_mean(best, "spend_to_date_mean", words),
    )
    return Finding(name, headline, sentence)


def _so_far(known: pd.DataFrame, words: Words) -> tuple[str, str]:
    """From customers of which group most came so far, each: what is said where nothing is forecast."""
    ranked = known.sort_values("spend_to_date_mean", ascending=False, kind="stable")
    best: Mapping = ranked.iloc[0].to_dict()
    stands_out = best["spend_to_date_mean_low"] > ranked["spend_to_date_mean_high"].iloc[1:].max()
    text = (
        marked("Most came so far from {group}: {mean} from each customer")
        if stands_out
        else marked("No group stands out for certain so far; {group} comes first: {mean} from each customer")
    )
    group, mean = value_text(best["value"], words), _mean(best, "spend_to_date_mean", words)
    return words.say(text, group=group, mean=mean), words.say(NOT_TOLD)


def top_finding(best: pd.DataFrame, value: Valued, words: Words) -> Finding:
    """What the best tenth of the customers is expected to bring, of a `value_concentration`."""
    name = "best_customers"
    if best.empty:
        return unknown(name, words)
    if value.refusal is not None:
        said = words.say("The list names everybody, by what they spent so far.")
        return Finding(name, words.say("Who will spend most is not foretold"), said, "", words.say(PLACE_OF_LIST))
    row: Mapping = best.iloc[(best["top_share"] - 0.1).abs().argmin()].to_dict()
    headline = words.say(
        "The best {share} of customers are expected to bring {ahead} of what is still to come",
        share=words.percent(row["top_share"], 0),
        ahead=words.percent(row["expected_spend_share"]),
    )
    sentence = words.plural(
        "That is {n} customer, of whom at least {least} is expected; the list names everybody, best first.",
        "That is {n} customers, of each of whom at least {least} is expected; the list names everybody, best first.",
        int(row["customers"]),
        least=words.money(row["expected_spend_from"]),
    )
    return Finding(name, headline, sentence, "", words.say(PLACE_OF_LIST))


def alive_finding(alive: pd.DataFrame, value: Valued, words: Words) -> Finding:
    """How many repeat customers are probably still there, of an `alive_summary`."""
    row: Mapping = alive.iloc[0].to_dict()
    if value.orders.refusal is not None:
        headline = words.say("Who of the customers is still there is not said")
        return Finding("alive", headline, words.say("It takes a model of orders, and none could be fitted."))
    headline = words.say(
        "Of {n} customers with a repeat order about {alive} are still customers",
        n=words.integer(row["with_repeat"]),
        alive=words.integer(row["expected_alive"]),
    )
    sentence = words.plural(
        "Of {n} customer with a single day of orders the model cannot say it: in it nobody leaves before a second.",
        "Of {n} customers with a single day of orders the model cannot say it: in it nobody leaves before a second.",
        int(row["customers"] - row["with_repeat"]),
    )
    return Finding("alive", headline, sentence)


def independence_text(independence: pd.DataFrame, words: Words) -> str:
    """Whether how often and how much are bound up, of a `spend_independence`."""
    row: Mapping = independence.iloc[0].to_dict()
    edges = (row["correlation_low"], row["correlation_high"])
    return words.say(VERDICTS[row["verdict"]], value=write_interval(row["correlation"], edges, "number", words, 2))


def models_finding(value: Valued, independence: pd.DataFrame, words: Words) -> Finding:
    """How the forecast was made and whether its assumptions hold, over the table of parameters."""
    if value.refusal is not None:
        headline = words.say("The models of orders and of spend could not both be fitted")
        return Finding("models", headline, words.say("What is missing stands in the first sentences of the report."))
    headline = words.plural(
        "The forecast rests on the orders of {n} customer",
        "The forecast rests on the orders of {n} customers",
        int(value.orders.n),
    )
    caption = words.say(
        "r and alpha say how often customers order, a and b how they leave (BG/NBD, days); p, q and v what they spend "
        "on an order (Gamma-Gamma). Intervals are 95%, from the curvature of the likelihood."
    )
    return Finding("models", headline, independence_text(independence, words), "", caption)


def programme_finding(kept: pd.DataFrame, fit: Fitted, words: Words, *, months: int) -> Finding:
    """How long paid members stay, of a `paid_membership_curve` and its `fit_sbg`."""
    name, subtitle = "paid_programme", words.say("Share of paid members still there, by months since they joined")
    if kept.empty:
        headline = words.say("No paid programme is in the data")
        said = words.say("The profile maps no memberships, or none that is paid for.")
        return Finding(name, headline, said, subtitle)
    if fit.refusal is not None:
        headline = words.say("How long paid members stay cannot be forecast yet")
        why = words.say(MEMBER_REASONS[fit.refusal.reason], **counted(fit.refusal, words))
        return Finding(name, headline, why, subtitle)
    row: Mapping = kept[(kept["source"] == "model") & (kept["months"] == months)].iloc[0].to_dict()
    headline = words.plural(
        "{share} of paid members are expected to stay for {n} month",
        "{share} of paid members are expected to stay for {n} months",
        months,
        share=words.percent(row["share"]),
    )
    sentence = words.say(
        "95% interval {low} to {high}, from {n} members. Those who stay longer leave less often: the early leavers are "
        "gone, nobody became more loyal by it.",
        low=words.percent(row["share_low"]),
        high=words.percent(row["share_high"]),
        n=words.integer(fit.n),
    )
    caption = words.say("Seen: Kaplan-Meier. Expected: the sBG model, fitted to the same members and drawn on.")
    return Finding(name, headline, sentence, subtitle, caption)


def _mean(row: Mapping, name: str, words: Words) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if is_missing(low) or is_missing(high):
        low = high = float("nan")
    return write_interval(row[name], (low, high), "money", words, 2)
