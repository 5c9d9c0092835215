"""One map of a customer's journey: how many reach each stage, how many go on, how soon, how content."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from retention_helpers.words import Words

from .columns import flags, labels, numbers, ordered, refuse_twice, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .journey_drawing import Journey, Lane, draw_journey
from .tables import Column
from .unit import Unit, write, write_interval


@dataclass(frozen=True)
class JourneyOptions:
    """What to draw of the table, and how.

    stage: the column of stages; names: stage -> its name for the reader, in the order of the journey (stages that it
    lacks follow in the order of the table). customers, conversion, days: columns. lanes: further columns of what
    happens at a stage (satisfaction, complaints, support contacts), each with its title and unit; satisfaction,
    complaints and contacts when empty. conversion_title, days_title: over the two. A column that the table lacks, or
    that is wholly missing, has no lane.
    """

    stage: str = "stage"
    customers: str = "customers"
    conversion: str = "conversion"
    days: str = "median_days"
    names: Mapping[str, str] = field(default_factory=dict)
    lanes: Mapping[str, Column] = field(default_factory=dict)
    conversion_title: str = ""
    days_title: str = ""


def journey_map(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: JourneyOptions | None = None
) -> Figure:
    """Where do customers stop on their way, and how do they fare at each stage?

    Stages stand left to right, on a phone top to bottom, as wide as they have customers; below each stand the share
    that goes on to the next with its interval, the median days until then, and what else is known. The weakest stage
    is outlined. What is missing is not drawn.

    Columns needed: the stage (text), the customers (int), one row per stage. Optional: conversion (0..1, to the next
    stage) and days (float), satisfaction, complaints, contacts or the columns of ``options.lanes``, each with ``_low``
    and ``_high``; ``is_weakest`` (bool).

    Raises `ParameterError` for a missing column or a stage that stands twice.
    """
    options = options or JourneyOptions()
    require(frame, [options.stage, options.customers, *options.lanes], finding.name)
    keys = labels(frame, options.stage, words)
    refuse_twice(keys, finding.name)
    names = ordered(keys, options.names)
    rows = frame.set_axis(keys).loc[list(names)]
    journey = Journey(
        names=list(names.values()),
        customers=list(numbers(rows, options.customers)),
        lanes=[lane for lane in _lanes(rows, words, options) if any(lane.values)],
        is_weakest=list(flags(rows, "is_weakest", False)),
        words=words,
    )
    table = _table(journey, words)
    if numbers(rows, options.customers).isna().all():
        return compose_without_data(finding, table, words)
    return compose(finding, table, lambda width: draw_journey(journey, width), words)


def _lanes(rows: pd.DataFrame, words: Words, options: JourneyOptions) -> list[Lane]:
    columns = {
        options.conversion: Column(options.conversion_title or words.say("Go on to the next stage"), "percent"),
        options.days: Column(options.days_title or words.say("Median days until the next stage"), "days"),
        **(options.lanes or _usual_lanes(words)),
    }
    lanes = {name: _lane(rows, name, column, words) for name, column in columns.items()}
    return [replace(lane, decides=name == options.conversion) for name, lane in lanes.items()]


def _usual_lanes(words: Words) -> dict[str, Column]:
    return {
        "satisfaction": Column(words.say("Satisfaction"), "number"),
        "complaints": Column(words.say("Complaints"), "integer"),
        "contacts": Column(words.say("Support contacts"), "integer"),
    }


def _lane(rows: pd.DataFrame, name: str, column: Column, words: Words) -> Lane:
    unit: Unit = column.unit or "number"
    values, low, high = (numbers(rows, name + end) for end in ("", "_low", "_high"))
    known = values.notna()
    return Lane(
        title=column.title,
        values=[
            write(value, unit, words, column.digits) if yes else "" for value, yes in zip(values, known, strict=True)
        ],
        whole=[
            write_interval(value, edges, unit, words, column.digits)
            for value, edges in zip(values, zip(low, high, strict=True), strict=True)
        ],
    )


def _table(journey: Journey, words: Words) -> pd.DataFrame:
    columns = {
        words.say("Stage"): list(journey.names),
        words.say("Customers"): [write(count, "integer", words) for count in journey.customers],
    }
    for lane in journey.lanes:
        columns[untaken(lane.title, columns)] = list(lane.whole)
    if any(journey.is_weakest):
        columns[untaken(words.say("Weakest stage"), columns)] = [
            words.say("yes") if weakest else words.say("no") for weakest in journey.is_weakest
        ]
    return pd.DataFrame(columns, dtype="object")
