"""The figures of the base: its size and reach, who was referred, and how groups of customers differ."""

import pandas as pd

from retention_helpers.words import Words

from . import base_findings as findings
from .bars import BarOptions, ranked_bars
from .figure import Figure
from .lifecycle_wordings import CHANNELS, MEASURES, STAGES, TRAITS, intervals, yes_no
from .lines import LineOptions, retention_lines
from .tables import Column, ReadableTable, TableOptions, readable_table

MOST_GROUPS = 12


def base_figure(base: pd.DataFrame, words: Words) -> Figure:
    """How many customers are known, and how many of them have ordered, of a `contact_base`."""
    series = {"closing": words.say("Known"), "buyers": words.say("Have ordered")}
    options = LineOptions(series=series, unit="integer")
    return retention_lines(base, findings.base_finding(base, words), words, options=options)


def reach_figure(reach: pd.DataFrame, words: Words) -> Figure:
    """How many of the known customers each channel reaches, of a `contact_reach`."""
    whole = reach[reach["life_stage"] == "all"]
    named = whole.assign(channel=[words.say(CHANNELS[channel]) for channel in whole["channel"]])
    options = BarOptions(
        label="channel",
        value="rate",
        unit="percent",
        highlight=(words.say(CHANNELS["any"]),),
        header=words.say("Channel"),
        title=words.say("Reachable"),
    )
    return ranked_bars(named, findings.reach_finding(reach, words), words, options=options)


def reach_table(reach: pd.DataFrame, words: Words) -> ReadableTable:
    """How many customers of each stage can be reached by each channel, of a `contact_reach`."""
    stages = [stage for stage in STAGES if stage in set(reach["life_stage"])]
    rates = reach.pivot(index="life_stage", columns="channel", values="rate").reindex(stages)
    n = reach.drop_duplicates("life_stage").set_index("life_stage")["n"].reindex(stages)
    shown = rates.reindex(columns=list(CHANNELS)).assign(stage=[words.say(STAGES[stage]) for stage in stages], n=n)
    columns = {"stage": Column(words.say("Stage"), "text"), "n": Column(words.say("Customers"), "integer")}
    columns |= {channel: Column(words.say(name), "percent") for channel, name in CHANNELS.items()}
    finding = findings.reach_stage_finding(reach, words)
    return readable_table(shown, finding, words, options=TableOptions(columns))


def referred_figure(rates: pd.DataFrame, words: Words) -> Figure:
    """Which share of new customers had been referred, of a `referred_share`."""
    options = LineOptions(series={"rate": words.say("Referred")}, bases={"rate": "n"})
    return retention_lines(rates, findings.referred_finding(rates, words), words, options=options)


def referrals_table(table: pd.DataFrame, words: Words) -> ReadableTable:
    """Referred customers beside the others, of a `referred_against_others`."""
    units = ["money" if measure.startswith("revenue") else "percent" for measure in table["measure"]]
    sides = {side: intervals(table, side, words, units) for side in ("referred", "others")}
    shown = pd.DataFrame(
        {
            "measure": [words.say(MEASURES[measure]) for measure in table["measure"]],
            **sides,
            "verdict": yes_no(table["is_reliable"], words),
            "n": [
                f"{words.integer(referred)} / {words.integer(others)}"
                for referred, others in zip(table["referred_n"], table["others_n"], strict=True)
            ],
        }
    )
    columns = {
        "measure": Column(words.say("Measure"), "text"),
        "referred": Column(words.say("Referred (95% interval)"), "text"),
        "others": Column(words.say("Others (95% interval)"), "text"),
        "verdict": Column(words.say("Reliably different"), "text"),
        "n": Column(words.say("n, referred / others"), "text"),
    }
    return readable_table(shown, findings.referrals_finding(table, words), words, options=TableOptions(columns))


def second_cuts_figure(cuts: pd.DataFrame, words: Words) -> Figure:
    """Second orders within 90 days of who differs (in colour) and of the largest groups, of a `second_order_cuts`."""
    known = cuts[(cuts["value"] != "unassigned") & cuts["rate"].notna()]
    known = known.sort_values(["is_different", "n"], ascending=False, kind="stable").head(MOST_GROUPS)
    named = known.assign(label=[findings.group_name(row, words) for _, row in known.iterrows()])
    options = BarOptions(
        value="rate",
        unit="percent",
        highlight=(*named.loc[named["is_different"], "label"], ""),
        header=words.say("Group"),
        title=words.say("Second order within 90 days"),
    )
    return ranked_bars(named, findings.second_cuts_finding(cuts, words), words, options=options)


def stage_cuts_table(cuts: pd.DataFrame, words: Words) -> ReadableTable:
    """Where groups stand out from the others, the clearest first, of a `stage_cuts`."""
    known = cuts[(cuts["value"] != "unassigned") & cuts["q_value"].notna()].sort_values("q_value", kind="stable")
    shown = known.assign(
        trait=[words.say(TRAITS[trait]) for trait in known["trait"]],
        life_stage=[words.say(STAGES[stage]) for stage in known["life_stage"]],
        share=intervals(known, "rate", words),
        verdict=yes_no(known["is_different"], words),
    )
    columns = {
        "trait": Column(words.say("By"), "text"),
        "value": Column(words.say("Group"), "text"),
        "life_stage": Column(words.say("Stage"), "text"),
        "n": Column(words.say("Customers"), "integer"),
        "share": Column(words.say("In the stage (95% interval)"), "text"),
        "others_rate": Column(words.say("Others"), "percent"),
        "q_value": Column(words.say("q"), "number", 3),
        "verdict": Column(words.say("Reliably different"), "text"),
    }
    options = TableOptions(columns, max_rows=10)
    return readable_table(shown, findings.stage_cuts_finding(cuts, words), words, options=options)
