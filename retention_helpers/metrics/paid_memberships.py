"""How long do paid members of a programme stay: what was seen, and what the sBG model expects of it."""

from datetime import date

import duckdb
import pandas as pd

from .fit import Fit
from .relations import ask
from .sbg import Sbg, contract_survival
from .survival import kaplan_meier

TYPES = {"source": "str", "months": "int64", "share": "float64", "share_low": "float64", "share_high": "float64"}


def paid_contracts(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """For how many months did paid members stay, and how many are still there?

    From a member's first paid joining to the first leaving after it; a month ends on the day of joining. The usual
    wrong edge: members who have joined lately have not yet had to decide, so they are neither kept nor lost.

    Parameters: ``connection`` to the facts (``memberships``); ``as_of``. Returns what `fit_sbg` takes, one row per
    number of months (none without paid members):
      periods  int, >= 1, months
      left     members who left at the end of so many
      still    members who stayed for so many and have not had to decide again
    """
    return ask(connection, "paid_contracts", {"as_of": as_of}).astype("int64")


def paid_membership_curve(contracts: pd.DataFrame, fit: Fit[Sbg], *, months: int) -> pd.DataFrame:
    """Which share of paid members is still there after so many months, as seen and as the model expects it?

    Seen: Kaplan-Meier over whole months. Expected: `contract_survival`, up to ``months`` or as far as was seen. The
    usual wrong edge: the seen curve ends where the oldest member is; what comes later is the model's alone.

    Parameters: ``contracts``, a `paid_contracts`; ``fit``, its `fit_sbg`; ``months``, 1 or more. Returns one row per
    source and month from 0 (none without contracts):
      source                      text, "seen" or "model" (missing without a fit, so left out)
      months                      int, months since joining
      share, share_low, share_high  rate 0..1, still there; 95 %
    """
    if contracts.empty:
        return pd.DataFrame(columns=list(TYPES)).astype(TYPES)
    waits = pd.DataFrame({"days": contracts["periods"], "events": contracts["left"], "censored": contracts["still"]})
    seen = _named("seen", kaplan_meier(waits).rename(columns={"days": "months", "survival": "share"}), "survival")
    parts = [_start("seen"), seen]
    if fit.converged:
        reach = max(months, int(contracts["periods"].max()))
        expected = contract_survival(fit, periods=reach).rename(columns={"period": "months", "survival": "share"})
        parts += [_start("model"), _named("model", expected, "survival")]
    return pd.concat(parts, ignore_index=True).drop_duplicates(["source", "months"], keep="last").astype(TYPES)


def _named(source: str, rows: pd.DataFrame, edge: str) -> pd.DataFrame:
    return rows.rename(columns={f"{edge}_low": "share_low", f"{edge}_high": "share_high"}).assign(source=source)[
        list(TYPES)
    ]


def _start(source: str) -> pd.DataFrame:
    """Everybody is there when joining."""
    return pd.DataFrame({"source": [source], "months": [0], "share": [1.0], "share_low": [1.0], "share_high": [1.0]})
