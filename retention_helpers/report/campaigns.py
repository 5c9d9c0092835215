"""A notebook's campaigns, those in the contacts and experiments without orders, with the tables that all else needs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from retention_helpers.metrics.campaign_chains import campaign_chains
from retention_helpers.metrics.campaign_checks import balance, campaign_checks
from retention_helpers.metrics.campaign_effects import campaign_effects
from retention_helpers.metrics.campaign_groups import campaign_groups
from retention_helpers.metrics.campaign_money import campaign_money
from retention_helpers.metrics.campaign_units import campaign_ledger, campaign_units
from retention_helpers.metrics.experiments import contact_experiments, outcome_experiments
from retention_helpers.metrics.life_stages import LifeRules
from retention_helpers.metrics.reactions import campaign_reactions

if TYPE_CHECKING:
    from .notebook import Report


@dataclass(frozen=True)
class Campaigns:
    """The metrics of a month's campaigns; each table is described where it is made, by the metric of its name."""

    units: duckdb.DuckDBPyRelation
    ledger: pd.DataFrame
    balance: pd.DataFrame
    checks: pd.DataFrame
    effects: pd.DataFrame
    groups: pd.DataFrame
    chains: pd.DataFrame
    money: pd.DataFrame
    reactions: pd.DataFrame


def measured_campaigns(report: "Report", *, months: int) -> Campaigns:
    """What the campaigns of the last ``months`` added, by the windows, arms and margin of the profile."""
    profile, shown = report.profile, {"as_of": report.as_of, "months": months}
    rules = LifeRules(profile.lapse_months)
    units = campaign_units(report.con, **shown, settings=profile.audiences, rules=rules)
    outcomes = outcome_experiments(report.facts("outcomes"), settings=profile.audiences)
    known = contact_experiments(units, settings=profile.audiences) + outcomes
    balanced = balance(known)
    checked = campaign_checks(known, balanced)
    effects = campaign_effects(known, checked)
    return Campaigns(
        units=units,
        ledger=campaign_ledger(report.con, **shown),
        balance=balanced,
        checks=checked,
        effects=effects,
        groups=campaign_groups(units, checked),
        chains=campaign_chains(report.con, units, checked, as_of=report.as_of),
        money=campaign_money(known, effects, margin_share=profile.margin_share),
        reactions=campaign_reactions(known, effects),
    )
