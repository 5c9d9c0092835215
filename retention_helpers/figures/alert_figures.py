"""The tables of what is watched: every key figure with how it was judged, and the parts of what moved."""

import pandas as pd

from retention_helpers.words import MISSING, Words

from .alert_findings import change_text, group_text, interval_text, verdict_text, watch_finding
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing
from .wordings import WORDINGS


def watch_table(watched: pd.DataFrame, drivers: pd.DataFrame, words: Words, *, level: float) -> ReadableTable:
    """Every key figure watched, of a `metrics.watch`, with the groups that stand out of a `metrics.drivers`."""
    rows = [
        {
            "kpi": words.say(WORDINGS[row["kpi"]].name),
            "value": interval_text(row, "value", words),
            "change": MISSING if is_missing(row["change"]) else change_text(row, "change", words),
            "against": words.month_short(row["compared_with"]) if row["compared_with"] else MISSING,
            "usual": interval_text(row, "usual", words),
            "verdict": verdict_text(row, words),
            "standing": _standing(drivers[drivers["kpi"] == row["kpi"]], words),
        }
        for row in watched.to_dict("records")
    ]
    columns = {
        "kpi": Column(words.say("Key figure"), "text"),
        "value": Column(words.say("Value (95% interval)"), "text"),
        "change": Column(words.say("Change"), "text"),
        "against": Column(words.say("against"), "text"),
        "usual": Column(words.say("Usual for the month"), "text"),
        "verdict": Column(words.say("Verdict"), "text"),
    }
    if any(row["standing"] for row in rows):
        columns["standing"] = Column(words.say("Who stands out"), "text", wraps=True)
    frame = pd.DataFrame(rows, columns=list(columns))
    return readable_table(frame, watch_finding(watched, words, level=level), words, options=TableOptions(columns))


def _standing(mine: pd.DataFrame, words: Words) -> str:
    return "; ".join(group_text(row.dimension, row.value, words) for row in mine[mine["is_driver"]].itertuples())
