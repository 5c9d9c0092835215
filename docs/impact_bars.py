"""The answers of the validation as one table, and the bars that they are held against."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from docs.impact_runs import FAMILY, OUTCOMES, SEEDS
from retention_helpers.metrics.intervals import CONFIDENCE, normal_quantile, wilson
from tests.worlds.lives import WORLDS

REACH = normal_quantile(CONFIDENCE)
IDENTIFIED = ("random", "engaged", "hot", "checkout")
FALSE_RAISED, POWER, POWER_HOT = 0.02, 0.80, 0.60
COVERAGE, COVERAGE_LIFE = 0.95, 0.85
BIAS_SHARE, BIAS_APART = 0.03, 0.03
TREND_SILENT, FALSE_REFUSALS = 0.90, 0.10
LARGEST = max(SEEDS)  # customers: where the bias is judged, because the interval is narrow there
FEWEST_SEEDS = 4  # for a share, or a bias, to be judged at all
FEW = 8  # seeds below which the spread of estimates is taken from their own errors


@dataclass(frozen=True)
class Bar:
    """One bar in one place: what was found, its Monte Carlo interval, and whether it, or only that, reaches the bar."""

    what: str
    world: str
    customers: int
    outcome: str
    seeds: int
    found: float
    low: float
    high: float
    bar: float
    at_most: bool

    @property
    def is_met(self) -> bool:
        """Whether the Monte Carlo interval reaches the bar."""
        return self.low <= self.bar if self.at_most else self.high >= self.bar

    @property
    def is_clear(self) -> bool:
        """Whether what was found does so itself."""
        return self.found <= self.bar if self.at_most else self.found >= self.bar


def answers(rows: Iterable[dict]) -> pd.DataFrame:
    """One row per cell and outcome: what is true, what was answered, how far off the other methods are."""
    found = []
    for row in rows:
        for outcome in OUTCOMES:
            answer = row[outcome]
            low, high = answer["interval"]
            robust_low, robust_high = answer["robust"]
            truth = answer["truth"]
            found.append(
                {name: row[name] for name in ("world", "customers", "effect", "seed")}
                | {
                    "outcome": outcome,
                    "truth": truth,
                    "off": answer["effect"] - truth,
                    "se": (high - low) / 2 / REACH,
                    "holds": low <= truth <= high,
                    "robust_holds": robust_low <= truth <= robust_high,
                    "raised": answer["verdict"] == "raised",
                    "lowered": answer["verdict"] == "lowered",
                    "silent": answer["verdict"] == "cannot_tell",
                    "declined": bool(answer["declined"]),
                    "naive_gap": answer["others"]["naive"][0] - answer["truth_everybody"],
                    **_others(answer),
                }
            )
    return pd.DataFrame(found)


def _others(answer: dict) -> dict[str, float]:
    """How far each other method is off, and whether its own interval finds something."""
    columns: dict[str, float] = {}
    for name, (value, error) in answer["others"].items():
        columns[f"{name}_off"] = value - answer["truth_everybody"]
        columns[f"{name}_finds"] = np.nan if error is None else float(abs(value) > REACH * error)
    return columns


def mean_off(some: pd.DataFrame) -> tuple[float, float]:
    """The bias, and the reach of its Monte Carlo interval."""
    k = len(some)
    spread = float(some["off"].std(ddof=1)) if k >= FEW else float(np.sqrt((some["se"] ** 2).mean()))
    return float(some["off"].mean()), REACH * spread / np.sqrt(k)


def bars(table: pd.DataFrame) -> Iterator[Bar]:
    """Every bar, at every size and for every outcome that there are answers for."""
    for (customers, outcome), some in table.groupby(["customers", "outcome"], sort=True):
        yield from _bars(some, int(customers), str(outcome))


def _bars(table: pd.DataFrame, customers: int, outcome: str) -> Iterator[Bar]:
    place = {"customers": customers, "outcome": outcome}

    def share(what: str, column: str, bar: float, at_most: bool, **where: object) -> Iterator[Bar]:
        some = _where(table, **where)
        if len(some) >= FEWEST_SEEDS:
            low, high = wilson(int(some[column].sum()), len(some))
            world = str(where["world"])
            yield Bar(
                what, world, **place, seeds=len(some), found=float(some[column].mean()), low=float(low),
                high=float(high), bar=bar, at_most=at_most,
            )  # fmt: skip

    for world in (*IDENTIFIED, "life", FAMILY):
        yield from share("“raised” without an effect", "raised", FALSE_RAISED, True, world=world, effect=0.0)
        least = POWER_HOT if world == "hot" else POWER
        yield from share("“raised” at +15%", "raised", least, False, world=world, effect=0.15)
        held = COVERAGE_LIFE if world == "life" else COVERAGE
        for effect in (0.0, 0.15, -0.10):
            what = f"robust interval holds the truth at {effect:+.0%}"
            yield from share(what, "robust_holds", held, False, world=world, effect=effect)
        yield from share("declined", "declined", FALSE_REFUSALS, True, world=world)
    if customers >= 20_000:
        yield from share("“cannot tell”", "silent", TREND_SILENT, False, world="trend")
    for world in ("hot", "checkout", FAMILY) if customers >= LARGEST else ():
        yield from _bias(_where(table, world=world), world, place)
    for world in (*IDENTIFIED, "life", FAMILY):
        yield from _apart(_where(table, world=world), world, place)


def _where(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    for column, value in values.items():
        table = table[table[column] == value]
    return table


def _bias(some: pd.DataFrame, world: str, place: dict) -> Iterator[Bar]:
    """The bias without an effect, as a share of the naive gap."""
    none = some[some["effect"] == 0]
    if len(none) >= FEWEST_SEEDS:
        gap = float(none["naive_gap"].mean())
        value, reach = mean_off(none)
        low, high = (abs(value) - reach) / gap, (abs(value) + reach) / gap
        what = "bias without an effect, part of the naive gap"
        yield Bar(what, world, **place, seeds=len(none), found=abs(value) / gap, low=max(low, 0.0), high=high,
                  bar=BIAS_SHARE, at_most=True)  # fmt: skip


def _apart(some: pd.DataFrame, world: str, place: dict) -> Iterator[Bar]:
    """How far the bias at +15 % lies from that at -10 %, by seed; revenue in orders' worth of money is left out."""
    if place["outcome"] != "orders":
        return
    by_seed = some.pivot_table(index="seed", columns="effect", values="off")
    if not {0.15, -0.10} <= set(by_seed.columns):
        return
    apart = (by_seed[0.15] - by_seed[-0.10]).dropna()
    if len(apart) > 1:
        value = float(apart.mean())
        reach = REACH * float(apart.std(ddof=1)) / np.sqrt(len(apart))
        yield Bar("bias at +15% against that at -10%", world, **place, seeds=len(apart), found=abs(value),
                  low=max(abs(value) - reach, 0.0), high=abs(value) + reach, bar=BIAS_APART, at_most=True)  # fmt: skip


ALL_WORLDS = (*WORLDS, FAMILY)
