"""The figures of the life-cycle report: each takes a metric's table, finds the words for it, and draws."""

import pandas as pd

from retention_helpers.words import Words

from . import lifecycle_findings as findings
from .columns import value_name
from .curve import CurveOptions, survival_curve
from .curves import MOST_CURVES, CurvesOptions, survival_curves
from .figure import Figure
from .lifecycle_wordings import LOSSES, STAGES, STEPS, intervals, said, yes_no
from .migration import MigrationOptions, migration_grid
from .month_figures import lifetime_figure
from .multiples import MultiplesOptions, small_multiples
from .tables import Column, ReadableTable, TableOptions, readable_table

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
            "rate": intervals(last, "rate", words),
            "change": last["change"].to_numpy(),
            "last_year_change": last["last_year_change"].to_numpy(),
            "is_reliable": yes_no((last["change_low"] > 0) | (last["change_high"] < 0), words),
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
    shown = _thinned(survival, every=5, keeping=options.marked)
    return survival_curve(shown, findings.second_order_finding(times, words), words, options=options)


def lasting_figure(survival: pd.DataFrame, lifetime: pd.DataFrame, words: Words) -> Figure:
    """How long customers last: `month_figures.lifetime_figure`, drawn in fewer steps."""
    return lifetime_figure(_thinned(survival, every=5, keeping=float(lifetime["median_days"].iloc[0])), lifetime, words)


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
    shown = _thinned(survival[survival["value"].isin(largest)], every=6)
    return survival_curves(shown, findings.channel_finding(test, groups, words), words, options=options)


def _thinned(survival: pd.DataFrame, *, every: int, keeping: float = float("nan")) -> pd.DataFrame:
    """The curve as it stands every so many days (90 among them), and on one day more; the CSV has every day."""
    step = -(-survival["days"] // every)
    keys = [survival["value"], step] if "value" in survival else [step]
    last = survival.groupby(keys)["days"].transform("max") == survival["days"]
    kept = survival[last | (survival["days"] == keeping)]
    # On the first day nobody has gone on yet; a curve that begins later would hide from where it fell.
    first = kept.groupby("value" if "value" in kept else lambda _: 0, as_index=False).head(1)
    first = first[first["days"] > 0].assign(days=0, survival=1.0, survival_low=1.0, survival_high=1.0)
    again = [name for name in first if name.startswith("ordered_again")]
    return pd.concat([first.assign(**dict.fromkeys(again, 0.0)), kept], ignore_index=True)


def _only(present: pd.Series, names: dict[str, str], words: Words) -> dict[str, str]:
    """The names of what is there, in the order of all."""
    there = set(present)
    return said({key: name for key, name in names.items() if key in there}, words)
