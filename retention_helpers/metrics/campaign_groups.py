"""Where do campaigns add most: by purpose, channel, and stage of life of those contacted?"""

import duckdb
import numpy as np
import pandas as pd

from .campaign_effects import FEWEST_EXPECTED, claims, expected_in_smaller, holm
from .differences import normal_p, pooled_difference
from .frames import numbers, statement
from .intervals import Floats, share
from .traits import UNASSIGNED

DIMENSIONS = ("all", "purpose", "channel", "life_stage")
UNNAMED = {"purpose": "no_purpose", "channel": "no_channel"}  # what the hold-out does not name
GROUPS = {
    "dimension": "str", "value": "str", "campaigns": "int64", "contacted": "int64", "held_out": "int64",
    "response": "float64", "control_response": "float64", "effect": "float64", "effect_low": "float64",
    "effect_high": "float64", "extra": "float64", "extra_low": "float64", "extra_high": "float64",
    "p_value": "float64", "p_holm": "float64", "claim": "str",
}  # fmt: skip


def campaign_groups(units: duckdb.DuckDBPyRelation, checked: pd.DataFrame) -> pd.DataFrame:
    """What did campaigns add, all together and by purpose, channel and stage of life at the first contact?

    Each campaign is compared with its own hold-out, and the differences are pooled (`pooled_difference`). Counted are
    campaigns against which `campaign_checks` has nothing. Purposes, channels and stages are one family (Holm). Where
    those contacted had several channels (or purposes) and the hold-out names none, the campaign is in no comparison of
    them: nobody knows who would have had which. The usual wrong edge: a group with a larger effect need not be the
    reason for it; who is lapsed also gets other campaigns.

    Parameters: ``units``, of `campaign_units`; ``checked``, `campaign_checks` of their experiments.

    Returns one row per group, in the order of `DIMENSIONS`, the most contacted first ("all" has the value "all"):
      dimension, value                     text
      campaigns                            how many
      contacted, held_out                  customers
      response, control_response           shares 0..1, weighted as the difference is
      effect, effect_low, effect_high      -1..1; missing without both sides
      extra, extra_low, extra_high         customers: effect x contacted
      p_value, p_holm                      0..1; "all" is a family of its own
      claim                                raised, lowered, unclear; too_few, where a side would have fewer than 10;
                                           no_purpose, no_channel, where no hold-out names one
    """
    sound = checked.loc[checked["reason"] == "", "campaign_id"]
    cells = units.query("units", statement("campaign_groups")).df()
    cells = cells[cells["campaign_id"].isin(sound)]
    cells = cells.assign(is_unnamed=_is_unnamed(cells))
    rows = [_group(*key, group) for key, group in cells.groupby(["dimension", "value"], sort=True)]
    table = pd.DataFrame(rows, columns=[*(name for name in GROUPS if name not in ("p_holm", "claim")), "is_unnamed"])
    is_few = _expected(table) < FEWEST_EXPECTED
    is_all = table["dimension"] == "all"
    tested = table["p_value"].where(~is_few)
    p_holm = np.where(is_all, holm(tested.where(is_all)), holm(tested.where(~is_all)))
    told = claims(numbers(table, "effect_low"), numbers(table, "effect_high"), p_holm)
    claim = np.where(is_few, "too_few", told)
    claim = np.where(table["is_unnamed"].astype("bool"), table["dimension"].map(UNNAMED), claim)
    place = table["dimension"].map({name: place for place, name in enumerate(DIMENSIONS)})
    order = np.lexsort((table["value"], -numbers(table, "contacted"), place.astype("float64")))
    whole = table.assign(p_holm=p_holm, claim=claim).reindex(columns=list(GROUPS)).astype(GROUPS)
    return whole.iloc[order].reset_index(drop=True)


def _is_unnamed(cells: pd.DataFrame) -> pd.Series:
    """Cells of a campaign whose hold-out does not say which of several channels, or purposes, it would have had."""
    keys = [cells["campaign_id"], cells["dimension"]]
    is_control = cells["is_control"] == 1
    several = cells["value"].mask(is_control).groupby(keys).transform("nunique") > 1
    is_named = (is_control & (cells["value"] != UNASSIGNED)).groupby(keys).transform("any")
    return several & ~is_named & cells["dimension"].isin(UNNAMED)


def _group(dimension: str, value: str, cells: pd.DataFrame) -> tuple:
    is_unnamed = bool(cells["is_unnamed"].all())
    cells = cells[~cells["is_unnamed"]]
    sides = cells.pivot_table(["customers", "back"], "campaign_id", "is_control", aggfunc="sum", fill_value=0)
    sides = sides.reindex(columns=pd.MultiIndex.from_product([["back", "customers"], [0, 1]]), fill_value=0)
    sides = sides[(sides["customers"] > 0).all(axis=1)].astype("float64")
    k1, n1, k0, n0 = (sides[name].to_numpy() for name in (("back", 0), ("customers", 0), ("back", 1), ("customers", 1)))
    effect, low, high, error = pooled_difference(k1, n1, k0, n0)
    weight = share(n1 * n0, n1 + n0)
    rates = [float(share((share(k, n) * weight).sum(), weight.sum())) for k, n in ((k1, n1), (k0, n0))]
    contacted, held = n1.sum(), n0.sum()
    extra = [part * contacted for part in (effect, low, high)]
    return (
        dimension,
        value,
        len(sides),
        contacted,
        held,
        *rates,
        effect,
        low,
        high,
        *extra,
        normal_p(effect, error),
        is_unnamed,
    )


def _expected(table: pd.DataFrame) -> Floats:
    n1, n0 = numbers(table, "contacted"), numbers(table, "held_out")
    came = numbers(table, "response") * n1 + numbers(table, "control_response") * n0
    return expected_in_smaller(np.nan_to_num(came), n1, n0)
