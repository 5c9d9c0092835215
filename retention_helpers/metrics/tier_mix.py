"""How many members are in which tier, and how many changed it within a month?"""

from datetime import date, timedelta

import duckdb
import pandas as pd

from .relations import ask


def tier_mix(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """How many members are in each tier at the end of a month, and who came and went in it?

    The usual wrong edge: a larger tier may have more members because more joined, not because they rose; shares by tier
    say nothing of what a tier does (`tiers.tier_effects`).

    Parameters: ``connection`` to the facts (``memberships``); ``as_of``, the last day of a month. Returns one row per
    tier, the largest first; none where no event gives a tier:
      tier              text, empty for members without one
      before, now       int, members in it at the beginning and at the end of the month
      came, went        int, members who are in it and were not, and the other way round; before + came - went = now
    """
    values = {"begins_at": as_of.replace(day=1), "ends_at": as_of + timedelta(days=1)}
    found = ask(connection, "tier_mix", values)
    return found if (found["tier"] != "").any() else found.iloc[:0]
