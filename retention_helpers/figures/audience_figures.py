"""The figures of the month's lists: whom each asks and holds, its steps, its files, its hold-out."""

import pandas as pd

from retention_helpers.words import Words

from . import audience_findings as findings
from .bars import BarOptions, ranked_bars
from .figure import Figure
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write_interval


def lists_figure(ledger: pd.DataFrame, words: Words) -> Figure:
    """How many each list has to contact, of an `audience_ledger`."""
    shown = ledger.assign(label=[findings.list_name(name, words) for name in ledger["list"]])
    options = BarOptions(
        value="treatment", n="asked", unit="integer", header=words.say("List"), title=words.say("To be contacted")
    )
    finding = findings.lists_finding(ledger, words).about(
        "lists", words.say("Customers to be contacted, by list; n = asked")
    )
    return ranked_bars(shown, finding, words, options=options)


def ledger_table(ledger: pd.DataFrame, words: Words) -> ReadableTable:
    """From those asked to those listed, a column a list, of an `audience_ledger`; reasons that nobody has stay out."""
    reasons = [reason for reason in findings.REASONS if ledger[reason].sum()]
    lines = {
        "asked": words.say("Asked: in the segment or under way"),
        **{reason: f"− {words.say(findings.REASONS[reason])}" for reason in reasons},
        "listed": words.say("= On the list"),
        "treatment": words.say("of them to be contacted"),
        "control": words.say("of them held out, not to be contacted"),
    }
    frame = pd.DataFrame({"line": list(lines.values())})
    columns = {"line": Column(words.say("Customers"), "text")}
    for row in ledger.to_dict("records"):
        frame[row["list"]] = [row[key] for key in lines]
        columns[row["list"]] = Column(findings.list_name(row["list"], words), "integer")
    return readable_table(frame, findings.ledger_finding(ledger, words), words, options=TableOptions(columns))


def steps_table(steps: pd.DataFrame, words: Words) -> ReadableTable:
    """Where in its chain each list is, of an `audience_steps`."""
    first = ~steps["list"].duplicated()
    shown = steps.assign(
        list=[
            findings.list_name(name, words) if is_first else ""
            for name, is_first in zip(steps["list"], first, strict=True)
        ],
        step_name=[
            f"{number}. {findings.step_name(name, words)}"
            for number, name in zip(steps["step"], steps["step_name"], strict=True)
        ],
        days_after=steps["days_after"].where(steps["step"] > 1).astype("float64"),
    )
    columns = {
        "list": Column(words.say("List"), "text"),
        "step_name": Column(words.say("Step"), "text"),
        "days_after": Column(words.say("Days after the step before"), "integer"),
        "treatment": Column(words.say("To be contacted"), "integer"),
        "control": Column(words.say("Held out"), "integer"),
    }
    return readable_table(shown, findings.steps_finding(steps, words), words, options=TableOptions(columns))


def files_table(files: pd.DataFrame, words: Words) -> ReadableTable:
    """The files of the month, of a `write_lists`: a row a list, its hold-out beside it."""
    held = files[files["arm"] == "control"].set_index("list")["rows"]
    shown = files[files["arm"] == "treatment"]
    shown = shown.assign(control=shown["list"].map(held))
    columns = {
        "file": Column(words.say("File"), "text"),
        "rows": Column(words.say("To be contacted"), "integer"),
        "control": Column(words.say("Held out, in the file that ends in .control.csv"), "integer"),
    }
    return readable_table(shown, findings.files_finding(files, words), words, options=TableOptions(columns))


def power_table(power: pd.DataFrame, words: Words) -> ReadableTable:
    """What each hold-out could show, of a `holdout_power`."""
    shown = power.assign(
        list=[findings.list_name(name, words) for name in power["list"]],
        rate=[
            write_interval(row.order_rate, (row.order_rate_low, row.order_rate_high), "percent", words)
            for row in power.itertuples()
        ],
    )
    columns = {
        "list": Column(words.say("List"), "text"),
        "treatment": Column(words.say("To be contacted"), "integer"),
        "control": Column(words.say("Held out"), "integer"),
        "rate": Column(words.say("Of such customers ordered in a month (95% interval)"), "text"),
        "smallest_effect": Column(words.say("Smallest effect to be seen"), "points"),
    }
    return readable_table(shown, findings.power_finding(power, words), words, options=TableOptions(columns))
