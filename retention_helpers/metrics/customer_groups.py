"""The groups of customers that answers and risks are looked at by: the segment and the life stage each is in."""

from datetime import date

import duckdb

from retention_helpers.params.segments import SegmentRules

from .life_stages import LifeRules, staged_customers
from .rfm import scored_customers


def customer_groups(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, segment_rules: SegmentRules, lapse_months: int
) -> dict[str, duckdb.DuckDBPyRelation]:
    """Which segment and which life stage is each customer in at the end of ``as_of``?

    Both are those of `scored_customers` and `staged_customers`, so a group here holds whom it holds in their reports;
    only advocates stand with the loyal. The usual wrong edge: who is called an advocate for a good answer makes a group
    of good answers, and of the other loyal customers one of bad ones. Groups are those of the month's end.

    Parameters: ``connection`` to the facts; ``as_of``, last day of a month; ``segment_rules``, ``lapse_months`` of the
    profile. Without orders nobody is in any.

    Returns "segment" and "life_stage" -> a relation with ``customer_id`` (once each) and ``value``.
    """
    scored = connection.table(scored_customers(connection, as_of=as_of, rules=segment_rules))
    staged = staged_customers(connection, as_of=as_of, rules=LifeRules(lapse_months))
    return {
        "segment": scored.select("customer_id, rfm_segment AS value"),
        "life_stage": staged.select(
            "customer_id, CASE life_stage WHEN 'advocate' THEN 'loyal' ELSE life_stage END AS value"
        ),
    }
