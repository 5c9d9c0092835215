"""The tables of what is watched: every key figure with how it was judged, and the parts of what moved."""

import pandas as pd

from retention_helpers.words import MISSING, Words

from .alert_findings import change_text, group_text, range_text, verdict_text, watch_finding
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write
from .wordings import WORDINGS


def watch_table(watched: pd.DataFrame, drivers: pd.DataFrame, words: Words, *, level: float) -> ReadableTable:
    """Every key figure watched, of a `metrics.watch`, with the groups that stand out of a `metrics.drivers`."""
    rows = [
        {
            "kpi": words.say(WORDINGS[row["kpi"]].name),
            "verdict": verdict_text(row, words),
            "value": write(row["value"], WORDINGS[row["kpi"]].unit, words, WORDINGS[row["kpi"]].digits),
            "change": MISSING if is_missing(row["change"]) else change_text(row, "change", words),
            "against": words.month_short(row["compared_with"]) if row["compared_with"] else MISSING,
            "usual": range_text(row, words),
            "standing": _standing(drivers[drivers["kpi"] == row["kpi"]], words),
        }
        for row in watched.to_dict("records")
    ]
    months = sorted({row["against"] for row in rows} - {MISSING})
    columns = {
        "kpi": Column(words.say("Key figure"), "text"),
        "verdict": Column(words.say("Verdict"), "text"),
        "value": Column(words.say("Value"), "text"),
        "change": Column(_change_title(months, words), "text"),
        "against": Column(words.say("Compared with"), "text"),
        "usual": Column(words.say("Usual for the month"), "text"),
        "standing": Column(words.say("Who stands out"), "text", wraps=True),
    }
    # A column that says nothing takes room from the others; one month for all stands in the title.
    says_nothing = {"usual": {MISSING}, "standing": {""}, "against": {MISSING, *months[: len(months) == 1]}}
    for name, nothing in says_nothing.items():
        if {row[name] for row in rows} <= nothing:
            del columns[name]
    frame = pd.DataFrame(rows, columns=list(columns))
    return readable_table(frame, watch_finding(watched, words, level=level), words, options=TableOptions(columns))


def _change_title(months: list[str], words: Words) -> str:
    if len(months) == 1:
        return words.say("Change vs {month} (95% interval)", month=months[0])
    return words.say("Change (95% interval)")


def _standing(mine: pd.DataFrame, words: Words) -> str:
    return "; ".join(group_text(row.dimension, row.value, words) for row in mine[mine["is_driver"]].itertuples())
