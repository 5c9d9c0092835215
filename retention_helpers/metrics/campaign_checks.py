"""Was the hold-out really drawn by chance, and was it really left alone? Else a difference says nothing."""

import numpy as np
import pandas as pd
from scipy import stats

from .differences import Moments, moments, welch_difference
from .experiments import Experiments
from .frames import numbers
from .intervals import Floats, share

BROKEN = 0.001  # a hold-out as odd as this one in a thousand was not drawn as planned
MOST_REACHED = 0.05  # of a hold-out: more of it contacted, and it is none
REASONS = ("no_holdout", "window_open", "holdout_reached", "ratio", "unbalanced")
SIDES = ("contacted", "held_out")
BALANCE = {
    "campaign_id": "str", "trait": "str", "contacted": "int64", "held_out": "int64", "contacted_mean": "float64",
    "held_out_mean": "float64", "difference": "float64", "standardised": "float64", "p_value": "float64",
    "is_balanced": "bool",
}  # fmt: skip


def balance(experiments: Experiments) -> pd.DataFrame:
    """Were those contacted and those held out alike before the campaign?

    Means of what was known before; Welch's test, and the difference in standard deviations (of both arms, averaged).
    Of a hold-out drawn by chance one difference in a thousand, over all traits of a campaign together, is so large
    that the campaign counts as unbalanced. The usual wrong edge: asking each trait at 5 %, where of four traits one in
    five campaigns fails by luck.

    Returns one row per campaign with both arms, and trait:
      campaign_id, trait              text
      contacted, held_out             customers of whom it is known
      contacted_mean, held_out_mean   in the trait's unit (orders, money, days)
      difference                      contacted_mean - held_out_mean
      standardised                    difference in standard deviations, missing where nobody differs
      p_value                         0..1
      is_balanced                     p_value times the traits of the campaign is .001 or more
    """
    pairs = paired_arms(experiments.sums[experiments.sums["is_trait"]])
    first, second = both_sides(pairs)
    difference, _, _, p_value = welch_difference(first, second)
    deviation = np.sqrt((first.variance + second.variance) / 2)
    traits = pairs.groupby("campaign_id")["measure"].transform("size").to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "campaign_id": pairs["campaign_id"],
            "trait": pairs["measure"],
            "contacted": first.n,
            "held_out": second.n,
            "contacted_mean": first.mean,
            "held_out_mean": second.mean,
            "difference": difference,
            "standardised": share(difference, deviation),
            "p_value": p_value,
            "is_balanced": ~(p_value * traits < BROKEN),
        }
    ).astype(BALANCE)


def campaign_checks(experiments: Experiments, balanced: pd.DataFrame) -> pd.DataFrame:
    """Can each campaign be measured against its hold-out, and why not?

    The first that holds counts: nobody was held out; the window is not over yet; more than 5 % of the hold-out was
    contacted all the same (or cost something, or opened a message); the hold-out is larger or smaller than planned
    beyond chance (sample-ratio mismatch: exact binomial test, p below .001); the arms differ in what was known before
    (`balance`). Where nobody said how many were to be held out, the ratio cannot be tested. The usual wrong edge: a
    mismatch is no detail to be corrected for. Whoever is missing from an arm is missing for a reason.

    Parameters: ``experiments``; ``balanced``, their `balance`.

    Returns the campaigns with, beside their own columns:
      ratio_p_value    0..1, of all customers, waiting or not; missing without a plan
      balance_p_value  0..1, the smallest of the traits times their number; missing without traits
      reason           text, one of `REASONS`, or "" where nothing speaks against it
    """
    known = experiments.campaigns
    held = numbers(known, "held_out") + numbers(known, "held_out_waiting")
    everybody = held + numbers(known, "contacted") + numbers(known, "contacted_waiting")
    ratio = _ratio(held, everybody, numbers(known, "planned_holdout"))
    groups = balanced.groupby("campaign_id")["p_value"]
    smallest = (groups.min() * groups.size()).clip(upper=1).reindex(known["campaign_id"]).to_numpy(dtype=float)
    measured = numbers(known, "contacted") > 0
    cases = [
        (held == 0) & (everybody > 0),
        ~measured | (numbers(known, "held_out") == 0),
        share(known["held_out_reached"], held) > MOST_REACHED,
        ratio < BROKEN,
        smallest < BROKEN,
    ]
    return known.assign(
        ratio_p_value=ratio, balance_p_value=smallest, reason=np.select(cases, list(REASONS), "")
    ).astype({"reason": "str"})


def paired_arms(sums: pd.DataFrame, *, by_arm: bool = False) -> pd.DataFrame:
    """Sums of those contacted beside those of the hold-out of the same campaign and measure.

    ``by_arm``: a row for each arm that was contacted, all against the same hold-out, which may be nobody; else they
    count together.
    Columns: campaign_id (arm), measure, is_share, and ``contacted_`` and ``held_out_`` n, not_zero, total, squares.
    """
    keys, values = ["campaign_id", "measure", "is_share"], ["n", "not_zero", "total", "squares"]
    own = [*keys, "arm"] if by_arm else keys
    first = sums[~sums["is_control"]].groupby(own, sort=False)[values].sum().add_prefix("contacted_")
    second = sums[sums["is_control"]].groupby(keys, sort=False)[values].sum().add_prefix("held_out_")
    pairs = first.reset_index().merge(second.reset_index(), on=keys, how="left" if by_arm else "inner")
    if by_arm:
        return pairs.fillna({name: 0 for name in pairs.columns if name.startswith("held_out_")})
    return pairs[(pairs["contacted_n"] > 0) & (pairs["held_out_n"] > 0)].reset_index(drop=True)


def both_sides(pairs: pd.DataFrame) -> tuple[Moments, Moments]:
    """Means and variances of those contacted, and of those held out, of `paired_arms`."""
    first, second = (
        moments(*(numbers(pairs, f"{side}_{name}") for name in ("n", "total", "squares"))) for side in SIDES
    )
    return first, second


def _ratio(held: Floats, everybody: Floats, planned: Floats) -> Floats:
    found = [
        stats.binomtest(int(k), int(n), p).pvalue if n and 0 < p < 1 else np.nan
        for k, n, p in zip(held, everybody, planned, strict=True)
    ]
    return np.array(found, dtype=float)
