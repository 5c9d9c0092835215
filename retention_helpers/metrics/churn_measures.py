"""How good are chances, held against what happened? Ranking, level, and what acting on them would reach."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .intervals import Floats, divide, draw_interval, share, wilson

GROUPS = 10
DRAWS = 500
_AT_ONCE = 25  # draws whose weights are held in memory together


@dataclass(frozen=True, eq=False)
class Ranked:
    """Customers from the likeliest to leave on: where each stands, ties sharing a place, and who did."""

    ordered: np.ndarray  # customers, the highest first
    ends: np.ndarray  # of each run of ties in it: the place after its last one
    silent: Floats

    @classmethod
    def of(cls, order: Floats, silent: np.ndarray) -> "Ranked":
        ordered = np.argsort(-order, kind="stable")
        steps = np.flatnonzero(np.diff(order[ordered]))
        ends = np.append(steps + 1, order.size) if order.size else np.zeros(0, dtype=int)
        return cls(ordered, ends, silent.astype(float))

    def sums(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Customers and silent ones up to the end of each run of ties; ``weights``, shape (draws, n), count them."""
        silent = self.silent[self.ordered]
        if weights is None:
            return self.ends.astype(float), np.cumsum(silent)[self.ends - 1]
        drawn = weights[:, self.ordered]
        total = np.cumsum(drawn, axis=1, dtype=float)[:, self.ends - 1]
        return total, np.cumsum(drawn * silent, axis=1)[:, self.ends - 1]

    def auc(self, weights: Floats | None = None) -> Floats:
        """The chance that of a silent customer and another the silent one ranks higher, ties counting for half."""
        total, silent = self.sums(weights)
        others = total - silent
        step = np.diff(others, axis=-1, prepend=0.0)
        # Each who ordered again loses against the silent ones above, and half of those beside.
        above = silent - np.diff(silent, axis=-1, prepend=0.0) / 2
        return divide((step * above).sum(axis=-1), silent[..., -1:].sum(axis=-1) * others[..., -1:].sum(axis=-1))

    def average_precision(self) -> float:
        """The mean share of silent customers among those ranked as high or higher, over the silent customers."""
        total, silent = self.sums()
        return float(divide((np.diff(silent, prepend=0.0) * silent / total).sum(), self.silent.sum()))

    def reached(self, shares: Floats) -> Floats:
        """Which share of the silent customers is among the highest ``shares`` of all; of ties a part like any other."""
        total, silent = self.sums()
        n = max(self.ordered.size, 1)
        x, y = np.append(0.0, total / n), np.append(0.0, share(silent, self.silent.sum()))
        return np.interp(shares, x, y)


def score_quality(order: Floats, chance: Floats, silent: np.ndarray) -> dict[str, float]:
    """AUC and average precision of the order; Brier and ECE of the chances; lift of the highest tenth; and n.

    All are missing where everybody did the same (nothing is told apart then).
    """
    n = silent.size
    names = ("auc", "average_precision", "brier", "ece", "lift_top_decile")
    if not n or silent.all() or not silent.any():
        return {**dict.fromkeys(names, np.nan), "n": n}
    ranked = Ranked.of(order, silent)
    groups = calibration(chance, silent)
    apart = (groups["predicted"] - groups["observed"]).abs()
    values = (
        float(ranked.auc()),
        ranked.average_precision(),
        float(((chance - silent) ** 2).mean()),
        float((apart * groups["customers"]).sum() / n),
        float(ranked.reached(np.array([0.1]))[0] / 0.1),
    )
    return {**dict(zip(names, values, strict=True)), "n": n}


def calibration(chance: Floats, silent: np.ndarray) -> pd.DataFrame:
    """Of the customers given a chance of 30 %, did 30 % stay silent? Ten groups of about equal size by the chance.

    Customers of one chance are never parted. Returns one row per group, the lowest chance first:
      group                         1..10; groups that nobody fell into are not there
      predicted                     0..1, mean chance
      observed                      rate 0..1 that stayed silent
      observed_low, observed_high   95 % Wilson
      customers, silent             counts
    """
    values, place, many = np.unique(chance, return_inverse=True, return_counts=True)
    middle = (np.cumsum(many) - many / 2) / max(chance.size, 1)
    group = np.minimum((middle * GROUPS).astype(int), GROUPS - 1)[place] if values.size else np.zeros(0, dtype=int)
    n, gone, told = (
        np.bincount(group, weights=weights, minlength=GROUPS) for weights in (None, silent.astype(float), chance)
    )
    low, high = wilson(gone, n)
    frame = pd.DataFrame(
        {
            "group": np.arange(1, GROUPS + 1),
            "predicted": share(told, n),
            "observed": share(gone, n),
            "observed_low": low,
            "observed_high": high,
            "customers": n.astype("int64"),
            "silent": gone.astype("int64"),
        }
    )
    return frame[n > 0].reset_index(drop=True)


def reach(order: Floats, silent: np.ndarray) -> pd.DataFrame:
    """If those likeliest to leave are contacted first, how many of those who leave are reached?

    Returns one row per twentieth of the customers:
      contacted  share 0..1 of customers, .05 to 1
      reached    share 0..1 of those who stayed silent
      lift       reached / contacted
    """
    contacted = np.arange(1, 21) / 20
    ranked = Ranked.of(order, silent)
    reached = ranked.reached(contacted) if silent.any() else np.full(20, np.nan)
    return pd.DataFrame({"contacted": contacted, "reached": reached, "lift": reached / contacted})


def auc_gains(
    orders: dict[str, Floats], rule: str, silent: np.ndarray, *, seed: int = 0, draws: int = DRAWS
) -> pd.DataFrame:
    """How much better does each way tell who leaves than the rule? Paired bootstrap over customers.

    The same customers are drawn for all, so that what is common to them cancels. Returns one row per way, the rule's
    own gain being 0:
      score                      text
      auc_gain                   -1..1, its AUC - that of the rule
      auc_gain_low, auc_gain_high  95 %
    """
    ranked = {name: Ranked.of(order, silent) for name, order in orders.items()}
    n = silent.size
    drawn = {name: [] for name in ranked}
    rng = np.random.default_rng(seed)
    for _ in range(0, draws, _AT_ONCE):
        weights = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(_AT_ONCE)]).astype("int32")
        for name, one in ranked.items():
            drawn[name].append(one.auc(weights))
    base, base_drawn = ranked[rule].auc(), np.concatenate(drawn[rule])
    rows = []
    for name, one in ranked.items():
        low, high = draw_interval(np.concatenate(drawn[name]) - base_drawn)
        rows.append((name, float(one.auc() - base), float(low), float(high)))
    names = ["score", "auc_gain", "auc_gain_low", "auc_gain_high"]
    return pd.DataFrame(rows, columns=names).astype({"score": "str"})
