"""What did each campaign add to what its customers would have done anyway? Contacted against held out."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .campaign_checks import SIDES, both_sides, paired_arms
from .cohort_tests import two_proportions
from .differences import welch_difference
from .experiments import REVENUE, Experiments
from .frames import numbers
from .intervals import Floats, newcombe_difference, share
from .power import smallest_effect

SIGNIFICANCE = 0.05
FEWEST_EXPECTED = 10  # reactivations an arm: fewer are luck
CLAIMS = ("raised", "lowered", "unclear")
EFFECTS = {
    "campaign_id": "str", "arm": "str", "measure": "str", "is_share": "bool", "purpose": "str", "channel": "str",
    "begins_on": "str", "window_days": "float64", "contacted": "int64", "held_out": "int64", "waiting": "int64",
    "response": "float64", "control_response": "float64", "effect": "float64", "effect_low": "float64",
    "effect_high": "float64", "p_value": "float64", "p_holm": "float64", "smallest_effect": "float64",
    "expected": "float64", "claim": "str",
}  # fmt: skip


def campaign_effects(experiments: Experiments, checked: pd.DataFrame) -> pd.DataFrame:
    """What did each campaign add to what its customers would have done anyway?

    The share (or mean) of all contacted less that of all held out: per contact, never per responder. Shares have
    Newcombe's interval and the two-proportion test, means Welch's; revenue has `campaign_money`. All measured results
    together are one family (Holm): a claim needs a corrected p below 5 %, and an interval that leaves out zero. No
    claim is made for a reason of `campaign_checks`, nor where chance alone would give an arm fewer than 10
    reactivations. The usual wrong edges: the response of those contacted is no effect; and of many campaigns without
    any, one in twenty looks like one.

    Parameters: ``experiments``; ``checked``, their `campaign_checks`.

    Returns one row per campaign, arm that was contacted, and measure, the latest campaign first:
      campaign_id, arm, measure, purpose, channel, begins_on (YYYY-MM-DD)  text
      is_share                          whether the measure is a share of customers; else it is a mean
      window_days                       days after the first contact
      contacted, held_out               customers measured; ``waiting``: those whose window is not over
      response, control_response        share 0..1 or mean; missing where nobody was measured
      effect, effect_low, effect_high   response - control_response, 95 % interval of this one alone; missing where the
                                        comparison is not sound
      p_value, p_holm                   0..1; corrected, missing where no claim is tried
      smallest_effect                   0..1, rise of a share that four in five such campaigns would have shown
      expected                          reactivations that an arm would have by the common share, of the smaller arm
      claim                             raised, lowered, unclear, or the reason why there is none: no_holdout,
                                        window_open, holdout_reached, ratio, unbalanced, too_few
    """
    sums = experiments.sums
    pairs = paired_arms(sums[~sums["is_trait"] & (sums["measure"] != REVENUE)], by_arm=True)
    rows = pairs.merge(checked, on="campaign_id", how="left", validate="many_to_one", suffixes=("", "_all"))
    first, second = both_sides(pairs)
    expected = _expected(pairs)
    reason = rows["reason"].to_numpy(dtype=object)
    reason = np.where((reason == "") & (expected < FEWEST_EXPECTED), "too_few", reason)
    is_sound = np.isin(reason, ("", "too_few"))
    difference, low, high, p_value = (np.where(is_sound, values, np.nan) for values in _differences(pairs))
    p_holm = holm(np.where(reason == "", p_value, np.nan))
    base = np.where(rows["is_share"], second.mean, np.nan)
    waiting = rows["contacted_waiting"] + rows["held_out_waiting"]
    found = rows.assign(
        contacted=first.n, held_out=second.n, waiting=waiting, response=first.mean, control_response=second.mean,
        effect=difference, effect_low=low, effect_high=high, p_value=p_value, p_holm=p_holm,
        smallest_effect=smallest_effect(base, first.n, second.n), expected=expected,
        claim=np.where(reason == "", claims(low, high, p_holm), reason),
    )  # fmt: skip
    order = found.sort_values(["begins_on", "campaign_id", "arm"], ascending=[False, True, True], kind="stable")
    return order.reindex(columns=list(EFFECTS)).astype(EFFECTS).reset_index(drop=True)


def claims(low: ArrayLike, high: ArrayLike, p_holm: ArrayLike) -> np.ndarray:
    """What can be claimed of a sound comparison: raised or lowered only by interval and corrected p together.

    >>> claims([0.01, 0.01, -0.2, -0.1], [0.02, 0.02, -0.1, 0.1], [0.01, 0.2, 0.01, 0.9]).tolist()
    ['raised', 'unclear', 'lowered', 'unclear']
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    is_sure = (np.asarray(p_holm, dtype=float) <= SIGNIFICANCE) & np.isfinite(low) & np.isfinite(high)
    return np.select([is_sure & (low > 0), is_sure & (high < 0)], CLAIMS[:2], CLAIMS[2])


def holm(p_values: ArrayLike) -> Floats:
    """How sure is each result, so many having been looked at? Holm's step-down p values; missing ones are no part.

    The chance of claiming anything that is not so, of the whole family, stays below the level. Source: Holm (1979),
    Scandinavian Journal of Statistics 6, 65-70.

    >>> holm([0.01, 0.04, float("nan"), 0.03]).round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    values = np.asarray(p_values, dtype=float)
    result = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return result


def expected_in_smaller(came: ArrayLike, n1: ArrayLike, n0: ArrayLike) -> Floats:
    """How many would the smaller side have, of all who came, if both did alike? None where nobody is on either.

    >>> expected_in_smaller([75, 0], [400, 0], [200, 0]).tolist()
    [25.0, 0.0]
    """
    n1, n0 = np.asarray(n1, dtype=float), np.asarray(n0, dtype=float)
    return np.minimum(n1, n0) * np.nan_to_num(share(came, n1 + n0))


def _differences(pairs: pd.DataFrame) -> tuple[Floats, ...]:
    k1, n1, k0, n0 = (numbers(pairs, f"{side}_{name}") for side in SIDES for name in ("total", "n"))
    is_share = pairs["is_share"].to_numpy(dtype=bool)
    # Of a mean the counts of a share make no sense: they are not asked for.
    counts = [np.where(is_share, values, 0) for values in (k1, n1, k0, n0)]
    shares = (*newcombe_difference(*counts), two_proportions(*counts))
    return tuple(np.where(is_share, a, b) for a, b in zip(shares, welch_difference(*both_sides(pairs)), strict=True))


def _expected(pairs: pd.DataFrame) -> Floats:
    n1, n0 = numbers(pairs, "contacted_n"), numbers(pairs, "held_out_n")
    return expected_in_smaller(numbers(pairs, "contacted_not_zero") + numbers(pairs, "held_out_not_zero"), n1, n0)
