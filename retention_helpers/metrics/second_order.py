"""How long until a customer orders for the second time, and for whom does it take longer?"""

from datetime import date
from string import Template

import duckdb
import pandas as pd

from retention_helpers.errors import CallError
from retention_helpers.periods import month_index

from .comparisons import against_others
from .frames import last_month, statement
from .survival import kaplan_meier
from .traits import trait_expression

EVERYBODY = "all"


def second_order_waits(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, trait: str = "", since: date | None = None
) -> pd.DataFrame:
    """After how many days did customers order again, and how long have the others waited so far?

    From the day of the first order to that of the second; who has not ordered again by ``as_of`` is still waiting
    (censored). The usual wrong edge: the mean of those who did order again is too short, for it leaves out who waits.

    Parameters: ``connection`` to the facts (table ``customers``); ``as_of``; ``trait``, for example "channel" (of the
    first order), else everybody together; ``since``, leaves out customers whose first order came in an earlier month,
    for it may not be their first in life.

    Returns one row per value of the trait and number of days:
      value     text, "all" without a trait
      days      int, >= 0; 0 is the day of the first order
      events    customers who ordered again after so many days
      censored  customers who have waited so many days

    Raises `CallError` for a trait that there is not. Source: METRICS section 6.
    """
    return _asked(connection, "second_order", (as_of, trait, since)).astype({"days": "int64"})


def second_order_survival(waits: pd.DataFrame) -> pd.DataFrame:
    """Which share of customers has ordered again so many days after their first order?

    Kaplan-Meier with Greenwood's variance, each value of the trait by itself.

    Parameters: ``waits``, a `second_order_waits`. Returns ``value`` (text), then the columns of `kaplan_meier`, where
    survival is the share still waiting; and
      ordered_again, ordered_again_low, ordered_again_high  share 0..1, 1 - survival, 95 % log-log interval
    """
    tables = [kaplan_meier(rows).assign(value=value) for value, rows in waits.groupby("value", sort=True)]
    curves = pd.concat(tables, ignore_index=True) if tables else kaplan_meier(waits).assign(value="")
    curves["ordered_again"] = 1 - curves["survival"]
    curves["ordered_again_low"], curves["ordered_again_high"] = 1 - curves["survival_high"], 1 - curves["survival_low"]
    return curves.astype({"value": "str"})[["value", *curves.columns.drop("value")]]


def second_order_times(waits: pd.DataFrame) -> pd.DataFrame:
    """After how many days has a quarter of the customers, and half of them, ordered again?

    Where the curve of `second_order_survival` reaches the share; its interval is where the 95 % band does
    (Brookmeyer-Crowley). The usual wrong edge: where half never orders again there is no median, and it is missing.

    Parameters: ``waits``, a `second_order_waits`. Returns one row per value of the trait:
      value                                        text
      customers, ordered_again                     customers, all and those who have ordered again
      quarter_days, quarter_days_low, ..._high     days; missing where the share is not reached
      half_days, half_days_low, ..._high           days
    """
    rows = []
    for value, curve in second_order_survival(waits).groupby("value", sort=True):
        times = {
            f"{name}_days{edge}": _first_day(curve, f"ordered_again{side}", share)
            for name, share in (("quarter", 0.25), ("half", 0.5))
            for edge, side in (("", ""), ("_low", "_high"), ("_high", "_low"))
        }
        again = int(curve["events"].sum())
        rows.append(
            {"value": value, "customers": again + int(curve["censored"].sum()), "ordered_again": again, **times}
        )
    names = [f"{name}_days{edge}" for name in ("quarter", "half") for edge in ("", "_low", "_high")]
    types = {"value": "str", "customers": "int64", "ordered_again": "int64"} | dict.fromkeys(names, "float64")
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def second_order_rate(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    trait: str = "",
    since: date | None = None,
    within_days: int = 90,
) -> pd.DataFrame:
    """Which share of customers ordered again within 90 days, and for which of them is it more or less?

    Of customers whose first order lies at least ``within_days`` before ``as_of``; the others have not had the time,
    and counting them would make the latest groups look worst. Parameters as `second_order_waits`.

    Returns one row per value of the trait: ``value``, then the columns of `against_others`, where a success is a
    second order within the days. Raises `CallError` for less than 1 day.
    """
    if within_days < 1:
        raise CallError(f"within_days is {within_days}; give 1 day or more.")
    counts = _asked(connection, "second_order_within", (as_of, trait, since), within_days=within_days)
    return against_others(counts.rename(columns={"customers": "n", "ordered_again": "customers"}))


def _asked(
    connection: duckdb.DuckDBPyConnection, name: str, which: tuple[date, str, date | None], **values: int
) -> pd.DataFrame:
    as_of, trait, since = which
    expression = trait_expression(trait, as_of) if trait else f"'{EVERYBODY}'"
    text = Template(statement(name)).safe_substitute(trait=expression)
    months = {"as_of_month": last_month(as_of), "since_month": 0 if since is None else month_index(since)}
    frame = connection.execute(text, {"as_of": as_of, **months, **values}).df()
    return frame.astype({column: "int64" for column in frame.columns if column != "value"} | {"value": "str"})


def _first_day(curve: pd.DataFrame, column: str, share: float) -> float:
    # A share of exactly a half may come out a rounding error below it.
    reached = curve.loc[curve[column] >= share - 1e-12, "days"]
    return float(reached.iloc[0]) if len(reached) else float("nan")
