"""What becomes of the points of a programme: redeemed, expired, or still held, by their age."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from .relations import ask
from .trials import MONTH_SECONDS

KNOWN_PART = 0.05  # of all points earned: an age that fewer have reached says nothing
FATES = ("redeemed", "expired", "held")


@dataclass(frozen=True)
class Points:
    """Points earned so far and what became of them.

    ages             one row per month of age: age_months, at_risk, redeemed, expired, held (points);
                     redeemed_share, expired_share (0..1, of what was earned, up to this age)
    value_per_point  money, as redeemed, else as earned; missing where no event has a value
    breakage_low     share 0..1 that will never be redeemed, if all that is still held will be
    breakage_high    the same, if none of it will
    unearned         points used that nobody had earned: the data lack their lots
    """

    ages: pd.DataFrame
    earned: float
    redeemed: float
    expired: float
    held: float
    unearned: float
    value_per_point: float
    breakage_low: float
    breakage_high: float

    @property
    def liability(self) -> tuple[float, float]:
        """What the points still held stand for, money: if they go the way of older ones, and if all are redeemed."""
        worth = self.held * self.value_per_point
        return worth * self._still_redeemed, worth

    @property
    def _still_redeemed(self) -> float:
        """Part of the points held that is redeemed up to the oldest age seen, as older points were from their age."""
        if not self.ages["held"].sum() > 0:
            return np.nan
        seen = self.ages["redeemed_share"].to_numpy()
        left = 1 - seen - self.ages["expired_share"].to_numpy()
        ahead = np.divide(seen[-1] - seen, left, out=np.zeros(len(seen)), where=left > 0)
        return float(np.average(np.clip(ahead, 0, 1), weights=self.ages["held"]))


def points_of(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> Points:
    """How many points were earned, how many are ever redeemed, and what do those still held stand for?

    Points earned first are used first. By age: of the points that reached an age still held, which part was redeemed
    and which expired then (product limit, two ends; points still held are censored at their age). The usual wrong edge:
    redeemed / earned takes points of yesterday for points nobody wants.

    Parameters: ``connection`` to the facts (``memberships``); ``as_of``. Returns `Points`; without points all are 0 and
    shares are missing.

    Source: Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
    """
    ends_at = as_of + timedelta(days=1)
    found = ask(connection, "programme_lots", {"ends_at": ends_at, "length": MONTH_SECONDS})
    worth = ask(connection, "programme_values", {"ends_at": ends_at}).iloc[0].astype("float64")
    total = found.groupby("fate")["points"].sum().reindex([*FATES, "unearned"], fill_value=0.0).astype("float64")
    wide = found[found["fate"] != "unearned"].pivot_table(index="age_months", columns="fate", values="points")
    ages = _ages(wide.reindex(columns=FATES).fillna(0.0).astype("float64"))
    last = ages.iloc[-1] if len(ages) else None
    return Points(
        ages=ages,
        earned=float(total[list(FATES)].sum()),
        redeemed=float(total["redeemed"]),
        expired=float(total["expired"]),
        held=float(total["held"]),
        unearned=float(total["unearned"]),
        value_per_point=float(worth["redeemed"] if np.isfinite(worth["redeemed"]) else worth["earned"]),
        breakage_low=np.nan if last is None else float(last["expired_share"]),
        breakage_high=np.nan if last is None else float(1 - last["redeemed_share"]),
    )


def _ages(wide: pd.DataFrame) -> pd.DataFrame:
    """The ends of points by age, as far as enough of them have reached it."""
    columns = ["age_months", "at_risk", *FATES, "redeemed_share", "expired_share"]
    if wide.empty:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns}).astype({"age_months": "int64"})
    whole = wide.reindex(range(int(wide.index.max()) + 1), fill_value=0.0)
    leaves = whole.sum(axis=1)
    at_risk = leaves[::-1].cumsum()[::-1]
    left, redeemed, expired = 1.0, 0.0, 0.0
    shares = []
    for age, row in whole.iterrows():
        if at_risk[age] > 0:
            redeemed += left * row["redeemed"] / at_risk[age]
            expired += left * row["expired"] / at_risk[age]
            left *= 1 - (row["redeemed"] + row["expired"]) / at_risk[age]
        shares.append((redeemed, expired))
    whole = whole.assign(
        at_risk=at_risk, redeemed_share=[one for one, _ in shares], expired_share=[one for _, one in shares]
    )
    known = whole[whole["at_risk"] >= KNOWN_PART * at_risk.iloc[0]]
    return known.rename_axis("age_months").reset_index().astype({"age_months": "int64"})[columns]
