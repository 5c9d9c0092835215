"""What is said of who may leave: how many, how well it was known before, whom to look after first and why."""

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .unit import is_missing, write, write_difference_interval

SCORES = {
    "recency": marked("days since the last order"),
    "rfm": marked("ranks by recency, frequency and money"),
    "bg_nbd": marked("model of ordering (BG/NBD)"),
    "logistic": marked("logistic regression"),
    "boosting": marked("gradient boosting"),
}
POPULATIONS = {"all": marked("All customers"), "active": marked("Active customers")}
REFUSALS = {
    "too_few_customers": marked(
        "{found} customers have ordered, or had on the days to learn from; {needed} are needed."
    ),
    "too_short": marked(
        "The orders reach back {found} days; {needed} are needed to learn from some and try on others."
    ),
    "no_repeat_orders": marked("Nobody has ordered on a second day ({found} of {needed} at least)."),
    "not_converged": marked(
        "The calculation found no single best answer (left to gain: {found}, of {needed} at most)."
    ),
    "all_alike": marked("All active customers did the same: {found} did otherwise, {needed} at least must."),
}
REASONS = {
    "silence": marked("silent for {days_since_last_order} days (usual: {usual_days_since_last_order})"),
    "recent_orders": marked(
        "order days lately and before: {orders_recent}, {orders_before} (usual: {usual_orders_recent})"
    ),
    "orders": marked("orders so far: {orders} (usual: {usual_orders})"),
    "spend": marked("spent {spend_total} so far (usual: {usual_spend_total})"),
    "acquaintance": marked("known for {days_observed} days (usual: {usual_days_observed})"),
}
STEPS = {
    "ask_what_changed": marked("Call and ask what changed"),
    "second_order": marked("Ask how the first order went, help to the second"),
    "call": marked("Call in person"),
    "remind": marked("Remind of what they like to buy"),
}


def risk_finding(listed: pd.DataFrame, scores: object, words: Words, *, days: int, refusal: object = None) -> Finding:
    """How many active customers are likely to order nothing; ``scores`` has ``active`` and ``mean_risk``.

    ``refusal`` (reason, found, needed) says why nothing is claimed, where it is so.
    """
    if refusal is not None:
        return Finding("risk", words.say("Who may leave cannot be said yet"), why_refused(refusal, words))
    at_stake = listed["value_at_risk"].sum(min_count=1)
    sentence = words.plural(
        "{n} customer is listed to be looked after first.",
        "{n} customers are listed to be looked after first.",
        len(listed),
    )
    if not is_missing(at_stake):
        more = words.say("Their value at risk: {value}.", value=words.money(at_stake))
        sentence = f"{sentence} {more}"
    return Finding(
        "risk",
        words.plural(
            "{n} active customer of {all} is expected to order nothing in the next {days} days",
            "{n} active customers of {all} are expected to order nothing in the next {days} days",
            0 if is_missing(scores.mean_risk) else round(scores.active * scores.mean_risk),
            all=words.integer(scores.active),
            days=words.integer(days),
        ),
        sentence,
    )


def why_refused(refusal: object, words: Words) -> str:
    """Why nothing is claimed, in a sentence."""
    found, needed = words.number(refusal.found, 0), words.number(refusal.needed, 0)
    return words.say(REFUSALS[refusal.reason], found=found, needed=needed)


def gain_finding(backtest: object, words: Words) -> Finding:
    """Whether the model chosen is better than the best simple rule, of a `churn_backtest`."""
    if backtest.refusal is not None:
        headline = words.say("No score could be tried on later orders")
        return Finding("gain", headline, why_refused(backtest.refusal, words))
    row, rule = backtest.gain.iloc[0], backtest.scores["rule"]
    table = backtest.table
    auc = table[table["population"] == "active"].set_index("score")["auc"]
    told = {"rule": words.say(SCORES[rule]), "rule_auc": words.percent(auc[rule])}
    if row["score"] == rule:
        return Finding(
            "gain",
            words.say("No model could be tried: the simple rule is used"),
            words.say(
                "Of a customer who stayed silent and one who did not the rule ({rule}) names the right one in "
                "{rule_auc} of pairs.",
                **told,
            ),
        )
    text = (
        marked("Tried on later orders, “{score}” tells who leaves better than the best simple rule")
        if row["auc_gain_low"] > 0
        else marked("No gain over the rule: “{score}” is not reliably better, so the simple rule is used")
    )
    return Finding(
        "gain",
        words.say(text, score=words.say(SCORES[row["score"]])),
        words.say(
            "Of a customer who stayed silent and one who did not it names the right one in {auc} of pairs, the rule "
            "({rule}) in {rule_auc}. Difference (95% interval): {gain}.",
            auc=words.percent(auc[row["score"]]),
            gain=write_difference_interval(
                row["auc_gain"], (row["auc_gain_low"], row["auc_gain_high"]), "percent", words
            ),
            **told,
        ),
    )


def history_finding(history: pd.DataFrame, words: Words) -> Finding:
    """How often past scores came true, of a `churn_history`."""
    if history.empty:
        return Finding(
            "history",
            words.say("No past month can be held against what happened"),
            words.say("Scores of earlier months need customers to learn from before them."),
        )
    last = history.iloc[-1]
    return Finding(
        "history",
        words.plural(
            "In {hits} of {n} month as many stayed silent as predicted",
            "In {hits} of {n} months as many stayed silent as predicted",
            len(history),
            hits=words.integer(history["is_as_predicted"].sum()),
        ),
        words.say(
            "{month:title}: predicted {predicted}, seen {observed} (95% interval {low} to {high}).",
            month=words.month(last["month"]),
            predicted=words.percent(last["predicted"]),
            observed=words.percent(last["observed"]),
            low=words.percent(last["observed_low"]),
            high=words.percent(last["observed_high"]),
        ),
    )


def reach_finding(reach: pd.DataFrame, words: Words, *, share: float = 0.2) -> Finding:
    """Whom contacting the likeliest reaches, of a `churn_backtest`'s ``reach``."""
    if reach.empty:
        return Finding(
            "panels",
            words.say("No risk can be shown yet"),
            words.say("What is missing stands in the first sentences of the report."),
        )
    at = reach.loc[(reach["contacted"] - share).abs().idxmin()]
    return Finding(
        "panels",
        words.say(
            "Among the {share} at the highest risk were {reached} of those who ordered nothing",
            share=words.percent(share, 0),
            reached=words.percent(at["reached"], 0),
        ),
        words.say(
            "Active customers, scored one horizon ago: {lift} times as many as among customers drawn at random.",
            lift=write(at["lift"], "number", words),
        ),
    )


def at_risk_actions(listed: pd.DataFrame, words: Words) -> list[dict]:
    """What to do, and for how many, of a `listed_at_risk`; nothing for nobody."""
    found = listed_finding(listed, words)
    action = {"headline": found.headline, "sentence": found.sentence, "audience": "at_risk.csv"}
    return [action | {"customers": len(listed)}] if len(listed) else []


def listed_finding(listed: pd.DataFrame, words: Words) -> Finding:
    """Who stands first on the managers' list, of a `listed_at_risk`."""
    if listed.empty:
        return Finding(
            "listed",
            words.say("Nobody is listed this month"),
            words.say("There is no active customer with a score."),
        )
    warned = int(listed["early_warning"].sum())
    order = (
        words.say(
            "What they will spend cannot be told, so they are sorted by the chance of no order times what they spent "
            "so far."
        )
        if listed["value_at_risk"].isna().all()
        else words.say("Sorted by value at risk: the chance of no order times the spend expected.")
    )
    less = words.plural(
        "{n} of them orders clearly less than before.", "{n} of them order clearly less than before.", warned
    )
    return Finding(
        "listed",
        words.plural(
            "{n} customer is to be looked after first", "{n} customers are to be looked after first", len(listed)
        ),
        f"{order} {less}" if warned else order,
    )
