"""What is said of the figures of the life cycle; every headline is computed from the table it stands over."""

import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import kpi_finding
from .lifecycle_wordings import ACTIVE, STAGES, STEPS
from .month_findings import unknown
from .unit import is_missing, write, write_interval


def balance_finding(flows: pd.DataFrame, words: Words, *, loyal_orders: int, lapse_months: int) -> Finding:
    """How many of the known customers are active, and whether they became more, of a `stage_flows`' last month."""
    if flows.empty:
        return unknown("balance", words)
    rows = flows[flows["month"] == flows["month"].iloc[-1]].set_index("life_stage")
    total = rows[["opening", "entered", "closing"]].sum()
    active = rows.loc[list(ACTIVE)].sum()
    change = int(active["closing"] - active["opening"])
    texts = {
        1: marked("{n} customers are active, {change} more than a month before"),
        -1: marked("{n} customers are active, {change} fewer than a month before"),
        0: marked("{n} customers are active, as many as a month before"),
    }
    headline = words.say(
        texts[(change > 0) - (change < 0)], n=words.integer(active["closing"]), change=words.integer(abs(change))
    )
    sentence = words.say(
        "{month}: of {all} known customers {share} are active, {risk} are at risk, {lapsed} have lapsed, "
        "{potential} have not ordered yet.",
        month=words.month(flows["month"].iloc[-1]),
        all=words.integer(total["closing"]),
        share=words.percent(active["closing"] / total["closing"]),
        risk=words.integer(rows.loc["at_risk", "closing"]),
        lapsed=words.integer(rows.loc["lapsed", "closing"]),
        potential=words.integer(rows.loc["potential", "closing"]),
    )
    caption = words.say(
        "New: one order; repeat: several; loyal: {loyal} or more; advocate: loyal, and recommends. At risk: silent for "
        "more than half of {lapse} months; lapsed: for all of them; returned: ordered this month after that.",
        loyal=words.integer(loyal_orders),
        lapse=words.integer(lapse_months),
    )
    finding = Finding(
        "balance", headline, sentence, words.say("Customers in each stage at the end of the month"), caption
    )
    if not flows.loc[flows["life_stage"] == "potential", ["opening", "closing"]].to_numpy().any():
        finding = finding.noting(
            words.say("There are no potential customers here: the source names nobody before the first order.")
        )
    if not flows.loc[flows["life_stage"] == "advocate", "closing"].any():
        finding = finding.noting(
            words.say("There are no advocates here: the source has neither their answers nor referrals.")
        )
    return finding


def flow_finding(flows: pd.DataFrame, words: Words) -> Finding:
    """Which stage most customers came into and left, of a `stage_flows`' last month."""
    if flows.empty:
        return unknown("flows", words)
    rows = flows[flows["month"] == flows["month"].iloc[-1]].set_index("life_stage")
    stage = rows["entered"].idxmax()
    headline = words.say(
        'Most customers came into the stage "{stage}": {n}',
        stage=words.say(STAGES[stage]),
        n=words.integer(rows.loc[stage, "entered"]),
    )
    sentence = words.say("Opening + entered - left = closing, in every month and stage.")
    return Finding("flows", headline, sentence, words.say("Customers, {month}", month=words.month(_last(flows))))


def moves_finding(moves: pd.DataFrame, words: Words) -> Finding:
    """How many stayed in their stage, of a `stage_moves`' last month."""
    inside = moves[(moves["month"] == _last(moves)) & (moves["from_stage"] != "outside")] if len(moves) else moves
    if inside.empty:
        return unknown("moves", words)
    stayed = int(inside.loc[inside["from_stage"] == inside["to_stage"], "customers"].sum())
    all_customers = int(inside["customers"].sum())
    headline = words.say("{share} of the customers stayed in their stage", share=words.percent(stayed / all_customers))
    sentence = words.say(
        "{moved} of {all} customers known when the month began are in another stage at its end.",
        moved=words.integer(all_customers - stayed),
        all=words.integer(all_customers),
    )
    caption = words.say("Read along a row: where the customers of a stage went. The outlined cells stayed.")
    subtitle = words.say("Share of each stage, %, {month}", month=words.month(_last(moves)))
    return Finding("moves", headline, sentence, subtitle, caption)


def step_finding(rates: pd.DataFrame, step: str, words: Words) -> Finding:
    """Whether a step was made by more or fewer than a month before, of a `transition_rates` or `referred_share`."""
    name = step.replace("->", "_to_")
    if rates.empty:
        return unknown(name, words)
    found = rates[rates["transition"] == step] if "transition" in rates else rates
    month = found["month"].iloc[-1]
    row = found.iloc[[-1]].rename(columns={"rate": "value", "rate_low": "low", "rate_high": "high"})
    before = {"previous": row["value"] - row["change"], "last_year": row["value"] - row["last_year_change"]}
    # A step's name holds an arrow, which cannot be the name of a figure.
    return kpi_finding(row.assign(kpi=name, **before), name, words, period=month, wordings={name: STEPS[step]})


def steps_finding(rates: pd.DataFrame, words: Words) -> Finding:
    """The step from new to repeat customer, or else another that somebody could make, of a `transition_rates`."""
    could = rates[(rates["month"] == rates["month"].max()) & (rates["n"] > 0)]["transition"].tolist()
    step = next((step for step in ("new->repeat", "repeat->loyal", "lapsed->returned") if step in could), "new->repeat")
    finding = step_finding(rates, step, words)
    caption = words.say(
        "Of those in the stage when the month began, the share that was in the next at its end. Who skips a stage is "
        "in the grid above. A rate also moves with how long those in the stage have been there."
    )
    subtitle = words.say("Share of the stage that made the step in the month")
    return finding.about("steps", subtitle).noting(caption)


def losses_finding(losses: pd.DataFrame, words: Words) -> Finding:
    """From which stage most customers fell silent, of a `transition_rates` of losses."""
    last = losses[losses["month"] == _last(losses)].set_index("transition") if len(losses) else losses
    silent = last.drop(index="at_risk->lapsed") if len(last) else last
    if silent.empty or not silent["customers"].sum():
        return unknown("losses", words)
    worst = silent["customers"].idxmax()
    texts = {
        "new->silent": marked("The largest group that fell silent are new customers: {n} of {all}"),
        "repeat->silent": marked("The largest group that fell silent are repeat customers: {n} of {all}"),
        "loyal->silent": marked("The largest group that fell silent are loyal customers: {n} of {all}"),
        "advocate->silent": marked("The largest group that fell silent are advocates: {n} of {all}"),
    }
    headline = words.say(
        texts[worst], n=words.integer(silent.loc[worst, "customers"]), all=words.integer(silent["customers"].sum())
    )
    row = last.loc["at_risk->lapsed"]
    sentence = words.say(
        "Of those at risk {n} lapsed, {rate}; change on the month before {change} ({low} to {high}).",
        n=words.integer(row["customers"]),
        rate=write_interval(row["rate"], (row["rate_low"], row["rate_high"]), "percent", words),
        change=words.points(row["change"]),
        low=words.points(row["change_low"]),
        high=words.points(row["change_high"]),
    )
    sentence = "" if is_missing(row["change"]) else sentence
    return Finding("losses", headline, sentence, words.say("Fell silent or lapsed in the month, by stage before"))


def second_order_finding(times: pd.DataFrame, words: Words) -> Finding:
    """After how many days a quarter of the customers has ordered again, of a `second_order_times` of everybody."""
    if times.empty:
        return unknown("second_order", words)
    row = times.iloc[0]
    if is_missing(row["quarter_days"]):
        headline = words.say("Fewer than a quarter of the customers have ordered a second time so far")
    elif is_missing(row["half_days"]):
        headline = words.say(
            "A quarter of the customers orders again within {days} days; half have not done so yet",
            days=words.integer(row["quarter_days"]),
        )
    else:
        headline = words.say(
            "A quarter of the customers orders again within {days} days, half within {half}",
            days=words.integer(row["quarter_days"]),
            half=words.integer(row["half_days"]),
        )
    sentence = words.say(
        "{again} of {n} customers have ordered again; a quarter after {low} to {high} days (95% interval).",
        again=words.integer(row["ordered_again"]),
        n=words.integer(row["customers"]),
        low=write(row["quarter_days_low"], "days", words),
        high=write(row["quarter_days_high"], "days", words),
    )
    sentence = "" if is_missing(row["quarter_days_low"]) or is_missing(row["quarter_days_high"]) else sentence
    subtitle = words.say("Share of customers who have ordered a second time, by days since the first order")
    caption = words.say("Who has not ordered again yet counts for as long as they have been watched.")
    return Finding("second_order", headline, sentence, subtitle, caption)


def channel_finding(test: pd.DataFrame, groups: pd.DataFrame, words: Words) -> Finding:
    """Whether the second order comes sooner in one channel, of a `log_rank` and `log_rank_against_others`."""
    name = "second_order_by_channel"
    subtitle = words.say("Share who have ordered a second time, by channel of the first order")
    row = test.iloc[0]
    if row["groups"] < 2 or is_missing(row["p_value"]):
        said = words.say("The channels cannot be compared")
        return Finding(
            name, said, words.say("The source tells fewer than two channels with enough customers."), subtitle
        )
    different = groups[groups["is_different"] & (groups["value"] != "unassigned")]
    if row["p_value"] > 0.05 or different.empty:
        headline = words.say("The second order comes no sooner in one channel than in another")
    else:
        odd = different.loc[different["q_value"].idxmin()]
        text = (
            marked("Customers of the channel {value} order again sooner than the others")
            if odd["ratio"] > 1
            else marked("Customers of the channel {value} order again later than the others")
        )
        headline = words.say(text, value=str(odd["value"]))
    sentence = words.say(
        "Log-rank test over {groups} channels and {n} customers: p = {p}.",
        groups=words.integer(row["groups"]),
        n=words.integer(row["customers"]),
        p=words.number(row["p_value"], 3),
    )
    caption = words.say("The groups differ in more than the channel: this says who returns, not what the channel did.")
    return Finding(name, headline, sentence, subtitle, caption)


def _last(frame: pd.DataFrame) -> str:
    return str(frame["month"].iloc[-1])
