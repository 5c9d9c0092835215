"""What is said of campaigns: what they added to what customers do anyway, and why some of it nobody can tell.

A random hold-out is what earns these sentences their words of cause; without one they speak of a response.
"""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import Words, marked

from .campaign_words import CLAIMED, VERDICTS, campaign_names, measure_name, write_effect, write_p, write_result
from .finding import Finding
from .kpis import direction
from .unit import write_difference, write_difference_interval


def overall_finding(groups: pd.DataFrame, words: Words) -> Finding:
    """How many customers all campaigns together brought back, of a `campaign_groups`."""
    whole = groups[groups["dimension"] == "all"]
    if whole.empty or not whole.iloc[0]["campaigns"]:
        return Finding(
            "overall",
            words.say("What campaigns bring cannot be told yet"),
            words.say("No campaign in the contacts has a sound hold-out and is over. The lists to import leave one."),
        )
    row = whole.iloc[0]
    texts = {
        "up": marked("Campaigns brought customers back who would not have come by themselves: {extra}"),
        "down": marked("Campaigns kept customers away who would have come by themselves: {extra}"),
        "flat": marked("Campaigns show no reliable effect: {signed} customers against the hold-outs"),
    }
    is_sure = row["claim"] in ("raised", "lowered")
    side = direction(row["extra_low"], row["extra_high"]) if is_sure else "flat"
    ends = (row["extra_low"], row["extra_high"])
    sentence = words.plural(
        "{effect} of those contacted against those held out, in {n} campaign with a sound hold-out. In customers: "
        "{extra}.",
        "{effect} of those contacted against those held out, in {n} campaigns with a sound hold-out. In customers: "
        "{extra}.",
        int(row["campaigns"]),
        effect=_points(row, words),
        extra=write_difference_interval(row["extra"], ends, "integer", words),
    )
    signed = write_difference(row["extra"], "integer", words)
    return Finding("overall", words.say(texts[side], extra=words.integer(abs(row["extra"])), signed=signed), sentence)


def none_finding(name: str, words: Words) -> Finding:
    """The finding of a table without a campaign to speak of."""
    return Finding(
        name,
        words.say("No campaign can be judged here"),
        words.say("It takes contacts of a campaign, somebody held out by chance, and a window that is over."),
    )


def opening(groups: pd.DataFrame, others: Sequence[Finding], words: Words) -> list[Finding]:
    """What the report opens with: all campaigns together, unless there are experiments alone; then what is known."""
    nothing = none_finding("latest", words).headline
    known = [other for other in others if other.headline != nothing]
    has_outcomes_alone = groups.empty and any(other.name == "latest" for other in known)
    return known if has_outcomes_alone else [overall_finding(groups, words), *known]


def latest_finding(effects: pd.DataFrame, words: Words) -> Finding:
    """What the latest campaign that can be judged added, of a `campaign_effects`."""
    judged = effects[effects["claim"].isin(CLAIMED)]
    if judged.empty:
        return none_finding("latest", words)
    names = dict(zip(effects.index, campaign_names(effects, words), strict=True))
    row = judged.iloc[0]
    back = {
        "up": marked("{campaign} brought customers back: {effect} against the hold-out"),
        "down": marked("{campaign} kept customers away: {effect} against the hold-out"),
        "flat": marked("{campaign} shows no reliable effect: {effect} against the hold-out"),
    }
    other = {
        "up": marked("{campaign}: the result rose by {effect} against the hold-out"),
        "down": marked("{campaign}: the result fell by {effect} against the hold-out"),
        "flat": marked("{campaign}: the result shows no reliable change, {effect} against the hold-out"),
    }
    is_sure = row["claim"] in ("raised", "lowered")
    side = direction(row["effect_low"], row["effect_high"]) if is_sure else "flat"
    texts = back if row["measure"] == "back" else other
    headline = words.say(texts[side], campaign=names[judged.index[0]], effect=write_effect(row, words, interval=False))
    return Finding("latest", headline, _compared(row, len(judged), words))


def verdicts_finding(effects: pd.DataFrame, words: Words) -> Finding:
    """How many comparisons show an effect, of a `campaign_effects`."""
    sure = int(effects["claim"].isin(("raised", "lowered")).sum())
    if effects.empty:
        return none_finding("effects", words)
    if sure:
        headline = words.plural(
            "{n} of {all} comparisons shows a reliable effect",
            "{n} of {all} comparisons show a reliable effect",
            sure,
            all=words.integer(len(effects)),
        )
    else:
        headline = words.say("No campaign shows a reliable effect")
    counts = effects["claim"].value_counts()
    sentence = words.say(
        "Raised: {raised}, lowered: {lowered}, no reliable effect: {unclear}, no claim: {none}. The more campaigns are "
        "looked at, the more looks like an effect by luck: the claims allow for that (Holm).",
        none=words.integer(len(effects) - sum(int(counts.get(claim, 0)) for claim in CLAIMED)),
        **{claim: words.integer(counts.get(claim, 0)) for claim in CLAIMED},
    )
    return Finding("effects", headline, sentence)


def checks_finding(effects: pd.DataFrame, words: Words) -> Finding:
    """Whether hold-outs can be trusted, of a `campaign_effects`."""
    broken = effects[~effects["claim"].isin(CLAIMED)].drop_duplicates("campaign_id")
    if broken.empty:
        headline = words.say("Every hold-out passes the checks")
    else:
        headline = words.plural(
            "Of {n} campaign no effect is claimed", "Of {n} campaigns no effect is claimed", len(broken)
        )
    reasons = [f"{row.campaign_id} ({words.say(VERDICTS[row.claim])})" for row in broken.head(5).itertuples()]
    said = words.say("{campaigns}.", campaigns="; ".join(reasons)) if reasons else ""
    rule = words.say(
        "A hold-out counts only if it was drawn by chance, is as large as planned, was alike before, and was left "
        "alone."
    )
    return Finding("checks", headline, f"{said} {rule}".strip())


def chains_finding(later: pd.DataFrame, words: Words) -> Finding:
    """What the steps after the first add, of a `later_steps`."""
    row = later.iloc[0]
    if not row["chains"]:
        return none_finding("chains", words)
    texts = {
        "up": marked("Later steps of a chain bring further customers back: {effect}"),
        "down": marked("With later steps of a chain fewer customers come back: {effect}"),
        "flat": marked("Later steps of a chain show no reliable effect: {effect}"),
    }
    is_sure = row["claim"] in ("raised", "lowered")
    side = direction(row["effect_low"], row["effect_high"]) if is_sure else "flat"
    headline = words.say(texts[side], effect=write_difference(row["effect"], "percent", words))
    if row["claim"] == "too_few":
        headline = words.say("Too few came back to tell what later steps of a chain add")
    sentence = words.plural(
        "Of all who began: first step {first}, later steps {later}; {n} chain against its hold-out.",
        "Of all who began: first step {first}, later steps {later}; {n} chains, each against its hold-out.",
        int(row["chains"]),
        first=_points(row, words, "first_"),
        later=_points(row, words),
    )
    return Finding("chains", headline, sentence)


def _points(row: pd.Series, words: Words, prefix: str = "") -> str:
    ends = (row[f"{prefix}effect_low"], row[f"{prefix}effect_high"])
    return write_difference_interval(row[f"{prefix}effect"], ends, "percent", words)


def _compared(row: pd.Series, family: int, words: Words) -> str:
    said = {
        "response": write_result(row["response"], row, words),
        "control": write_result(row["control_response"], row, words),
        "contacted": words.integer(row["contacted"]),
        "held": words.integer(row["held_out"]),
        "effect": write_effect(row, words),
        "p": write_p(row["p_holm"], words),
        "family": words.integer(family),
        "measure": measure_name(row["measure"], words),
        "days": words.integer(row["window_days"]),
    }
    if row["measure"] == "back":
        return words.say(
            "Of {contacted} contacted {response} ordered within {days} days, of {held} held out {control}: {effect}. "
            "p {p}, corrected for {family} comparisons.",
            **said,
        )
    return words.say(
        "{measure}: {response} of {contacted} contacted, {control} of {held} held out: {effect}. p {p}, corrected for "
        "{family} comparisons.",
        **said,
    )
