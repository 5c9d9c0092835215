"""How many customers does the company know, and how many of them may it write to?"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.periods import Period

from .intervals import is_small, poisson_interval, share, wilson
from .life_stages import STAGES, LifeRules, life_statement

CHANNELS = ("email", "sms", "push", "any")
EVERY_STAGE = "all"


def contact_base(flows: pd.DataFrame) -> pd.DataFrame:
    """How large is the base of known customers, and how fast does it grow?

    Known is who has registered or ordered by the end of the month; nobody leaves the base. The usual wrong edge: the
    base always grows, also while every customer in it falls silent; how many of it still order is beside it.

    Parameters: ``flows``, a `stage_flows`. Returns one row per month:
      month                          text, YYYY-MM
      opening, joined, closing       customers known when it began, new in it, at its end
      joined_low, joined_high        customers, 95 % exact Poisson
      growth_rate, ..._low, ..._high joined / opening, >= 0, with the interval of joined; missing in the first month
      buyers                         customers of them who have ordered at some time
      lapsed                         customers of them who are lapsed
    """
    months = flows.groupby("month", sort=False)[["opening", "closing"]].sum()
    stage = flows["life_stage"].to_numpy()
    closing = flows.assign(
        buyers=np.where(stage == "potential", 0, flows["closing"]),
        lapsed=np.where(stage == "lapsed", flows["closing"], 0),
    )
    parts = closing.groupby("month", sort=False)[["buyers", "lapsed"]].sum()
    opening, joined = months["opening"].to_numpy(), (months["closing"] - months["opening"]).to_numpy()
    # The first month of the data begins with whoever had registered before: what joins it is no growth.
    base = np.where(np.arange(len(opening)) == 0, 0, opening)
    low, high = poisson_interval(joined)
    return pd.DataFrame(
        {
            "month": pd.Series(months.index.to_numpy(), dtype="str"),
            "opening": opening,
            "joined": joined,
            "joined_low": low,
            "joined_high": high,
            "closing": months["closing"].to_numpy(),
            "growth_rate": share(joined, base),
            "growth_rate_low": share(low, base),
            "growth_rate_high": share(high, base),
            "buyers": parts["buyers"].to_numpy(),
            "lapsed": parts["lapsed"].to_numpy(),
        }
    )


def contact_reach(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: LifeRules) -> pd.DataFrame:
    """How many of the known customers may be written to, by channel and stage of life?

    Reachable is who consented to the channel and, where the source gives addresses, has one there. A missing consent
    is none. Consents have no history in the data: they are those of the customer list as it is now. So they are told
    for the last complete month of the data and after it; an earlier month has no rows, for what was consented then
    nobody knows. The usual wrong edge: today's consents under an old date, which change with every new customer list.

    Parameters: ``connection`` to the facts (tables ``customers``, ``customer_months``, ``advocates``, ``description``);
    ``as_of``; ``rules``.

    Returns one row per stage ("all" last) and channel (email, sms, push, any of the three), none where no consent is
    known:
      life_stage, channel                            text
      n                                              customers in the stage
      consented                                      customers of them who consented
      customers                                      customers of them who can be reached
      rate, rate_low, rate_high                      rate 0..1, customers / n, 95 % Wilson
      is_small                                       n is below 30
    """
    rows = connection.execute(life_statement("contact_reach", as_of=as_of, rules=rules)).df().set_index("life_stage")
    if not _is_current(connection, as_of) or not rows["told"].sum():
        rows = rows.iloc[:0]
    stages = [stage for stage in STAGES if stage in rows.index]
    counts = rows.loc[stages]
    if len(counts):
        counts = pd.concat([counts, counts.sum().to_frame(EVERY_STAGE).T])
    n = np.repeat(counts["n"].to_numpy(dtype=np.int64), len(CHANNELS))
    consented, reached = (
        np.stack([counts[name].to_numpy(dtype=np.int64) for name in names], axis=-1).ravel()
        for names in (
            ("consents_email", "consents_sms", "consents_push", "consents_any"),
            ("email", "sms", "push", "any_channel"),
        )
    )
    low, high = wilson(reached, n)
    return pd.DataFrame(
        {
            "life_stage": pd.Series(np.repeat(counts.index.to_numpy(dtype=object), len(CHANNELS)), dtype="str"),
            "channel": pd.Series(list(CHANNELS) * len(counts), dtype="str"),
            "n": n,
            "consented": consented,
            "customers": reached,
            "rate": share(reached, n),
            "rate_low": low,
            "rate_high": high,
            "is_small": is_small(n),
        }
    )


def _is_current(connection: duckdb.DuckDBPyConnection, as_of: date) -> bool:
    """Whether the month is the last complete one of the data, or a later one."""
    found = connection.execute("SELECT value FROM description WHERE name = 'data_through'").fetchall()
    reach = date.fromisoformat(found[0][0]) if found else as_of
    end = Period.of(reach)
    return as_of >= (end.as_of if reach >= end.as_of else (end - 1).as_of)
