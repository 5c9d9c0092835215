"""The figures of who may leave: risk and whether it came true, how good each way was, the list, the warnings."""

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from . import churn_findings as findings
from .calibration import CalibrationOptions
from .columns import value_name
from .figure import Figure
from .finding import Finding
from .gains import GainsOptions
from .histogram import HistogramOptions
from .lines import LineOptions, retention_lines
from .risk_panels import RiskOptions, RiskTables, risk_panels
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write_interval

MARKED = 0.2
MOST_ROWS = 25
_USUAL = ("days_since_last_order", "orders_recent", "orders", "spend_total", "days_observed")


def risk_figure(risks: pd.DataFrame, tables: tuple[pd.DataFrame, pd.DataFrame], words: Words, *, days: int) -> Figure:
    """How many stand at which risk; whether it came true; whom contacting reaches (``calibration``, ``reach``)."""
    calibration, reach = tables
    text = words.say("chance of no order in {days} days", days=words.integer(days))
    options = RiskOptions(
        HistogramOptions(x_title=text),
        CalibrationOptions(x_title=text, y_title=words.say("ordered nothing")),
        GainsOptions(marked=MARKED),
    )
    finding = findings.reach_finding(reach, words, share=MARKED)
    return risk_panels(RiskTables(risks, calibration, reach), finding, words, options=options)


def backtest_table(table: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """How good each way was on later orders, of a `churn_backtest`'s ``table``."""
    first = ~table["population"].duplicated()
    shown = table.assign(
        population=[
            words.say(findings.POPULATIONS[name]) if is_first else ""
            for name, is_first in zip(table["population"], first, strict=True)
        ],
        score=[words.say(findings.SCORES[name]) for name in table["score"]],
    )
    columns = {
        "population": Column(words.say("Population"), "text"),
        "score": Column(words.say("Told by"), "text"),
        "auc": Column(words.say("AUC"), "number", 3),
        "average_precision": Column(words.say("Average precision"), "number", 3),
        "brier": Column(words.say("Brier score"), "number", 4),
        "ece": Column(words.say("Calibration error"), "number", 3),
        "lift_top_decile": Column(words.say("Lift, riskiest tenth"), "number", 2),
        "n": Column(words.say("n"), "integer"),
    }
    return readable_table(shown, finding, words, options=TableOptions(columns))


def history_figure(history: pd.DataFrame, words: Words) -> Figure:
    """Predicted and seen, month by month, of a `churn_history`."""
    series = {"observed": words.say("ordered nothing"), "predicted": words.say("predicted")}
    options = LineOptions(series, bases={"observed": "customers"})
    return retention_lines(history, findings.history_finding(history, words), words, options=options)


def listed_rows(listed: pd.DataFrame, typical: pd.DataFrame, words: Words) -> pd.DataFrame:
    """A `listed_at_risk` in words, over all managers by value at risk: what a manager opens as a file.

    ``typical`` is the median active customer's features, for the numbers beside the reasons.
    """
    rows = listed.to_dict("records")
    told = listed.assign(
        worth=listed["value_at_risk"].fillna(0),
        manager=pd.Series([value_name(row["manager"], words) for row in rows], dtype="str"),
        why=pd.Series([reasons_told(row, typical, words) for row in rows], dtype="str"),
        next_step=pd.Series([words.say(findings.STEPS[row["next_step"]]) for row in rows], dtype="str"),
    )
    told["past"] = listed["churn_risk"] * listed["spend_total"]
    ordered = told.sort_values(["worth", "past", "customer_id"], ascending=[False, False, True])
    shown = ["customer_id", "manager", "churn_risk", "expected_spend", "value_at_risk", "why", "next_step"]
    return ordered[shown].reset_index(drop=True)


def listed_table(rows: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """Whom to look after first and why, of `listed_rows`: the most at stake; the file holds all."""
    columns = {
        "customer_id": Column(words.say("Customer"), "text"),
        "manager": Column(words.say("Manager"), "text"),
        "churn_risk": Column(words.say("Risk"), "percent", 0),
        "expected_spend": Column(words.say("Spend expected"), "money"),
        "value_at_risk": Column(words.say("Value at risk"), "money"),
        "why": Column(words.say("Why"), "text", wraps=True),
        "next_step": Column(words.say("Next step"), "text", wraps=True),
    }
    return readable_table(rows, finding, words, options=TableOptions(columns, max_rows=MOST_ROWS))


def reasons_told(row: dict, typical: pd.DataFrame, words: Words) -> str:
    """Why a customer is listed, in words with their numbers beside the usual ones."""
    usual = typical.iloc[0]
    values = {name: usual["spend_cents"] / 100 if name == "spend_total" else usual[name] for name in _USUAL}
    known = {**{name: row[name] for name in (*_USUAL, "orders_before")}}
    known |= {f"usual_{name}": value for name, value in values.items()}
    told = {name: words.money(v) if "spend" in name else words.integer(v) for name, v in known.items()}
    parts = [words.say(findings.REASONS[name], **told) for name in (row["why"], row["why_too"]) if name]
    if row["early_warning"]:
        luck = words.say(
            "{recent} order days where {expected} were to be expected",
            recent=words.integer(row["orders_recent"]),
            expected=words.number(row["expected_recent"]),
        )
        parts.insert(0, luck)
    return "; ".join(parts) if parts else words.say("nothing stands out")


def managers_table(managers: pd.DataFrame, words: Words) -> ReadableTable:
    """How many customers each manager has on the list, and what is at stake."""
    named = int((managers["manager"] != "unassigned").sum())
    shown = managers.assign(manager=[value_name(name, words) for name in managers["manager"]])
    columns = {
        "manager": Column(words.say("Manager"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "warned": Column(words.say("Of them order less than luck explains"), "integer"),
        "value_at_risk": Column(words.say("Value at risk"), "money"),
    }
    finding = Finding(
        "managers",
        words.plural("{n} manager has customers on the list", "{n} managers have customers on the list", named),
        words.say("Each gets the ids of their own customers by mail; who has no manager stands under unassigned."),
    )
    return readable_table(shown, finding, words, options=TableOptions(columns))


def manager_lists(listed: pd.DataFrame, warned: pd.DataFrame, words: Words) -> pd.DataFrame:
    """What the mails to managers are made of: manager, list and customer_id, of customers who have a manager.

    ``listed`` is a `listed_at_risk`, ``warned`` a `warned_customers`; the lists are called as the reader reads them.
    """
    names = {"risk": words.say("Likely to order nothing"), "warned": words.say("Ordering less than before")}
    parts = [
        frame[["manager", "customer_id"]].assign(list=names[key])
        for key, frame in (("risk", listed), ("warned", warned))
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.loc[rows["manager"] != "unassigned", ["manager", "list", "customer_id"]].reset_index(drop=True)


def record_table(record: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """What became of those warned of one horizon ago, of a `warning_record`."""
    row = record.iloc[0]
    rate = (row["warned_rate"], (row["warned_rate_low"], row["warned_rate_high"]))
    shown = pd.DataFrame(
        {
            "who": [words.say("Warned of"), words.say("Others looked at")],
            "customers": [row["warned"], row["others"]],
            "silent": [row["warned_silent"], row["others_silent"]],
            "rate": [
                write_interval(*rate, "percent", words),
                write_interval(row["others_rate"], (np.nan, np.nan), "percent", words),
            ],
        }
    )
    columns = {
        "who": Column(words.say("One horizon ago"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "silent": Column(words.say("Ordered nothing since"), "integer"),
        "rate": Column(words.say("Of them (95% interval)"), "text"),
    }
    return readable_table(shown, finding, words, options=TableOptions(columns))


def interactions_table(found: object, warned: int, finding: Finding, words: Words) -> ReadableTable:
    """How many customers deal with us less than before, of an `early_warnings` by interaction."""
    shown = pd.DataFrame({"who": [words.say("Looked at"), words.say("Warned of")], "customers": [found.tested, warned]})
    shown = shown if found.fit.converged else shown.iloc[:0]
    columns = {
        "who": Column(words.say("Touch points, messages opened and clicked"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
    }
    return readable_table(shown, finding, words, options=TableOptions(columns))
