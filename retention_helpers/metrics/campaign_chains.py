"""What did each step of a chain add, and the chain as a whole?"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from .campaign_effects import FEWEST_EXPECTED, claims, expected_in_smaller, holm
from .cohort_tests import two_proportions
from .differences import normal_p, pooled_difference
from .frames import last_month, numbers
from .intervals import newcombe_difference, share
from .relations import ask

WHOLE = "whole"
CHAINS = {
    "campaign_id": "str", "step": "str", "from_day": "float64", "to_day": "float64", "contacted": "int64",
    "held_out": "int64", "began_contacted": "int64", "began_held_out": "int64", "back_contacted": "int64",
    "back_held_out": "int64", "response": "float64", "control_response": "float64", "effect": "float64",
    "effect_low": "float64", "effect_high": "float64", "p_value": "float64", "p_holm": "float64",
    "expected": "float64", "claim": "str",
}  # fmt: skip


def campaign_chains(
    connection: duckdb.DuckDBPyConnection, units: duckdb.DuckDBPyRelation, checked: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """What did each step of a chain add, and the chain as a whole, against the hold-out?

    A step has the days from when it is usually sent (the median of those contacted) until the next one; the first has
    them from the first contact, the last to the end of the window. A step that is usually sent before an earlier one
    begins with that one. Counted are first orders of these days, in either arm, of all who began the chain: so the
    steps add up to the whole, which is counted by itself. The usual wrong edge: dividing by those whom a step reached.
    Whoever an earlier step brought back is gone from one arm and not from the other, and what is left is no fair
    comparison any more. The steps of all chains are one family (Holm), and claimed is as in `campaign_effects`, which
    judges the whole.

    Parameters: ``connection`` on which `campaign_units` was asked last, of the same ``as_of``; ``units``; ``checked``,
    `campaign_checks` of their experiments: chains with a reason there are left out.

    Returns one row per chain and step, then the chain's "whole", the latest chain first:
      campaign_id, step                    text
      from_day, to_day                     days after the first contact; to_day is missing for the last step
      contacted, held_out                  customers whom the step reached; of the whole, all who began
      began_contacted, began_held_out      customers who began: what the shares are of
      back_contacted, back_held_out        those of them whose first order came on these days
      response, control_response           0..1
      effect, effect_low, effect_high      response - control_response, Newcombe interval
      p_value, p_holm                      0..1, two-proportion test; corrected, missing where no claim is tried
      expected                             reactivations that an arm would have by the common share, of the smaller arm
      claim                                raised, lowered, unclear; too_few, where fewer than 10 are expected; "" of
                                           the whole
    """
    steps = ask(connection, "campaign_steps", {"as_of_month": last_month(as_of)}, units=units)
    rows = _and_the_whole(
        steps.merge(checked.loc[checked["reason"] == "", ["campaign_id", "begins_on"]], on="campaign_id")
    )
    counts = [numbers(rows, name) for name in ("back_contacted", "began_contacted", "back_held_out", "began_held_out")]
    effect, low, high = newcombe_difference(*counts)
    expected = expected_in_smaller(counts[0] + counts[2], counts[1], counts[3])
    is_step, is_few = rows["step"].notna().to_numpy(), expected < FEWEST_EXPECTED
    p_value = two_proportions(*counts)
    p_holm = holm(np.where(is_step & ~is_few, p_value, np.nan))
    named = [WHOLE if np.isnan(step) else str(int(step)) for step in numbers(rows, "step")]
    return rows.assign(
        step=named, response=share(*counts[:2]), control_response=share(*counts[2:]),
        effect=effect, effect_low=low, effect_high=high, p_value=p_value, p_holm=p_holm, expected=expected,
        claim=np.select([~is_step, is_few], ["", "too_few"], claims(low, high, p_holm)),
    ).reindex(columns=list(CHAINS)).astype(CHAINS).reset_index(drop=True)  # fmt: skip


def later_steps(chains: pd.DataFrame) -> pd.DataFrame:
    """What did the steps after the first add, in all chains together?

    Each chain's later steps as one, pooled over the chains (`pooled_difference`). The first steps and the later ones
    are one family (Holm), and claimed is as in `campaign_effects`. The usual wrong edge: an interval that lies beside
    zero, of the second comparison made of the same chains.

    Parameters: ``chains``, of `campaign_chains`.

    Returns one row:
      chains                            count
      effect, effect_low, effect_high   -1..1, of all who began; missing without a chain
      p_value, p_holm                   0..1; corrected, missing where no claim is tried
      expected                          reactivations that an arm would have by the common share, of the smaller arm
      claim                             raised, lowered, unclear; too_few, where fewer than 10 are expected
      first_effect, ... first_claim     the same of the first steps
    """
    single = chains[chains["step"] != WHOLE]
    is_first = ~single["campaign_id"].duplicated()
    both = pd.DataFrame([_pooled(rows) for rows in (single[~is_first], single[is_first])])
    is_few = numbers(both, "expected") < FEWEST_EXPECTED
    p_holm = holm(np.where(is_few, np.nan, both["p_value"]))
    claim = np.where(is_few, "too_few", claims(both["effect_low"], both["effect_high"], p_holm))
    later, first = both.assign(p_holm=p_holm, claim=claim).to_dict("records")
    return pd.DataFrame(
        [{"chains": int(is_first.sum()), **later, **{f"first_{name}": value for name, value in first.items()}}]
    )


def _and_the_whole(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps of each chain, then a row without a step: the chain as a whole. The latest chain first."""
    whole = steps.groupby(["campaign_id", "begins_on"], as_index=False).agg(
        began_contacted=("began_contacted", "first"),
        began_held_out=("began_held_out", "first"),
        back_contacted=("whole_back_contacted", "first"),
        back_held_out=("whole_back_held_out", "first"),
    )
    whole = whole.assign(
        step=np.nan, contacted=whole["began_contacted"], held_out=whole["began_held_out"], from_day=0.0
    )
    return pd.concat([steps, whole]).sort_values(
        ["begins_on", "campaign_id", "step"], ascending=[False, True, True], na_position="last", kind="stable"
    )


def _pooled(rows: pd.DataFrame) -> dict[str, float]:
    """Steps of several chains as one difference, those of a chain being one step."""
    began = rows.groupby("campaign_id")[["began_contacted", "began_held_out"]].first()
    back = rows.groupby("campaign_id")[["back_contacted", "back_held_out"]].sum()
    sides = (back["back_contacted"], began["began_contacted"], back["back_held_out"], began["began_held_out"])
    effect, low, high, error = pooled_difference(*sides)
    expected = float(expected_in_smaller(sides[0] + sides[2], sides[1], sides[3]).sum())
    return {
        "effect": effect, "effect_low": low, "effect_high": high, "p_value": normal_p(effect, error),
        "expected": expected,
    }  # fmt: skip
