"""What is said of why customers are content or not, and of whether it costs customers."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .month_findings import unknown
from .unit import is_missing, write

# Who is content and who is not has a name of its own where the question is NPS.
MOODS = {
    "nps": (marked("promoters (9–10)"), marked("detractors (0–6)")),
    "other": (marked("satisfied customers (the two best answers)"), marked("dissatisfied customers (the two worst)")),
}


def mood_names(question: str, words: Words) -> tuple[str, str]:
    """How those who are content, and those who are not, are called under a question."""
    content, not_content = MOODS.get(question, MOODS["other"])
    return words.say(content), words.say(not_content)


def reasons_finding(
    reasons: pd.DataFrame, names: Mapping[str, str], words: Words, *, question: str, months: int
) -> Finding:
    """What customers who are not content name more often than the others, of a `reasons`."""
    mine = reasons[reasons["mood"] == "not_content"]
    if mine.empty:
        return unknown("reasons", words)
    _, who = mood_names(question, words)
    # By the shares, not the lift: that is missing where nobody else names the topic.
    reliable = mine[mine["is_different"] & (mine["share"] > mine["others_share"])]
    row = (reliable if len(reliable) else mine).iloc[0]
    topic = names.get(row["topic"], row["topic"])
    if len(reliable):
        text = words.say('Customers who are not content name "{topic}" more often than the others', topic=topic)
    else:
        text = words.say('No reason sets those who are not content apart; most name "{topic}"', topic=topic)
    said = words.say(
        "{share} of them ({low} to {high}) against {others} of the others: {lift} times as often "
        "({lift_low} to {lift_high}).",
        share=words.percent(row["share"]),
        low=words.percent(row["share_low"]),
        high=words.percent(row["share_high"]),
        others=words.percent(row["others_share"]),
        lift=words.number(row["lift"]),
        lift_low=words.number(row["lift_low"]),
        lift_high=words.number(row["lift_high"]),
    )
    caption = words.say(
        "Of the {n} answers of {who} that give a reason, coded by the survey or found in the comment. "
        "Who writes a comment chose to: the shares speak of those who wrote.",
        n=words.integer(row["answers_with_reason"]),
        who=who,
    )
    subtitle = words.plural(
        "Share of the answers with a reason that name the topic, last {n} month",
        "Share of the answers with a reason that name the topic, last {n} months",
        months,
    )
    return Finding("reasons", text, said, subtitle, caption)


def comments_finding(comments: pd.DataFrame, words: Words) -> Finding:
    """What customers wrote, of a `representative_comments`."""
    if comments.empty:
        text = words.say("There are no comments to show")
        return Finding("comments", text, words.say("Nobody wrote about a topic, or comments are not to be quoted."))
    text = words.plural(
        "{n} comment that speaks for its topic", "{n} comments that speak for their topics", len(comments)
    )
    said = words.say("Each is the one whose words are most often those of the other comments on its topic.")
    caption = words.say('"…" stands for whatever may be a name, an address or a number.')
    return Finding("comments", text, said, caption=caption)


def leaving_finding(hazard: pd.DataFrame, words: Words, *, question: str, lapse_days: int) -> Finding:
    """Whether customers who are not content lapse sooner, of a `leaving_hazard`."""
    row = hazard.iloc[0]
    if is_missing(row["hazard_ratio_low"]):
        text = words.say("Whether customers who are not content leave sooner is not known")
        said = words.say("Too few customers gave an answer and lapsed after it.")
        return Finding("leaving", text, said)
    content, not_content = mood_names(question, words)
    texts = {
        "sooner": marked("Customers who are not content leave sooner: {ratio} times as fast"),
        "later": marked("Customers who are not content leave later: {ratio} times as fast"),
        "cannot tell": marked("Whether customers who are not content leave sooner cannot be told"),
    }
    verdict = "cannot tell" if not row["is_reliable"] else "sooner" if row["hazard_ratio_low"] > 1 else "later"
    ratio = write(row["hazard_ratio"], "number", words, 2)
    said = words.say(
        "Hazard ratio {ratio} (95% interval {low} to {high}). Lapsed since their answer: {bad} of {bad_all} "
        "among {not_content}, {good} of {good_all} among {content}.",
        ratio=ratio,
        low=write(row["hazard_ratio_low"], "number", words, 2),
        high=write(row["hazard_ratio_high"], "number", words, 2),
        bad=words.integer(row["not_content_lapsed"]),
        bad_all=words.integer(row["not_content_customers"]),
        good=words.integer(row["content_lapsed"]),
        good_all=words.integer(row["content_customers"]),
        not_content=not_content,
        content=content,
    )
    caption = words.say(
        "This names no cause: what made a customer dissatisfied may be what made them leave. A customer has lapsed "
        "{days} days after the last order, so hardly anybody leaves before. Customers by their first answer; "
        "{inactive} who were no customers when they answered are left out.",
        days=words.integer(lapse_days),
        inactive=words.integer(row["inactive_customers"]),
    )
    subtitle = words.say("Share of customers not yet lapsed, by days since their first answer")
    return Finding("leaving", words.say(texts[verdict], ratio=ratio), said, subtitle, caption)
