"""The figures of the loyalty report: each takes a metric's answer, finds the words for it, and draws."""

import pandas as pd

from retention_helpers.words import Words, marked

from . import loyalty_findings as findings
from . import programme_findings
from .bars import BarOptions, ranked_bars
from .curves import CurvesOptions, survival_curves
from .event_study import EventOptions, event_study
from .figure import Figure
from .finding import Finding
from .lines import LineOptions, retention_lines
from .paired_bars import PairedOptions, paired_bars
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write_difference_interval

METHODS = {
    "naive": marked("Members minus others"),
    "before_after": marked("Members: after minus before"),
    "fixed_effects": marked("Two-way fixed effects"),
    "group_time": marked("Group-time effects"),
    "trials": marked("Sequential trials: this report"),
}
NO_ANSWER = ("naive", "before_after")
PLACEBOS = {
    "slope": marked("Members against others long before joining: how much faster they grew in six months"),
    "placebo": marked("A joining that was only pretended, among customers who never joined"),
}


def compared_figure(effect: object, words: Words) -> Figure:
    """The naive gap crossed out, and three ways of comparing side by side, of a `ProgrammeEffect`.

    Where nothing may be told of it they are crossed out too: one left standing would look like the answer.
    """
    others = effect.others
    mine = (effect.effect, effect.robust_low, effect.robust_high)
    # A number without an interval would look like an answer.
    rows = {"trials": mine if not is_missing(effect.robust_low) else (float("nan"),) * 3}
    if others is not None:
        rows |= {name: (getattr(others, name), float("nan"), float("nan")) for name in NO_ANSWER}
        for name in ("fixed_effects", "group_time"):
            one = getattr(others, name)
            rows[name] = (one.value, *one.interval)
    names = {name: words.say(METHODS[name]) for name in rows}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "value_low", "value_high"])
    frame = frame.assign(label=[names[name] for name in frame.index])
    options = BarOptions(
        highlight=(names["trials"],),
        struck=tuple(names[name] for name in names if name in NO_ANSWER or not effect.is_told),
        digits=findings.DIGITS,
        header=words.say("Way of comparing"),
        title=words.say("Orders a month and member"),
    )
    finding = findings.gap_finding(effect, words)
    return ranked_bars(frame, finding, words, options=options)


def study_figure(effect: object, words: Words) -> Figure:
    """Month by month before and after joining, of a `ProgrammeEffect`."""
    names = {"low": "effect_low", "high": "effect_high"}
    months = effect.event_study.rename(columns=names).assign(is_comparable=~effect.event_study["is_selection"])
    subtitle = words.say("Orders a month, members against those who might have joined then")
    finding = findings.effect_finding(effect, words).about("event_study", subtitle)
    options = EventOptions(
        x="month",
        together="band",
        digits=findings.DIGITS,
        mean=effect.effect if effect.is_told else float("nan"),
        x_title=words.say("months since joining"),
        y_title=words.say("Orders a month"),
    )
    return event_study(months, finding, words, options=options)


def members_table(counts: dict[str, int], words: Words) -> ReadableTable:
    """How many members are compared, and why others are not."""
    reasons = {name: counts[name] for name in programme_findings.LEFT_OUT if counts[name]}
    rows = pd.DataFrame(
        {
            "reason": [words.say(programme_findings.LEFT_OUT[name]) for name in reasons],
            "members": list(reasons.values()),
        }
    )
    columns = {"reason": Column(words.say("Members"), "text", wraps=True), "members": Column(words.say("n"), "integer")}
    finding = programme_findings.members_finding(counts, words).noting(programme_findings.dated_text(counts, words))
    return readable_table(rows, finding, words, options=TableOptions(columns))


def joins_figure(joins: pd.DataFrame, words: Words) -> Figure:
    """How many joined in each month, of a `joins_by_month`."""
    shown = joins.assign(joined=joins["joined"].astype("float64"))
    options = LineOptions(series={"joined": words.say("Joined")}, unit="integer")
    return retention_lines(shown, programme_findings.joins_finding(joins, words), words, options=options)


def overlap_figure(classes: pd.DataFrame, effect: object, words: Words) -> Figure:
    """Members and those they are compared with, by their chance to join, of a `chance_classes`."""
    texts = [
        f"{words.percent(low, 0)} – {words.percent(high, 0)}"
        for low, high in zip(classes["chance_low"], classes["chance_high"], strict=True)
    ]
    shown = classes.assign(chance=pd.Series(texts, index=classes.index, dtype="str"))
    options = PairedOptions(
        label="chance",
        first="controls_share",
        second="members_share",
        first_name=words.say("compared with"),
        second_name=words.say("members"),
        n="members",
        header=words.say("Chance to join"),
    )
    return paired_bars(shown, findings.overlap_finding(classes, effect, words), words, options=options)


def placebo_table(effect: object, words: Words) -> ReadableTable:
    """What was tried on the comparison where nothing can have changed, of a `ProgrammeEffect`."""
    tried = [] if effect.tests is None else [(name, getattr(effect.tests, name)) for name in PLACEBOS]
    rows = pd.DataFrame(
        {
            "what": [words.say(PLACEBOS[name]) for name, _ in tried],
            "value": [write_difference_interval(one.value, one.interval, "number", words, 3) for _, one in tried],
            "outcome": [findings.placebo_outcome(one, words) for _, one in tried],
        }
    )
    columns = {
        "what": Column(words.say("Tried"), "text", wraps=True),
        "value": Column(words.say("Difference (95% interval)"), "text"),
        "outcome": Column(words.say("Outcome"), "text"),
    }
    return readable_table(rows, findings.hidden_finding(effect, words), words, options=TableOptions(columns))


def quarters_table(quarters: pd.DataFrame, effect: object, words: Words) -> ReadableTable:
    """The effect by quarter of joining, of an `effect_by_quarter` and the effect on all."""
    edges = zip(quarters["effect"], quarters["low"], quarters["high"], strict=True)
    shown = quarters.assign(
        value=pd.Series(
            [
                write_difference_interval(value, (low, high), "number", words, findings.DIGITS)
                for value, low, high in edges
            ],
            index=quarters.index,
            dtype="str",
        )
    )
    columns = {
        "quarter": Column(words.say("Joined in"), "text"),
        "members": Column(words.say("Members"), "integer"),
        "months": Column(words.say("Months seen"), "number", 1),
        "value": Column(words.say("Orders a month and member (95% interval)"), "text"),
    }
    return readable_table(
        shown, findings.quarters_finding(quarters, effect, words), words, options=TableOptions(columns)
    )


def money_table(money: object, finding: Finding, words: Words) -> ReadableTable:
    """What the first months bring and cost, of a `ProgrammeMoney`; a `money_finding` over it."""
    columns = {
        "part": Column(words.say("Of the members compared, in the months seen"), "text", wraps=True),
        "amount": Column(words.say("Amount (both ends)"), "text"),
    }
    note = words.say("What members pay for the membership itself is not in it.")
    rows = programme_findings.part_rows(money, words)
    return readable_table(rows, finding.noting(note), words, options=TableOptions(columns))


def points_figure(points: object, words: Words) -> Figure:
    """Which part of points was redeemed or expired by their age, of a `Points`."""
    ages = points.ages
    names = {"redeemed": words.say("Redeemed"), "expired": words.say("Expired")}
    ends = [0.0, *(ages["age_months"] + 1.0)]
    rows = pd.concat(
        [pd.DataFrame({"fate": name, "age": ends, "share": [0.0, *ages[f"{name}_share"]]}) for name in names],
        ignore_index=True,
    )
    rows = rows if len(ages) else rows.iloc[:0]
    options = CurvesOptions(
        group="fate",
        x="age",
        y="share",
        names=names,
        accent="redeemed",
        x_title=words.say("months since they were earned"),
    )
    return survival_curves(rows, programme_findings.points_finding(points, words), words, options=options)
