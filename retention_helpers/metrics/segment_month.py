"""One month's segments with all that they are set against, each scored anew as of its own day."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.periods import Period

from .frames import last_month
from .migration import migration
from .rfm import cut_values, orders_scored_alike, scored_customers
from .segments import segment_totals


@dataclass(frozen=True)
class SegmentMonth:
    """A month's segments, and those of the month and the year before."""

    scored: str  # the `scored_customers` of the month, in the database
    totals: pd.DataFrame  # `segment_totals`
    totals_before: pd.DataFrame
    totals_last_year: pd.DataFrame
    moves: pd.DataFrame  # `migration` into the month
    moves_before: pd.DataFrame  # into the month before
    cuts: pd.DataFrame  # `cut_values`
    cuts_before: pd.DataFrame
    is_alike: bool  # over both moves, the same number of orders earned the same score


def segment_month(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: SegmentRules) -> SegmentMonth:
    """Who is where this month, a month and a year before, and who moved into this month and into the one before?

    Everything is scored anew as of each day by the same rules, so nothing is read from what was published. Of the four
    scorings only the month's own stays in the database. The usual wrong edge: when the number of orders that earns a
    score changes, many customers move at once who did nothing; ``is_alike`` says whether that happened.

    Parameters: ``connection`` to the facts; ``as_of``, last day of a month; ``rules``. Returns a `SegmentMonth`.
    """
    period = Period(last_month(as_of))

    def scored(months_back: int) -> str:
        return scored_customers(connection, as_of=(period - months_back).as_of, rules=rules)

    def forget(name: str) -> None:
        connection.execute(f"DROP TABLE {name}")

    # A scoring may be as large as the customers are many: none is kept longer than it is needed.
    year = scored(12)
    totals_last_year = segment_totals(connection, year)
    forget(year)
    earlier, before = scored(2), scored(1)
    moves_before = migration(connection, before=earlier, now=before, rules=rules)
    cuts_earlier = cut_values(connection, earlier, rules=rules)
    forget(earlier)
    now = scored(0)
    cuts, cuts_before = (cut_values(connection, each, rules=rules) for each in (now, before))
    month = SegmentMonth(
        scored=now,
        totals=segment_totals(connection, now),
        totals_before=segment_totals(connection, before),
        totals_last_year=totals_last_year,
        moves=migration(connection, before=before, now=now, rules=rules),
        moves_before=moves_before,
        cuts=cuts,
        cuts_before=cuts_before,
        is_alike=orders_scored_alike([cuts, cuts_before, cuts_earlier]),
    )
    forget(before)
    return month
