"""How large a hold-out does the next campaign need, to show an effect worth knowing about?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention_helpers.errors import CallError

from .campaign_effects import CLAIMS
from .frames import numbers
from .intervals import share, wilson
from .power import needed_customers, smallest_effect
from .traits import UNASSIGNED

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
POWER = {
    "purpose": "str", "measure": "str", "campaigns": "int64", "customers": "int64", "base_customers": "int64",
    "base_rate": "float64", "base_rate_low": "float64", "base_rate_high": "float64", "effect": "float64",
    "holdout_share": "float64", "needed_customers": "float64", "smallest_effect": "float64", "is_enough": "bool",
    "is_advised": "bool",
}  # fmt: skip


def next_holdout(effects: pd.DataFrame, *, effect: float, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """Which part of the next campaign has to be held out, to find such an effect four times in five?

    The base is what hold-outs of the same purpose did so far, all together; the next campaign is as large as the last.
    Advised is the smallest share that is enough. The usual wrong edge: 10 % of a small campaign, in which only a
    doubling could be seen; half of a campaign shows most, and costs the most contacts.

    Parameters: ``effects``, of `campaign_effects`; ``effect``, the rise of a share worth finding, above 0;
    ``shares``, the hold-outs to look at, above 0 and below 1.

    Returns one row per purpose (the campaign itself where it has none), measure, and share held out, the purpose of the
    latest campaign first:
      purpose, measure                           text
      campaigns                                  with a sound hold-out
      customers                                  of the last one, both arms: as large is the next
      base_customers, base_rate, .._low, .._high held out so far; the share of them, 95 % Wilson interval
      effect                                     as given
      holdout_share                              0..1
      needed_customers                           both arms together, for 80 % power
      smallest_effect                            0..1, what a campaign of ``customers`` could show
      is_enough                                  whether ``customers`` are
      is_advised                                 the smallest share that is enough

    Raises `CallError` for an ``effect`` that is not between 0 and 1.
    """
    if not 0 < effect < 1:
        raise CallError(f"effect is {effect}; give a rise between 0 and 1, like 0.02 for two points.")
    rows = _bases(effects).merge(pd.DataFrame({"holdout_share": sorted(shares)}), how="cross")
    base, customers, held = (numbers(rows, name) for name in ("base_rate", "customers", "holdout_share"))
    needed = needed_customers(base, np.where(base + effect <= 1, effect, np.nan), held)
    is_enough = needed <= customers
    groups = rows.assign(is_enough=is_enough).groupby(["purpose", "measure"], sort=False)["is_enough"]
    return rows.assign(
        effect=effect, needed_customers=needed, is_enough=is_enough,
        smallest_effect=smallest_effect(base, np.floor(customers * (1 - held)), np.ceil(customers * held)),
        is_advised=is_enough & (groups.cumsum() == 1),
    ).reindex(columns=list(POWER)).astype(POWER)  # fmt: skip


def _bases(effects: pd.DataFrame) -> pd.DataFrame:
    """By purpose and measure: what hold-outs did, and how large the last campaign was."""
    sound = effects[effects["is_share"] & effects["claim"].isin([*CLAIMS, "too_few"])]
    names = sound["purpose"].where(sound["purpose"] != UNASSIGNED, sound["campaign_id"])
    # The hold-out of several arms is one and the same.
    campaigns = sound.assign(purpose=names, ordered=sound["control_response"] * sound["held_out"]).groupby(
        ["purpose", "measure", "campaign_id"], sort=False, as_index=False
    )
    each = campaigns.agg(
        contacted=("contacted", "sum"), held_out=("held_out", "first"), ordered=("ordered", "first"),
    )  # fmt: skip
    each["customers"] = each["contacted"] + each["held_out"]
    found = each.groupby(["purpose", "measure"], sort=False, as_index=False).agg(
        campaigns=("campaign_id", "size"), customers=("customers", "first"), base_customers=("held_out", "sum"),
        ordered=("ordered", "sum"),
    )  # fmt: skip
    low, high = wilson(found["ordered"].round(), found["base_customers"])
    rate = share(found["ordered"], found["base_customers"])
    return found.assign(base_rate=rate, base_rate_low=low, base_rate_high=high)
