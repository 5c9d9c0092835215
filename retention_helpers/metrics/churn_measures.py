"""How good are chances, held against what happened? Ranking, level, and what acting on them would reach."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .intervals import Floats, divide, draw_interval, share, wilson

GROUPS = 10
DRAWS = 500


@dataclass(frozen=True, eq=False)
class Ranked:
    """Customers from the likeliest to leave on: at which place each stands, ties sharing one, and who did."""

    places: int
    where: np.ndarray  # for each customer twice the place from the highest, and 1 more for a silent one

    @classmethod
    def of(cls, order: Floats, silent: np.ndarray) -> "Ranked":
        values, place = np.unique(-order, return_inverse=True)
        return cls(values.size, 2 * place + silent)

    def at(self, drawn: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Customers who ordered again and silent ones at each place, shape (places,); of those ``drawn``, else all."""
        where = self.where if drawn is None else self.where[drawn]
        again, silent = np.bincount(where, minlength=2 * self.places).reshape(self.places, 2).T
        return again, silent

    def sums(self) -> tuple[Floats, Floats]:
        """All customers and the silent ones up to each place, shape (places,)."""
        again, silent = self.at()
        return np.cumsum(again + silent).astype(float), np.cumsum(silent).astype(float)

    def auc(self, drawn: np.ndarray | None = None) -> float:
        """The chance that of a silent customer and another the silent one ranks higher, ties counting for half.

        Among the customers ``drawn``, their numbers in shape (n,), some more than once; else among all.
        """
        again, silent = self.at(drawn)
        # Each who ordered again loses against the silent ones above, and half of those beside.
        above = np.cumsum(silent) - silent / 2
        return float(divide(again @ above, silent.sum() * again.sum()))

    def average_precision(self) -> float:
        """The mean share of silent customers among those ranked as high or higher, over the silent customers."""
        total, silent = self.sums()
        return float(divide((np.diff(silent, prepend=0.0) * silent / total).sum(), silent[-1:].sum()))

    def reached(self, shares: Floats) -> Floats:
        """Which share of the silent customers is among the highest ``shares`` of all; of ties a part like any other."""
        total, silent = self.sums()
        x, y = np.append(0.0, total / max(self.where.size, 1)), np.append(0.0, share(silent, silent[-1:].sum()))
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
        ranked.auc(),
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
    n, rng = silent.size, np.random.default_rng(seed)
    drawn = (rng.integers(0, n, n) for _ in range(draws))
    found = np.array([[one.auc(some) for one in ranked.values()] for some in drawn])
    base, base_drawn = ranked[rule].auc(), found[:, list(ranked).index(rule)]
    rows = []
    for (name, one), values in zip(ranked.items(), found.T, strict=True):
        low, high = draw_interval(values - base_drawn)
        rows.append((name, one.auc() - base, float(low), float(high)))
    names = ["score", "auc_gain", "auc_gain_low", "auc_gain_high"]
    return pd.DataFrame(rows, columns=names).astype({"score": "str"})
