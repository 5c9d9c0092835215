"""Does what customers did before make the comparison sharper? For active customers: the lapsed did nothing."""

import duckdb
import numpy as np
import pandas as pd

from .experiments import read_sums
from .intervals import CONFIDENCE, normal_quantile, share

CUPED = {
    "campaign_id": "str", "measure": "str", "contacted": "int64", "held_out": "int64", "effect": "float64",
    "effect_low": "float64", "effect_high": "float64", "adjusted_effect": "float64", "adjusted_effect_low": "float64",
    "adjusted_effect_high": "float64", "saved_share": "float64",
}  # fmt: skip


def cuped_effects(units: duckdb.DuckDBPyRelation, checked: pd.DataFrame, *, active_days: int) -> pd.DataFrame:
    """How much sharper is a campaign's effect, once the orders of the 180 days before it are taken into account?

    CUPED: from each customer's result the part is taken that a straight line foretells from the orders before; what was
    known before cannot be an effect, so the difference stays the same on average and varies less. Only for campaigns
    to active customers (those ordered, on average, within ``active_days`` before): whoever has lapsed has no orders
    there to foretell anything. The usual wrong edge: choosing between the plain and the adjusted effect after seeing
    both. The plain one stands; this is a second look.

    Parameters: ``units``, of `campaign_units`; ``checked``, `campaign_checks` of their experiments.

    Returns one row per sound campaign of active customers and measure (back: share; revenue: money a customer):
      campaign_id, measure                             text
      contacted, held_out                              customers
      effect, effect_low, effect_high                  difference of means, normal 95 % interval
      adjusted_effect, .._low, .._high                 the same, adjusted
      saved_share                                      so many fewer customers would do: 1 - the squared ratio of widths
    Source: Deng, Xu, Kohavi and Walker (2013), WSDM, 123-132.
    """
    wide = read_sums(units).merge(checked.loc[checked["reason"] == "", ["campaign_id"]], on="campaign_id")
    wide["days_n"] = wide["days_since_last_order_n"]
    sides = wide.groupby(["campaign_id", "is_control"]).sum(numeric_only=True)
    days = sides.groupby("campaign_id")[["days_since_last_order", "days_n"]].sum()
    mean_days = pd.Series(share(days["days_since_last_order"], days["days_n"]), index=days.index)
    active = mean_days.index[mean_days <= active_days]
    rows = [
        (name, measure, *_adjusted(sides.loc[(name, False)], sides.loc[(name, True)], measure))
        for name in active
        for measure in ("back", "revenue")
    ]
    return pd.DataFrame(rows, columns=list(CUPED)).astype(CUPED)


def _adjusted(first: pd.Series, second: pd.Series, measure: str) -> tuple[float, ...]:
    unit = 100.0 if measure == "revenue" else 1.0
    moments = [_moments(side, measure, unit) for side in (first, second)]
    theta = share(sum(part["cov"] for part in moments), sum(part["var_x"] for part in moments))
    # Orders before that are all alike foretell nothing.
    theta = float(np.nan_to_num(theta))
    plain = moments[0]["y"] - moments[1]["y"]
    shift = theta * (moments[0]["x"] - moments[1]["x"])
    errors = [
        np.sqrt(sum((part["var_y"] - 2 * by * part["cov"] + by**2 * part["var_x"]) / part["n"] for part in moments))
        for by in (0.0, theta)
    ]
    half = [normal_quantile(CONFIDENCE) * error for error in errors]
    adjusted = plain - shift
    return (
        first["n"], second["n"], plain, plain - half[0], plain + half[0],
        adjusted, adjusted - half[1], adjusted + half[1], float(1 - share(half[1] ** 2, half[0] ** 2)),
    )  # fmt: skip


def _moments(side: pd.Series, measure: str, unit: float) -> dict[str, float]:
    n, x, y = side["n"], side["orders_180_days"], side[measure] / unit
    squares = side["back"] if measure == "back" else side["revenue_squares"] / unit**2
    return {
        "n": n,
        "x": x / n,
        "y": y / n,
        "var_x": (side["orders_180_days_squares"] - x**2 / n) / (n - 1),
        "var_y": (squares - y**2 / n) / (n - 1),
        "cov": (side[f"{measure}_x"] / unit - x * y / n) / (n - 1),
    }
