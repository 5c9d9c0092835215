"""The figures of the life-cycle report: each takes a metric's table, finds the words for it, and draws."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.words import Words

from . import lifecycle_findings as findings
from .bars import BarOptions, ranked_bars
from .cohort_findings import value_name
from .curve import CurveOptions, survival_curve
from .curves import MOST_CURVES, CurvesOptions, survival_curves
from .figure import Figure
from .lifecycle_wordings import CHANNELS, LOSSES, STAGES, STEPS, TRAITS, said
from .lines import LineOptions, retention_lines
from .migration import MigrationOptions, migration_grid
from .multiples import MultiplesOptions, small_multiples
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import Unit, write_interval

WATCHED_DAYS = 90.0


def balance_figure(flows: pd.DataFrame, words: Words, *, loyal_orders: int, lapse_months: int) -> Figure:
    """How many customers each stage held at the end of each month, of a `stage_flows`."""
    finding = findings.balance_finding(flows, words, loyal_orders=loyal_orders, lapse_months=lapse_months)
    held = flows.groupby("life_stage", sort=False)["closing"].transform("max") > 0
    options = MultiplesOptions(value="closing", names=_only(flows.loc[held, "life_stage"], STAGES, words))
    return small_multiples(flows[held], finding, words, options=options)


def flow_table(flows: pd.DataFrame, words: Words) -> ReadableTable:
    """Opening, entered, left and closing of each stage in the last month, of a `stage_flows`."""
    last = flows[flows["month"] == flows["month"].iloc[-1]] if len(flows) else flows
    order = {stage: place for place, stage in enumerate(STAGES)}
    shown = last.sort_values("life_stage", key=lambda stages: stages.map(order))
    shown = shown.assign(life_stage=[words.say(STAGES[stage]) for stage in shown["life_stage"]])
    columns = {
        "life_stage": Column(words.say("Stage"), "text"),
        "opening": Column(words.say("Opening"), "integer"),
        "entered": Column(words.say("Entered"), "integer"),
        "left": Column(words.say("Left"), "integer"),
        "closing": Column(words.say("Closing"), "integer"),
    }
    return readable_table(shown, findings.flow_finding(flows, words), words, options=TableOptions(columns))


def moves_figure(moves: pd.DataFrame, words: Words) -> Figure:
    """From stage to stage in the last month, of a `stage_moves`."""
    last = moves[moves["month"] == moves["month"].iloc[-1]] if len(moves) else moves
    options = MigrationOptions(
        origin="from_stage",
        destination="to_stage",
        names=said(STAGES, words),
        origin_title=words.say("Stage a month before"),
        destination_title=words.say("Stage now"),
    )
    return migration_grid(last, findings.moves_finding(moves, words), words, options=options)


def steps_figure(rates: pd.DataFrame, words: Words) -> Figure:
    """The four steps of a life by month, of a `transition_rates`."""
    seen = rates.groupby("transition", sort=False)["n"].transform("max") > 0
    names = _only(rates.loc[seen, "transition"], {step: wording.name for step, wording in STEPS.items()}, words)
    options = MultiplesOptions(panel="transition", value="rate", unit="percent", names=names)
    shown = rates[seen].assign(better="up")
    return small_multiples(shown, findings.steps_finding(rates, words), words, options=options)


def losses_table(losses: pd.DataFrame, words: Words) -> ReadableTable:
    """Who fell silent in the last month, of a `transition_rates` of losses."""
    last = losses[losses["month"] == losses["month"].iloc[-1]] if len(losses) else losses
    shown = pd.DataFrame(
        {
            "transition": [words.say(LOSSES[name]) for name in last["transition"]],
            "customers": last["customers"].to_numpy(),
            "n": last["n"].to_numpy(),
            "rate": _intervals(last, "rate", words),
            "change": last["change"].to_numpy(),
            "last_year_change": last["last_year_change"].to_numpy(),
            "is_reliable": _yes_no((last["change_low"] > 0) | (last["change_high"] < 0), words),
        }
    )
    columns = {
        "transition": Column(words.say("What happened"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "n": Column(words.say("Of"), "integer"),
        "rate": Column(words.say("Rate (95% interval)"), "text"),
        "change": Column(words.say("On the month before"), "points"),
        "is_reliable": Column(words.say("Reliably changed"), "text"),
        "last_year_change": Column(words.say("On the year before"), "points"),
    }
    return readable_table(shown, findings.losses_finding(losses, words), words, options=TableOptions(columns))


def second_order_figure(survival: pd.DataFrame, times: pd.DataFrame, words: Words) -> Figure:
    """How soon customers order a second time, of a `second_order_survival` and `second_order_times` of everybody."""
    options = CurveOptions(
        y="ordered_again",
        x_title=words.say("days since the first order"),
        y_title=words.say("ordered again"),
        marked=float(times["quarter_days"].iloc[0]) if len(times) else float("nan"),
        marked_label=words.say("a quarter"),
    )
    return survival_curve(survival, findings.second_order_finding(times, words), words, options=options)


def channel_figure(survival: pd.DataFrame, test: pd.DataFrame, groups: pd.DataFrame, words: Words) -> Figure:
    """The same by channel of the first order: the largest channels, of a `second_order_survival` by channel."""
    largest = groups.nlargest(MOST_CURVES, "customers")["value"]
    options = CurvesOptions(
        group="value",
        y="ordered_again",
        names={value: value_name(value, words) for value in largest},
        x_title=words.say("days since the first order"),
        marked=WATCHED_DAYS,
        marked_label=words.say("90 days"),
    )
    shown = survival[survival["value"].isin(largest)]
    return survival_curves(shown, findings.channel_finding(test, groups, words), words, options=options)


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
    sides = {side: _intervals(table, side, words, units) for side in ("referred", "others")}
    shown = pd.DataFrame(
        {
            "measure": [findings.measure_name(measure, words) for measure in table["measure"]],
            **sides,
            "verdict": _yes_no(table["is_reliable"], words),
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
    """Second orders within 90 days by group, of a `second_order_cuts`: who differs is in colour."""
    known = cuts[(cuts["value"] != "unassigned") & cuts["rate"].notna()]
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
        share=_intervals(known, "rate", words),
        verdict=_yes_no(known["is_different"], words),
    )
    columns = {
        "trait": Column(words.say("Group"), "text"),
        "value": Column("", "text"),
        "life_stage": Column(words.say("Stage"), "text"),
        "n": Column(words.say("Customers"), "integer"),
        "share": Column(words.say("In the stage (95% interval)"), "text"),
        "others_rate": Column(words.say("Others"), "percent"),
        "q_value": Column(words.say("q"), "number", 3),
        "verdict": Column(words.say("Reliably different"), "text"),
    }
    options = TableOptions(columns, max_rows=10)
    return readable_table(shown, findings.stage_cuts_finding(cuts, words), words, options=options)


def _only(present: pd.Series, names: dict[str, str], words: Words) -> dict[str, str]:
    """The names of what is there, in the order of all."""
    there = set(present)
    return said({key: name for key, name in names.items() if key in there}, words)


def _intervals(frame: pd.DataFrame, name: str, words: Words, units: Sequence[Unit] | None = None) -> list[str]:
    columns = (frame[f"{name}{edge}"] for edge in ("", "_low", "_high"))
    rows = zip(*columns, units or ["percent"] * len(frame), strict=True)
    return [write_interval(value, (low, high), unit, words) for value, low, high, unit in rows]


def _yes_no(flags: pd.Series, words: Words) -> list[str]:
    return [words.say("yes") if flag else words.say("no") for flag in flags]
