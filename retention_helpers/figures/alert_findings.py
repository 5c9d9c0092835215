"""What is said of the key figures that are watched: each alert with its size and what moved it, or that all is calm."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from retention_helpers.words import MISSING, Words, marked

from . import wordings
from .finding import Finding
from .segment_wordings import segment_name, value_text
from .unit import is_missing, write, write_difference, write_difference_interval
from .wordings import Wording

_MISSED = {
    "at_least": marked("{name}: {value}, wanted at least {target}"),
    "at_most": marked("{name}: {value}, wanted at most {target}"),
}
_MISSED_TOO = {
    "at_least": marked("Its target is missed, too: at least {target}."),
    "at_most": marked("Its target is missed, too: at most {target}."),
}
_RULES = {
    "usual_course": marked("Usual for the month: {low} to {high}."),
    "previous_and_last_year": marked("Against the month before it is {change}."),
    "previous": marked("The history is too short to tell a season from a change."),
}
_COHORTS = {
    "0": marked("customers new in the month"),
    "1-3": marked("customers who came 1 to 3 months before"),
    "4-12": marked("customers who came 4 to 12 months before"),
    "13+": marked("customers who came more than a year before"),
}
_NUMBERS = ("value", "change", "change_low", "change_high", "usual_low", "usual_high", "q_value", "target_q_value")
_PARTS = ("part", "part_low", "part_high", "mix_part", "rate_part", "share_of_change", "share_of_customers")


def watch_finding(watched: pd.DataFrame, words: Words, *, level: float) -> Finding:
    """How many of the key figures watched are alerts, of a `metrics.watch`; one calm sentence where none is."""
    alerts, judged = int(watched["is_alert"].sum()), int(watched["p_value"].notna().sum())
    if alerts:
        headline = words.plural("{n} alert this month", "{n} alerts this month", alerts)
    elif judged:
        headline = words.plural(
            "No alert: the {n} key figure watched stays within chance and season",
            "No alert: the {n} key figures watched stay within chance and season",
            judged,
        )
    else:
        headline = words.say("No alert: there is nothing yet to compare this month with")
    sentence = words.say(
        "At most {level} of the months in which nothing happens bring an alert, all key figures taken together.",
        level=words.percent(level, 0 if round(level * 100, 6) % 1 == 0 else 1),
    )
    return Finding("watch", headline, sentence, words.say("Key figures watched, and those with a target"))


def alerts(
    watched: pd.DataFrame, drivers: pd.DataFrame, words: Words, *, audiences: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Every alert in words and numbers: what index, mail and alerts.json say. What got worse comes first.

    ``watched`` and ``drivers`` are tables of `metrics.watch` and `metrics.drivers`; ``audiences``: key figure -> the
    file in audiences/ with the customers to act on, named where the figure got worse.
    """
    rows = watched[watched["is_alert"]]
    is_bad, is_aim = rows["is_worse"] | rows["is_target_missed"], rows["moved"] == ""
    order = pd.DataFrame({"good": ~is_bad, "aim": is_aim, "q_value": rows["q_value"]})
    return [
        _alert(rows.loc[place], drivers, words, audiences)
        for place in order.sort_values(["good", "aim", "q_value"], kind="stable").index
    ]


def verdict_text(row: Mapping[str, Any], words: Words) -> str:
    """What became of one key figure that is watched, as a cell of a table."""
    texts = {"up": marked("rose"), "down": marked("fell"), "": marked("target missed")}
    if row["is_alert"]:
        return words.say(texts[row["moved"]])
    is_judged = not (is_missing(row["p_value"]) and is_missing(row["target_p_value"]))
    return words.say("calm") if is_judged else words.say("not judged")


def change_text(row: Mapping[str, Any], name: str, words: Words) -> str:
    """A change with its interval, the unit said once: rates in points, all else in per cent of the earlier value.

    The change alone where its interval is not known.
    """
    wording, earlier = wordings.WORDINGS[row["kpi"]], row["value"] - row[name]
    change, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if wording.unit == "percent":
        text = words.points(change)
    elif earlier > 0:
        text = words.signed_percent(change / earlier)
        low, high = low / earlier, high / earlier
    else:
        return write_difference_interval(change, (low, high), wording.unit, words, wording.digits)
    if is_missing(low) or is_missing(high):
        return text
    return f"{text} ({write_difference(100 * low, 'number', words)} – {write_difference(100 * high, 'number', words)})"


def _alert(row: pd.Series, drivers: pd.DataFrame, words: Words, audiences: Mapping[str, str]) -> dict[str, Any]:
    wording, kpi = wordings.WORDINGS[row["kpi"]], row["kpi"]
    mine = drivers[drivers["kpi"] == kpi]
    side = "at_least" if wording.more_is_better else "at_most"
    value, target = (write(row[name], wording.unit, words, wording.digits) for name in ("value", "target"))
    if row["moved"]:
        headline = words.say(wording.up if row["moved"] == "up" else wording.down, value=value)
        size = _size_text(row, words)
        missed = words.say(_MISSED_TOO[side], target=target) if row["is_target_missed"] else ""
        told = (_driver_text(mine, wording, words), _rule_text(row, wording, words), missed)
    else:
        headline = words.say(_MISSED[side], name=words.say(wording.name), value=value, target=target)
        size = words.say(
            "95% interval {low} to {high}",
            low=write(row["low"], wording.unit, words, wording.digits),
            high=write(row["high"], wording.unit, words, wording.digits),
        )
        told = ("" if is_missing(row["change"]) else f"{_size_text(row, words)}.",)
    is_worse = bool(row["is_worse"] or row["is_target_missed"])
    return {
        "headline": headline,
        "sentence": " ".join(text for text in told if text),
        "audience": audiences.get(kpi, "") if is_worse else "",
        "kpi": kpi,
        "size": size,
        "moved": row["moved"],
        "is_worse": is_worse,
        "compared_with": row["compared_with"] if row["moved"] else "",
        **{name: _number(row[name]) for name in _NUMBERS},
        "drivers": [
            {name: part[name] for name in ("dimension", "value")} | {name: _number(part[name]) for name in _PARTS}
            for part in mine[mine["is_driver"]].to_dict("records")
        ],
    }


def _number(value: float) -> float | None:
    return None if is_missing(value) else float(value)


def _rule_text(row: pd.Series, wording: Wording, words: Words) -> str:
    usual = {end: write(row[f"usual_{end}"], wording.unit, words, wording.digits) for end in ("low", "high")}
    change = change_text(row, "previous_change", words) if row["rule"] == "previous_and_last_year" else ""
    return words.say(_RULES[row["rule"]], change=change, **usual)


def _size_text(row: pd.Series, words: Words) -> str:
    """The change against the month that it is held against, with its interval."""
    change, month = change_text(row, "change", words), words.month_short(row["compared_with"])
    return words.say("{change} vs {month}", change=change, month=month)


def _driver_text(mine: pd.DataFrame, wording: Wording, words: Words) -> str:
    """The group that moved the key figure more than its size alone would, or that none did."""
    standing = mine[mine["is_driver"]]
    if standing.empty:
        return words.say("No channel, segment or cohort stands out.")
    best = standing.loc[(standing["share_of_change"] - standing["share_of_customers"]).idxmax()]
    texts = {
        True: marked("Most of it: {group}, {part}, with {share} of the base."),
        False: marked("More than their share of it: {group}, {part}, with {share} of the base."),
    }
    part = write_difference(best["part"], wording.unit, words, wording.digits)
    return words.say(
        texts[bool(best["share_of_change"] >= 0.5)],
        group=group_text(best["dimension"], best["value"], words),
        part=part,
        share=words.percent(best["share_of_customers"], 0),
    )


def group_text(dimension: str, value: str, words: Words) -> str:
    """A group of a dimension of `metrics.drivers`, as a part of a sentence."""
    if dimension == "cohort":
        return words.say(_COHORTS[value])
    if dimension == "channel":
        return words.say("customers of the channel {value}", value=value_text(value, words))
    if value == "unassigned":
        return words.say("customers without an order before")
    return words.say("the segment {value}", value=segment_name(value, words))


def range_text(row: Mapping[str, Any], words: Words) -> str:
    """Between which values the key figure usually lies; nothing where that is not known."""
    wording = wordings.WORDINGS[row["kpi"]]
    if is_missing(row["usual"]):
        return MISSING
    low, high = (write(row[f"usual_{end}"], wording.unit, words, wording.digits) for end in ("low", "high"))
    return f"{low} – {high}"
