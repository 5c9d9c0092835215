"""What is said of the value of all customers: so far, from now on, how good such a forecast was, against its cost."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import direction
from .unit import is_missing, write, write_interval


class Refusal(Protocol):
    """Why nothing was fitted: there was less than is needed."""

    reason: str
    found: float
    needed: float


class Fitted(Protocol):
    """A model that was fitted to ``n`` customers, or why not."""

    n: int
    refusal: Refusal | None


class Valued(Protocol):
    """What `customer_value` gives: the models of orders and of spend, and why there is no forecast, if so."""

    orders: Fitted
    spend: Fitted
    refusal: Refusal | None


class Tested(Protocol):
    """What `backtest_orders` gives."""

    cut: date
    fit: Fitted
    spend: Fitted
    periods: pd.DataFrame
    totals: pd.DataFrame


class Margin(Protocol):
    """Which share of revenue is profit, and who says so."""

    share: float | None
    source: str


MEASURES = {
    "spent": marked("So far, net"),
    "profit": marked("So far, profit"),
    "orders": marked("Orders still to come"),
    "revenue": marked("Revenue still to come"),
    "future_profit": marked("Profit still to come"),
    "discounted_revenue": marked("Revenue of the whole relationship, discounted"),
    "discounted_profit": marked("Profit of the whole relationship, discounted"),
}
MEANT = {
    "booked": marked("booked"),
    "what will happen": marked("what will happen"),
    "the expectation": marked("the expectation"),
}
MARGINS = {
    "parameter": marked("Profit is {share} of revenue, as set for this report."),
    "profile": marked("Profit is {share} of revenue, as the profile says."),
    "orders": marked("Profit is {share} of revenue, as the orders of the last 12 months say."),
    "unknown": marked("Profit is left out: no margin is known, and none is guessed. Set margin_share in the profile."),
}
REASONS = {
    "too_few_customers": marked("It needs {needed} customers with an order; there are {found}."),
    "too_few_repeaters": marked("It needs {needed} customers with a second day of orders; there are {found}."),
    "too_short": marked("It needs {needed} days since the first order of all; there are {found}."),
    "no_repeat_orders": marked("Nobody has ordered on a second day yet."),
    "no_mean": marked("What customers spend on an order varies so much that no mean can be told."),
    "not_converged": marked("The calculation found no single best answer for these customers."),
}


def margin_text(margin: Margin, words: Words) -> str:
    """Which share of revenue is profit and who says so, of a `Margin`."""
    return words.say(MARGINS[margin.source], share=words.percent(margin.share))


def refusal_text(refusal: Refusal, words: Words, *, of_spend: bool = False) -> str:
    """Why there is no forecast, of a `Refusal`; ``of_spend``: it is the model of spend that lacks customers."""
    reason = "too_few_repeaters" if of_spend and refusal.reason == "too_few_customers" else refusal.reason
    return words.say(REASONS[reason], **counted(refusal, words))


def counted(refusal: Refusal, words: Words) -> dict[str, str]:
    """What a `Refusal` found and needed, as words; a fit that found no answer counts nothing, and may be endless."""
    return {name: write(getattr(refusal, name), "integer", words) for name in ("found", "needed")}


def total_finding(total: pd.DataFrame, value: Valued, spent: pd.DataFrame, words: Words, *, months: int) -> Finding:
    """What today's customers will spend, against the last so many months; of `value_total`, `net_spent`."""
    name, so_far = "value_total", words.money(spent["spent"].iloc[0])
    subtitle = words.say("All customers with an order, net of refunds")
    so_far_text = words.say("So far they spent {spent}, net.", spent=so_far)
    if value.refusal is not None:
        headline = words.say("No forecast of value is made: the data do not bear one")
        why = refusal_text(value.refusal, words, of_spend=value.orders.refusal is None)
        return Finding(name, headline, f"{why} {so_far_text}", subtitle)
    row: Mapping = total.set_index("measure").loc["revenue"].to_dict()
    before = float(spent["spent_before"].iloc[0])
    texts = {
        "up": marked("More is expected of today's customers than all spent before: {value}"),
        "down": marked("Less is expected of today's customers than all spent before: {value}"),
        "flat": marked("About as much is expected of today's customers as all spent before: {value}"),
    }
    headline = words.say(
        texts[direction(row["low"] - before, row["high"] - before)], value=words.money(row["expected"])
    )
    said = [
        words.plural(
            "In the next {n} month {value} is expected of them; all customers spent {before} in the last {n}.",
            "In the next {n} months {value} is expected of them; all customers spent {before} in the last {n}.",
            months,
            value=write_interval(row["expected"], (row["low"], row["high"]), "money", words),
            before=words.money(before),
        ),
        so_far_text,
    ]
    caption = words.say(
        "Forecasts are for customers who have ordered already: who comes later is in none of them. Nobody can put the "
        "whole relationship to the test: read it as an order of size."
    )
    return Finding(name, headline, " ".join(said), subtitle, caption)


def backtest_finding(backtest: Tested, words: Words) -> Finding:
    """Whether the forecast made some months ago held, of an `OrderBacktest`: its orders, then its money."""
    name, cut = "backtest", words.month(Period.of(backtest.cut).label)
    subtitle = words.say("Orders after the first by customers known at the end of {month:of}, by month", month=cut)
    refusal = backtest.fit.refusal or backtest.spend.refusal
    if refusal is not None:
        why = refusal_text(refusal, words, of_spend=backtest.fit.refusal is None)
        headline = words.say("The forecast cannot be put to the test yet")
        said = words.say("By {month:of} the data did not bear one.", month=cut)
        return Finding(name, headline, f"{said} {why}", subtitle)
    orders, money = (backtest.totals.set_index("measure").loc[measure] for measure in ("orders", "revenue"))
    texts = {
        "up": marked("More orders came than were forecast: {actual} against {expected}"),
        "down": marked("Fewer orders came than were forecast: {actual} against {expected}"),
        "flat": marked("As many orders came as were forecast, give or take chance: {actual} against {expected}"),
    }
    side = direction(orders["actual"] - orders["high"], orders["actual"] - orders["low"])
    headline = words.say(
        texts[side], actual=words.integer(orders["actual"]), expected=words.integer(orders["expected"])
    )
    said = [
        words.say(
            "Made at the end of {month:of} from what was known then, the forecast was {orders}.",
            month=cut,
            orders=write_interval(orders["expected"], (orders["low"], orders["high"]), "integer", words),
        ),
        words.say(
            "Of money it was {money}; {actual} came, refunds taken off.",
            money=write_interval(money["expected"], (money["low"], money["high"]), "money", words),
            actual=words.money(money["actual"]),
        ),
        _judged(orders, money, words),
    ]
    caption = words.say(
        "Only customers who had ordered by then are counted, in the forecast and in what came. Intervals are 95%. "
        "The forecast knows no seasons: months lie around it."
    )
    return Finding(name, headline, " ".join(said), subtitle, caption)


def _judged(orders: Mapping, money: Mapping, words: Words) -> str:
    """What the test means for the forecast from now on."""
    if is_missing(money["low"]) or is_missing(orders["low"]):
        return words.say("For money no interval could be made.")
    held = [row["low"] <= row["actual"] <= row["high"] for row in (orders, money)]
    if all(held):
        return words.say("Both lie inside their intervals: the forecast from now on may be taken as it stands.")
    off = [words.signed_percent(row["actual"] / row["expected"] - 1) for row in (orders, money)]
    return words.say(
        "Not both lie inside their intervals (orders {orders}, money {money}): take the forecast from now on with that "
        "much care.",
        orders=off[0],
        money=off[1],
    )


def cost_finding(worth: pd.DataFrame, words: Words, *, months: int) -> Finding:
    """Whether new customers are worth what they cost, of a `value_against_cost`'s last row, all cohorts together."""
    name = "value_and_cost"
    subtitle = words.say("By month of the first order; profit per customer")
    if worth.empty:
        headline = words.say("What a new customer costs is not known")
        return Finding(name, headline, words.say("The profile maps no costs of acquisition."), subtitle)
    row: Mapping = worth.iloc[-1].to_dict()
    cost = words.money(row["cost_per_new"], 2)
    if is_missing(row["ratio"]):
        headline = words.say("Whether new customers are worth their cost cannot be said: one costs {cost}", cost=cost)
        said = words.say("Their profit is not known: a forecast or a margin is missing.")
        return Finding(name, headline, said, subtitle)
    texts = {
        "up": marked("A new customer brings more than it costs: {ratio} times as much"),
        "down": marked("A new customer brings less than it costs: {ratio} times as much"),
        "flat": marked("A new customer brings about what it costs: {ratio} times as much"),
    }
    side = direction(row["ratio_low"] - 1, row["ratio_high"] - 1)
    headline = words.say(texts[side], ratio=words.number(row["ratio"]))
    sentence = words.plural(
        "Won for {cost}, a customer brought {so_far} of profit so far and should bring {ahead} in the next {n} month: "
        "{ratio} times the cost.",
        "Won for {cost}, a customer brought {so_far} of profit so far and should bring {ahead} in the next {n} months: "
        "{ratio} times the cost.",
        months,
        cost=cost,
        so_far=words.money(row["profit_to_date"], 2),
        ahead=words.money(row["expected_profit"], 2),
        ratio=write_interval(row["ratio"], (row["ratio_low"], row["ratio_high"]), "number", words),
    )
    caption = words.say(
        "Older months had more time to earn. Paid back: months after the first until profit so far reached the cost. "
        "The interval is for which customers came; what the forecast may be off by comes on top."
    )
    return Finding(name, headline, sentence, subtitle, caption)


def total_rows(total: pd.DataFrame, spent: pd.DataFrame, margin: Margin, words: Words) -> pd.DataFrame:
    """Value so far and, if forecast, still to come as rows for the reader, of `value_total` and `net_spent`."""
    so_far = float(spent["spent"].iloc[0])
    rows = [("spent", write(so_far, "money", words), "booked")]
    if margin.share is not None:
        rows.append(("profit", write(margin.share * so_far, "money", words), "booked"))
    for row in total[total["expected"].notna()].to_dict("records"):
        unit = "integer" if row["measure"] == "orders" else "money"
        name = "future_profit" if row["measure"] == "profit" else row["measure"]
        rows.append((name, write_interval(row["expected"], (row["low"], row["high"]), unit, words), row["interval"]))
    texts = [(words.say(MEASURES[name]), text, words.say(MEANT[meant])) for name, text, meant in rows]
    return pd.DataFrame(texts, columns=["measure", "amount", "meant"], dtype="object")
