"""Who moved: from the segment of the month before to the segment of this one."""

from itertools import product

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import Fault
from retention_helpers.params import NOBODY, SegmentRules

from .intervals import newcombe_difference, share, wilson
from .relations import ask

DIRECTIONS = ("up", "down", "sideways", "stayed", "entered", "left")


def migration(connection: duckdb.DuckDBPyConnection, *, before: str, now: str, rules: SegmentRules) -> pd.DataFrame:
    """From which segment to which did customers move?

    Each customer of either month is in one row; "none" is where new customers come from, and where those go whose
    orders a window has left behind. So the rows of a segment add up to its customers before, its columns to those now.
    The usual wrong edge: by quantile a customer who does nothing moves down as others order.

    Parameters: ``before``, ``now``: `scored_customers` of two months by the same ``rules``.

    Returns one row per pair of segments and "none" (but none to none), in the order of the rules:
      from_segment  text
      to_segment    text
      customers     customers, 0 where nobody moved so
    """
    found = ask(connection, "segment_moves", scored_before=before, scored_now=now)
    places = [pair for pair in product((*rules.names, NOBODY), repeat=2) if pair != (NOBODY, NOBODY)]
    index = pd.MultiIndex.from_tuples(places, names=["from_segment", "to_segment"])
    moves = found.set_index(["from_segment", "to_segment"])["customers"].reindex(index, fill_value=0).reset_index()
    if moves["customers"].sum() != found["customers"].sum():
        raise Fault("migration: a customer is in a segment that the rules do not have. Score both months by one set.")
    return moves.astype({"from_segment": "str", "to_segment": "str", "customers": "int64"})


def entered_and_left(moves: pd.DataFrame, *, rules: SegmentRules) -> pd.DataFrame:
    """Who came into each segment and who left it, and was that up or down?

    opening - up_out - down_out - sideways_out - left + entered + up_in + down_in + sideways_in = closing, for every
    segment. Up and down are by the level of the rules; between two segments of one level is sideways.

    Parameters: ``moves``, a `migration` by ``rules``. Returns one row per segment, in the order of the rules:
      rfm_segment                        text
      opening, closing                   customers before and now
      stayed                             customers in it both times
      entered                            customers new to the shop (or back in the window)
      up_in, down_in, sideways_in        customers from a segment of a lower, higher, equal level
      up_out, down_out, sideways_out     customers to one of a higher, lower, equal level
      left                               customers whom the window has left behind
    """
    named = moves.assign(direction=_directions(moves, rules))
    into = named.pivot_table(index="to_segment", columns="direction", values="customers", aggfunc="sum")
    out = named.pivot_table(index="from_segment", columns="direction", values="customers", aggfunc="sum")
    columns = {"stayed": (into, "stayed"), "entered": (into, "entered")}
    columns |= {f"{way}_in": (into, way) for way in ("up", "down", "sideways")}
    columns |= {f"{way}_out": (out, way) for way in ("up", "down", "sideways")} | {"left": (out, "left")}
    counts = {
        name: side.reindex(index=list(rules.names), columns=[way], fill_value=0)[way].fillna(0).to_numpy(np.int64)
        for name, (side, way) in columns.items()
    }
    opening = counts["stayed"] + counts["left"] + sum(counts[f"{way}_out"] for way in ("up", "down", "sideways"))
    closing = counts["stayed"] + counts["entered"] + sum(counts[f"{way}_in"] for way in ("up", "down", "sideways"))
    names = pd.Series(rules.names, dtype="str")
    return pd.DataFrame({"rfm_segment": names, "opening": opening, "closing": closing, **counts})


def movement(moves: pd.DataFrame, moves_before: pd.DataFrame, *, rules: SegmentRules) -> pd.DataFrame:
    """How many customers moved up, how many down, and is that more than a month before?

    Shares are of the customers who were in a segment before; "entered" were in none and have no share. Up and down are
    by the level of the rules. The usual wrong edge: more go down than up in every growing shop, because by quantile the
    silent make room for those who order; so the month is set against the one before.

    Parameters: ``moves``, ``moves_before``: `migration` into this month and into the one before, by ``rules``.

    Returns one row per direction (up, down, sideways, stayed, entered, left):
      direction                          text
      customers                          customers
      customers_share, ..._low, ..._high rate 0..1, 95 % Wilson; missing for entered or without customers before
      previous_customers, previous_share the same of the month before
      change, change_low, change_high    difference of the shares, 95 % Newcombe
      of_moves_share, ..._low, ..._high  of those who moved up or down the part that moved so, 95 % Wilson
    """
    now, before = (_by_direction(each, rules) for each in (moves, moves_before))
    base, base_before = (np.where(np.array(DIRECTIONS) == "entered", 0, n.sum() - n[4]) for n in (now, before))
    low, high = wilson(now, base)
    moved = np.where(np.isin(DIRECTIONS, ("up", "down")), now[:2].sum(), 0)
    moved_low, moved_high = wilson(now, moved)
    change, change_low, change_high = newcombe_difference(now, base, before, base_before)
    return pd.DataFrame(
        {
            "direction": pd.Series(DIRECTIONS, dtype="str"),
            "customers": now,
            "customers_share": share(now, base),
            "customers_share_low": low,
            "customers_share_high": high,
            "previous_customers": before,
            "previous_share": share(before, base_before),
            "change": change,
            "change_low": change_low,
            "change_high": change_high,
            "of_moves_share": share(now, moved),
            "of_moves_share_low": moved_low,
            "of_moves_share_high": moved_high,
        }
    )


def _by_direction(moves: pd.DataFrame, rules: SegmentRules) -> np.ndarray:
    sums = moves.groupby(_directions(moves, rules))["customers"].sum()
    return sums.reindex(list(DIRECTIONS), fill_value=0).to_numpy(np.int64)


def _directions(moves: pd.DataFrame, rules: SegmentRules) -> list[str]:
    levels = rules.levels
    return [
        _direction(start, end, levels) for start, end in zip(moves["from_segment"], moves["to_segment"], strict=True)
    ]


def _direction(start: str, end: str, levels: dict[str, int]) -> str:
    """What a move is.

    >>> levels = {"Loyal": 2, "Lost": 1}
    >>> _direction("Lost", "Loyal", levels), _direction("none", "Lost", levels), _direction("Lost", "Lost", levels)
    ('up', 'entered', 'stayed')
    """
    if NOBODY in (start, end):
        return "entered" if start == NOBODY else "left"
    if start == end:
        return "stayed"
    step = levels[end] - levels[start]
    return "up" if step > 0 else "down" if step < 0 else "sideways"
