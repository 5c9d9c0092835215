"""What did each campaign cost, and what did it return for each contact?"""

import numpy as np
import pandas as pd

from .campaign_checks import both_sides, paired_arms
from .campaign_effects import claims, holm
from .differences import welch_difference
from .experiments import REVENUE, Experiments
from .frames import numbers
from .intervals import share

MONEY = {
    "campaign_id": "str", "arm": "str", "contacted": "int64", "cost": "float64", "cost_per_contact": "float64",
    "cost_per_reactivation": "float64", "cost_per_reactivation_low": "float64", "cost_per_reactivation_high": "float64",
    "is_bounded": "bool", "revenue_effect": "float64", "revenue_effect_low": "float64",
    "revenue_effect_high": "float64", "return_per_contact": "float64", "return_per_contact_low": "float64",
    "return_per_contact_high": "float64", "p_value": "float64", "p_holm": "float64", "claim": "str",
}  # fmt: skip


def campaign_money(experiments: Experiments, effects: pd.DataFrame, *, margin_share: float | None) -> pd.DataFrame:
    """What did a customer cost who came back through the campaign, and what did each contact return?

    Cost per incremental reactivation = cost per customer contacted / effect, at the ends of the effect's interval:
    where that holds 0, the cost has no upper bound, and none is given. Return per contact = (revenue within the window
    of those contacted - of those held out, per customer) x margin - cost per customer contacted; only with a margin.
    Where a contact of an arm lacks its cost, what the arm cost and returned is missing. The usual wrong edges: cost per
    order of those contacted, most of whom would have ordered anyway; revenue of responders as if it were the
    campaign's; and a cost that nobody wrote down as none.

    Parameters: ``experiments``; ``effects``, their `campaign_effects`; ``margin_share``, 0..1 or None.

    Returns one row per campaign in the contacts and arm that was contacted, in the order of ``effects``:
      campaign_id, arm                       text
      contacted                              customers measured
      cost, cost_per_contact                 money, of all their contacts; per customer; missing where not known
      cost_per_reactivation, .._low, .._high money; missing where the effect or the cost is not known, or the effect not
                                             above 0
      is_bounded                             whether the effect's interval lies above 0
      revenue_effect, .._low, .._high        money per customer contacted, Welch interval; missing where not sound
      return_per_contact, .._low, .._high    money per customer contacted; missing without a margin or a cost
      p_value, p_holm                        0..1, of the return, else of the revenue; corrected over the campaigns
      claim                                  as `campaign_effects`
    """
    sums = experiments.sums
    pairs = paired_arms(sums[sums["measure"] == REVENUE], by_arm=True)
    costs = experiments.arms[["campaign_id", "arm", "cost"]]
    back = effects[effects["measure"] == "back"]
    rows = back.merge(pairs, on=["campaign_id", "arm"], suffixes=("", "_revenue")).merge(
        costs, on=["campaign_id", "arm"]
    )
    rows["cost"] = rows["cost"].where(rows["contacted"] > 0)
    each = share(rows["cost"], rows["contacted"])
    margin = np.nan if margin_share is None else margin_share
    break_even = each / margin
    has_return = np.isfinite(break_even)
    against = np.where(has_return, break_even, 0)
    is_sound = rows["effect"].notna().to_numpy()
    found = (np.where(is_sound, part, np.nan) for part in welch_difference(*both_sides(rows), against=against))
    effect, low, high, p_value = found
    reason = rows["claim"].to_numpy(dtype=object)
    tested = np.isin(reason, ("raised", "lowered", "unclear"))
    p_holm = holm(np.where(tested, p_value, np.nan))
    gain = [part * margin - each for part in (effect, low, high)]
    ends = [np.where(has_return, paid, part) for paid, part in zip(gain[1:], (low, high), strict=True)]
    back_low, back_high = numbers(rows, "effect_low"), numbers(rows, "effect_high")
    is_bounded = back_low > 0
    return rows.assign(
        cost_per_contact=each,
        cost_per_reactivation=_above_zero(each, numbers(rows, "effect")),
        cost_per_reactivation_low=_above_zero(each, back_high),
        cost_per_reactivation_high=np.where(is_bounded, _above_zero(each, back_low), np.nan),
        is_bounded=is_bounded,
        revenue_effect=effect, revenue_effect_low=low, revenue_effect_high=high,
        return_per_contact=gain[0], return_per_contact_low=gain[1], return_per_contact_high=gain[2],
        p_value=p_value, p_holm=p_holm, claim=np.where(tested, claims(*ends, p_holm), reason),
    ).reindex(columns=list(MONEY)).astype(MONEY)  # fmt: skip


def _above_zero(cost: np.ndarray, effect: np.ndarray) -> np.ndarray:
    return share(cost, np.where(effect > 0, effect, np.nan))
