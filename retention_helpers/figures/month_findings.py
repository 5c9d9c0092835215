"""What is said of the figures of one month: ledger, revenue, new against returning customers, lapse, lifetime, cost.

Each function takes the metric's table and gives a `Finding`; its headline is computed from the numbers it stands over.
"""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import direction
from .unit import is_missing, write, write_difference, write_interval

_PARTS = {
    "from_buyers": marked("mostly the number of buyers"),
    "from_frequency": marked("mostly orders per buyer"),
    "from_average_order_value": marked("mostly the size of orders"),
}


def unknown(name: str, words: Words) -> Finding:
    """The finding of a table without a row to speak of."""
    return Finding(
        name,
        words.say("Not known for this month"),
        words.say("The data do not reach far enough, or hold nobody to count."),
    )


def ledger_finding(ledger: pd.DataFrame, words: Words, *, active_months: int) -> Finding:
    """Lost against returned and new, of an `activity_ledger`'s last month."""
    if ledger.empty:
        return unknown("ledger", words)
    row = ledger.iloc[-1]
    change = row["customers_end"] - row["customers_start"]
    text = (
        marked("The active base grew by {n}")
        if change > 0
        else marked("The active base shrank by {n}")
        if change < 0
        else marked("The active base stayed the same")
    )
    sentence = words.say(
        "{start} active before, {lost} lost, {returned} returned, {new} new: {end} active now. "
        "Churn rate (lost / active before) {churn}; 1 - CRR {complement}, which also counts returns.",
        start=words.integer(row["customers_start"]),
        lost=words.integer(row["lost"]),
        returned=words.integer(row["returned"]),
        new=words.integer(row["new_customers"]),
        end=words.integer(row["customers_end"]),
        churn=write_interval(row["churn_rate"], (row["churn_rate_low"], row["churn_rate_high"]), "percent", words),
        complement=words.percent(row["crr_complement"]),
    )
    window = words.plural(
        "Active: ordered in the last {n} month.", "Active: ordered in the last {n} months.", active_months
    )
    return Finding(
        "ledger",
        words.say(text, n=words.integer(abs(change))),
        sentence,
        words.say("Customers, {month}", month=words.month(row["month"])),
        window,
    )


def trailing_finding(trailing: pd.DataFrame, words: Words) -> Finding:
    """The customer retention rate over the last year and quarter, of `trailing_kpis`."""
    rates = trailing[(trailing["kpi"] == "crr") & trailing["value"].notna()].set_index("window")["value"]
    if rates.empty:
        return unknown("trailing", words)
    longest = "year" if "year" in rates.index else "quarter"
    texts = {
        "year": marked("Over the last 12 months the customer retention rate is {rate}"),
        "quarter": marked("Over the last 3 months the customer retention rate is {rate}"),
    }
    sentence = words.say("A customer counts once in the whole period; each is set against the one before it.")
    return Finding("trailing", words.say(texts[longest], rate=words.percent(rates[longest])), sentence)


def revenue_finding(parts: pd.DataFrame, words: Words) -> Finding:
    """Why revenue changed, of a `decompose_revenue`'s last month."""
    if parts.empty or is_missing(parts.iloc[-1]["from_buyers"]):
        return unknown("revenue", words)
    row = parts.iloc[-1]
    texts = {
        "up": marked("Revenue rose by {change}, {part}"),
        "down": marked("Revenue fell by {change}, {part}"),
        "flat": marked("Revenue shows no reliable change ({signed})"),
    }
    largest = max(_PARTS, key=lambda part: abs(row[part]))
    headline = words.say(
        texts[direction(row["change_low"], row["change_high"])],
        change=words.money(abs(row["change"])),
        part=words.say(_PARTS[largest]),
        signed=write_difference(row["change"], "money", words),
    )
    known = not (is_missing(row["change_low"]) or is_missing(row["change_high"]))
    sentence = words.say(
        marked("Of {change} ({low} to {high}): buyers {buyers}, orders per buyer {frequency}, average order {value}.")
        if known
        else marked("Of {change}: buyers {buyers}, orders per buyer {frequency}, average order {value}."),
        change=write_difference(row["change"], "money", words),
        low=write_difference(row["change_low"], "money", words),
        high=write_difference(row["change_high"], "money", words),
        buyers=write_difference(row["from_buyers"], "money", words),
        frequency=write_difference(row["from_frequency"], "money", words),
        value=write_difference(row["from_average_order_value"], "money", words),
    )
    months = {"before": words.month(row["compared_with"]), "now": words.month(row["month"])}
    return Finding("revenue", headline, sentence, words.say("Net revenue, {before} to {now}", **months))


def returning_finding(table: pd.DataFrame, words: Words) -> Finding:
    """Whether returning customers spend more, of a `new_and_returning`."""
    rows = table.set_index("measure")
    row = rows.loc["average_order_value"]
    if is_missing(row["difference"]):
        return unknown("new_and_returning", words)
    texts = {
        "up": marked("Returning customers place larger orders: {returning} against {new}"),
        "down": marked("Returning customers place smaller orders: {returning} against {new}"),
        "flat": marked("Orders of returning and new customers do not reliably differ: {returning} against {new}"),
    }
    headline = words.say(
        texts[direction(row["difference_low"], row["difference_high"])],
        returning=words.money(row["returning"], 2),
        new=words.money(row["new"], 2),
    )
    share = words.percent(rows.loc["revenue_share", "returning"])
    sentence = words.say("Returning customers bring {share} of revenue.", share=share)
    caption = words.say(
        "Who returns chose to: the difference describes them, it is not what a return would make of others."
    )
    return Finding("new_and_returning", headline, sentence, words.say("Last 12 months, with 95% intervals"), caption)


def point_finding(table: pd.DataFrame, words: Words) -> Finding:
    """What one more point of existing retention is worth, of a `value_of_a_point`'s last month."""
    row = table.iloc[-1] if len(table) else {}
    if not len(table) or is_missing(row["value_of_a_point"]):
        return unknown("value_of_a_point", words)
    worth = words.money(row["value_of_a_point"])
    known = not (is_missing(row["value_of_a_point_low"]) or is_missing(row["value_of_a_point_high"]))
    sentence = words.say(
        marked("1% of {base} existing customers, each at {revenue} a month; 95% interval {low} to {high}.")
        if known
        else marked("1% of {base} existing customers, each at {revenue} a month."),
        base=words.integer(row["existing_base"]),
        revenue=words.money(row["revenue_per_returning_customer"], 2),
        low=words.money(row["value_of_a_point_low"]),
        high=words.money(row["value_of_a_point_high"]),
    )
    return Finding(
        "value_of_a_point",
        words.say("One more point of existing retention is worth {worth} a month", worth=worth),
        sentence,
    )


def cost_finding(table: pd.DataFrame, words: Words) -> Finding:
    """What winning costs against keeping, of an `acquisition_and_retention_cost`'s last month."""
    row = table.iloc[-1] if len(table) else {}
    if not len(table) or is_missing(row["ratio"]):
        return Finding(
            "costs", words.say("Costs are not known"), words.say("The profile maps no costs for this month.")
        )
    texts = {
        "inside": marked(
            "Winning a customer cost {ratio} times as much as keeping one, as the 5 to 25 times often claimed"
        ),
        "below": marked(
            "Winning a customer cost {ratio} times as much as keeping one, less than the 5 to 25 times often claimed"
        ),
        "above": marked(
            "Winning a customer cost {ratio} times as much as keeping one, more than the 5 to 25 times often claimed"
        ),
        "cannot tell": marked(
            "Winning a customer cost {ratio} times as much as keeping one; whether 5 to 25 times, nobody can tell"
        ),
    }
    sentence = words.say(
        "{new} a new customer, {kept} a kept one; ratio between {low} and {high}.",
        new=words.money(row["cost_per_new"], 2),
        kept=words.money(row["cost_per_kept"], 2),
        low=words.number(row["ratio_low"]),
        high=words.number(row["ratio_high"]),
    )
    return Finding("costs", words.say(texts[row["verdict"]], ratio=words.number(row["ratio"])), sentence)


def lapse_finding(suggested: int | None, words: Words, *, lapse_days: int) -> Finding:
    """Whether the data still suggest the frozen ``lapse_days``: they part when they differ by more than a month."""
    frozen = words.integer(lapse_days)
    if suggested is None:
        headline = words.say("The data are too short to suggest after how many days a customer is lapsed")
        sentence = words.say("The report uses the {frozen} days set in the profile.", frozen=frozen)
    elif abs(suggested - lapse_days) <= 31:
        headline = words.say("A customer silent for {frozen} days is rightly called lapsed", frozen=frozen)
        sentence = words.say(
            "After {suggested} silent days at most 10% order again.", suggested=words.integer(suggested)
        )
    else:
        headline = words.say(
            "The data suggest {suggested} days until a customer is lapsed, not {frozen}",
            suggested=words.integer(suggested),
            frozen=frozen,
        )
        sentence = words.say(
            "The report keeps the {frozen} days set in the profile until somebody changes them.", frozen=frozen
        )
    return Finding("lapse", headline, sentence, words.say("Share of silent customers who still order again"))


def lifetime_finding(lifetime: pd.DataFrame, words: Words) -> Finding:
    """How long customers last, of a `customer_lifetime`."""
    row: Mapping = lifetime.iloc[0]
    if is_missing(row["median_days"]):
        headline = words.say("More than half of the customers have not lapsed yet")
    else:
        headline = words.say("Half of the customers last {days} days or longer", days=words.integer(row["median_days"]))
    # Of a median the data often give the lower end alone: fewer than half have lapsed.
    texts = {
        "both": marked("95% interval {low} to {high} days; {lapsed} of {customers} customers have lapsed."),
        "low": marked("95% interval {low} days or more; {lapsed} of {customers} customers have lapsed."),
        "none": marked("{lapsed} of {customers} customers have lapsed."),
    }
    ends = "both" if not is_missing(row["median_days_high"]) else "low"
    sentence = words.say(
        texts["none" if is_missing(row["median_days_low"]) else ends],
        low=write(row["median_days_low"], "days", words),
        high=write(row["median_days_high"], "days", words),
        lapsed=words.integer(row["lapsed"]),
        customers=words.integer(row["customers"]),
    )
    return Finding(
        "lifetime", headline, sentence, words.say("Share of customers not yet lapsed, by days since the first order")
    )


def counted_finding(counted: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """How many rows make up the numbers, of a `who_is_counted`."""
    rows = int(counted["rows"].sum())
    kept = int(counted.loc[counted["reason"] == "counted", "rows"].sum())
    month = words.month(Period.parse(period).label)
    headline = words.say(
        "{share} of {rows} rows make up the orders",
        share=words.percent(kept / rows if rows else float("nan")),
        rows=words.integer(rows),
    )
    sentence = words.say(
        "All rows up to the end of {month}, by what became of them. Nothing is left out uncounted.", month=month
    )
    caption = words.say("Rows without a usable date belong to no month; make data-check lists them.")
    return Finding("who_is_counted", headline, sentence, caption=caption)
