"""What is said and shown of the product to offer next: how well it was found before, and which products go together."""

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write, write_interval

RULES = {
    "most_popular": marked("The most popular product not bought yet"),
    "best_lift": marked("Highest lift with a product bought"),
    "best_share": marked("Most often bought by buyers of a product bought"),
    "all_shares": marked("Goes best with all products bought"),
}


def next_product_finding(trial: pd.DataFrame, rule: str, words: Words, *, until: str, has_products: bool) -> Finding:
    """Whether a rule is better than the most popular product, of a `next_product_trial` and its `better_rule`.

    ``until`` is the month (YYYY-MM) up to which the rules saw orders in the trial; ``has_products``, whether
    the orders name any.
    """
    if not has_products:
        return Finding(
            "next_product",
            words.say("No product can be offered: the orders name none"),
            words.say("The columns for the next product stay empty."),
        )
    by_rule = trial.set_index("rule")
    popular = by_rule.loc["most_popular"]
    if not popular["customers"]:
        return Finding(
            "next_product",
            words.say("Which product comes next could not be tried"),
            words.say("Nobody ordered a product before and after {month}.", month=words.month(until)),
        )
    row = by_rule.loc[by_rule.drop("most_popular")["hits"].idxmax() if rule == "most_popular" else rule]
    text = (
        marked("No rule finds the next product better than the most popular one: {rate} against {popular}")
        if rule == "most_popular"
        else marked(
            "Chosen by earlier purchases, the product was in {rate} of next orders, the most popular one in {popular}"
        )
    )
    sentence = words.plural(
        "Tried on {n} customer: chosen from orders up to {month}, held against the first order after it. "
        "The difference is {gain} ({low} to {high}).",
        "Tried on {n} customers: chosen from orders up to {month}, held against the first order after it. "
        "The difference is {gain} ({low} to {high}).",
        int(row["customers"]),
        month=words.month(until),
        gain=words.points(row["gain"]),
        low=words.points(row["gain_low"]),
        high=words.points(row["gain_high"]),
    )
    rates = {"rate": words.percent(row["hit_rate"]), "popular": words.percent(popular["hit_rate"])}
    return Finding("next_product", words.say(text, **rates), sentence)


def links_finding(links: pd.DataFrame, words: Words) -> Finding:
    """Which two products go together most, of a `link_table`."""
    if links.empty:
        return Finding(
            "links",
            words.say("No two products were bought by enough of the same customers"),
            words.say("A pair counts once enough customers bought both."),
        )
    best = links.iloc[0]
    return Finding(
        "links",
        words.say(
            "Most closely linked: {one} and {other}",
            one=product_name(best["product_id"], best["product_name"]),
            other=product_name(best["next_product_id"], best["next_product_name"]),
        ),
        words.say(
            "{share} of those who bought the first bought the second too, {lift} times as many as by chance.",
            share=write_interval(best["share"], (best["share_low"], best["share_high"]), "percent", words),
            lift=write(best["lift"], "number", words),
        ),
    )


def product_name(product_id: str, name: object) -> str:
    """How a product is shown: by its name, else by its id."""
    return product_id if is_missing(name) else str(name)


def trial_table(trial: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """How often each rule's product was in the next order, of a `next_product_trial`."""
    shown = pd.DataFrame(
        {
            "rule": [words.say(RULES[rule]) for rule in trial["rule"]],
            "hits": trial["hits"],
            "rate": [
                write_interval(row.hit_rate, (row.hit_rate_low, row.hit_rate_high), "percent", words)
                for row in trial.itertuples()
            ],
            "gain": [
                write_interval(row.gain, (row.gain_low, row.gain_high), "points", words) for row in trial.itertuples()
            ],
        }
    )
    columns = {
        "rule": Column(words.say("The product is chosen by"), "text"),
        "hits": Column(words.say("Hits"), "integer"),
        "rate": Column(words.say("Of next orders (95% interval)"), "text"),
        "gain": Column(words.say("Against the most popular"), "text"),
    }
    return readable_table(shown, finding, words, options=TableOptions(columns))


def links_table(links: pd.DataFrame, words: Words) -> ReadableTable:
    """Which products go together, of a `link_table`: each pair once."""
    once = links[links["product_id"] < links["next_product_id"]]
    shown = pd.DataFrame(
        {
            "one": [product_name(row.product_id, row.product_name) for row in once.itertuples()],
            "other": [product_name(row.next_product_id, row.next_product_name) for row in once.itertuples()],
            "customers": once["customers"].to_numpy(),
            "support": once["support"].to_numpy(),
            "lift": once["lift"].to_numpy(),
        }
    )
    columns = {
        "one": Column(words.say("Product"), "text"),
        "other": Column(words.say("Goes with"), "text"),
        "customers": Column(words.say("Customers with both"), "integer"),
        "support": Column(words.say("Of all customers"), "percent", 2),
        "lift": Column(words.say("Times as many as by chance"), "number"),
    }
    options = TableOptions(columns, max_rows=10)
    return readable_table(shown, links_finding(links, words), words, options=options)
