"""What does reaching a tier change? A tier is taken as a programme of its own, which members join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from .frames import statement
from .loyalty import ProgrammeEffect, Verdict, effect_on
from .programme import Outcome, read_programme
from .programme_panel import MONTHS_BEFORE
from .relations import ask, keep, named

CLASSES = 10  # classes of nearness up to what the tier takes
KNOWN_MONTHS = MONTHS_BEFORE + 3  # after the programme opened: earlier than that nobody had been watched long enough
LOWEST, HIGHEST = 7, 13  # of them shown: from 70 % of it to 130 %
MEMBERS = """SELECT customer_id, MIN("at") AS joined_at FROM memberships
WHERE event = 'join' AND "at" < $ends_at GROUP BY customer_id"""


@dataclass(frozen=True)
class TierEffect:
    """What reaching one tier changes.

    tier, reached  its name, and how many members ever reached it
    points_from    points of twelve months with which it is reached: 95 % of those who did had as many; missing
                   without points
    effects        of each outcome, members of the tier against members who might have reached it then
    blind          the same without what they had spent
    crowd          one row per class of how near members outside were (70 % to 130 % of ``points_from``):
                   share_low, share_high (of ``points_from``), members (int, months of members), reached (int, of
                   these within the next month)
    """

    tier: str
    reached: int
    points_from: float
    effects: tuple[ProgrammeEffect, ...]
    blind: tuple[ProgrammeEffect, ...]
    crowd: pd.DataFrame

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Of each outcome: claimed only where it is with and without what was spent.

        One of the two is wrong whichever way the tier is given: who was lucky once orders less afterwards, and looking
        at spend favours whoever orders much. They err to opposite sides.
        """
        pairs = zip(self.effects, self.blind, strict=True)
        return tuple(one.verdict if one.verdict == other.verdict else "cannot_tell" for one, other in pairs)


def tier_effects(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    outcomes: Sequence[Outcome] = ("orders",),
    horizon_months: int = 6,
    seed: int = 0,
) -> list[TierEffect]:
    """Do members order more because they reached a tier?

    Every order of a member who has not reached the tier is a small trial, as in `loyalty.effect_on`; what one spent in
    the twelve months before, which is how near the tier was, is known of both sides. The usual wrong edge: tiers ranked
    by what their members spend tell of the members. Where a tier is given for spend alone, hardly anybody who had spent
    as much is outside, and the answer is that nothing can be said.

    Parameters: ``connection`` to the facts (``orders_valid``, ``customers``, ``memberships`` with tiers); ``as_of``,
    the last day of a month; the rest as in `programme.read_programme`. Returns one `TierEffect` a tier, lowest first;
    none where nobody reached a tier after joining. Raises what `read_programme` raises.
    """
    ends_at = as_of + timedelta(days=1)
    keep(connection, "tier_reached", statement("tier_reached"), {"ends_at": ends_at})
    keep(connection, "programme_members", MEMBERS, {"ends_at": ends_at})
    ranks = ask(connection, "tier_ranks").assign(rank=lambda found: range(len(found)))
    given = {"as_of": as_of, "outcomes": outcomes, "horizon_months": horizon_months, "seed": seed}
    with named(connection, tier_order=ranks[["tier", "rank"]]):
        return [_of(connection, one, ends_at, given) for one in ranks.itertuples()]


def _of(connection: duckdb.DuckDBPyConnection, tier: object, ends_at: date, given: dict) -> TierEffect:
    values = {"tier": tier.tier}
    keep(connection, "tier_aside", statement("tier_aside"), values | {"rank": tier.rank, "known": KNOWN_MONTHS})
    keep(connection, "tier_members", statement("tier_members"), values)
    keep(connection, "tier_orders", statement("tier_orders"))
    keep(connection, "tier_customers", statement("tier_customers"))
    tables = ("tier_orders", "tier_customers", "tier_members")
    found = read_programme(*tables, is_for_spend=True, connection=connection, **given)
    blind = replace(found, trials=replace(found.trials, is_for_spend=False))
    points_from = float(tier.points_from) if tier.points_from > 0 else np.nan
    return TierEffect(
        tier=str(tier.tier),
        reached=int(tier.reached),
        points_from=points_from,
        effects=tuple(effect_on(found, outcome) for outcome in given["outcomes"]),
        blind=tuple(effect_on(blind, outcome) for outcome in given["outcomes"]),
        crowd=_crowd(connection, str(tier.tier), points_from, ends_at),
    )


def _crowd(connection: duckdb.DuckDBPyConnection, tier: str, points_from: float, ends_at: date) -> pd.DataFrame:
    kinds = {"share_low": "float64", "share_high": "float64", "members": "int64", "reached": "int64"}
    if not points_from > 0:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    values = {"tier": tier, "points_from": points_from, "ends_at": ends_at, "classes": CLASSES}
    found = ask(connection, "tier_crowd", values | {"lowest": LOWEST, "highest": HIGHEST}).set_index("class")
    found = found.reindex(range(LOWEST, HIGHEST), fill_value=0)
    shares = {"share_low": found.index / CLASSES, "share_high": (found.index + 1) / CLASSES}
    return found.assign(**shares).reset_index(drop=True)[list(kinds)].astype(kinds)


def tier_table(tiers: Sequence[TierEffect]) -> pd.DataFrame:
    """What does each tier change?

    The usual wrong edge: tiers whose intervals overlap do not differ.

    Parameters: ``tiers`` of `tier_effects`. Returns one row per tier and outcome, lowest tier first:
      tier               text
      reached, compared  int, members who ever reached it; those of them compared
      points_from        float, points of twelve months with which it is reached; missing without points
      outcome            text
      effect, low, high  outcome more a month and member, robust interval; missing where nothing was compared
      verdict            text: raised, lowered, cannot_tell; claimed only where it is so without regard to spend too
      declined           text, reasons to say nothing, comma between
    """
    kinds = {"tier": "str", "reached": "int64", "compared": "int64", "points_from": "float64", "outcome": "str"}
    kinds |= {"effect": "float64", "low": "float64", "high": "float64", "verdict": "str", "declined": "str"}
    rows = [
        (
            *(one.tier, one.reached, effect.counts["compared"], one.points_from, effect.outcome, effect.effect),
            *(effect.robust_low, effect.robust_high, verdict, ",".join(why.reason for why in effect.declined)),
        )
        for one in tiers
        for effect, verdict in zip(one.effects, one.verdicts, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
