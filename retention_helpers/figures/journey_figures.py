"""The figures of the journey report: each takes a metric's table, finds the words for it, and draws."""

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words

from . import journey_findings as findings
from .bars import BarOptions, ranked_bars
from .curves import CurvesOptions, survival_curves
from .figure import Figure
from .journey import JourneyOptions, journey_map
from .said_changes import write_change
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write_interval


def map_figure(stages: pd.DataFrame, weakest: pd.DataFrame, words: Words, *, period: str, step_days: int) -> Figure:
    """The journey map, of a `stage_table`; the headline is of a `weakest_step`."""
    names = findings.stage_names(words)
    options = JourneyOptions(
        names=names,
        conversion_title=words.say("Go on within {n} days", n=words.integer(step_days)),
        days_title=words.say("Days until half has gone on"),
        lanes={
            "satisfaction": Column(words.say("Content"), "percent", 0),
            "complaints": Column(words.say("Complaints"), "percent", 0),
            "help_rate": Column(words.say("Needed support"), "percent", 1),
        },
    )
    finding = findings.map_finding(weakest, words, period=period, step_days=step_days)
    # Support stands beside the way: the map would lead customers to it.
    return journey_map(stages[stages["stage"] != "support"], finding, words, options=options)


def steps_table(steps: pd.DataFrame, words: Words, *, period: str) -> ReadableTable:
    """Each step with its changes, of a `journey_steps`' month."""
    month, earlier = steps[steps["month"] == period], Period.parse(period)
    names = findings.stage_names(words)
    rows = [
        {
            "stage": names[row["stage"]],
            "customers": row["customers"],
            "conversion": write_interval(
                row["conversion"], (row["conversion_low"], row["conversion_high"]), "percent", words
            ),
            "change": write_change(row, "change", "percent", words),
            "last_year_change": write_change(row, "last_year_change", "percent", words),
            "help_rate": write_interval(
                row["help_rate"], (row["help_rate_low"], row["help_rate_high"]), "percent", words
            ),
        }
        for row in month.to_dict("records")
    ]
    columns = {
        "stage": Column(words.say("Stage"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "conversion": Column(words.say("Go on (95% interval)"), "text"),
        "change": Column(words.say("vs {month}", month=words.month_short((earlier - 1).label)), "text"),
        "last_year_change": Column(words.say("vs {month}", month=words.month_short((earlier - 12).label)), "text"),
        "help_rate": Column(words.say("Needed support (95% interval)"), "text"),
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    return readable_table(frame, findings.steps_finding(month, words), words, options=TableOptions(columns))


def stops_figure(steps: pd.DataFrame, words: Words, *, period: str, step_days: int) -> Figure:
    """Where customers stop, of a `journey_steps`' month."""
    month = steps[(steps["month"] == period) & steps["conversion"].notna()]
    names = findings.stage_names(words)
    shown = month.assign(name=[names[stage] for stage in month["stage"]])
    options = BarOptions(
        label="name",
        value="stopped",
        n="customers",
        unit="integer",
        header=words.say("Stage"),
        title=words.say("Stopped"),
    )
    finding = findings.stops_finding(month, words, step_days=step_days)
    return ranked_bars(shown, finding, words, options=options)


def waits_figure(curves: pd.DataFrame, waits: pd.DataFrame, words: Words, *, months: int) -> Figure:
    """How long customers stay at each stage, of `journey_curves` and `journey_waits`."""
    options = CurvesOptions(
        group="stage", names=findings.stage_names(words), accent="purchase", x_title=words.say("days since the stage")
    )
    return survival_curves(curves, findings.waits_finding(waits, words, months=months), words, options=options)


def moods_table(moods: pd.DataFrame, ranked: pd.DataFrame, words: Words, *, months: int) -> ReadableTable:
    """How content customers are at each stage, of a `stage_moods`; the headline is of a `least_content`."""
    names = findings.stage_names(words)
    order = {stage: number for number, stage in enumerate(names)}
    placed = moods.assign(place=moods["stage"].map(order)).sort_values("place", kind="stable")
    rows = [
        {
            "stage": names.get(row["stage"], row["stage"]),
            **{
                name: write_interval(row[name], (row[f"{name}_low"], row[f"{name}_high"]), "percent", words)
                for name in ("satisfaction", "complaints")
            },
            "answers": row["answers"],
        }
        for row in placed.to_dict("records")
    ]
    columns = {
        "stage": Column(words.say("Stage"), "text"),
        "satisfaction": Column(words.say("Content (95% interval)"), "text"),
        "complaints": Column(words.say("Complaints (95% interval)"), "text"),
        "answers": Column(words.say("Answers"), "integer"),
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    finding = findings.moods_finding(ranked, words, months=months)
    return readable_table(frame, finding, words, options=TableOptions(columns))


def touchpoints_table(ledger: pd.DataFrame, words: Words) -> ReadableTable:
    """Which events the journey is made of, of a `touchpoint_ledger`."""
    names = findings.stage_names(words)
    shown = ledger.assign(
        stage=[names.get(stage, stage) for stage in ledger["stage"]],
        is_known=[words.say("yes") if known else words.say("no") for known in ledger["is_known"]],
    )
    columns = {
        "stage": Column(words.say("Stage"), "text"),
        "events": Column(words.say("Events"), "integer"),
        "customers": Column(words.say("Customers"), "integer"),
        "first_month": Column(words.say("Since")),
        "is_known": Column(words.say("Part of the journey"), "text"),
    }
    return readable_table(shown, findings.touchpoints_finding(ledger, words), words, options=TableOptions(columns))
