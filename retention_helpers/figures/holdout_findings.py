"""What is said of the next campaign: what to send again, and how much of it to hold out."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .campaign_words import CLAIMED, purpose_name
from .finding import Finding


def next_finding(power: pd.DataFrame, words: Words) -> Finding:
    """How much of the next campaign to hold out, of a `next_holdout`; by the purpose of the latest."""
    if power.empty:
        return Finding(
            "next",
            words.say("Hold some customers out of the next campaign"),
            words.say(
                "Without a hold-out nobody can tell what a campaign adds. A fifth of the list, drawn by chance, is a "
                "good start."
            ),
        )
    first = power.iloc[0]
    rows = power[(power["purpose"] == first["purpose"]) & (power["measure"] == first["measure"])]
    headline, sentence = next_said(rows, words)
    return Finding("next", headline, sentence)


def next_said(rows: pd.DataFrame, words: Words) -> tuple[str, str]:
    """The advice for one purpose: what to hold out, or that no share is enough."""
    advised, row = rows[rows["is_advised"]], rows.iloc[0]
    said = {
        "purpose": purpose_name(row["purpose"], words),
        "customers": words.integer(row["customers"]),
        "effect": words.points(row["effect"]),
        "base": words.percent(row["base_rate"]),
    }
    if len(advised):
        share = words.percent(advised.iloc[0]["holdout_share"], 0)
        headline = words.say("{purpose}: hold out {share} of the next {customers} customers", share=share, **said)
        sentence = words.say(
            "Held out so far, {base} did so by themselves. A rise of {effect} is then found four times in five.",
            **said,
        )
        return headline, sentence
    best = rows.loc[rows["needed_customers"].idxmin()] if rows["needed_customers"].notna().any() else None
    if best is None:
        return words.say("{purpose}: such a rise is not possible", **said), words.say(
            "Held out so far, {base} did so by themselves.", **said
        )
    times = int(np.ceil(best["needed_customers"] / max(row["customers"], 1)))
    headline = words.say("{purpose}: {customers} customers are too few to show a rise of {effect}", **said)
    sentence = words.say(
        "Held out so far, {base} did so by themselves. With {share} held out it takes {needed} customers, as "
        "many as {times} such campaigns together; this one alone shows a rise of {seen} or more.",
        share=words.percent(best["holdout_share"], 0),
        needed=words.integer(best["needed_customers"]),
        times=words.integer(times),
        seen=words.points(best["smallest_effect"]),
        **said,
    )
    return headline, sentence


def actions_finding(actions: Sequence[Mapping[str, object]], power: pd.DataFrame, words: Words) -> Finding:
    """What to send next, of `campaign_actions`; without any of them, how to begin, of a `next_holdout`."""
    if not actions:
        return next_finding(power, words)
    return Finding("actions", str(actions[0]["headline"]), str(actions[0]["sentence"]))


def campaign_actions(
    effects: pd.DataFrame, money: pd.DataFrame, power: pd.DataFrame, words: Words
) -> list[dict[str, object]]:
    """What to send next and how much of it to hold out, a line for each purpose, of a `next_holdout`.

    By the latest campaign of the purpose that can be judged, of `campaign_effects`, and what it returned, of
    `campaign_money`.
    """
    found = []
    leading = power[~power["purpose"].duplicated()][["purpose", "measure"]]
    for purpose, measure in leading.itertuples(index=False):
        rows = power[(power["purpose"] == purpose) & (power["measure"] == measure)]
        is_mine = effects["purpose"].eq(purpose) | effects["campaign_id"].eq(purpose)
        arms = _latest_judged(effects[is_mine & effects["measure"].eq(measure)])
        advice, sentence = next_said(rows, words)
        found.append(
            {
                "headline": _next_step(purpose_name(purpose, words), arms, money, words),
                "sentence": f"{advice}. {sentence}",
                "audience": "",
                "customers": int(rows["customers"].iloc[0]),
            }
        )
    return found


def _latest_judged(effects: pd.DataFrame) -> pd.DataFrame:
    """The arms of the latest campaign of which something can be said; a window still open says nothing."""
    judged = effects.loc[effects["claim"].isin(CLAIMED), "campaign_id"]
    return effects[effects["campaign_id"].isin(judged.head(1))]


def _next_step(purpose: str, arms: pd.DataFrame, money: pd.DataFrame, words: Words) -> str:
    """What to do with a purpose, by the arms of its campaign: the arms that work are named where not all do."""
    raised = arms[arms["claim"] == "raised"]
    paying = raised[~raised["arm"].isin(_losing_arms(arms, money))]
    named = paying if len(paying) else raised
    name = purpose if len(named) in (0, len(arms)) else f"{purpose} ({', '.join(named['arm'])})"
    if len(paying):
        return words.say("{purpose}: send it again, it works", purpose=name)
    if len(raised):
        return words.say(
            "{purpose}: make it cheaper; it brings customers back, but costs more than they bring", purpose=name
        )
    if len(arms) and arms["claim"].eq("lowered").all():
        return words.say("{purpose}: stop it, it does harm", purpose=purpose)
    return words.say("{purpose}: try it once more, nothing is proven", purpose=purpose)


def _losing_arms(arms: pd.DataFrame, money: pd.DataFrame) -> pd.Series:
    """The arms of a campaign that reliably lost money; where the return is not known, none."""
    is_lost = money["claim"].eq("lowered") & (money["return_per_contact_high"] < 0)
    return money.loc[is_lost & money["campaign_id"].isin(arms["campaign_id"]), "arm"]
