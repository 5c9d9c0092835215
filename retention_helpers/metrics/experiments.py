"""Campaigns as experiments: their arms, and the sums from which every effect is worked out.

They come from contacts and the orders after them, or from a table of outcomes without orders. Sums are all that the
effects need, so an experiment of millions of customers is a few rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.params import Audiences

from .frames import major, numbers, statement
from .traits import UNASSIGNED

KEYS = ["campaign_id", "is_control", "arm"]
SEVERAL = "several"
REVENUE = "revenue"
BEFORE = "before_"  # a column of `outcomes` so named was known before the experiment
TRAITS = ("orders_before", "orders_180_days", "spend_before", "days_since_last_order")
CAMPAIGNS = {
    "campaign_id": "str", "purpose": "str", "channel": "str", "begins_on": "str", "window_days": "float64",
    "is_standing": "bool", "planned_holdout": "float64", "contacted": "int64", "held_out": "int64",
    "contacted_waiting": "int64", "held_out_waiting": "int64", "held_out_reached": "int64",
}  # fmt: skip
SUMS = {
    "campaign_id": "str", "arm": "str", "is_control": "bool", "measure": "str", "is_trait": "bool", "is_share": "bool",
    "n": "int64", "not_zero": "int64", "total": "float64", "squares": "float64",
}  # fmt: skip
ARMS = {
    "campaign_id": "str", "arm": "str", "is_control": "bool", "n": "int64", "contacts": "int64", "cost": "float64",
    "opened": "int64", "clicked": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class Experiments:
    """``campaigns``: a row each; ``sums``: a row per campaign, arm and measure; ``arms``: what contacting an arm took.

    campaigns: campaign_id, purpose, channel, begins_on (text, missing where there are no dates), window_days,
    is_standing, planned_holdout (0..1, missing where nobody said), contacted and held_out (customers whose window is
    over), contacted_waiting and held_out_waiting (the others), held_out_reached (held out, and yet contacted).
    sums: n customers, how many of them have another value than 0, the total of the values and of their squares;
    is_share where a value is 0 or 1; is_trait where it was known before.
    arms: n customers measured, contacts, their cost in money (missing where that of one of them is), opened, clicked.
    """

    campaigns: pd.DataFrame
    sums: pd.DataFrame
    arms: pd.DataFrame

    def __add__(self, other: "Experiments") -> "Experiments":
        """Both together."""
        parts = (("campaigns", CAMPAIGNS), ("sums", SUMS), ("arms", ARMS))
        return Experiments(
            *(_typed(pd.concat([getattr(self, name), getattr(other, name)]), kinds) for name, kinds in parts)
        )


def contact_experiments(units: duckdb.DuckDBPyRelation, *, settings: Audiences) -> Experiments:
    """What came of each campaign in the contacts? Measures: ``back`` (ordered within the window), ``revenue`` (net).

    Parameters: ``units``, of `campaign_units`; ``settings``, what was planned. Customers whose window is not over
    count as waiting and are in no sum.
    """
    wide = read_sums(units)
    sums = [_measure(wide, "back", is_share=True), _measure(wide, REVENUE, unit=100)]
    sums += [_measure(wide, name, unit=100 if name == "spend_before" else 1, is_trait=True) for name in TRAITS]
    groups = wide.groupby("campaign_id", sort=True)
    campaigns = groups.agg(
        begins_on=("begins_on", "min"),
        window_days=("window_days", "min"),
        is_standing=("is_standing", "max"),
        held_out_reached=("reached_controls", "sum"),
    )
    for kind in ("purpose", "channel"):
        least, most = groups[kind].min(), groups[f"last_{kind}"].max()
        campaigns[kind] = least.where(least == most, SEVERAL)
    campaigns["begins_on"] = pd.to_datetime(campaigns["begins_on"]).dt.strftime("%Y-%m-%d")
    return _whole(campaigns.reset_index(), sums, wide.assign(cost=major(wide["cost_cents"])), settings)


def outcome_experiments(outcomes: pd.DataFrame, *, settings: Audiences) -> Experiments:
    """What came of each experiment in a table of outcomes? Each of its columns is a measure.

    A column whose values are all 0 or 1 is a share, any other a mean. One called ``before_...`` was known before: it
    tells whether the arms are alike, and is no result. The usual wrong edge: a missing value is none, not 0.

    Parameters: ``outcomes`` (facts): campaign_id, arm, and any measures; ``settings``, which arms are held out.
    """
    rows = outcomes.assign(is_control=outcomes["arm"].isin(settings.control_arms))
    wide = rows.groupby(KEYS, sort=True).size().rename("n").reset_index()
    wide = wide.assign(customers=wide["n"], contacts=wide["n"].where(~wide["is_control"], 0), cost=np.nan)
    sums = [_column(rows, name) for name in outcomes.columns if name not in ("campaign_id", "arm", "unit_id")]
    campaigns = wide[["campaign_id"]].drop_duplicates().assign(held_out_reached=0, is_standing=False)
    return _whole(campaigns.assign(purpose=UNASSIGNED, channel=UNASSIGNED), sums, wide, settings)


def read_sums(units: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """One row per campaign and arm of `campaign_units`, in order: counts and sums, see campaign_sums.sql."""
    found = units.query("units", statement("campaign_sums")).df()
    texts = ("campaign_id", "arm", "begins_on", "purpose", "last_purpose", "channel", "last_channel")
    found = found.astype({name: "float64" for name in found.columns if name not in texts})
    found["is_control"] = found["is_control"] == 1
    return found.sort_values(KEYS, ignore_index=True)


def _measure(
    wide: pd.DataFrame, name: str, *, unit: float = 1, is_share: bool = False, is_trait: bool = False
) -> pd.DataFrame:
    """A column of sums as rows; ``unit`` is what one is in it."""
    n = wide.get(f"{name}_n", wide["n"])
    return wide[KEYS].assign(
        measure=name,
        is_trait=is_trait,
        is_share=is_share,
        n=n,
        not_zero=wide[name] if is_share else wide.get(f"{name}_not_zero", n),
        total=wide[name] / unit,
        squares=(wide[name] if is_share else wide[f"{name}_squares"]) / unit**2,
    )


def _column(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The sums of a column of outcomes, by arm."""
    known = rows[rows[name].notna()]
    values = numbers(known, name)
    given = known[KEYS].assign(n=1, not_zero=values != 0, total=values, squares=values**2)
    is_trait = name.startswith(BEFORE)
    return given.groupby(KEYS, sort=True).sum().reset_index().assign(
        measure=name, is_trait=is_trait, is_share=bool(np.isin(values, (0, 1)).all())
    )  # fmt: skip


def _whole(campaigns: pd.DataFrame, sums: list[pd.DataFrame], arms: pd.DataFrame, settings: Audiences) -> Experiments:
    """The three tables in their types; customers of each arm are counted into their campaigns."""
    names = campaigns["campaign_id"]
    for kind, held in (("contacted", False), ("held_out", True)):
        mine = arms[arms["is_control"] == held].groupby("campaign_id")[["customers", "n"]].sum()
        mine = mine.reindex(names, fill_value=0)
        campaigns[kind] = mine["n"].to_numpy()
        campaigns[f"{kind}_waiting"] = (mine["customers"] - mine["n"]).to_numpy()
    campaigns["planned_holdout"] = [settings.planned_holdout(name) for name in names]
    rows = pd.concat(sums) if sums else pd.DataFrame(columns=list(SUMS))
    return Experiments(_typed(campaigns, CAMPAIGNS), _typed(rows, SUMS), _typed(arms, ARMS))


def _typed(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    counts = {name: 0 for name, kind in kinds.items() if kind == "int64"}
    return frame.reindex(columns=list(kinds)).fillna(counts).astype(kinds).reset_index(drop=True)
