"""The next hold-out as a table: how many customers it takes, by the share held out."""

from collections.abc import Mapping, Sequence

import pandas as pd

from retention_helpers.words import Words

from . import holdout_findings as findings
from .campaign_words import measure_name, purpose_name
from .tables import Column, ReadableTable, TableOptions, readable_table


def actions_table(actions: Sequence[Mapping[str, object]], power: pd.DataFrame, words: Words) -> ReadableTable:
    """What to send next, a line for each purpose, of `campaign_actions`."""
    rows = pd.DataFrame(list(actions), columns=["headline", "sentence"])
    columns = {
        "headline": Column(words.say("What next"), "text", wraps=True),
        "sentence": Column(words.say("How much to hold out"), "text", wraps=True),
    }
    finding = findings.actions_finding(actions, power, words)
    return readable_table(rows, finding, words, options=TableOptions(columns))


def power_table(power: pd.DataFrame, words: Words) -> ReadableTable:
    """How many customers the next campaign needs, by the share held out, of a `next_holdout`."""
    keys = ["purpose", "measure"]
    is_first = ~power[keys].duplicated()
    rows = [
        {
            "purpose": _purpose(row, words) if first else "",
            "share": words.percent(row["holdout_share"], 0),
            "seen": row["smallest_effect"],
            "needed": row["needed_customers"],
            "customers": row["customers"],
            "advice": _advice(row, words),
        }
        for first, row in zip(is_first, power.to_dict("records"), strict=True)
    ]
    columns = {
        "purpose": Column(words.say("Purpose"), "text"),
        "share": Column(words.say("Held out"), "text"),
        "seen": Column(words.say("Smallest effect to be seen"), "points"),
        "needed": Column(words.say("Customers needed"), "integer"),
        "customers": Column(words.say("Customers of the last campaign"), "integer"),
        "advice": Column(words.say("Advice"), "text"),
    }
    finding = findings.next_finding(power, words)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def _advice(row: dict, words: Words) -> str:
    if row["is_advised"]:
        return words.say("this one")
    return words.say("enough") if row["is_enough"] else words.say("too few")


def _purpose(row: dict, words: Words) -> str:
    name = purpose_name(row["purpose"], words)
    return name if row["measure"] == "back" else f"{name}: {measure_name(row['measure'], words)}"
