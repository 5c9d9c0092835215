"""The figures of the cohort report: each takes a metric's table, finds the words for it, and draws."""

from datetime import date

import pandas as pd

from retention_helpers.words import Words

from . import cohort_findings as findings
from .cohort_grid import GridOptions, cohort_grid
from .columns import value_name
from .figure import Figure
from .tables import Column, ReadableTable, TableOptions, readable_table


def grid_figure(
    details: pd.DataFrame, curve: pd.DataFrame, differences: pd.DataFrame, words: Words, *, size: tuple[int, int]
) -> Figure:
    """Retention on month k, of a `cohort_details`; ``size`` is how many cohorts and months are shown."""
    options = GridOptions(legend=words.say("Ordered again"), cohorts=size[0], months=size[1])
    return cohort_grid(details, findings.grid_finding(curve, differences, words), words, options=options)


def later_figure(details: pd.DataFrame, words: Words, *, size: tuple[int, int], since: date) -> Figure:
    """Retention on month k or later, of a `cohort_details`; the headline speaks of a cohort from ``since`` on."""
    legend = words.say("Ordered then or later")
    options = GridOptions(value="on_or_after_rate", legend=legend, cohorts=size[0], months=size[1])
    return cohort_grid(details, findings.later_finding(details, words, since=since), words, options=options)


def revenue_grid(details: pd.DataFrame, curve: pd.DataFrame, words: Words, *, size: tuple[int, int]) -> Figure:
    """Cumulative net revenue per customer, of a `cohort_details`."""
    options = GridOptions(
        value="cumulative_revenue_per_customer",
        legend=words.say("Net revenue per customer so far"),
        unit="money",
        cohorts=size[0],
        months=size[1],
    )
    return cohort_grid(details, findings.revenue_finding(curve, words), words, options=options)


def dimension_grid(
    curves: pd.DataFrame, differences: pd.DataFrame, words: Words, *, dimension: str, size: tuple[int, int]
) -> Figure:
    """Retention on month k by channel, category, ... of an `all_cohorts` with a dimension: the largest groups."""
    sizes = curves[curves["months_since_first"] == 0].nlargest(size[0], "cohort_customers", keep="all")["value"]
    shown = pd.concat([curves[curves["value"] == value] for value in sizes.head(size[0])]) if len(sizes) else curves
    finding = findings.dimension_finding(f"by_{dimension}", differences, words, dimension=dimension)
    options = GridOptions(
        legend=words.say("Ordered again"),
        cohorts=size[0],
        months=size[1],
        header=words.say(findings.DIMENSIONS[dimension].title),
    )
    named = shown.assign(cohort=[value_name(value, words) for value in shown["value"]])
    return cohort_grid(named, finding, words, options=options)


def differences_table(differences: pd.DataFrame, words: Words) -> ReadableTable:
    """The cohorts that differ from the others of their age, the clearest first, of `cohort_differences`."""
    shown = differences.sort_values("q_value", kind="stable").assign(
        cohort=lambda rows: [words.month_title(cohort) for cohort in rows["cohort"]],
        verdict=lambda rows: [words.say("yes") if yes else words.say("no") for yes in rows["is_different"]],
    )
    columns = {
        "cohort": Column(words.say("Cohort"), "text"),
        "months_since_first": Column(words.say("Month"), "integer"),
        "cohort_customers": Column(words.say("Customers"), "integer"),
        "retention_rate": Column(words.say("Rate"), "percent"),
        "others_rate": Column(words.say("Others"), "percent"),
        "difference": Column(words.say("Difference"), "points"),
        "q_value": Column(words.say("q"), "number", 3),
        "verdict": Column(words.say("Reliably different"), "text"),
    }
    options = TableOptions(columns, max_rows=12)
    return readable_table(shown, findings.differences_finding(differences, words), words, options=options)


def projection_figure(
    details: pd.DataFrame, projected: pd.DataFrame, backtest: pd.DataFrame, words: Words, *, size: tuple[int, int]
) -> Figure:
    """Observed and projected cells in one grid, of `cohort_details` and `project_cohorts`."""
    names = [
        "cohort",
        "months_since_first",
        "cohort_customers",
        "retention_rate",
        "retention_rate_low",
        "retention_rate_high",
    ]
    seen = details.loc[details["is_complete"], names].assign(is_projected=False)
    cells = pd.concat([seen, projected[[*names, "is_projected"]]], ignore_index=True) if len(projected) else seen
    options = GridOptions(legend=words.say("Ordered again"), cohorts=size[0], months=size[1])
    return cohort_grid(cells, findings.projection_finding(projected, backtest, words), words, options=options)


def backtest_table(backtest: pd.DataFrame, words: Words) -> ReadableTable:
    """How wrong each way of projecting was on hidden months, of `backtest_projection`."""
    names = {
        "curve": words.say("age curve"),
        "curve_level": words.say("age curve and cohort"),
        "curve_level_season": words.say("age curve, cohort and season"),
        "carried_on": words.say("last rate carried on (the simple rule)"),
    }
    whole = backtest[backtest["months_ahead"] == 0]
    shown = whole.assign(
        candidate=[names[name] for name in whole["candidate"]],
        is_used=[words.say("used") if used else "" for used in whole["is_used"]],
    )
    columns = {
        "candidate": Column(words.say("Projection"), "text"),
        "cells": Column(words.say("Hidden cells"), "integer"),
        "mean_absolute_error": Column(words.say("Mean error"), "percent", 2),
        "coverage": Column(words.say("Inside the interval"), "percent"),
        "gain": Column(words.say("Gain on the rule"), "percent", 2),
        "gain_low": Column(words.say("from"), "percent", 2),
        "gain_high": Column(words.say("to"), "percent", 2),
        "is_used": Column(words.say("Used"), "text"),
    }
    return readable_table(shown, findings.backtest_finding(backtest, words), words, options=TableOptions(columns))
