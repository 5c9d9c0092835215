"""How wrong each candidate would have been: the last diagonals (calendar months) hidden, and predicted from before.

It decides which candidate is used and how wide an interval must be.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .forecast import CANDIDATES, candidates, forecast
from .intervals import Floats
from .triangle import Triangle

HIDDEN = 6  # diagonals hidden for the back-test
CALIBRATION = 12  # diagonals hidden to learn how wide an interval must be
FEWEST_HIDDEN = 3  # cohorts that must be left when diagonals are hidden
WORTH = 0.02  # a more complicated candidate must have an error smaller by this share
COVERAGE = 0.95
NORMAL = 1.96
NARROWEST = 1.0  # width, in spreads
ENOUGH = 60  # misses from which a quantile is read


def hidden_cells(triangle: Triangle) -> pd.DataFrame:
    """Every cell of the last diagonals as each candidate would have predicted it at each earlier month's end."""
    parts = [forecast(triangle, "curve").iloc[:0].assign(candidate="", origin=0, actual=0.0)]  # if none can be hidden
    for origin in range(triangle.last - HIDDEN - CALIBRATION, triangle.last):
        known = triangle.hidden_after(origin)
        if known.seen_cohorts < FEWEST_HIDDEN:
            continue
        for candidate in candidates(known):
            cells = forecast(known, candidate)
            row = np.searchsorted(triangle.first, cells["first_month"])
            actual = triangle.active[row, cells["months_since_first"] - 1]
            parts.append(cells.assign(candidate=candidate, origin=origin, actual=actual))
    hidden = pd.concat(parts[1:] or parts, ignore_index=True).dropna(subset=["actual"])
    hidden = hidden[hidden["months_ahead"] <= CALIBRATION]
    return hidden.assign(miss=(hidden["actual"] - hidden["expected"]).abs() / hidden["spread"])


def winner(hidden: pd.DataFrame, last: int) -> str:
    """The candidate of the smallest error over the cells that all offered candidates predicted."""
    tested = hidden[(hidden["origin"] >= last - HIDDEN) & (hidden["months_ahead"] <= HIDDEN)]
    origins = tested.groupby("candidate")["origin"].unique()
    offered = [
        name for name in CANDIDATES if name in origins and len(origins[name]) >= min(3, len(origins[CANDIDATES[0]]))
    ]
    if not offered:
        return CANDIDATES[0]
    common = set.intersection(*(set(origins[name]) for name in offered))
    tested = tested[tested["origin"].isin(common)]
    errors = rate_error(tested, "expected").groupby(tested["candidate"]).mean()
    best = offered[0]
    for name in offered[1:]:
        if errors[name] < (1 - WORTH) * errors[best]:
            best = name
    return best


def widths(
    hidden: pd.DataFrame, candidate: str, last: int, ahead: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.bool_]]:
    """How many spreads an interval reaches to each side, learnt from what was known at ``last`` alone."""
    known = hidden[(hidden["candidate"] == candidate) & hidden["origin"].between(last - CALIBRATION, last - 1)]
    known = known[known["origin"] + known["months_ahead"] <= last]
    furthest = int(known["months_ahead"].max()) if len(known) else 0
    reach = max(int(ahead.max()) if len(ahead) else 0, 1)
    width = np.array([_quantile(known, h) if h <= furthest else np.nan for h in range(1, reach + 1)])
    if not furthest:
        width[0] = NORMAL
    width = np.fmax.accumulate(width)
    # Further than ever tried: errors are taken to wander on, so they grow with the root of the time.
    beyond = np.sqrt(np.maximum(np.arange(1, reach + 1) / max(furthest, 1), 1))
    return (width * beyond)[ahead - 1], ahead <= furthest


def _quantile(known: pd.DataFrame, ahead: int) -> float:
    """The 95 % quantile, with the conformal correction for few, of misses about as many months ahead."""
    distance = (known["months_ahead"] - ahead).abs().to_numpy()
    nearest = np.sort(distance)[min(ENOUGH, len(distance)) - 1]
    misses = np.sort(known["miss"].to_numpy()[distance <= max(nearest, 1)])
    rank = int(np.ceil((len(misses) + 1) * COVERAGE))
    if rank > len(misses):
        return max(float(misses[-1]), NORMAL)
    return max(float(misses[rank - 1]), NARROWEST)


def prediction_interval(cells: pd.DataFrame, width: Floats) -> tuple[Floats, Floats]:
    """The rates between which each cell will lie: expected +- ``width`` spreads, within 0..1."""
    size, expected = cells["cohort_customers"].to_numpy(), cells["expected"].to_numpy()
    reach = width * cells["spread"].to_numpy()
    return np.clip((expected - reach) / size, 0, 1), np.clip((expected + reach) / size, 0, 1)


def is_inside(hidden: pd.DataFrame, tested: pd.DataFrame) -> pd.Series:
    """Whether each tested cell lies in the interval it would have had then (1, 0, or missing without calibration)."""
    inside = pd.Series(np.nan, index=tested.index)
    for (candidate, origin), cells in tested.groupby(["candidate", "origin"]):
        width, calibrated = widths(hidden, candidate, int(origin), cells["months_ahead"].to_numpy())
        low, high = prediction_interval(cells, width)
        rate = cells["actual"] / cells["cohort_customers"]
        inside[cells.index] = np.where(calibrated, rate.between(low, high), np.nan)
    return inside


def rate_error(cells: pd.DataFrame, predicted: str) -> pd.Series:
    """How far the rate was from the one predicted in column ``predicted``."""
    return (cells["actual"] - cells[predicted]).abs() / cells["cohort_customers"]
