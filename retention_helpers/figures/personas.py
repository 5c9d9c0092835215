"""The groups that the data form by themselves, as personas: a title, a picture of their weight, and words."""

from collections import Counter
from typing import Any

import pandas as pd

from retention_helpers.words import Words

from .figure import Figure
from .finding import Finding
from .paired_bars import PairedOptions, paired_bars
from .segment_traits import GOODS, TIMES
from .segment_wordings import SIZES, WHEN, WHO, segment_name, value_text
from .tables import Column, ReadableTable, TableOptions, readable_table


def persona_titles(personas: pd.DataFrame, words: Words) -> dict[int, str]:
    """A title for each of the `personas`: how often, how recently and how much they buy; no two are the same."""
    rows = personas.to_dict("records")
    titles = [words.say(WHO[row["frequency"], row["recency"]]) for row in rows]
    sized = [
        words.say("{who}; {size}", who=title, size=words.say(SIZES[row["order_size"]]))
        if row["order_size"] in SIZES
        else title
        for title, row in zip(titles, rows, strict=True)
    ]
    dated = [
        words.say("{who}; last order {days} days ago", who=title, days=words.integer(row["days_since_last_order"]))
        for title, row in zip(sized, rows, strict=True)
    ]
    numbered = [
        words.say("{who}; group {number}", who=title, number=words.integer(row["persona"]))
        for title, row in zip(dated, rows, strict=True)
    ]
    # Only as much as it takes to tell one from all others.
    counted = [Counter(candidates) for candidates in (titles, sized, dated)]
    named = {}
    for row, *candidates in zip(rows, titles, sized, dated, numbered, strict=True):
        alone = (title for title, count in zip(candidates, counted, strict=False) if count[title] == 1)
        named[row["persona"]] = next(alone, candidates[-1])
    return named


def personas_figure(personas: pd.DataFrame, choice: pd.DataFrame, words: Words) -> Figure:
    """How many customers each persona is and what part of their spending it brings, of `personas`."""
    titles = persona_titles(personas, words)
    options = PairedOptions(
        label="title",
        first_name=words.say("of customers"),
        second_name=words.say("of revenue"),
        header=words.say("Group"),
    )
    drawn = personas.assign(title=[titles[number] for number in personas["persona"]])
    return paired_bars(drawn, _finding(personas, choice, titles, words), words, options=options)


def personas_table(personas: pd.DataFrame, preferences: pd.DataFrame, words: Words) -> ReadableTable:
    """Each persona in words: what they buy, where, when, and how they differ, of `personas`, `persona_preferences`."""
    titles = persona_titles(personas, words)
    rows = [
        {
            "title": titles[row["persona"]],
            "orders": row["orders"],
            "days": row["days_since_last_order"],
            "value": row["average_order_value"],
            "story": " ".join(_story(row, preferences[preferences["persona"] == row["persona"]], words)),
        }
        for row in personas.to_dict("records")
    ]
    columns = {
        "title": Column(words.say("Group"), "text"),
        "story": Column(words.say("How they differ"), "text", wraps=True),
        "orders": Column(words.say("Orders"), "integer"),
        "days": Column(words.say("Days silent"), "integer"),
        "value": Column(words.say("Average order"), "money", 2),
    }
    shown = pd.DataFrame(rows, columns=list(columns))
    return readable_table(shown, _in_words(personas, words), words, options=TableOptions(columns))


def choice_table(choice: pd.DataFrame, words: Words) -> ReadableTable:
    """How clear and stable each number of groups is, of `find_clusters`."""
    columns = {
        "groups": Column(words.say("Groups"), "integer"),
        "silhouette": Column(words.say("How clear (silhouette)"), "number", 2),
        "stability": Column(words.say("How stable (mean agreement)"), "number", 2),
        "stability_low": Column(words.say("In nine of ten resamples at least"), "number", 2),
        "is_stable": Column(words.say("Stable"), "text"),
        "is_used": Column(words.say("Used"), "text"),
    }
    used = choice.loc[choice["is_used"], "groups"]
    if len(used):
        headline = words.plural(
            "{n} group is as many as the data bear", "{n} groups are as many as the data bear", int(used.iloc[0])
        )
    else:
        headline = words.say("No number of groups is clear and stable")
    sentence = words.say(
        "Resampled customers were divided anew 20 times; agreement is the adjusted Rand index. Stable: at least 0.7 in "
        "nine of ten resamples, and a silhouette of at least 0.25."
    )
    return readable_table(choice, Finding("cluster_choice", headline, sentence), words, options=TableOptions(columns))


def _finding(personas: pd.DataFrame, choice: pd.DataFrame, titles: dict[int, str], words: Words) -> Finding:
    subtitle = words.say("Share of customers and of their net spend, by group")
    if personas.empty:
        headline = words.say("The customers form no stable groups by themselves")
        sentence = (
            words.say("There are too few customers to look for groups.")
            if choice.empty
            else words.say("Divided anew after resampling, other groups come out: none is told of.")
        )
        return Finding("personas", headline, sentence, subtitle)
    row = personas.iloc[0]
    headline = words.plural(
        "By themselves the customers form {n} group", "By themselves the customers form {n} groups", len(personas)
    )
    sentence = words.say(
        "{persona}: {customers} of customers (95% interval {low} to {high}) and {revenue} of revenue.",
        persona=titles[row["persona"]],
        customers=words.percent(row["customers_share"]),
        low=words.percent(row["customers_share_low"]),
        high=words.percent(row["customers_share_high"]),
        revenue=words.percent(row["revenue_share"]),
    )
    caption = words.say(
        "k-means on days since the last order, orders and money per order, on a sample of {n} customers; no rule was "
        "given.",
        n=words.integer(round(row["customers"] / row["customers_share"])),
    )
    return Finding("personas", headline, sentence, subtitle, caption)


def _in_words(personas: pd.DataFrame, words: Words) -> Finding:
    if personas.empty:
        return Finding(
            "personas_in_words", words.say("There are no groups to tell of"), words.say("See the figure above.")
        )
    row = personas.iloc[0]
    headline = words.plural(
        "All customers: {n} order, the last one {days} days ago, {value} an order",
        "All customers: {n} orders, the last one {days} days ago, {value} an order",
        round(row["all_orders"]),
        days=words.integer(row["all_days"]),
        value=words.money(row["all_average"], 2),
    )
    sentence = words.say(
        "Medians of orders and of days since the last one, and the average order. The groups against them:"
    )
    return Finding("personas_in_words", headline, sentence)


def _story(row: dict[str, Any], preferences: pd.DataFrame, words: Words) -> list[str]:
    """What they buy, where, when, and which segment most are in; "more than others" only beyond chance."""
    typical, favourite = (preferences[preferences[mark]] for mark in ("is_typical", "is_favourite"))
    said = []
    for names, more, most in (
        (GOODS, _more_goods, _most_goods),
        (("channel",), _more_channel, _most_channel),
        (TIMES, _more_times, None),
    ):
        found, usual = (rows[rows["dimension"].isin(names)].to_dict("records") for rows in (typical, favourite))
        said += [more(item, words) for item in found]
        if not found and usual:
            said.append(most(usual[0], words) if most else words.say("They order at the same times as others."))
    said.append(
        words.say(
            "By scores most are {segment}: {share}.",
            segment=segment_name(row["main_segment"], words),
            share=words.percent(row["main_segment_share"], 0),
        )
    )
    return said


def _parts(item: dict[str, Any], words: Words) -> dict[str, str]:
    return {
        "value": value_text(item["value"], words),
        "share": words.percent(item["share"], 0),
        "lift": words.number(item["lift"], 1),
    }


def _more_goods(item: dict[str, Any], words: Words) -> str:
    return words.say(
        "More than others they buy {value}: {share} of their spending, {lift} times the usual part.",
        **_parts(item, words),
    )


def _most_goods(item: dict[str, Any], words: Words) -> str:
    return words.say("They spend most on {value} ({share}).", **_parts(item, words))


def _more_channel(item: dict[str, Any], words: Words) -> str:
    return words.say(
        "More than others they buy through {value}: {share} of their spending, {lift} times the usual part.",
        **_parts(item, words),
    )


def _most_channel(item: dict[str, Any], words: Words) -> str:
    return words.say("Their main channel is {value} ({share}).", **_parts(item, words))


def _more_times(item: dict[str, Any], words: Words) -> str:
    when = words.say(WHEN[item["value"]])
    return words.say(
        "More than others they order {when}: {share} of their orders.", when=when, share=words.percent(item["share"], 0)
    )
