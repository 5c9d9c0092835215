"""The figures of the value report: each takes a metric's table, finds the words for it, and draws."""

import numpy as np
import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.words import Words, marked

from . import value_group_findings as group_findings
from .curves import CurvesOptions, survival_curves
from .figure import Figure
from .finding import Finding
from .lines import LineOptions, retention_lines
from .paired_bars import PairedOptions, paired_bars
from .segment_wordings import segment_name, value_text
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write_interval
from .value_findings import Fitted, Tested, Valued

MOST_GROUPS = 10
TRAITS = {
    "source": marked("Source"),
    "channel": marked("Channel of the first order"),
    "category": marked("Category of the first order"),
    "country": marked("Country"),
    "city": marked("City"),
    "gender": marked("Gender"),
    "age_band": marked("Age"),
    "referred": marked("Referred"),
}


def total_table(rows: pd.DataFrame, finding: Finding, words: Words, *, note: str) -> ReadableTable:
    """Value so far and from now on, of `total_rows`; a `total_finding` over it, the margin's sentence under it."""
    columns = {
        "measure": Column(words.say("Of all customers with an order"), "text"),
        "amount": Column(words.say("Amount (95% interval)"), "text"),
        "meant": Column(words.say("The interval is for"), "text"),
    }
    return readable_table(rows, finding.noting(note), words, options=TableOptions(columns))


def backtest_figure(backtest: Tested, finding: Finding, words: Words) -> Figure:
    """Orders forecast and orders that came, month by month, of an `OrderBacktest`; a `backtest_finding` over it."""
    months = backtest.periods.assign(
        month=backtest.periods["to_day"].dt.strftime("%Y-%m"),
        expected_orders_low=backtest.periods["low"],
        expected_orders_high=backtest.periods["high"],
    )
    months = months.assign(actual_orders=months["actual_orders"].astype("float64"))
    series = {"expected_orders": words.say("Forecast"), "actual_orders": words.say("Came")}
    options = LineOptions(series=series, unit="integer")
    return retention_lines(months, finding, words, options=options)


def segments_figure(groups: pd.DataFrame, value: Valued, words: Words, *, rules: SegmentRules) -> Figure:
    """What each segment brought and will bring, of a `value_by_label`."""
    finding = group_findings.segments_finding(groups, value, words)
    options = PairedOptions(
        label="value",
        first="spend_to_date_share",
        second="expected_spend_share",
        first_name=words.say("of spend so far"),
        second_name=words.say("of spend still to come"),
        names={name: segment_name(name, words) for name in rules.names},
        header=words.say("Segment"),
    )
    return paired_bars(groups, finding, words, options=options)


def trait_table(groups: pd.DataFrame, value: Valued, words: Words, *, trait: str) -> ReadableTable:
    """What customers of each source (or another trait) bring, of a `value_by_trait`."""
    shown = groups.assign(
        value=[value_text(name, words) for name in groups["value"]],
        so_far=_means(groups, "spend_to_date_mean", words),
        ahead=_means(groups, "expected_spend_mean", words),
    )
    columns = {
        "value": Column(words.say(TRAITS[trait]), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "so_far": Column(words.say("Spent so far, each (95% interval)"), "text"),
    }
    if value.refusal is None:
        columns["ahead"] = Column(words.say("Still to come, each (95% interval)"), "text")
        columns["expected_spend_share"] = Column(words.say("Of all still to come"), "percent")
    finding = group_findings.trait_finding(groups, value, words)
    return readable_table(shown, finding, words, options=TableOptions(columns, max_rows=MOST_GROUPS))


def cost_table(worth: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """What customers of each month bring and cost, of a `value_against_cost`; a `cost_finding` over it."""
    edges = zip(worth["ratio"], worth["ratio_low"], worth["ratio_high"], strict=True)
    shown = worth.assign(
        cohort=[words.say("All these") if name == "all" else words.month_title(name) for name in worth["cohort"]],
        times=[write_interval(value, (low, high), "number", words) for value, low, high in edges],
    )
    columns = {
        "cohort": Column(words.say("First order in"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "cost_per_new": Column(words.say("Cost of one"), "money", 2),
        "profit_to_date": Column(words.say("Profit so far"), "money", 2),
        "expected_profit": Column(words.say("Still to come"), "money", 2),
        "times": Column(words.say("Times its cost (95% interval)"), "text"),
        "payback_month": Column(words.say("Paid back after months"), "integer"),
    }
    return readable_table(shown, finding, words, options=TableOptions(columns))


def best_table(best: pd.DataFrame, value: Valued, words: Words) -> ReadableTable:
    """What the best customers by expectation bring, of a `value_concentration`."""
    told = best if value.refusal is None else best.iloc[:0]
    shown = told.assign(top=[words.say("best {share}", share=words.percent(one, 0)) for one in told["top_share"]])
    columns = {
        "top": Column(words.say("Customers by what is expected"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "expected_spend_from": Column(words.say("At least, each"), "money"),
        "expected_spend_share": Column(words.say("Of all still to come"), "percent"),
        "spend_to_date_share": Column(words.say("Of all spent so far"), "percent"),
    }
    finding = group_findings.top_finding(best, value, words)
    return readable_table(shown, finding, words, options=TableOptions(columns))


def alive_table(alive: pd.DataFrame, value: Valued, words: Words) -> ReadableTable:
    """Of whom the model says whether they are still there, of an `alive_summary`."""
    columns = {
        "customers": Column(words.say("Customers"), "integer"),
        "with_repeat": Column(words.say("With a repeat order"), "integer"),
    }
    if value.orders.refusal is None:
        columns["expected_alive"] = Column(words.say("Of these still there, expected"), "integer")
    finding = group_findings.alive_finding(alive, value, words)
    return readable_table(alive, finding, words, options=TableOptions(columns))


def models_table(parameters: pd.DataFrame, value: Valued, independence: pd.DataFrame, words: Words) -> ReadableTable:
    """The parameters of the models with their intervals, of two `parameter_table` one below the other."""
    fitted = parameters[parameters["estimate"].notna()]
    edges = zip(fitted["estimate"], fitted["low"], fitted["high"], strict=True)
    shown = fitted.assign(value=[write_interval(one, (low, high), "number", words, 3) for one, low, high in edges])
    columns = {
        "parameter": Column(words.say("Parameter"), "text"),
        "value": Column(words.say("Value (95% interval)"), "text"),
    }
    finding = group_findings.models_finding(value, independence, words)
    return readable_table(shown, finding, words, options=TableOptions(columns))


def programme_figure(kept: pd.DataFrame, fit: Fitted, words: Words, *, months: int) -> Figure:
    """How long paid members stay, seen and expected, of a `paid_membership_curve`."""
    finding = group_findings.programme_finding(kept, fit, words, months=months)
    options = CurvesOptions(
        group="source",
        x="months",
        y="share",
        names={"model": words.say("Expected"), "seen": words.say("Seen")},
        accent="model",
        x_title=words.say("months since joining"),
    )
    return survival_curves(kept, finding, words, options=options)


def _means(groups: pd.DataFrame, name: str, words: Words) -> list[str]:
    rows = groups[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=float)
    return [write_interval(value, (low, high), "money", words, 2) for value, low, high in np.atleast_2d(rows)]
