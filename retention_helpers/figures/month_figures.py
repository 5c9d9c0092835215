"""The figures of the month's summary: each takes a metric's table, finds the words for it, and draws."""

import pandas as pd

from retention_helpers.words import Words, marked

from . import month_findings as findings
from .curve import CurveOptions, survival_curve
from .figure import Figure
from .kpis import CARDS, kpi_finding
from .lines import LineOptions, retention_lines
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import write, write_interval
from .waterfall import WaterfallOptions, decomposition_steps, ledger_steps, waterfall
from .wordings import WORDINGS

REASONS = {
    "counted": marked("lines of valid orders, and refunds within the month of their order"),
    "cancelled_in_month": marked("orders cancelled within their month: no order, nothing earned"),
    "refund_later": marked("refunds booked after the month of their order"),
    "refund_unmatched": marked("refunds whose order is not in the data"),
    "filtered": marked("left out by the profile's own rule"),
    "duplicate": marked("exact copies of another row"),
    "unreadable_amount": marked("amounts that cannot be read"),
    "other_currency": marked("amounts in another currency"),
    "test_order": marked("test orders"),
    "no_customer": marked("rows without a customer"),
    "void_status": marked("orders that never became one, by their status"),
    "non_product": marked("lines that are no product (postage, vouchers, ...)"),
    "zero_amount": marked("orders of amount zero"),
}
MEASURES = {
    "average_order_value": (marked("Average order value"), "money", 2),
    "revenue_per_customer": (marked("Revenue per customer"), "money", 2),
    "purchase_frequency": (marked("Orders per customer"), "number", 2),
    "revenue_share": (marked("Share of revenue"), "percent", 1),
    "days_between_orders": (marked("Days between orders (first gap, later gaps)"), "number", 0),
}


def counted_table(counted: pd.DataFrame, words: Words, *, period: str) -> ReadableTable:
    """Which rows count, of a `who_is_counted`."""
    shown = counted.assign(reason=[words.say(REASONS.get(reason, reason)) for reason in counted["reason"]])
    columns = {
        "reason": Column(words.say("What became of the row"), "text"),
        "rows": Column(words.say("Rows"), "integer"),
        "orders": Column(words.say("Orders"), "integer"),
        "customers": Column(words.say("Customers"), "integer"),
        "amount": Column(words.say("Amount"), "money"),
    }
    return readable_table(
        shown, findings.counted_finding(counted, words, period=period), words, options=TableOptions(columns)
    )


def retention_figure(retention: pd.DataFrame, kpis: pd.DataFrame, words: Words, *, period: str) -> Figure:
    """Retention of new and existing customers by month, of a `monthly_retention`; the headline is of the existing."""
    options = LineOptions(
        series={
            "existing_retention_rate": words.say("Existing customers"),
            "new_retention_rate": words.say("New customers"),
        },
        bases={"existing_retention_rate": "existing_base", "new_retention_rate": "new_base"},
    )
    finding = kpi_finding(kpis, "existing_retention_rate", words, period=period)
    finding = finding.about("retention", words.say("Share of last month's customers who ordered again, by month"))
    return retention_lines(retention, finding, words, options=options)


def ledger_figure(ledger: pd.DataFrame, words: Words, *, active_months: int) -> Figure:
    """Active customers before, lost, returned, new and active now, of an `activity_ledger`'s last month."""
    finding = findings.ledger_finding(ledger, words, active_months=active_months)
    steps = ledger_steps(ledger.iloc[-1], words) if len(ledger) else ledger_steps({}, words)
    options = WaterfallOptions(unit="integer", header=words.say("Customers"), title=words.say("Number"))
    return waterfall(steps, finding, words, options=options)


def trailing_table(trailing: pd.DataFrame, words: Words) -> ReadableTable:
    """The KPIs of the cards over the last quarter and year, each beside the one before, of `trailing_kpis`."""
    rows = {kpi: {"kpi": words.say(WORDINGS[kpi].name)} for kpi in (*CARDS, "crr") if kpi in set(trailing["kpi"])}
    for row in trailing[trailing["kpi"].isin(list(rows))].itertuples():
        unit = WORDINGS[row.kpi].unit
        rows[row.kpi][row.window] = write_interval(row.value, (row.low, row.high), unit, words)
        rows[row.kpi][f"{row.window}_before"] = write(row.previous, unit, words)
    columns = {
        "kpi": Column(words.say("Key figure"), "text"),
        "quarter": Column(words.say("Last 3 months (95% interval)"), "text"),
        "quarter_before": Column(words.say("The 3 before"), "text"),
        "year": Column(words.say("Last 12 months (95% interval)"), "text"),
        "year_before": Column(words.say("The 12 before"), "text"),
    }
    frame = pd.DataFrame(list(rows.values()), columns=list(columns))
    return readable_table(frame, findings.trailing_finding(trailing, words), words, options=TableOptions(columns))


def revenue_figure(parts: pd.DataFrame, words: Words) -> Figure:
    """What the change of revenue is made of, of a `decompose_revenue`'s last month."""
    steps = decomposition_steps(parts.iloc[-1] if len(parts) else {}, words)
    options = WaterfallOptions(header=words.say("Part"), title=words.say("Amount"))
    return waterfall(steps, findings.revenue_finding(parts, words), words, options=options)


def returning_table(table: pd.DataFrame, words: Words) -> ReadableTable:
    """New against returning customers, of a `new_and_returning`."""
    rows = []
    for row in table.itertuples():
        name, unit, digits = MEASURES[row.measure]
        rows.append(
            {
                "measure": words.say(name),
                "new": write_interval(row.new, (row.new_low, row.new_high), unit, words, digits),
                "returning": write_interval(
                    row.returning, (row.returning_low, row.returning_high), unit, words, digits
                ),
                "verdict": words.say("yes") if row.is_reliable else words.say("no"),
                "n": f"{words.integer(row.new_n)} / {words.integer(row.returning_n)}",
            }
        )
    columns = {
        "measure": Column(words.say("Measure"), "text"),
        "new": Column(words.say("New (95% interval)"), "text"),
        "returning": Column(words.say("Returning (95% interval)"), "text"),
        "verdict": Column(words.say("Reliably different"), "text"),
        "n": Column(words.say("n, new / returning"), "text"),
    }
    finding = findings.returning_finding(table, words)
    return readable_table(pd.DataFrame(rows), finding, words, options=TableOptions(columns))


def revenue_retention_figure(rates: pd.DataFrame, kpis: pd.DataFrame, words: Words, *, period: str) -> Figure:
    """Net and gross revenue retention by month, of a `net_and_gross_retention`."""
    series = {"nrr": words.say("Net"), "grr": words.say("Gross")}
    options = LineOptions(series=series, bases={"nrr": "base_customers"})
    finding = kpi_finding(kpis, "nrr", words, period=period)
    subtitle = words.say(
        "Share of last month's revenue that the same customers brought again, with (net) and without (gross) growth"
    )
    return retention_lines(rates, finding.about("revenue_retention", subtitle), words, options=options)


def point_table(table: pd.DataFrame, words: Words) -> ReadableTable:
    """What one more point of existing retention is worth in each of the last six months, of a `value_of_a_point`."""
    columns = {
        "month": Column(words.say("Month"), "text"),
        "existing_base": Column(words.say("Existing customers"), "integer"),
        "revenue_per_returning_customer": Column(words.say("Revenue per returning customer"), "money", 2),
        "value_of_a_point": Column(words.say("Worth of a point"), "money"),
        "value_of_a_point_low": Column(words.say("from"), "money"),
        "value_of_a_point_high": Column(words.say("to"), "money"),
    }
    shown = table.tail(6).assign(month=[words.month_title(month) for month in table["month"].tail(6)])
    return readable_table(shown, findings.point_finding(table, words), words, options=TableOptions(columns))


def cost_table(costs: pd.DataFrame, words: Words) -> ReadableTable:
    """Cost per new, kept and returned customer in the last six months, of an `acquisition_and_retention_cost`."""
    columns = {
        "month": Column(words.say("Month"), "text"),
        "cost_per_new": Column(words.say("Per new customer"), "money", 2),
        "cost_per_kept": Column(words.say("Per kept customer"), "money", 2),
        "cost_per_returned": Column(words.say("Per returned customer"), "money", 2),
        "ratio": Column(words.say("New / kept"), "number"),
        "ratio_low": Column(words.say("from"), "number"),
        "ratio_high": Column(words.say("to"), "number"),
    }
    shown = costs.tail(6).assign(month=[words.month_title(month) for month in costs["month"].tail(6)])
    return readable_table(shown, findings.cost_finding(costs, words), words, options=TableOptions(columns))


def lapse_figure(curve: pd.DataFrame, suggested: int | None, words: Words, *, lapse_days: int) -> Figure:
    """After how long a silence customers hardly return, of a `lapse_curve`, with the frozen ``lapse_days`` marked."""
    drawn = curve.rename(columns={"low": "returns_later_share_low", "high": "returns_later_share_high"})
    options = CurveOptions(
        x="silent_days",
        y="returns_later_share",
        x_title=words.say("days without an order"),
        y_title=words.say("still order again"),
        marked=float(lapse_days),
        marked_label=words.say("lapsed after {n} days", n=words.integer(lapse_days)),
        level=0.10,
    )
    finding = findings.lapse_finding(suggested, words, lapse_days=lapse_days)
    return survival_curve(drawn, finding, words, options=options)


def lifetime_figure(survival: pd.DataFrame, lifetime: pd.DataFrame, words: Words) -> Figure:
    """How long customers last, of a `lifetime_survival` and its `customer_lifetime`."""
    options = CurveOptions(
        x_title=words.say("days since the first order"),
        y_title=words.say("not yet lapsed"),
        marked=float(lifetime["median_days"].iloc[0]),
        marked_label=words.say("half"),
    )
    return survival_curve(survival, findings.lifetime_finding(lifetime, words), words, options=options)
