"""The parts of what campaigns add: by step, by group, by tenth of the customers; what it cost; the next hold-out."""

import pandas as pd

from retention_helpers.words import MISSING, Words

from . import campaign_findings as findings
from . import campaign_money_findings as money_findings
from .campaign_words import (
    CLAIMED,
    DIMENSIONS,
    VERDICTS,
    campaign_names,
    channel_name,
    group_name,
    untold,
    write_effect,
)
from .effects import EffectOptions, effect_plot
from .figure import Figure
from .kpis import direction
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write, write_difference_interval, write_interval

_SIDES = {"up": "raised", "down": "lowered", "flat": "unclear"}


def chains_table(chains: pd.DataFrame, later: pd.DataFrame, words: Words) -> ReadableTable:
    """Each chain by step and as a whole, of a `campaign_chains`."""
    is_first = ~chains["campaign_id"].duplicated()
    rows = [
        {
            "campaign": row["campaign_id"] if first else "",
            "step": words.say("whole chain") if row["step"] == "whole" else row["step"],
            "effect": write_effect({**row, "is_share": True}, words),
            "claim": words.say(VERDICTS[row["claim"]]) if row["claim"] else MISSING,
            "from": row["from_day"],
            "response": row["response"],
            "control": row["control_response"],
            "contacted": row["contacted"],
            "held_out": row["held_out"],
        }
        for first, row in zip(is_first, chains.to_dict("records"), strict=True)
    ]
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "step": Column(words.say("Step"), "text"),
        "effect": Column(words.say("Effect (95% interval)"), "text"),
        "claim": Column(words.say("Verdict"), "text", wraps=True),
        "from": Column(words.say("From day"), "days"),
        "response": Column(words.say("Of those contacted"), "percent"),
        "control": Column(words.say("Of those held out"), "percent"),
        "contacted": Column(words.say("Reached, contacted"), "integer"),
        "held_out": Column(words.say("Reached, held out"), "integer"),
    }
    finding = findings.chains_finding(later, words)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def groups_figure(groups: pd.DataFrame, words: Words) -> Figure:
    """The pooled effects of all campaigns and of each group, of a `campaign_groups`."""
    # Groups of whom too few came back stand in the data table, below those that can be told.
    is_told = groups["claim"].isin(CLAIMED)
    ranked = pd.concat([groups[is_told], groups[~is_told]])
    names = [_group(row.dimension, row.value, words) for row in ranked.itertuples()]
    why = [words.say(VERDICTS[claim]) for claim in ranked["claim"]]
    shown = untold(ranked).assign(label=names, why=why, n=ranked["contacted"] + ranked["held_out"])
    finding = findings.overall_finding(groups, words).about(
        "groups",
        words.say("Contacted against held out, each campaign with its own hold-out, in points of all customers"),
    )
    options = EffectOptions(
        header=words.say("Group"), zero=words.say("as the hold-out"), top=max(int(is_told.sum()), 1)
    )
    return effect_plot(shown, finding, words, options=options)


def money_table(money: pd.DataFrame, words: Words) -> ReadableTable:
    """What each campaign cost and returned, of a `campaign_money`."""
    rows = [
        {
            "campaign": name,
            "cost": row["cost"],
            "each": row["cost_per_contact"],
            "reactivation": _cost(row, words),
            "revenue": _money(row, "revenue_effect", words),
            "return": _money(row, "return_per_contact", words),
            "claim": words.say(VERDICTS[row["claim"]]),
        }
        for name, row in zip(campaign_names(money, words), money.to_dict("records"), strict=True)
    ]
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "return": Column(words.say("Returned a customer contacted"), "text"),
        "claim": Column(words.say("Verdict"), "text", wraps=True),
        "reactivation": Column(words.say("Cost of a customer brought back"), "text"),
        "revenue": Column(words.say("Revenue more a customer contacted"), "text"),
        "each": Column(words.say("Cost a customer contacted"), "money", 2),
        "cost": Column(words.say("Cost"), "money"),
    }
    finding = money_findings.money_finding(money, words)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def reactions_table(reactions: pd.DataFrame, effects: pd.DataFrame, words: Words) -> ReadableTable:
    """Opens, clicks and orders of those contacted, of a `campaign_reactions`."""
    rows = [
        {
            "campaign": name,
            "channel": channel_name(row["channel"], words),
            "contacted": row["contacted"],
            "opened": row["opened_share"],
            "clicked": row["clicked_share"],
            "response": write_interval(row["response"], (row["response_low"], row["response_high"]), "percent", words),
        }
        for name, row in zip(campaign_names(reactions, words), reactions.to_dict("records"), strict=True)
    ]
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "channel": Column(words.say("Channel"), "text"),
        "contacted": Column(words.say("Contacted"), "integer"),
        "opened": Column(words.say("Opened"), "percent"),
        "clicked": Column(words.say("Clicked"), "percent"),
        "response": Column(words.say("Ordered within the window (95% interval)"), "text"),
    }
    finding = money_findings.reactions_finding(reactions, effects, words)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def uplift_figure(deciles: pd.DataFrame, qini: pd.DataFrame, words: Words) -> Figure:
    """The effect in each tenth of the customers, the largest expected gain first, of an `uplift_deciles`."""
    names = [words.say("Tenth {number}", number=words.integer(number)) for number in deciles["decile"]]
    sides = [
        _SIDES[direction(low, high)] for low, high in zip(deciles["effect_low"], deciles["effect_high"], strict=True)
    ]
    shown = deciles.assign(label=names, why="", claim=sides, n=deciles["contacted"] + deciles["held_out"])
    finding = money_findings.uplift_finding(deciles, qini, words).about(
        "uplift", words.say("Effect by tenth of the customers, ranked by the gain expected beforehand")
    )
    options = EffectOptions(header=words.say("Tenth"), zero=words.say("as the hold-out"))
    return effect_plot(shown, finding, words, options=options)


def cuped_table(cuped: pd.DataFrame, words: Words) -> ReadableTable:
    """How much sharper what was known before makes a comparison, of a `cuped_effects`; shares only."""
    shares = cuped[cuped["measure"] == "back"]
    rows = [
        {
            "campaign": row["campaign_id"],
            "plain": write_effect({**row, "is_share": True}, words),
            "adjusted": write_difference_interval(
                row["adjusted_effect"], (row["adjusted_effect_low"], row["adjusted_effect_high"]), "percent", words
            ),
            "saved": row["saved_share"],
        }
        for row in shares.to_dict("records")
    ]
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "plain": Column(words.say("Effect (95% interval)"), "text"),
        "adjusted": Column(words.say("Adjusted for orders before"), "text"),
        "saved": Column(words.say("Customers saved by it"), "percent"),
    }
    return readable_table(
        pd.DataFrame(rows, columns=list(columns)), money_findings.cuped_finding(shares, words), words,
        options=TableOptions(columns),
    )  # fmt: skip


def _group(dimension: str, value: str, words: Words) -> str:
    group = group_name(dimension, value, words)
    if dimension == "all":
        return group
    return words.say("{dimension}: {group}", dimension=words.say(DIMENSIONS[dimension]), group=group)


def _money(row: dict, name: str, words: Words) -> str:
    return write_difference_interval(row[name], (row[f"{name}_low"], row[f"{name}_high"]), "money", words, 2)


def _cost(row: dict, words: Words) -> str:
    """Without an upper end where the effect's interval holds zero."""
    if is_missing(row["cost_per_reactivation_low"]):
        return MISSING
    if row["is_bounded"]:
        ends = (row["cost_per_reactivation_low"], row["cost_per_reactivation_high"])
        return write_interval(row["cost_per_reactivation"], ends, "money", words, 2)
    return words.say("{low} or more, not bounded", low=write(row["cost_per_reactivation_low"], "money", words, 2))
