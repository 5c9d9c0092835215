"""Which of the watched key figures moved more than chance and season explain, or missed what was aimed at?"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retention_helpers.periods import Period, month_index, month_label

from .change_tests import agreeing_p, implied_p, movement_p
from .cohort_tests import q_values
from .intervals import CONFIDENCE, Floats, is_small, normal_quantile
from .kpi_targets import LOWER_IS_BETTER
from .kpis import KPIS
from .usual_course import LONGEST, SHORTEST, usual_course

Rule = Literal["usual_course", "previous_and_last_year", "previous", "none"]
# Rates move by points, all else by per cent: seasons and growth multiply it.
RATES = frozenset(
    {kpi.name for kpi in KPIS if kpi.kind in ("share", "crr")} | {"nrr", "grr", "returning_revenue_share"}
)
EDGES = ("", "_low", "_high")
_TYPES = {
    "kpi": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "n": "int64",
    "rule": "str",
    "compared_with": "str",
    **{f"{name}{edge}": "float64" for name in ("previous_change", "last_year_change", "change") for edge in EDGES},
    **dict.fromkeys(("usual", "usual_low", "usual_high", "z", "p_value", "q_value"), "float64"),
    "target": "float64",
    "target_verdict": "str",
    "target_p_value": "float64",
    "target_q_value": "float64",
    "moved": "str",
    "is_worse": "bool",
    "is_target_missed": "bool",
    "is_alert": "bool",
}


class WatchTables(NamedTuple):
    """A `kpis` against the month before, one against 12 months before, a `kpi_history`, and a `judge_targets`."""

    month: pd.DataFrame
    year: pd.DataFrame
    history: pd.DataFrame
    targets: pd.DataFrame


def watch(
    tables: WatchTables, *, as_of: date, watched: Sequence[str], level: float, history_starts: date | None = None
) -> pd.DataFrame:
    """Which key figures moved more than chance and season explain, and which missed their target?

    One p value for each watched key figure, by what the history allows. Once 24 earlier months are known: of its
    distance from the usual course (`usual_course`), where the change against the same month last year is reliable and
    has the same direction. From 13 months on: the larger one of the changes against the month before and against last
    year, which must have one direction, for a season shows in the former alone. Before that, the month before alone.
    A target has the one-sided p value of missing it. Benjamini-Hochberg over all of them: in at most ``level`` of the
    months in which nothing happened there is an alert. The usual wrong edge: sixteen figures looked at one by one, at
    5% each, bring an alert in every second month.

    Parameters: ``tables``, all of ``as_of``; ``watched``, key figures; ``level`` 0..1; ``history_starts``: months up to
    that day's are left out, since they count people as new who may be old (not given: none are).

    Returns one row per watched key figure, then per other one with a target:
      kpi                                      text
      value, low, high, n                      as in `kpis`
      rule                                     text: usual_course, previous_and_last_year, previous, none (below 30)
      compared_with                            text, YYYY-MM: the month that ``change`` is against, "" where none
      previous_change, ..._low, ..._high       against the month before; missing where it is not known
      last_year_change, ..._low, ..._high      against the same month last year
      change, change_low, change_high          the one of the two that ``compared_with`` names
      usual, usual_low, usual_high             what was to be expected, 95 % of such months; missing below 24 months
      z                                        distance from usual in robust scales
      p_value, q_value                         0..1; missing where there is nothing to compare with
      target, target_verdict                   as in `judge_targets`; missing and "" without
      target_p_value, target_q_value           0..1, one-sided
      moved                                    text: up, down, or "" (no alert by its movement)
      is_worse                                 it moved to the side that is not wanted
      is_target_missed                         missed, corrected for all that is watched
      is_alert                                 moved, or missed

    Source: Benjamini and Hochberg (1995), JRSS B 57, 289-300.
    """
    month = month_index(as_of)
    first = month_index(history_starts) + 1 if history_starts else 0
    names = list(dict.fromkeys([*watched, *tables.targets["kpi"]]))
    now, year, targets = (table.set_index("kpi") for table in (tables.month, tables.year, tables.targets))
    series = {str(kpi): rows for kpi, rows in tables.history.groupby("kpi")}
    rows = []
    for kpi in names if len(now) else ():
        row = {"kpi": kpi, **now.loc[kpi, ["value", "low", "high", "n"]], "is_watched": kpi in watched}
        for name, table, back in (("previous", now, 1), ("last_year", year, 12)):
            known = month - back >= first
            row |= {f"{name}_change{end}": table.loc[kpi, f"change{end}"] if known else np.nan for end in EDGES}
        row |= _movement(kpi, row, series[kpi], first) | _aim(kpi, row, targets)
        against = {"previous": month - 1, "none": None}.get(row["rule"], month - 12)
        row["compared_with"] = "" if against is None else month_label(against)
        rows.append(row)
    return _judged(pd.DataFrame(rows, columns=[*_TYPES, "is_watched"]), level)


def _movement(kpi: str, row: dict, history: pd.DataFrame, first: int) -> dict:
    """By which rule the figure is judged, its p value, and what was usual."""
    course = dict.fromkeys(("usual", "usual_low", "usual_high", "z"), np.nan)
    previous, last_year = (tuple(row[f"{name}_change{end}"] for end in EDGES) for name in ("previous", "last_year"))
    if np.isnan(row["value"]) or is_small(row["n"]) or np.isnan(previous[0]):
        return {"rule": "none", "p_value": np.nan, **course}
    past = _unbroken(history, first)
    if np.isnan(last_year[0]):
        return {"rule": "previous", "p_value": float(implied_p(*previous)), **course}
    if len(past) <= SHORTEST:
        return {"rule": "previous_and_last_year", "p_value": float(agreeing_p(previous, last_year)), **course}
    scale = _scale(kpi, past, row)
    values, low, high = (scale(part) for part in (past, row["low"], row["high"]))
    found = usual_course(values, float(high - low) / 2 / normal_quantile(CONFIDENCE))
    p_value = movement_p(found.p_value, values[-1] - found.expected, last_year)
    back = (lambda x: x) if scale is _plain else np.exp
    usual = {"usual": found.expected, "usual_low": found.low, "usual_high": found.high}
    course |= {name: float(back(value)) for name, value in usual.items()} | {"z": float(found.z)}
    return {"rule": "usual_course", "p_value": float(p_value), **course}


def _unbroken(history: pd.DataFrame, first: int) -> Floats:
    """The values up to now without a gap, the latest `LONGEST` and this one."""
    month = np.array([Period.parse(label).index for label in history["month"]])
    values = history["value"].to_numpy(dtype=float)[month >= first]
    gaps = np.flatnonzero(np.isnan(values))
    return values[gaps[-1] + 1 if gaps.size else 0 :][-LONGEST - 1 :]


def _plain(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _scale(kpi: str, past: Floats, row: dict) -> np.ufunc:
    """Logarithms for what multiplies; a month of no orders, or of refunds alone, has none."""
    return _plain if kpi in RATES or min(past.min(), row["low"]) <= 0 else np.log


def _aim(kpi: str, row: dict, targets: pd.DataFrame) -> dict:
    if kpi not in targets.index:
        return {"target": np.nan, "target_verdict": "", "target_p_value": np.nan}
    target = targets.loc[kpi]
    off = (row["value"] - target["target"]) * (-1 if target["target_side"] == "at_most" else 1)
    ends = [(row[end] - row["value"]) for end in ("low", "high")]
    low, high = ends if target["target_side"] == "at_least" else [-end for end in reversed(ends)]
    two_sided = float(implied_p(off, off + low, off + high))
    missing = two_sided / 2 if off < 0 else 1 - two_sided / 2
    verdict = target["target_verdict"]
    return {"target": target["target"], "target_verdict": verdict, "target_p_value": missing}


def _judged(frame: pd.DataFrame, level: float) -> pd.DataFrame:
    """Which of the rows are alerts: Benjamini-Hochberg over the movements of what is watched and all targets."""
    p_value = frame["p_value"].astype(float).where(frame["is_watched"].astype(bool))
    corrected = q_values(np.concatenate([p_value, frame["target_p_value"].astype(float)]))
    moved_q, target_q = corrected[: len(frame)], corrected[len(frame) :]
    by_year = frame["compared_with"].ne("") & frame["rule"].ne("previous")
    change = {
        f"change{end}": frame[f"last_year_change{end}"].where(by_year, frame[f"previous_change{end}"]) for end in EDGES
    }
    change = {name: values.where(frame["compared_with"].ne("")) for name, values in change.items()}
    shown = (change["change_low"] > 0) | (change["change_high"] < 0)
    moved = np.where((moved_q <= level) & shown, np.where(change["change"] < 0, "down", "up"), "")
    low_wanted = frame["kpi"].isin(LOWER_IS_BETTER)
    missed = (target_q <= level) & (frame["target_verdict"] == "missed").to_numpy(dtype=bool)
    return frame.assign(
        p_value=p_value,
        q_value=moved_q,
        target_q_value=target_q,
        **change,
        moved=moved,
        is_worse=(moved != "") & ((moved == "up") == low_wanted),
        is_target_missed=missed,
        is_alert=(moved != "") | missed,
    )[list(_TYPES)].astype(_TYPES)
