"""docs/impact-validation.md: what was asked of the estimator, what it answered, which bars it meets."""

from collections.abc import Iterable

import pandas as pd

from docs.impact_bars import ALL_WORLDS, Bar, answers, bars, mean_off
from docs.impact_runs import MATCHED_UP_TO, OTHER_WORLDS, SEEDS, SMALLEST
from tests.worlds.lives import HARDER

OTHERS = {
    "naive": "members minus others",
    "before_after": "before and after",
    "fixed_effects": "two-way fixed effects",
    "matched": "matched by course, then differences",
    "group_time": "group-time effects (Callaway and Sant'Anna)",
    "group_time_early_base": "the same, base four months before joining",
}
HEAD = """# How honest is the effect of the loyalty programme?

Written by `make validate-impact`: simulated shops with a programme whose effect is known order by order, asked by the
report's own estimator and by six other ways. {ran} The full programme is {full}; a run that is shorter takes its first
seeds, spread evenly over all worlds. Seeds for development are others than these.

## The worlds

24 months; the programme opens in the 9th. Customers differ for good, have streaks (of which a month keeps {kept}),
follow the season, and 2% leave a month. What makes them join: nothing (`random`); a high rate (`engaged`); the streak
of the month before (`hot`); the same, and one joins at an order (`checkout`); a turn in life that nobody sees and that
raises both, which no method can tell from an effect (`life`); growth (`trend`). `bg_nbd` is another family: constant
rates, leaving after an order, joining at an order. The truth is what the same customers would have ordered otherwise,
in the months 1 to 6 after joining, of the members whom the estimator compares.

How long and heavy streaks are was set by what the *other* ways answer, never by ours. Harder ones without bars:
`hot_long` (a month keeps 70% of a streak), `hot_now` (one joins because of a streak that has only begun, of which no
earlier order tells).

## The bars

Met when the Monte Carlo interval (95%) reaches the bar.

| bar | world | customers | of | seeds | found | Monte Carlo 95% | bar | |
|---|---|---:|---|---:|---:|---|---:|---|
"""
OURS = """
## The report's estimator

Bias: estimate minus truth, a month and member, ± its Monte Carlo error (95%). Plain and robust: how often the interval
holds the truth. Silent: “cannot tell”.

| world | effect | customers | seeds | truth | bias | plain | robust | raised | lowered | silent | declined |
|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|
"""
THEIRS = """
## Other ways, where nothing has an effect

Orders a month and member, {customers:,} customers; in brackets how often the way's own 95% interval finds an effect.

| way | {worlds} |
|---|{lines}|
"""


def page(rows: Iterable[dict]) -> str:
    """The page as Markdown."""
    table = answers(rows)
    if table.empty:
        return (
            "# How honest is the effect of the loyalty programme?\n\nNothing was asked yet: `make validate-impact`.\n"
        )
    held = list(bars(table))
    text = HEAD.format(ran=_ran(table), full=_full(), kept="50%")
    text += "".join(_bar(bar) for bar in sorted(held, key=lambda bar: (bar.outcome, bar.is_met)))
    text += _summary(held)
    for outcome, unit in (("orders", "Orders"), ("revenue", "Revenue, money")):
        text += OURS.replace("## The report's estimator", f"## The report's estimator: {unit.lower()}")
        text += _ours(table[table["outcome"] == outcome])
    return text + _theirs(table)


def _ran(table: pd.DataFrame) -> str:
    main = table[table["world"].isin(ALL_WORLDS) & (table["outcome"] == "orders")]
    seeds = main.groupby(["customers", "world", "effect"]).size().groupby("customers").agg(["min", "max"])
    parts = [
        f"{low}{'' if low == high else f' to {high}'} at {size:,} customers" for size, low, high in seeds.itertuples()
    ]
    return f"Seeds of each world and effect in this page: {', '.join(parts)}."


def _full() -> str:
    return ", ".join(f"{seeds} seeds at {size:,}" for size, seeds in SEEDS.items())


def _bar(bar: Bar) -> str:
    def said(value: float) -> str:
        return f"{value:.3f}" if bar.what.startswith("bias at") else f"{value:.1%}"

    limit = ("≤ " if bar.at_most else "≥ ") + said(bar.bar)
    return (
        f"| {bar.what} | `{bar.world}` | {bar.customers:,} | {bar.outcome} | {bar.seeds} | {said(bar.found)} "
        f"| {said(bar.low)} to {said(bar.high)} | {limit} | {'met' if bar.is_met else '**missed**'} |\n"
    )


def _summary(held: list[Bar]) -> str:
    return f"\n{sum(bar.is_met for bar in held)} of {len(held)} bars are met.\n"


def _ours(table: pd.DataFrame) -> str:
    text = ""
    places = {name: place for place, name in enumerate((*ALL_WORLDS, *HARDER, *OTHER_WORLDS))}
    groups = table.groupby(["world", "effect", "customers"])
    for (world, effect, size), some in sorted(groups, key=lambda one: (places[one[0][0]], *one[0][1:])):
        value, reach = mean_off(some)
        shares = " | ".join(
            f"{some[name].mean():.0%}" for name in ("holds", "robust_holds", "raised", "lowered", "silent", "declined")
        )
        text += (
            f"| `{world}` | {effect:+.0%} | {size:,} | {len(some)} | {some['truth'].mean():.3f} "
            f"| {value:+.3f} ± {reach:.3f} | {shares} |\n"
        )
    return text


def _theirs(table: pd.DataFrame) -> str:
    some = table[(table["customers"] == SMALLEST) & (table["effect"] == 0) & (table["outcome"] == "orders")]
    worlds = [world for world in (*ALL_WORLDS, *HARDER) if (some["world"] == world).any()]
    assert SMALLEST <= MATCHED_UP_TO, "the matching is asked at the smallest size"
    text = THEIRS.format(
        customers=SMALLEST, worlds=" | ".join(f"`{world}`" for world in worlds), lines="|".join(["---:"] * len(worlds))
    )
    for name, title in OTHERS.items():
        text += f"| {title} | " + " | ".join(_their(some[some["world"] == world], name) for world in worlds) + " |\n"
    ours = (
        f"{mean_off(mine)[0]:+.2f} ({1 - mine['silent'].mean():.0%})"
        for mine in (some[some["world"] == world] for world in worlds)
    )
    return text + "| **the report** (a verdict) | " + " | ".join(ours) + " |\n"


def _their(mine: pd.DataFrame, name: str) -> str:
    value, finds = mine[f"{name}_off"].mean(), mine[f"{name}_finds"].mean()
    return f"{value:+.2f}" + ("" if pd.isna(finds) else f" ({finds:.0%})")
