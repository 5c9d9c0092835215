"""What is said of the customers' journey; every headline is computed from the table it stands over."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import MISSING, Words, marked

from .finding import Finding
from .kpis import direction
from .month_findings import unknown
from .unit import is_missing, write, write_difference

STAGES = {
    "awareness": marked("Awareness"),
    "consideration": marked("Consideration"),
    "purchase": marked("Purchase"),
    "use": marked("Use"),
    "loyalty": marked("Loyalty"),
    "support": marked("Support"),
}


def stage_names(words: Words) -> dict[str, str]:
    """Stage -> what readers call it, in the order of the way."""
    return {stage: words.say(name) for stage, name in STAGES.items()}


def map_finding(weakest: pd.DataFrame, words: Words, *, period: str, step_days: int) -> Finding:
    """At which stage the fewest go on, of a `weakest_step`; says so when it cannot be told."""
    subtitle = words.say("Customers by stage, {month}", month=words.month(period))
    if weakest.empty:
        return unknown("journey", words).about("journey", subtitle)
    row = weakest.iloc[0]
    names = stage_names(words)
    interval = words.say(
        "95% interval {low} to {high}",
        low=words.percent(row["conversion_low"]),
        high=words.percent(row["conversion_high"]),
    )
    if row["is_lowest"]:
        text = words.say(
            'The weakest stage is "{stage}": {rate} go on',
            stage=names[row["stage"]],
            rate=words.percent(row["conversion"]),
        )
        said = _behind(weakest, interval, words)
    else:
        stages = _listed([names[stage] for stage in weakest.loc[weakest["may_be_lowest"], "stage"]], words)
        text = words.say("Which stage is the weakest cannot be told: {stages}", stages=stages)
        said = words.say(
            'The lowest share that goes on is {rate} at "{stage}" ({interval}); the others named are hardly above.',
            rate=words.percent(row["conversion"]),
            stage=names[row["stage"]],
            interval=interval,
        )
    caption = words.say(
        "A customer goes on with the first event of a later stage within {n} days. The month holds those whose "
        "{n} days were over in it, so nobody is judged too early.",
        n=words.integer(step_days),
    )
    return Finding("journey", text, said, subtitle, caption)


def steps_finding(month: pd.DataFrame, words: Words) -> Finding:
    """Which steps changed since the month before, of the rows of a `journey_steps`' last month."""
    known = month[month["conversion"].notna()]
    if known.empty:
        return unknown("steps", words)
    changed = known[
        [direction(low, high) != "flat" for low, high in zip(known["change_low"], known["change_high"], strict=True)]
    ]
    caption = words.say("Changes are differences in percentage points, with 95% intervals.")
    if known["change"].isna().all():
        text = words.say("There is no earlier month to compare the steps with")
        return Finding("steps", text, words.say("Events are known from this month on."), caption=caption)
    if changed.empty:
        text = words.say("No step changed reliably since the month before")
        said = words.say("The interval of each change holds zero.")
        return Finding("steps", text, said, caption=caption)
    row = changed.loc[changed["change"].abs().idxmax()]
    text = (
        marked('More customers go on from "{stage}": {rate}')
        if row["change"] > 0
        else marked('Fewer customers go on from "{stage}": {rate}')
    )
    said = words.say(
        "{change} on the month before ({low} to {high}).",
        change=write_difference(row["change"], "percent", words),
        low=write_difference(row["change_low"], "percent", words),
        high=write_difference(row["change_high"], "percent", words),
    )
    headline = words.say(text, stage=stage_names(words)[row["stage"]], rate=words.percent(row["conversion"]))
    return Finding("steps", headline, said, caption=caption)


def stops_finding(month: pd.DataFrame, words: Words, *, step_days: int) -> Finding:
    """Where customers stop, of the rows of a `journey_steps`' last month."""
    stopped = month[month["stopped"] > 0]
    if stopped.empty:
        return unknown("stops", words)
    row = stopped.loc[stopped["stopped"].idxmax()]
    text = words.say(
        'Most of those who stop do so at "{stage}": {share}',
        stage=stage_names(words)[row["stage"]],
        share=words.percent(row["stopped_share"]),
    )
    said = words.say(
        "{stopped} customers were there and did not go on within {n} days, of {all} who stopped anywhere.",
        stopped=words.integer(row["stopped"]),
        n=words.integer(step_days),
        all=words.integer(stopped["stopped"].sum()),
    )
    return Finding("stops", text, said, words.say("Customers who did not go on, by stage"))


def waits_finding(waits: pd.DataFrame, words: Words, *, months: int) -> Finding:
    """Where customers wait the longest, of a `journey_waits`."""
    known = waits[waits["customers"] > 0]
    if known.empty:
        return unknown("waits", words)
    names = stage_names(words)
    subtitle = words.plural(
        "Share of customers still at the stage, by days since they came to it, last {n} month",
        "Share of customers still at the stage, by days since they came to it, last {n} months",
        months,
    )
    caption = words.say("Who has not gone on yet is counted as still on the way (Kaplan-Meier).")
    never = known[known["median_days"].isna()]
    if len(never):
        row = never.iloc[-1]
        text = words.say(
            'Fewer than half of the customers go on from "{stage}", as far as the data reach', stage=names[row["stage"]]
        )
    else:
        row = known.loc[known["median_days"].idxmax()]
        text = words.say(
            'Customers wait longest at "{stage}": half go on within {days} days',
            stage=names[row["stage"]],
            days=words.integer(row["median_days"]),
        )
    medians = [
        words.say('"{stage}": {days}', stage=names[one.stage], days=_median(one, words)) for one in known.itertuples()
    ]
    said = words.say("Days until half has gone on: {list}.", list="; ".join(medians))
    return Finding("waits", text, said, subtitle, caption)


def moods_finding(ranked: pd.DataFrame, words: Words, *, months: int) -> Finding:
    """Where customers are least content, of a `least_content`."""
    if ranked.empty:
        return unknown("stage_moods", words)
    row, names = ranked.iloc[0], stage_names(words)
    stage = names.get(row["stage"], row["stage"])
    interval = words.say(
        "95% interval {low} to {high}",
        low=words.percent(row["satisfaction_low"]),
        high=words.percent(row["satisfaction_high"]),
    )
    if row["is_lowest"]:
        text = words.say('Least content at "{stage}": {share}', stage=stage, share=words.percent(row["satisfaction"]))
    elif len(ranked) == 1:
        text = words.say('Answers are known at "{stage}" alone', stage=stage)
    else:
        stages = _listed([names.get(one, one) for one in ranked.loc[ranked["may_be_lowest"], "stage"]], words)
        text = words.say("Where customers are least content cannot be told: {stages}", stages=stages)
    said = words.say(
        "{share} of {answers} answers there are among the best of their scale ({interval}).",
        share=words.percent(row["satisfaction"]),
        answers=words.integer(row["answers"]),
        interval=interval,
    )
    caption = words.say(
        "Each stage has its own questions, so levels of different stages are compared with care. "
        "Complaints are the worst answers of the scale."
    )
    subtitle = words.plural("Answers of the last {n} month", "Answers of the last {n} months", months)
    return Finding("stage_moods", text, said, subtitle, caption)


def touchpoints_finding(ledger: pd.DataFrame, words: Words) -> Finding:
    """How many events make up the journey, of a `touchpoint_ledger`."""
    if ledger.empty:
        return unknown("touchpoints", words)
    events = int(ledger["events"].sum())
    known = int(ledger.loc[ledger["is_known"], "events"].sum())
    text = words.say(
        "{share} of {events} events are of a known stage",
        share=words.percent(known / events),
        events=words.integer(events),
    )
    said = words.say("Events are known from {month} on.", month=words.month(ledger["first_month"].min()))
    return Finding("touchpoints", text, said)


def _behind(weakest: pd.DataFrame, interval: str, words: Words) -> str:
    if len(weakest) == 1:
        return words.say("It is the only one that can be left ({interval}).", interval=interval)
    row = weakest.iloc[1]
    return words.say(
        '{interval:title}. Next is "{stage}" with {rate}: {difference} ({low} to {high}).',
        stage=stage_names(words)[row["stage"]],
        rate=words.percent(row["conversion"]),
        difference=write_difference(row["above"], "percent", words),
        low=write_difference(row["above_low"], "percent", words),
        high=write_difference(row["above_high"], "percent", words),
        interval=interval,
    )


def _median(row: object, words: Words) -> str:
    if is_missing(row.median_days):
        return words.say("more than half stay")
    days = write(row.median_days, "days", words)
    low, high = (write(getattr(row, f"median_days{end}"), "days", words) for end in ("_low", "_high"))
    if MISSING in (low, high):  # the band of the curve never falls to a half
        return days
    return words.say("{days} ({low} to {high})", days=days, low=low, high=high)


def _listed(stages: Sequence[str], words: Words) -> str:
    return ", ".join(words.say('"{stage}"', stage=stage) for stage in stages)
