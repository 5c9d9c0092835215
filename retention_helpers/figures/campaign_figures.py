"""The figures of campaigns: effects, the checks behind them, steps, groups, money, the next hold-out."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.words import MISSING, Words, marked

from . import campaign_findings as findings
from .campaign_words import (
    CLAIMED,
    VERDICTS,
    campaign_names,
    untold,
    write_effect,
    write_p,
    write_result,
)
from .effects import EffectOptions, effect_plot
from .figure import Figure
from .finding import Finding
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write

_COUNTED = {
    "counted": marked("Contacts counted"),
    "experiment": marked("Rows of experiments counted"),
    "earlier": marked("Contacts of earlier campaigns, not shown any more"),
    "service": marked("Surveys and support: no campaign"),
    "no_customer": marked("Contacts without a customer"),
    "no_arm": marked("Contacts without an arm"),
}


def counted_table(ledger: pd.DataFrame, words: Words) -> ReadableTable:
    """Which rows count, of a `campaign_ledger`."""
    rows, counted = int(ledger["rows"].sum()), ledger["reason"].isin(("counted", "experiment"))
    finding = Finding(
        "who_is_counted",
        words.say(
            "{counted} of {rows} rows count",
            counted=words.integer(ledger.loc[counted, "rows"].sum()),
            rows=words.integer(rows),
        ),
        words.say("Every contact and every row of an experiment counts once, for the first reason that holds."),
    )
    shown = ledger[ledger["rows"] > 0]
    shown = shown.assign(reason=[words.say(_COUNTED[reason]) for reason in shown["reason"]])
    columns = {"reason": Column(words.say("Reason"), "text"), "rows": Column(words.say("Rows"), "integer")}
    return readable_table(shown, finding, words, options=TableOptions(columns))


def effects_figure(effects: pd.DataFrame, words: Words) -> Figure:
    """The effects on shares, the latest campaign first, of a `campaign_effects`."""
    shares = effects[effects["is_share"]]
    shown = untold(shares).assign(
        label=campaign_names(shares, words),
        why=[words.say(VERDICTS[claim]) for claim in shares["claim"]],
        n=shares["contacted"] + shares["held_out"],
    )
    finding = findings.verdicts_finding(effects, words).about(
        "effects", words.say("Contacted against held out, in points of all customers; the latest campaign first")
    )
    options = EffectOptions(header=words.say("Campaign"), zero=words.say("as the hold-out"))
    return effect_plot(shown, finding, words, options=options)


def effects_table(effects: pd.DataFrame, words: Words) -> ReadableTable:
    """Every comparison in numbers, of a `campaign_effects`."""
    names = campaign_names(effects, words)
    rows = [
        {
            "campaign": name,
            "response": _of(write_result(row["response"], row, words), row["contacted"], words),
            "control": _of(write_result(row["control_response"], row, words), row["held_out"], words),
            "effect": write_effect(row, words),
            "p": write_p(row["p_holm"], words) if row["claim"] in CLAIMED else MISSING,
            "seen": write(row["smallest_effect"], "points", words),
            "claim": words.say(VERDICTS[row["claim"]]),
        }
        for name, row in zip(names, effects.to_dict("records"), strict=True)
    ]
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "claim": Column(words.say("Verdict"), "text", wraps=True),
        "effect": Column(words.say("Effect (95% interval)"), "text"),
        "response": Column(words.say("Of those contacted"), "text"),
        "control": Column(words.say("Of those held out"), "text"),
        "p": Column(words.say("p, corrected"), "text"),
        "seen": Column(words.say("Smallest effect to be seen"), "text"),
    }
    finding = findings.latest_finding(effects, words).about("campaigns", "")
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def checks_table(checked: pd.DataFrame, effects: pd.DataFrame, words: Words) -> ReadableTable:
    """Whether each hold-out can be trusted, of a `campaign_checks`."""
    claims = effects.drop_duplicates("campaign_id").set_index("campaign_id")["claim"]
    known = checked[checked["campaign_id"].isin(claims.index)]
    rows = []
    for row in known.to_dict("records"):
        claim = claims[row["campaign_id"]]
        planned = row["planned_holdout"]
        rows.append(
            {
                "campaign": row["campaign_id"],
                "claim": words.say("sound") if claim in CLAIMED else words.say(VERDICTS[claim]),
                "planned": words.say("not said") if is_missing(planned) else words.percent(planned),
                "held": words.percent(_held_share(row)),
                "ratio": write_p(row["ratio_p_value"], words),
                "balance": write_p(row["balance_p_value"], words),
                "reached": row["held_out_reached"],
                "waiting": row["contacted_waiting"] + row["held_out_waiting"],
            }
        )
    columns = {
        "campaign": Column(words.say("Campaign"), "text"),
        "claim": Column(words.say("Verdict"), "text", wraps=True),
        "planned": Column(words.say("Hold-out planned"), "text"),
        "held": Column(words.say("Hold-out in fact"), "text"),
        "ratio": Column(words.say("p of the difference"), "text"),
        "balance": Column(words.say("p of the largest difference before"), "text"),
        "reached": Column(words.say("Held out and contacted"), "integer"),
        "waiting": Column(words.say("Window not over"), "integer"),
    }
    finding = findings.checks_finding(effects, words)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def _of(result: str, customers: int, words: Words) -> str:
    """A result and of how many customers it is."""
    return words.say("{result} of {n}", result=result, n=words.integer(customers)) if customers else MISSING


def _held_share(row: Mapping) -> float:
    held = row["held_out"] + row["held_out_waiting"]
    everybody = held + row["contacted"] + row["contacted_waiting"]
    return held / everybody if everybody else float("nan")
