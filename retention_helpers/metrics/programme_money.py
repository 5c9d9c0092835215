"""Does the programme pay? What its members add in the months that were seen, against what those months cost."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from .frames import last_month
from .loyalty import ProgrammeEffect
from .net_spend import margin_of
from .programme_points import Points
from .relations import ask
from .trials import MONTH_SECONDS

Missing = Literal["no_margin", "no_reward_cost", "no_value", "no_members"]
PARTS = ("gain", "rewards", "outstanding", "running", "net")


@dataclass(frozen=True)
class Terms:
    """What a programme costs: profit of revenue, and cost of a reward, each a share 0..1; None where nobody says."""

    margin_share: float | None
    reward_cost_share: float | None


def terms_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    margin: tuple[float, float | None],
    reward_cost: tuple[float, float | None],
) -> Terms:
    """What a programme costs: as the analyst sets it (0: not), else as the profile says; the margin else as orders do.

    Parameters: ``connection`` to the facts (``orders_valid``); ``as_of``; ``margin`` and ``reward_cost``, each the
    analyst's share and the profile's. Returns `Terms`. Raises `CallError` for a margin outside 0..1.
    """
    share = margin_of(connection, as_of=as_of, parameter=margin[0], profile=margin[1]).share
    return Terms(share, reward_cost[0] or reward_cost[1])


@dataclass(frozen=True)
class ProgrammeMoney:
    """The money of the whole months after joining, up to the horizon, of the members compared.

    parts            one row per part (gain, rewards, outstanding, running, net): amount, low, high, money, costs
                     negative; gain and net are missing where the effect may not be told
    member_months    whole months of membership that were seen
    break_even       revenue more a month and member that pays all costs: money, at the least and the most cost of the
                     points still held
    missing          why nothing is worked out, None where it is
    has_running_cost whether any cost of the programme is known; else it counts as nothing
    """

    parts: pd.DataFrame
    member_months: float
    break_even: tuple[float, float]
    missing: Missing | None
    has_running_cost: bool


def programme_money(
    connection: duckdb.DuckDBPyConnection, revenue: ProgrammeEffect, points: Points, terms: Terms, *, as_of: date
) -> ProgrammeMoney:
    """What do the first months of a membership bring, and what do they cost?

    Gain: effect on revenue x margin x member-months, at both ends of the robust interval. Rewards: points redeemed in
    these months, at cost. Outstanding: of the points earned in them the part that is ever redeemed (a range), less what
    was redeemed already, at cost. Running: the programme's costs so far, by these months' part of all member-months.
    The usual wrong edge: a year's gain from six months' effect; nothing is told beyond the months seen.

    Parameters: ``connection`` on which the programme was read (`read_programme`), with facts ``memberships`` and
    ``costs``; ``revenue``, its effect on revenue; ``points``; ``terms``, none of which is ever guessed; ``as_of``.

    Returns `ProgrammeMoney`.
    """
    missing = _missing(revenue, points, terms)
    if missing:
        return ProgrammeMoney(_parts({}), 0.0, (np.nan, np.nan), missing, False)
    horizon = int(revenue.event_study["month"].max())
    values = {
        "ends_at": as_of + timedelta(days=1), "length": MONTH_SECONDS, "horizon": horizon,
        "as_of_month": last_month(as_of),
    }  # fmt: skip
    seen = ask(connection, "programme_windows", values).iloc[0].astype("float64")
    months = float(seen["member_months"])
    rewards, outstanding = _point_costs(seen, points, float(terms.reward_cost_share or 0.0))
    running = float(np.nan_to_num(seen["running_cost"])) * months / max(float(seen["all_member_months"]), months)
    margin = float(terms.margin_share or 0.0)
    ends = (revenue.effect, revenue.robust_low, revenue.robust_high)
    gain = [end * margin * months if revenue.is_told else np.nan for end in ends]
    middle = float(np.mean(outstanding))
    rows = {
        "gain": tuple(gain),
        "rewards": (-rewards,) * 3,
        "outstanding": (-middle, -outstanding[1], -outstanding[0]),
        "running": (-running,) * 3,
    }
    rows["net"] = tuple(float(sum(end)) for end in zip(*rows.values(), strict=True))
    costs = [(rewards + running + end) / (margin * months) for end in outstanding]
    return ProgrammeMoney(_parts(rows), months, (costs[0], costs[1]), None, bool(np.isfinite(seen["running_cost"])))


def _point_costs(seen: pd.Series, points: Points, cost_share: float) -> tuple[float, tuple[float, float]]:
    """What points redeemed cost, and what those still held will, at the least and the most; nothing without points."""
    if not points.earned > 0:
        return 0.0, (0.0, 0.0)
    cost = points.value_per_point * cost_share
    earned, redeemed = float(seen["earned"]), float(seen["redeemed"])
    # Who redeems early has done so: those still held go more slowly than the points of which they are the rest.
    ahead = [max(earned * (1 - breakage) - redeemed, 0.0) for breakage in (points.breakage_high, points.breakage_low)]
    return redeemed * cost, (ahead[0] * cost, ahead[1] * cost)


def _missing(revenue: ProgrammeEffect, points: Points, terms: Terms) -> Missing | None:
    tried: list[tuple[bool, Missing]] = [
        (not len(revenue.event_study), "no_members"),
        (terms.margin_share is None, "no_margin"),
        (points.earned > 0 and terms.reward_cost_share is None, "no_reward_cost"),
        (points.earned > 0 and not np.isfinite(points.value_per_point), "no_value"),
    ]
    return next((reason for fails, reason in tried if fails), None)


def _parts(rows: dict[str, tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(part, *rows[part]) for part in PARTS if part in rows], columns=["part", "amount", "low", "high"]
    )
    return frame.astype({"part": "str", "amount": "float64", "low": "float64", "high": "float64"})
