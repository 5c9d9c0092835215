"""Key figures against their targets, judged by the interval."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from retention_helpers.errors import CallError, did_you_mean

from .kpis import KPIS

Verdict = Literal["reached", "missed", "open"]

# A target of these is a ceiling; of all others a floor.
LOWER_IS_BETTER = frozenset({"churn_rate"})

_TYPES = {
    "kpi": "str",
    "target": "float64",
    "target_side": "str",
    "target_verdict": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
}


def verdict(low: float, high: float, target: float, *, is_ceiling: bool = False) -> Verdict:
    """Is a target reached, missed, or is it too early to say, given between which values the key figure lies?

    Reached when the whole interval lies on the target's side, an edge on the target itself included; missed when all of
    it lies on the other; open when the interval holds the target, or is not known.

    >>> verdict(0.31, 0.36, 0.30), verdict(0.31, 0.36, 0.40), verdict(0.31, 0.36, 0.33)
    ('reached', 'missed', 'open')
    >>> verdict(0.09, 0.11, 0.12, is_ceiling=True), verdict(0.09, 0.11, 0.08, is_ceiling=True)
    ('reached', 'missed')
    """
    reached, missed = (high <= target, low > target) if is_ceiling else (low >= target, high < target)
    return "reached" if reached else "missed" if missed else "open"


def judge_targets(kpis: pd.DataFrame, targets: Mapping[str, float]) -> pd.DataFrame:
    """Which targets are reached, which are missed, and for which is it too early to say?

    By the 95% interval of the value, see `verdict`. The usual wrong edge: a value a little beside its target says
    nothing when another draw of the same customers would fall on the other side; such a month is neither praised nor
    blamed. A key figure without a value, or without an interval, is open.

    Parameters: ``kpis``, a table of `metrics.kpis`, or of `trailing_kpis` for one window; ``targets``: key figure ->
    what it is to be at least, or, where lower is better (`LOWER_IS_BETTER`), at most; rates 0..1, money in major units.

    Returns one row per target, in the order given:
      kpi              text
      target           customers, orders, money, or a rate 0..1
      target_side      text: at_least or at_most
      target_verdict   text: reached, missed or open
      value, low, high as in ``kpis``; missing where it has no such row

    Raises `CallError` for a target of no key figure.

    >>> month = pd.DataFrame({"kpi": ["revenue"], "value": [100.0], "low": [90.0], "high": [110.0]})
    >>> judge_targets(month, {"revenue": 80})[["target_side", "target_verdict"]].values.tolist()
    [['at_least', 'reached']]
    """
    known = [kpi.name for kpi in KPIS]
    unknown = [name for name in targets if name not in known]
    if unknown:
        raise CallError(f'there is no key figure "{unknown[0]}".{did_you_mean(unknown[0], known)}')
    rows = kpis.set_index("kpi")[["value", "low", "high"]].reindex(list(targets))
    judged = [
        (
            name,
            target,
            "at_most" if name in LOWER_IS_BETTER else "at_least",
            verdict(row.low, row.high, target, is_ceiling=name in LOWER_IS_BETTER),
            *row,
        )
        for (name, target), row in zip(targets.items(), rows.itertuples(index=False), strict=True)
    ]
    return pd.DataFrame(judged, columns=list(_TYPES)).astype(_TYPES)
